using System.Text.Json;

namespace Cairn.JsonSchema;

/// <summary>One way in which an instance does not meet its schema.</summary>
public sealed record ValidationError
{
    /// <summary>JSON Pointer to the value at fault; a missing member is reported at its object.</summary>
    public required string InstancePointer { get; init; }

    /// <summary>
    /// JSON Pointer to the keyword in the schema document; in a document that was resolved, its URI with the pointer
    /// as fragment.
    /// </summary>
    public required string SchemaPointer { get; init; }

    /// <summary>The keyword's URI from the canonical URI of its schema resource.</summary>
    public required string SchemaUri { get; init; }

    /// <summary>The keywords passed through from the root schema, references included
    /// (<c>keywordLocation</c>).</summary>
    public required string EvaluationPath { get; init; }

    /// <summary>The keyword that failed; empty for a <c>false</c> schema or a validation that was given up.</summary>
    public required string Keyword { get; init; }

    /// <summary>What is wrong, for a person: it begins in lower case and has no full stop.</summary>
    public required string Message { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{(InstancePointer.Length == 0 ? "(root)" : InstancePointer)}: {Message}";
}

/// <summary>What a schema says of a valid value without judging it: a title, a default, a format.</summary>
public sealed record ValidationAnnotation
{
    /// <summary>JSON Pointer to the value.</summary>
    public required string InstancePointer { get; init; }

    /// <summary>The keyword's URI from the canonical URI of its schema resource.</summary>
    public required string SchemaUri { get; init; }

    /// <summary>The keywords passed through from the root schema, references included.</summary>
    public required string EvaluationPath { get; init; }

    /// <summary>The keyword, possibly one no draft knows.</summary>
    public required string Keyword { get; init; }

    /// <summary>The keyword's value in the schema.</summary>
    public required JsonElement Value { get; init; }
}
