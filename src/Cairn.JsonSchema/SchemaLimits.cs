namespace Cairn.JsonSchema;

/// <summary>How much a schema may hold and one validation may use. What exceeds a limit is an error, never a
/// hang.</summary>
public sealed record SchemaLimits
{
    /// <summary>Characters of one regular expression: 32,768.</summary>
    public const int MaxPatternLength = 32_768;

    /// <summary>Bytes of one schema document's text. Default 4 MiB.</summary>
    public int MaxSchemaBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How deep subschemas may nest in one document. Default 200.</summary>
    public int MaxSchemaDepth { get; init; } = 200;

    /// <summary>Subschemas in all documents a schema reaches. Default 100,000.</summary>
    public int MaxSubschemas { get; init; } = 100_000;

    /// <summary>References (<c>$ref</c> and its kin) in all documents a schema reaches. Default 20,000.</summary>
    public int MaxReferences { get; init; } = 20_000;

    /// <summary>Different regular expressions in all documents a schema reaches. Default 1,000.</summary>
    public int MaxPatterns { get; init; } = 1_000;

    /// <summary>
    /// UTF-16 units of all regular expressions together, with classes such as <c>\p{L}</c> (some 11,000) written out.
    /// Default 8 Mi.
    /// </summary>
    public int MaxPatternSize { get; init; } = 8 * 1024 * 1024;

    /// <summary>Documents fetched through the resolver. Default 256.</summary>
    public int MaxDocuments { get; init; } = 256;

    /// <summary>How deep arrays and objects of an instance may nest. Default 128.</summary>
    public int MaxInstanceDepth { get; init; } = 128;

    /// <summary>Subschemas on top of each other while one value is judged. Default 1,000.</summary>
    public int MaxEvaluationDepth { get; init; } = 1_000;

    /// <summary>Subschema evaluations in one validation. Default 10 million, about a second.</summary>
    public int MaxEvaluationSteps { get; init; } = 10_000_000;

    /// <summary>
    /// Time one validation may spend on regular expressions that need backtracking; all others take linear time.
    /// Default 100 ms.
    /// </summary>
    public TimeSpan PatternTimeout { get; init; } = TimeSpan.FromMilliseconds(100);
}
