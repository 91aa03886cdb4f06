using System.Text.Json;

namespace Cairn.JsonSchema.Loading;

/// <summary>Keywords that judge in a later draft and mean nothing in the one a schema says it is written in.</summary>
internal static class IgnoredKeywords
{
    private const int MaxFound = 20;

    private static readonly (string Keyword, string Since)[] Later =
    [
        ("const", "draft 6"),
        ("contains", "draft 6"),
        ("propertyNames", "draft 6"),
        ("if", "draft 7"),
        ("dependentRequired", "draft 2019-09"),
        ("dependentSchemas", "draft 2019-09"),
        ("minContains", "draft 2019-09"),
        ("maxContains", "draft 2019-09"),
        ("unevaluatedItems", "draft 2019-09"),
        ("unevaluatedProperties", "draft 2019-09"),
        ("prefixItems", "draft 2020-12"),
    ];

    /// <summary>Looks through a schema document; the first twenty.</summary>
    public static IReadOnlyList<SchemaProblem> In(JsonElement root, Dialect dialect)
    {
        var found = new List<SchemaProblem>();
        var later = Later.Where(entry => !dialect.Has(entry.Keyword)).ToArray();
        if (later.Length == 0)
            return found;

        var pending = new Stack<(string Pointer, JsonElement Schema)>([("", root)]);
        while (found.Count < MaxFound && pending.TryPop(out var at))
        {
            if (at.Schema.ValueKind != JsonValueKind.Object)
                continue;

            foreach (var (keyword, since) in later)
            {
                if (at.Schema.TryGetProperty(keyword, out _) && found.Count < MaxFound)
                {
                    found.Add(
                        new SchemaProblem(
                            at.Pointer + "/" + keyword,
                            keyword,
                            $"\"{keyword}\" is a keyword since {since}; in {NameOf(dialect.Draft)}, which the "
                                + "schema names, it is ignored"
                        )
                    );
                }
            }

            foreach (var (step, schema) in SubschemaKeywords.In(at.Schema, dialect).Reverse())
                pending.Push((at.Pointer + step, schema));
        }

        return found;
    }

    private static string NameOf(SchemaDraft draft) =>
        draft switch
        {
            SchemaDraft.Draft4 => "draft 4",
            SchemaDraft.Draft6 => "draft 6",
            SchemaDraft.Draft7 => "draft 7",
            SchemaDraft.Draft201909 => "draft 2019-09",
            _ => "draft 2020-12",
        };
}
