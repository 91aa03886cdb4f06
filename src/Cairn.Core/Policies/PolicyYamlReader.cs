using Cairn.Rego.Values;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cairn.Core.Policies;

/// <summary>
/// The value of a YAML text as OPA has it: scalars mean what they mean in YAML 1.1, of repeated names the last counts,
/// names are texts, and what follows the first document is not read. Configs are read more strictly, and by YAML 1.2.
/// An alias is the value it names and no copy, and still counts as one: whoever writes the value out writes all of
/// them.
/// </summary>
internal sealed class PolicyYamlReader
{
    private const int MaxDepth = 1_000;

    // Values, and sixteen characters of text each; what aliases do not repeat is as large as the text.
    private const long MaxExpanded = 4_000_000;
    private const int CharactersPerValue = 16;

    // Mappings share what they merge only by copying it.
    private const int MaxMerged = 1_000_000;

    private readonly IParser _parser;
    private readonly Dictionary<AnchorName, (RegoValue? Value, long Weight)> _anchors = [];
    private long _weight;
    private long _expanded;
    private int _merged;

    private readonly bool _wordsAreBooleans;

    public PolicyYamlReader(string text, bool wordsAreBooleans) =>
        (_parser, _wordsAreBooleans) = (new Parser(new StringReader(text)), wordsAreBooleans);

    /// <summary>The first document; null where there is none.</summary>
    /// <exception cref="YamlException">It is malformed.</exception>
    /// <exception cref="FormatException">It has what JSON has no name or number for, or nests too deep.</exception>
    public RegoValue Read()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
            return RegoNull.Instance;
        _parser.Consume<DocumentStart>();
        return Value(0);
    }

    private RegoValue Value(int depth)
    {
        if (depth > MaxDepth)
            throw Bad(_parser.Current!, $"the document nests deeper than {MaxDepth} levels.");
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        var node = _parser.Consume<ParsingEvent>();
        if (node is AnchorAlias alias)
            return Named(alias);
        long before = _weight;
        _weight += 1 + (node is Scalar { Value.Length: var length } ? length / CharactersPerValue : 0);
        var anchor = ((NodeEvent)node).Anchor;
        if (!anchor.IsEmpty)
            _anchors[anchor] = default;
        var value = node switch
        {
            Scalar scalar => PolicyYamlScalar.Value(scalar, _wordsAreBooleans),
            SequenceStart => Items(depth),
            MappingStart => Members(depth),
            _ => throw Bad(node, "a value is missing."),
        };
        if (!anchor.IsEmpty)
            _anchors[anchor] = (value, _weight - before);
        return value;
    }

    private RegoValue Named(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value, out var named))
            throw Bad(alias, $"nothing before it is named &{alias.Value}.");
        _weight += named.Weight;
        if ((_expanded += named.Weight) > MaxExpanded)
            throw Bad(alias, "the document's aliases expand to too much.");
        return named.Value ?? throw Bad(alias, $"*{alias.Value} stands inside of what it names.");
    }

    private RegoArray Items(int depth)
    {
        var items = new List<RegoValue>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(Value(depth + 1));
        return RegoArray.Of(items);
    }

    private RegoObject Members(int depth)
    {
        var own = new RegoObjectBuilder();
        RegoObjectBuilder? merged = null;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var place = _parser.Current!;
            bool merges =
                _parser.Accept<Scalar>(out var scalar)
                && scalar is { Value: "<<", Style: ScalarStyle.Plain, Tag.IsEmpty: true };
            var name = Value(depth + 1);
            if (!merges)
            {
                own.Set(
                    PolicyYamlScalar.Name(name)
                        ?? throw Bad(place, "a member's name must be a text, a number or a boolean."),
                    Value(depth + 1)
                );
            }
            else
            {
                Merge(merged ??= new RegoObjectBuilder(), Value(depth + 1), place);
            }
        }

        if (merged is null)
            return own.Build();
        merged.SetAll(own.Build());
        return merged.Build();
    }

    // Of several mappings an earlier one goes before a later one.
    private void Merge(RegoObjectBuilder members, RegoValue sources, ParsingEvent place)
    {
        foreach (var source in sources is RegoArray many ? many : RegoArray.Of(sources))
        {
            if (source is not RegoObject mapping)
                throw Bad(place, "'<<' takes a mapping, or a list of mappings.");
            if ((_merged += mapping.Count) > MaxMerged)
                throw Bad(place, $"the document merges more than {MaxMerged} members.");
            foreach (var (name, value) in mapping)
                members.TryAdd(name, value);
        }
    }

    private static FormatException Bad(ParsingEvent node, string what) => new($"Line {node.Start.Line}: {what}");
}
