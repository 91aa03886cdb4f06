using System.Collections.Frozen;

namespace Cairn.JsonSchema.Loading;

/// <summary>A draft with the keywords in force: all of the draft's, or those of the vocabularies a meta-schema
/// names.</summary>
internal sealed class Dialect
{
    private readonly FrozenSet<string> _keywords;

    private Dialect(SchemaDraft draft, IEnumerable<string> keywords, bool assertsFormat)
    {
        Draft = draft;
        AssertsFormat = assertsFormat;
        _keywords = keywords.ToFrozenSet(StringComparer.Ordinal);
    }

    public SchemaDraft Draft { get; }

    /// <summary>The meta-schema asks for <c>format</c> to be checked.</summary>
    public bool AssertsFormat { get; }

    public bool Has(string keyword) => _keywords.Contains(keyword);

    /// <summary>The keyword that names a schema: <c>id</c> in draft 4.</summary>
    public string IdKeyword => Draft == SchemaDraft.Draft4 ? "id" : "$id";

    /// <summary>Up to draft 7, <c>$ref</c> replaces everything beside it.</summary>
    public bool RefReplacesSiblings => Draft <= SchemaDraft.Draft7;

    public static Dialect Of(SchemaDraft draft) => All[(int)draft];

    private static readonly Dialect[] All =
    [
        new(SchemaDraft.Draft4, Vocabularies.Draft4, false),
        new(SchemaDraft.Draft6, Vocabularies.Draft6, false),
        new(SchemaDraft.Draft7, Vocabularies.Draft7, false),
        new(SchemaDraft.Draft201909, Vocabularies.Draft201909.Values.SelectMany(words => words), false),
        new(
            SchemaDraft.Draft202012,
            Vocabularies
                .Draft202012.Where(vocabulary => vocabulary.Key != Vocabularies.FormatAssertion)
                .SelectMany(v => v.Value),
            false
        ),
    ];

    /// <summary>The draft whose meta-schema has this URI, or null. Neither an empty fragment matters nor whether
    /// <c>http</c> or <c>https</c> is written: people mix them up, and there is nothing else either could
    /// mean.</summary>
    public static SchemaDraft? DraftOf(string metaSchemaUri) =>
        metaSchemaUri.TrimEnd('#').Replace("https:", "http:", StringComparison.Ordinal) switch
        {
            "http://json-schema.org/draft-04/schema" => SchemaDraft.Draft4,
            "http://json-schema.org/draft-06/schema" => SchemaDraft.Draft6,
            "http://json-schema.org/draft-07/schema" => SchemaDraft.Draft7,
            "http://json-schema.org/draft/2019-09/schema" => SchemaDraft.Draft201909,
            "http://json-schema.org/draft/2020-12/schema" => SchemaDraft.Draft202012,
            _ => null,
        };

    /// <summary>The dialect of a meta-schema with <c>$vocabulary</c> (2020-12 core, section 8.1.2).</summary>
    /// <param name="draft">The draft of the meta-schema itself.</param>
    /// <param name="vocabularies">Each vocabulary's URI, and whether an implementation must know it.</param>
    /// <param name="unknown">A vocabulary that must be known and is not; null when all is well.</param>
    public static Dialect FromVocabularies(
        SchemaDraft draft,
        IEnumerable<KeyValuePair<string, bool>> vocabularies,
        out string? unknown
    )
    {
        var known = draft == SchemaDraft.Draft201909 ? Vocabularies.Draft201909 : Vocabularies.Draft202012;
        var keywords = new HashSet<string>(Vocabularies.AlwaysKnown);
        bool assertsFormat = false;
        unknown = null;
        foreach (var (uri, required) in vocabularies)
        {
            if (known.TryGetValue(uri, out string[]? words))
            {
                keywords.UnionWith(words);
                assertsFormat |= uri == Vocabularies.FormatAssertion;
            }
            else if (required)
            {
                unknown = uri;
            }
        }

        return new Dialect(draft, keywords, assertsFormat);
    }
}
