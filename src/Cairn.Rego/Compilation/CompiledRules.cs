using Cairn.Rego.Evaluation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation;

/// <summary>The rules of all modules by path. Immutable once compiled; shared by all evaluations.</summary>
internal sealed class CompiledRules(RuleTreeNode root, int nodeCount)
{
    public RuleTreeNode Root => root;

    /// <summary>How many numbers of nodes there are to remember results under (two for each).</summary>
    public int MemoSize => nodeCount * 2;
}

/// <summary>A place below <c>data</c> that packages or rules have.</summary>
internal sealed class RuleTreeNode(int id, RuleTreeNode? parent, RegoValue? key)
{
    public int Id => id;

    public RuleTreeNode? Parent => parent;

    public RegoValue? Key => key;

    public Dictionary<RegoValue, RuleTreeNode> Children { get; } = [];

    /// <summary>The rules whose whole path this is.</summary>
    public RuleSet? Rules { get; set; }

    /// <summary>Rules whose path goes on with terms that are worked out, for example <c>p[x].q</c> at
    /// <c>p</c>.</summary>
    public List<CompiledRule> Dynamic { get; } = [];

    public bool HasDynamic { get; set; }

    /// <summary>The number under which the whole document is remembered; <see cref="Id"/> has the rules' own
    /// result.</summary>
    public int DocumentId => id * 2;

    public int RulesId => (id * 2) + 1;

    /// <summary>The way here from <c>data</c>.</summary>
    public IReadOnlyList<RegoValue> Keys
    {
        get
        {
            var keys = new List<RegoValue>();
            for (var node = this; node.Key is not null; node = node.Parent!)
                keys.Add(node.Key);
            keys.Reverse();
            return keys;
        }
    }

    public string Path
    {
        get
        {
            var text = new System.Text.StringBuilder();
            Append(text);
            return text.ToString();
        }
    }

    private void Append(System.Text.StringBuilder text)
    {
        parent?.Append(text);
        if (key is null)
            text.Append("data");
        else if (key is RegoString { Value: var name } && name.All(c => char.IsLetterOrDigit(c) || c == '_'))
            text.Append('.').Append(name);
        else
            text.Append('[').Append(key).Append(']');
    }
}

internal enum RuleSetKind
{
    Complete,
    Set,
    Function,
}

/// <summary>All rules of one path.</summary>
internal sealed class RuleSet(string name, RuleSetKind kind, int arity, SourceLocation location, RuleTreeNode node)
{
    private readonly List<(CompiledRule Rule, ResolvedRule Source)> _building = [];

    public string Name => name;

    public RuleSetKind Kind => kind;

    public int Arity => arity;

    public string Location { get; } = location.ToString();

    public RuleTreeNode Node => node;

    public CompiledRule[] Rules { get; private set; } = [];

    public CompiledRule? Default { get; set; }

    /// <summary>Whether the first rule that holds decides, because all have the same constant value.</summary>
    public bool EarlyExit { get; private set; }

    public RuleIndex? Index { get; private set; }

    public string ConflictMessage =>
        kind == RuleSetKind.Function
            ? "functions must not produce multiple outputs for same inputs"
            : "complete rules must not produce multiple outputs";

    public void Add(CompiledRule rule, ResolvedRule source) => _building.Add((rule, source));

    /// <summary>Ends the compilation of the rules.</summary>
    public void Finish()
    {
        Rules = [.. _building.Select(rule => rule.Rule)];
        EarlyExit =
            Rules.Length > 0
            && Rules.All(rule => rule is { Constant: not null, Else: null } && rule.Constant.Equals(Rules[0].Constant));
        Index = RuleIndex.Build([.. _building.Select(rule => rule.Source)]);
        _building.Clear();
    }
}

/// <summary>A rule ready to run.</summary>
internal sealed class CompiledRule
{
    public required Step Body { get; init; }

    public required int Slots { get; init; }

    public required int Collectors { get; init; }

    public required Pattern[] Arguments { get; init; }

    public required string Location { get; init; }

    /// <summary>The value where it is a constant.</summary>
    public RegoValue? Constant { get; init; }

    public CompiledRule? Else { get; set; }
}
