using System.Text.Json.Nodes;
using Cairn.JsonSchema.Output;

namespace Cairn.JsonSchema;

/// <summary>What a validation found.</summary>
public sealed record ValidationResult
{
    /// <summary>Whether the instance meets the schema.</summary>
    public required bool IsValid { get; init; }

    /// <summary>Why not; empty when valid. For <c>anyOf</c> and <c>oneOf</c> the alternatives' errors come before their
    /// own.</summary>
    public required IReadOnlyList<ValidationError> Errors { get; init; }

    /// <summary>What the schema says of the instance without judging it; empty when invalid.</summary>
    public required IReadOnlyList<ValidationAnnotation> Annotations { get; init; }

    /// <summary>The result in a standard output format.</summary>
    public JsonNode ToOutput(OutputFormat format) => OutputWriter.Write(this, format);
}
