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

    /// <summary>Rules whose path goes on with terms that are worked out, for example <c>p[x].q</c> at <c>p</c>.</summary>
    public List<CompiledRule> Dynamic { get; } = [];

    public bool HasDynamic { get; set; }

    /// <summary>The number under which the whole document is remembered; <see cref="Id"/> has the rules' own result.</summary>
    public int DocumentId => id * 2;

    public int RulesId => (id * 2) + 1;

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
    public string Name => name;

    public RuleSetKind Kind => kind;

    public int Arity => arity;

    public string Location { get; } = location.ToString();

    public RuleTreeNode Node => node;

    public CompiledRule[] Rules { get; set; } = [];

    public CompiledRule? Default { get; set; }

    /// <summary>Whether the first rule that holds decides, because all have the same constant value.</summary>
    public bool EarlyExit { get; set; }

    public RuleIndex? Index { get; set; }

    public string ConflictMessage => kind == RuleSetKind.Function
        ? "functions must not produce multiple outputs for same inputs"
        : "complete rules must not produce multiple outputs";
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
