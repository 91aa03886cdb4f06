using System.Text.Json;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Keywords;
using Cairn.JsonSchema.Loading;
using Cairn.JsonSchema.Patterns;

namespace Cairn.JsonSchema.Compilation;

/// <summary>
/// Turns schema locations into nodes: all of the root document, and of others what is referred to. Works through a
/// queue and not by recursion, so that long chains of references cost no stack.
/// </summary>
internal sealed class SchemaCompiler
{
    private const int MaxProblems = 100;

    private readonly Queue<SchemaNode> _pending = new();
    private readonly List<SchemaNode> _nodes = [];
    private readonly Dictionary<string, EcmaPattern> _patterns = new(StringComparer.Ordinal);
    private readonly SchemaRegistry _registry;
    private int _references;
    private long _patternSize;

    public SchemaCompiler(SchemaOptions options)
    {
        Options = options;
        _registry = new SchemaRegistry(options, Problems);
    }

    public SchemaOptions Options { get; }

    public List<SchemaProblem> Problems { get; } = [];

    /// <summary>Notes a problem and goes on, until there are more than anybody reads.</summary>
    /// <exception cref="SchemaException">There are; with those found so far.</exception>
    public void Problem(SchemaProblem problem)
    {
        Problems.Add(problem);
        if (Problems.Count >= MaxProblems)
            throw new SchemaException([.. Problems.Distinct()]);
    }

    /// <summary>Some reference depends on the resources entered.</summary>
    public bool UsesDynamicScope { get; set; }

    /// <exception cref="SchemaException">With all problems found.</exception>
    public SchemaNode Compile(JsonElement schema)
    {
        var root = _registry.AddDocument(
            Options.BaseUri?.OriginalString.Split('#')[0] ?? "",
            schema,
            isRoot: true,
            Dialect.Of(Options.DefaultDraft)
        );
        var node = NodeFor(root);
        foreach (var location in root.Resource.Document.Locations.Values.ToList())
            NodeFor(location);

        CompilePending();
        InfiniteRecursion.Find(_nodes, Problems);
        return Problems.Count == 0 ? node : throw new SchemaException([.. Problems.Distinct()]);
    }

    /// <summary>The node of a location; it gets its keywords later.</summary>
    public SchemaNode NodeFor(SchemaLocation location)
    {
        if (location.Node is null)
        {
            location.Node = new SchemaNode(location);
            _nodes.Add(location.Node);
            _pending.Enqueue(location.Node);
        }

        return location.Node;
    }

    public EcmaPattern Pattern(string source)
    {
        if (!_patterns.TryGetValue(source, out var pattern))
        {
            if (_patterns.Count >= Options.Limits.MaxPatterns)
            {
                throw new SchemaException([
                    .. Problems,
                    new SchemaProblem(
                        "",
                        "pattern",
                        $"there are more than {Options.Limits.MaxPatterns} different patterns"
                    ),
                ]);
            }

            pattern = EcmaPattern.Compile(source, Options.Limits.PatternTimeout);
            _patterns.Add(source, pattern);
            if ((_patternSize += pattern.Size) > Options.Limits.MaxPatternSize)
            {
                throw new SchemaException([
                    .. Problems,
                    new SchemaProblem(
                        "",
                        "pattern",
                        $"the patterns have more than {Options.Limits.MaxPatternSize} characters, with their "
                            + "classes written out"
                    ),
                ]);
            }
        }

        return pattern;
    }

    public SchemaLocation? Follow(KeywordReader from, string keyword, string reference)
    {
        if (++_references > Options.Limits.MaxReferences)
        {
            throw new SchemaException([
                .. Problems,
                new SchemaProblem(
                    from.Location.Describe(),
                    keyword,
                    $"there are more than {Options.Limits.MaxReferences} references"
                ),
            ]);
        }

        var target = _registry.Resolve(from.Location, reference, out string? whyNot);
        if (whyNot is not null)
            from.Problem(keyword, whyNot);

        return target;
    }

    private void CompilePending()
    {
        int resources = 0;
        while (true)
        {
            while (_pending.TryDequeue(out var node))
                CompileNode(node);

            // A dynamic reference may jump to any dynamic anchor, so all of them need a node.
            int known = _registry.Resources.Count;
            if (!UsesDynamicScope || resources == known)
                return;

            for (; resources < known; resources++)
            {
                foreach (var anchor in _registry.Resources[resources].DynamicAnchors.Values)
                    NodeFor(anchor);
            }
        }
    }

    private void CompileNode(SchemaNode node)
    {
        var element = node.Location.Element;
        switch (element.ValueKind)
        {
            case JsonValueKind.True:
                node.Seal([], []);
                break;
            case JsonValueKind.False:
                node.Seal([new FalseKeyword()], []);
                break;
            case JsonValueKind.Object:
                CompileObject(node);
                break;
            default:
                node.Seal([], []);
                break;
        }

        bool isSchema =
            element.ValueKind == JsonValueKind.Object
            || (
                element.ValueKind is JsonValueKind.True or JsonValueKind.False
                && (node.Resource.Dialect.Draft > SchemaDraft.Draft4 || AllowsBoolean(node.Location.Pointer))
            );
        if (!isSchema)
        {
            Problems.Add(
                new SchemaProblem(
                    node.Location.Describe(),
                    "",
                    node.Resource.Dialect.Draft == SchemaDraft.Draft4
                        ? "a schema must be an object"
                        : "a schema must be an object or a boolean"
                )
            );
        }
    }

    /// <summary>Draft 4 has boolean schemas in two places only.</summary>
    private static bool AllowsBoolean(string pointer) =>
        pointer.EndsWith("/additionalProperties", StringComparison.Ordinal)
        || pointer.EndsWith("/additionalItems", StringComparison.Ordinal);

    private void CompileObject(SchemaNode node)
    {
        var reader = new KeywordReader(node.Location, this);
        var keywords = new List<Keyword>();
        if (!reader.Dialect.RefReplacesSiblings || !node.Location.Element.TryGetProperty("$ref", out _))
        {
            ValueKeywords.Read(reader, keywords);
            ObjectKeywords.Read(reader, keywords);
            ArrayKeywords.Read(reader, keywords);
            ApplicatorKeywords.Read(reader, keywords);
            ContentKeywords.Read(reader, keywords);
        }

        ReferenceKeywords.Read(reader, keywords, this);
        node.Seal(keywords, AnnotationKeywords.Read(reader));
    }
}
