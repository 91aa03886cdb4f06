using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cairn.Core.Documents;

/// <summary>
/// Makes JSON of YAML's events as they come, one document after the other. What an anchor names is the JSON that was
/// written of it, and an alias a copy: so all that aliases and merges make is bytes that are counted before they are
/// copied, and nothing can hold itself.
/// </summary>
internal sealed class YamlReader
{
    // What is written out grows with what was sent; only aliases multiply.
    private const int MaxExpansion = 4 << 20;

    private readonly IParser _parser;
    private readonly WorkBudget _budget;
    private readonly List<DocumentWarning>? _warnings;
    private readonly Dictionary<AnchorName, Anchor> _anchors = [];
    private ArrayBufferWriter<byte> _output = new();
    private long _expanded;

    /// <param name="text">The stream of documents.</param>
    /// <param name="budget">Charged for values and bytes.</param>
    /// <param name="warnings">Takes what other versions of YAML read otherwise; null when nobody wants to know.</param>
    public YamlReader(string text, WorkBudget budget, List<DocumentWarning>? warnings)
    {
        _parser = new Parser(new StringReader(text));
        _budget = budget;
        _warnings = warnings;
        _parser.Consume<StreamStart>();
    }

    /// <summary>Whether all documents have been read.</summary>
    public bool AtEnd => _parser.Accept<StreamEnd>(out _);

    /// <summary>The next document as compact JSON.</summary>
    /// <exception cref="YamlException">It is malformed.</exception>
    /// <exception cref="ProblemException">JSON cannot hold it, or it is too large or too deep.</exception>
    public byte[] Next()
    {
        _parser.Consume<DocumentStart>();
        _anchors.Clear();
        _output = new ArrayBufferWriter<byte>();
        Value(0);
        _parser.Consume<DocumentEnd>();
        return _output.WrittenSpan.ToArray();
    }

    // Writes one value and gives back how many levels it nests.
    private int Value(int depth)
    {
        _budget.Charge(1);
        int start = _output.WrittenCount;
        switch (_parser.Consume<ParsingEvent>())
        {
            case AnchorAlias alias:
                return Copy(alias, depth);
            case Scalar scalar:
                _budget.Charge(0, scalar.Value.Length);
                YamlScalar.Write(_output, scalar, _warnings);
                Open(scalar)?.Close(_output, start, 0, scalar.Value);
                return 0;
            case SequenceStart sequence:
                return Collection(sequence, start, depth, Items);
            case MappingStart mapping:
                return Collection(mapping, start, depth, Members);
            case var other:
                throw new YamlException(other.Start, other.End, "A value is missing.");
        }
    }

    private int Collection(NodeEvent node, int start, int depth, Func<int, int> content)
    {
        YamlScalar.CheckTag(node, node is MappingStart ? "map" : "seq");
        CheckDepth(depth + 1);
        var anchor = Open(node);
        int levels = content(depth + 1) + 1;
        anchor?.Close(_output, start, levels, null);
        return levels;
    }

    private int Items(int depth)
    {
        int levels = 0;
        bool first = true;
        Put('[');
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            if (!first)
                Put(',');
            first = false;
            levels = Math.Max(levels, Value(depth));
        }

        Put(']');
        return levels;
    }

    private int Members(int depth)
    {
        int levels = 0;
        var names = new HashSet<string>(StringComparer.Ordinal);
        JsonElement? merges = null;
        Put('{');
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var node = _parser.Consume<ParsingEvent>();
            _budget.Charge(1);
            if (node is Scalar { Value: "<<", Style: ScalarStyle.Plain, Tag.IsEmpty: true })
            {
                if (merges is not null)
                    throw Bad(node, "'<<' is there twice.");
                (merges, int merged) = Apart(depth);
                if (!IsMerge(merges.Value))
                    throw Bad(node, "'<<' takes a mapping, or a list of mappings.");
                levels = Math.Max(levels, merged);
                continue;
            }

            string name = Name(node);
            if (!names.Add(name))
                throw Bad(node, $"the member '{name}' is there twice.");
            Name(name, names.Count == 1);
            levels = Math.Max(levels, Value(depth));
        }

        if (merges is { } sources)
            Merge(sources, names);
        Put('}');
        return levels;
    }

    // What is merged does not stand where it is written.
    private (JsonElement Value, int Levels) Apart(int depth)
    {
        var outer = _output;
        _output = new ArrayBufferWriter<byte>();
        int levels = Value(depth - 1);
        var value = JsonText.Element(_output.WrittenSpan);
        _output = outer;
        return (value, levels - (value.ValueKind == JsonValueKind.Array ? 2 : 1));
    }

    private static bool IsMerge(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        || (
            value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
        );

    private void Merge(JsonElement sources, HashSet<string> names)
    {
        foreach (
            var source in sources.ValueKind == JsonValueKind.Array ? [.. sources.EnumerateArray()] : new[] { sources }
        )
        {
            foreach (var member in source.EnumerateObject())
            {
                _budget.Charge(1);
                if (!names.Add(member.Name))
                    continue;
                Name(member.Name, names.Count == 1);
                Expand(JsonMarshal.GetRawUtf8Value(member.Value));
            }
        }
    }

    private string Name(ParsingEvent node)
    {
        switch (node)
        {
            case Scalar scalar:
                YamlScalar.CheckTag(scalar);
                Open(scalar)?.Close(scalar.Value);
                return scalar.Value;
            case AnchorAlias alias when Find(alias).Text is { } text:
                Count(text.Length);
                return text;
            default:
                throw Bad(node, "a member's name must be a scalar.");
        }
    }

    private int Copy(AnchorAlias alias, int depth)
    {
        var anchor = Find(alias);
        CheckDepth(depth + anchor.Levels);
        Expand(anchor.Json.Span);
        return anchor.Levels;
    }

    private Anchor? Open(NodeEvent node)
    {
        if (node.Anchor.IsEmpty)
            return null;
        return _anchors[node.Anchor] = new Anchor();
    }

    private Anchor Find(AnchorAlias alias) =>
        !_anchors.TryGetValue(alias.Value, out var anchor)
            ? throw Bad(alias, $"nothing before it is named &{alias.Value}.")
        : !anchor.IsClosed ? throw Bad(alias, $"*{alias.Value} stands inside of what it names.")
        : anchor;

    private void Expand(ReadOnlySpan<byte> json)
    {
        Count(json.Length);
        _output.Write(json);
    }

    private void Count(int bytes)
    {
        if ((_expanded += bytes) > MaxExpansion)
        {
            throw new ProblemException(
                ProblemKind.TooLarge,
                $"The YAML document's aliases expand to more than {MaxExpansion} bytes."
            );
        }

        _budget.Charge(1, bytes);
    }

    private void Name(string name, bool first)
    {
        _budget.Charge(0, name.Length);
        if (!first)
            Put(',');
        YamlScalar.WriteText(_output, name);
        Put(':');
    }

    private void Put(char c)
    {
        _output.GetSpan(1)[0] = (byte)c;
        _output.Advance(1);
    }

    private static void CheckDepth(int depth)
    {
        if (depth > JsonText.MaxDepth)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                $"The document nests deeper than {JsonText.MaxDepth} levels."
            );
        }
    }

    private static ProblemException Bad(ParsingEvent node, string what) => YamlScalar.Bad(node, what);

    // What an anchor names, from its end on.
    private sealed class Anchor
    {
        public bool IsClosed { get; private set; }
        public ReadOnlyMemory<byte> Json { get; private set; }
        public int Levels { get; private set; }
        public string? Text { get; private set; }

        public void Close(ArrayBufferWriter<byte> output, int start, int levels, string? text) =>
            (IsClosed, Json, Levels, Text) = (true, output.WrittenMemory[start..], levels, text);

        public void Close(string name)
        {
            var json = new ArrayBufferWriter<byte>();
            YamlScalar.WriteText(json, name);
            Close(json, 0, 0, name);
        }
    }
}
