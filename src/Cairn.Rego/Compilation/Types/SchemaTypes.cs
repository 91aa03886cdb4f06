using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation.Types;

/// <summary>
/// The type that a JSON Schema says of a document, as OPA reads it: members that are listed are all there are, whatever
/// <c>additionalProperties</c> says; <c>enum</c>, <c>const</c>, <c>oneOf</c> and limits of values say nothing.
/// </summary>
internal sealed class SchemaTypes
{
    private static readonly string[] Primitives = ["array", "boolean", "integer", "number", "null", "object", "string"];

    private readonly RegoValue _document;
    private readonly HashSet<string> _open = [];
    private int _visited;

    private SchemaTypes(RegoValue document) => _document = document;

    /// <summary>The type of the documents a schema describes.</summary>
    /// <exception cref="FormatException">It is no schema, refers to something outside of it, or has parts that exclude
    /// each other.</exception>
    public static RegoType Of(RegoValue schema) => new SchemaTypes(schema).Type(schema);

    private RegoType Type(RegoValue value)
    {
        // Definitions that refer to others several times each could otherwise grow without bound.
        if (value is RegoBoolean || ++_visited > RegoType.MaxSize)
            return RegoType.Any;
        if (value is not RegoObject schema)
            throw Uncompilable($"a schema must be an object or a boolean, not {value.TypeName}");
        if (schema["$ref"] is RegoString { Value: var reference })
        {
            // A definition that holds itself is known down to where it does.
            if (!_open.Add(reference))
                return RegoType.Any;
            var type = Type(Target(reference));
            _open.Remove(reference);
            return type;
        }

        var types = TypesOf(schema);
        if (schema["anyOf"] is RegoArray anyOf)
        {
            var core = types.Count > 0 ? Plain(schema, types) : RegoType.Unknown;
            return anyOf.Aggregate(
                core is { Form: TypeForm.Object, Members.Count: > 0, Key: null } ? core : RegoType.Unknown,
                (all, one) => TypeOperations.Or(all, Type(one))
            );
        }

        return schema["allOf"] is RegoArray { Count: > 0 } allOf ? AllOf(schema, types, allOf) : Plain(schema, types);
    }

    private RegoType Plain(RegoObject schema, IReadOnlyList<string> types)
    {
        if (types.Contains("boolean"))
            return RegoType.Boolean;
        if (types.Contains("string"))
            return RegoType.String;
        if (types.Contains("integer") || types.Contains("number"))
            return RegoType.Number;
        bool untyped = types.Count == 0;
        if (types.Contains("object") || (untyped && schema["properties"] is RegoObject { Count: > 0 }))
        {
            return schema["properties"] is RegoObject { Count: > 0 } properties
                ? RegoType.Object([.. properties.Select(property => (property.Key, Type(property.Value)))], null, null)
                : RegoType.Object(RegoType.Any, RegoType.Any);
        }

        if (types.Contains("array") || (untyped && schema["items"] is RegoObject or RegoArray { Count: > 0 }))
        {
            return schema["items"] switch
            {
                RegoArray { Count: > 0 } items => RegoType.Array([.. items.Select(Type)], null),
                RegoObject item => RegoType.Array(Type(item)),
                _ => RegoType.Array(RegoType.Any),
            };
        }

        return RegoType.Any;
    }

    private RegoType AllOf(RegoObject schema, IReadOnlyList<string> types, RegoArray allOf)
    {
        var parts = allOf.Select(Resolved).ToList();
        if (types.Count > 0)
        {
            if (parts.Exists(part => !Kind(part).SequenceEqual(types)))
            {
                throw Unmergeable(
                    string.Join(", ", types),
                    string.Join(", ", Kind(parts.Find(part => !Kind(part).SequenceEqual(types))!))
                );
            }

            parts.Add(schema);
        }

        var first = Kind(parts[0]);
        foreach (var part in parts)
        {
            if (!Kind(part).SequenceEqual(first))
                throw Unmergeable(string.Join(", ", first), string.Join(", ", Kind(part)));
        }

        var merged = new RegoObjectBuilder();
        merged.Set("type", RegoArray.Of(first.Select(type => (RegoValue)type)));
        var properties = new RegoObjectBuilder();
        foreach (var part in parts)
        {
            if (part["properties"] is RegoObject own)
                properties.SetAll(own);
        }

        merged.Set("properties", properties.Build());
        if (
            parts
                .Select(part => part["items"])
                .Where(items => items is not null)
                .MaxBy(items => (items as RegoArray)?.Count ?? 0) is
            { } longest
        )
        {
            merged.Set("items", longest);
        }

        return Plain(merged.Build(), first);
    }

    // The types a schema names, or the one its other keywords are about.
    private static IReadOnlyList<string> Kind(RegoObject schema) =>
        TypesOf(schema) is { Count: > 0 } types ? types
        : schema["properties"] is RegoObject { Count: > 0 } ? ["object"]
        : schema["items"] is RegoObject or RegoArray { Count: > 0 } ? ["array"]
        : [];

    private RegoObject Resolved(RegoValue value)
    {
        for (int i = 0; value is RegoObject schema; i++)
        {
            if (schema["$ref"] is not RegoString reference)
                return schema;
            else if (i > 100)
                throw Uncompilable($"reference {reference.Value} refers to itself");
            else
                value = Target(reference.Value);
        }

        return RegoObject.Empty;
    }

    private static IReadOnlyList<string> TypesOf(RegoObject schema)
    {
        IReadOnlyList<string> types = schema["type"] switch
        {
            null => [],
            RegoString one => [one.Value],
            RegoArray several when several.All(type => type is RegoString) =>
            [
                .. several.Select(type => ((RegoString)type).Value).Order(StringComparer.Ordinal),
            ],
            _ => throw Uncompilable("type must be a string or an array of strings"),
        };
        if (types.FirstOrDefault(type => !Primitives.Contains(type)) is { } wrong)
        {
            throw Uncompilable(
                $"has a primitive type that is NOT VALID -- given: /{wrong}/ Expected valid values "
                    + $"are:[{string.Join(' ', Primitives)}]"
            );
        }

        return types;
    }

    private RegoValue Target(string reference)
    {
        int hash = reference.IndexOf('#');
        string document = hash < 0 ? reference : reference[..hash];
        if (
            document.Length > 0
            && !(_document is RegoObject root && root["$id"] is RegoString id && id.Value.TrimEnd('#') == document)
        )
        {
            throw Uncompilable($"remote reference loading disabled: {reference}");
        }

        var target = _document;
        foreach (
            string step in (hash < 0 ? "" : reference[(hash + 1)..]).Split('/', StringSplitOptions.RemoveEmptyEntries)
        )
        {
            string name = Uri.UnescapeDataString(step)
                .Replace("~1", "/", StringComparison.Ordinal)
                .Replace("~0", "~", StringComparison.Ordinal);
            target = target switch
            {
                RegoObject o when o[name] is { } member => member,
                RegoArray array when int.TryParse(name, out int at) && at >= 0 && at < array.Count => array[at],
                _ => throw Uncompilable($"reference {reference} leads nowhere"),
            };
        }

        return target;
    }

    private static FormatException Uncompilable(string why) => new($"unable to compile the schema: {why}");

    private static FormatException Unmergeable(string one, string other) =>
        new($"type checking: unable to merge these schemas: type mismatch: {one} and {other}");
}
