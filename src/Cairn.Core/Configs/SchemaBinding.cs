using System.Text.Json;
using Cairn.Core.Documents;
using Cairn.JsonSchema;

namespace Cairn.Core.Configs;

/// <summary>A JSON Schema that every environment's result must satisfy.</summary>
public sealed class SchemaBinding : IEquatable<SchemaBinding>
{
    private const int MaxErrors = 20;

    private readonly Lazy<JsonSchemaValidator> _validator;

    /// <param name="schema">The schema, JSON.</param>
    public SchemaBinding(byte[] schema)
    {
        Schema = schema;
        _validator = new Lazy<JsonSchemaValidator>(() => JsonSchemaValidator.Compile(Schema));
    }

    /// <summary>As it was given.</summary>
    public byte[] Schema { get; }

    /// <summary>What is wrong with the schema itself; null when it can be used.</summary>
    public Problem? Fault()
    {
        if (JsonText.Element(Schema).ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
            return new Problem(ProblemKind.Invalid, "A schema is a JSON object, or true or false.");
        try
        {
            _ = _validator.Value;
            return null;
        }
        catch (SchemaException e)
        {
            return new Problem(
                ProblemKind.Unprocessable, "The schema itself is not valid.",
                [.. e.Problems.Select(problem => new ProblemError(problem.SchemaPointer, problem.Message))]);
        }
    }

    /// <summary>What is wrong with what an environment would serve; null when nothing is.</summary>
    public Problem? Check(ReadOnlySpan<byte> document, string path, string environment)
    {
        if (_validator.Value.IsValid(document))
            return null;
        var errors = _validator.Value.Validate(document, MaxErrors).Errors
            .Select(error => new ProblemError(error.InstancePointer, error.Message, environment));
        return new Problem(ProblemKind.Unprocessable, $"{path} would break its schema in '{environment}'.", [.. errors]);
    }

    /// <inheritdoc/>
    public bool Equals(SchemaBinding? other) => other is not null && Schema.AsSpan().SequenceEqual(other.Schema);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SchemaBinding);

    /// <inheritdoc/>
    public override int GetHashCode() => Schema.Length;
}
