using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Core.Documents;
using Cairn.Core.Schemas;
using Cairn.JsonSchema;

namespace Cairn.Core.Configs;

/// <summary>A JSON Schema that every environment's result must satisfy: given with the binding, or one of the registry
/// by its address.</summary>
/// <remarks>What an address with a range stands for is decided at each write, from the state the write is planned on;
/// the write is planned anew when that changes before it is committed. Reads check nothing.</remarks>
public sealed class SchemaBinding : IEquatable<SchemaBinding>
{
    private const int MaxErrors = 20;

    private readonly Lazy<JsonSchemaValidator> _validator;

    /// <param name="schema">The schema, or a JSON string with the address of one, such as
    /// <c>"payments/Database@^1.2"</c>.</param>
    /// <param name="assertFormat">Whether <c>format</c> is checked, too, instead of being a note for people.</param>
    /// <exception cref="ProblemException">The string is no address.</exception>
    public SchemaBinding(byte[] schema, bool assertFormat = false)
    {
        Schema = schema;
        AssertFormat = assertFormat;
        Selector = schema is [(byte)'"', ..] ? SchemaSelector.Parse(JsonText.Element(schema).GetString()!) : null;
        _validator = new Lazy<JsonSchemaValidator>(() =>
            JsonSchemaValidator.Compile(Schema, new SchemaOptions { AssertFormat = AssertFormat })
        );
    }

    /// <summary>As it was given.</summary>
    public byte[] Schema { get; }

    /// <summary>Whether <c>format</c> is checked, whatever the schema's dialect says of it.</summary>
    public bool AssertFormat { get; }

    /// <summary>The schema of the registry that it names; null when it holds a schema itself.</summary>
    public SchemaSelector? Selector { get; }

    /// <summary>What is wrong with the schema itself; null when it can be used.</summary>
    /// <param name="source">Where schemas of the registry are.</param>
    /// <param name="caller">Who binds it, and has to be allowed to read it.</param>
    public Problem? Fault(SchemaSource source, Principal caller)
    {
        if (
            Selector is { } selector
            && source.Resolve(selector) is { } state
            && !SchemaUse.Allows(caller, state.Address)
        )
        {
            return Missing(selector, caller);
        }

        if (
            Selector is null
            && JsonText.Element(Schema).ValueKind
                is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False)
        )
        {
            return new Problem(
                ProblemKind.Invalid,
                "A schema is a JSON object, true or false, or a string that names one of the registry."
            );
        }

        return Find(source, caller).Fault;
    }

    private static Problem Missing(SchemaSelector selector, Principal caller) =>
        new(ProblemKind.Unprocessable, $"In the registry {SchemaUse.Missing(selector.ToString(), caller)}.");

    /// <summary>What is wrong with what an environment would serve; null when nothing is.</summary>
    public Problem? Check(SchemaSource source, ReadOnlySpan<byte> document, string path, string environment)
    {
        var (validator, name, fault) = Find(source, Principal.System);
        if (validator is null)
            return fault;
        if (validator.IsValid(document))
            return null;
        var errors = validator
            .Validate(document, MaxErrors)
            .Errors.Select(error => new ProblemError(error.InstancePointer, error.Message, environment));
        return new Problem(ProblemKind.Unprocessable, $"{path} would break {name} in '{environment}'.", [.. errors]);
    }

    private (JsonSchemaValidator? Validator, string Name, Problem? Fault) Find(SchemaSource source, Principal caller)
    {
        if (Selector is { } selector)
        {
            if (source.Resolve(selector) is not { } state)
                return (null, "", Missing(selector, caller));
            var compiled = source.Schemas.Compiler.Compile(source, state, AssertFormat);
            return (compiled.Validator, $"its schema {state.Address}", compiled.Fault);
        }

        try
        {
            return (_validator.Value, "its schema", null);
        }
        catch (SchemaException e)
        {
            return (
                null,
                "",
                new Problem(
                    ProblemKind.Unprocessable,
                    "The schema itself is not valid.",
                    [.. e.Problems.Select(problem => new ProblemError(problem.SchemaPointer, problem.Message))]
                )
            );
        }
    }

    /// <inheritdoc/>
    public bool Equals(SchemaBinding? other) =>
        other is not null && AssertFormat == other.AssertFormat && Schema.AsSpan().SequenceEqual(other.Schema);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SchemaBinding);

    /// <inheritdoc/>
    public override int GetHashCode() => Schema.Length;
}
