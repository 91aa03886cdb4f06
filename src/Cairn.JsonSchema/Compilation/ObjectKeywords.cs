using System.Text.Json;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Keywords;
using Cairn.JsonSchema.Patterns;

namespace Cairn.JsonSchema.Compilation;

/// <summary>Reads the keywords about objects.</summary>
internal static class ObjectKeywords
{
    public static void Read(KeywordReader reader, List<Keyword> keywords)
    {
        ReadMembers(reader, keywords);
        foreach (string keyword in (ReadOnlySpan<string>)["dependentRequired", "dependentSchemas", "dependencies"])
            ReadDependencies(reader, keyword, keywords);

        if (reader.Subschema("unevaluatedProperties") is { } unevaluated)
            keywords.Add(new UnevaluatedKeyword(KindSet.Object, unevaluated));
    }

    private static void ReadMembers(KeywordReader reader, List<Keyword> keywords)
    {
        var required = reader.Names("required").ToHashSet(StringComparer.Ordinal);
        if (
            reader.Dialect.Draft == SchemaDraft.Draft4
            && reader.Read("required") is { ValueKind: JsonValueKind.Array } list
            && list.GetArrayLength() == 0
        )
        {
            reader.Problem("required", "required must not be empty");
        }

        // A name given twice counts as JSON readers take it: the last one.
        var schemas = new Dictionary<string, SchemaNode?>(StringComparer.Ordinal);
        foreach (var property in reader.Map("properties"))
            schemas[property.Name] = reader.Subschema("properties", property.Name);

        var properties = schemas
            .Select(p => (p.Key, p.Value, required.Contains(p.Key)))
            .Concat(required.Where(name => !schemas.ContainsKey(name)).Select(name => (name, (SchemaNode?)null, true)));
        var table = new PropertyTable(properties);
        var patterns = new List<(EcmaPattern, SchemaNode)>();
        foreach (var entry in reader.Map("patternProperties"))
        {
            var schema = reader.Subschema("patternProperties", entry.Name);
            if (reader.Pattern("patternProperties", entry.Name) is { } pattern)
                patterns.Add((pattern, schema));
        }

        var members = new ObjectKeyword(table)
        {
            Patterns = [.. patterns],
            Additional = reader.Subschema("additionalProperties"),
            Names = reader.Subschema("propertyNames"),
            Min = reader.Count("minProperties"),
            Max = reader.Count("maxProperties"),
        };
        bool judgesNames = members.Names is not null || members.Min is not null || members.Max is not null;
        bool judgesValues =
            members.Additional is not null || members.Patterns.Length + members.Properties.Entries.Length > 0;
        if (judgesNames || judgesValues)
        {
            keywords.Add(members);
        }
    }

    private static void ReadDependencies(KeywordReader reader, string keyword, List<Keyword> keywords)
    {
        var dependencies = new List<Dependency>();
        foreach (var entry in reader.Map(keyword))
        {
            bool isList = entry.Value.ValueKind == JsonValueKind.Array;
            if (keyword == "dependentRequired" || (keyword == "dependencies" && isList))
            {
                var names = reader.Names(keyword, entry.Value);
                dependencies.Add(new Dependency(Entry(entry.Name), [.. names.Select(Entry)], null));
            }
            else
            {
                dependencies.Add(new Dependency(Entry(entry.Name), [], reader.Subschema(keyword, entry.Name)));
            }
        }

        if (dependencies.Count > 0)
            keywords.Add(new DependencyKeyword(keyword, dependencies));
    }

    private static PropertyEntry Entry(string name) => new(name, null, false);
}
