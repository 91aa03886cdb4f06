using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Core.Documents;
using Cairn.JsonSchema;

namespace Cairn.Core.Schemas;

/// <summary>What became of an attempt to compile a schema.</summary>
/// <param name="Validator">The compiled schema; null when it cannot be used.</param>
/// <param name="Fault">Why it cannot; null when it can.</param>
/// <param name="References">The schemas it refers to, directly or through others, as far as they were found.</param>
/// <param name="LeadsBack">Whether it refers, directly or through others, to the address it is to have itself.</param>
public sealed record CompiledSchema(
    JsonSchemaValidator? Validator,
    Problem? Fault,
    ImmutableArray<SchemaState> References,
    bool LeadsBack = false
);

/// <summary>Compiles registered JSON Schemas and remembers them.</summary>
/// <remarks>A schema refers to another by <c>"$ref": "cairn:payments/Address@1.2.0"</c>, with a fragment perhaps. Such
/// a reference names one version, so that what a registered schema means never changes by what is registered
/// later.</remarks>
public sealed class SchemaCompiler
{
    /// <summary>How references to other schemas of the registry begin.</summary>
    public const string Scheme = "cairn";

    private const int MaxRemembered = 2_000;

    private readonly ConcurrentDictionary<SchemaState, CompiledSchema> _plain = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<SchemaState, CompiledSchema> _assertingFormat = new(
        ReferenceEqualityComparer.Instance
    );

    /// <summary>Compiles a registered version, or finds it compiled.</summary>
    /// <param name="source">Where the schemas it refers to are.</param>
    /// <param name="state">The version.</param>
    /// <param name="assertFormat">Whether <c>format</c> is to be checked whatever its dialect says.</param>
    public CompiledSchema Compile(SchemaSource source, SchemaState state, bool assertFormat = false)
    {
        var remembered = assertFormat ? _assertingFormat : _plain;
        if (
            remembered.TryGetValue(state, out var known)
            && known.References.All(reference => source.Find(reference.Address.Path) == reference)
        )
        {
            return known;
        }
        // Who may read a schema may use what its author made it of.
        var compiled = Compile(source, state.Content, state.Address, Principal.System, assertFormat);
        // What cannot be compiled may be tomorrow, when what it refers to is there again.
        if (compiled.Validator is null)
            return compiled;
        if (remembered.Count >= MaxRemembered)
            remembered.Clear();
        remembered[state] = compiled;
        return compiled;
    }

    /// <summary>Compiles a text that is not registered yet.</summary>
    /// <param name="source">Where the schemas it refers to are.</param>
    /// <param name="content">The text.</param>
    /// <param name="address">Under which it is to be registered, and which it must not lead back to; null when under
    /// none.</param>
    /// <param name="caller">Whose text it is: it can refer to what they may read, and to global models.</param>
    /// <param name="assertFormat">Whether <c>format</c> is to be checked whatever its dialect says.</param>
    public CompiledSchema Compile(
        SchemaSource source,
        SchemaContent content,
        SchemaAddress? address,
        Principal caller,
        bool assertFormat = false
    )
    {
        if (content.Type != SchemaType.JsonSchema)
        {
            return new CompiledSchema(
                null,
                new Problem(
                    ProblemKind.Unprocessable,
                    $"{address?.ToString() ?? "This"} is no JSON Schema but "
                        + $"'{SchemaState.NameOf(content.Type)}': nothing can be checked by it."
                ),
                []
            );
        }

        var reached = new Dictionary<string, SchemaState>(StringComparer.Ordinal);
        var faults = new List<ProblemError>();
        bool leadsBack = false;
        var options = new SchemaOptions
        {
            Resolver = uri => Resolve(uri, source, address, caller, reached, faults, ref leadsBack),
            AssertFormat = assertFormat,
        };
        JsonSchemaValidator? validator = null;
        try
        {
            validator = JsonSchemaValidator.Compile(content.Text, options);
        }
        catch (SchemaException e)
        {
            // Why a reference of the registry leads nowhere was noted with more to it than the compiler can know.
            faults.AddRange(e.Problems.Select(problem => new ProblemError(problem.SchemaPointer, problem.Message)));
        }

        var fault =
            faults.Count == 0
                ? null
                : new Problem(ProblemKind.Unprocessable, "The schema itself is not valid.", faults);
        return new CompiledSchema(fault is null ? validator : null, fault, [.. reached.Values], leadsBack);
    }

    // What a schema that was reached refers to itself belongs to it.
    private static bool MayRefer(Principal caller, SchemaAddress address, Dictionary<string, SchemaState> reached) =>
        SchemaUse.Allows(caller, address) || reached.Values.Any(state => state.References.Contains(address.Path));

    private static JsonElement? Resolve(
        Uri uri,
        SchemaSource source,
        SchemaAddress? self,
        Principal caller,
        Dictionary<string, SchemaState> reached,
        List<ProblemError> faults,
        ref bool leadsBack
    )
    {
        string text = Uri.UnescapeDataString(uri.OriginalString);
        if (!text.StartsWith(Scheme + ":", StringComparison.Ordinal))
            return null;
        text = text[(Scheme.Length + 1)..];
        string? fault;
        try
        {
            var selector = SchemaSelector.Parse(text);
            leadsBack |= selector.Exact is { } named && named == self;
            fault =
                selector.Exact is not { } address
                    ? $"'{text}' is a range: a reference names one version, such as {Scheme}:{selector.Model}@1.2.0"
                : address == self ? $"it leads back to {address}: schemas must not refer to each other in a circle"
                : source.Find(address.Path) is not { } found || !MayRefer(caller, address, reached)
                    ? SchemaUse.Missing(address.ToString(), caller)
                : found.Content.Type != SchemaType.JsonSchema ? $"{address} is no JSON Schema"
                : null;
            if (fault is null && source.Find(selector.Exact!.Path) is { } state)
            {
                reached[state.Address.Path] = state;
                return JsonText.Element(state.Content.Text);
            }
        }
        catch (ProblemException e)
        {
            fault = e.Message;
        }

        faults.Add(new ProblemError("", $"\"$ref\": \"{ModelName.Shorten(uri.OriginalString)}\": {fault}."));
        return null;
    }
}
