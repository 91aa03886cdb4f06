using Cairn.Rego.Values;

namespace Cairn.Rego.Evaluation;

/// <summary>
/// What <c>input</c> and <c>data</c> are, what <c>with</c> replaced, and what has been worked out under these. Every
/// <c>with</c> makes a new one.
/// </summary>
internal sealed class EvaluationScope
{
    public static readonly object Undefined = new();

    private const int ArrayLimit = 256;

    private readonly int _nodes;
    private object?[]? _memo;
    private Dictionary<int, object>? _largeMemo;
    private EvaluationScope? _withoutFunctions;

    public EvaluationScope(RegoValue? input, RegoValue data, int nodes) => (Input, Data, _nodes) = (input, data, nodes);

    public RegoValue? Input { get; init; }

    public RegoValue Data { get; }

    /// <summary>Replaced documents; null where none is.</summary>
    public MockNode? Mocks { get; init; }

    /// <summary>Replaced functions by name (<c>http.send</c>, <c>data.p.f</c>); null where none is.</summary>
    public Dictionary<string, FunctionMock>? Functions { get; init; }

    /// <summary>What was stored under a number: a result, <see cref="Undefined"/>, or null.</summary>
    public object? Recall(int id) => _nodes <= ArrayLimit ? _memo?[id] : _largeMemo?.GetValueOrDefault(id);

    public void Remember(int id, object? result)
    {
        if (_nodes <= ArrayLimit)
            (_memo ??= new object?[_nodes])[id] = result ?? Undefined;
        else
            (_largeMemo ??= [])[id] = result ?? Undefined;
    }

    public EvaluationScope With(RegoValue? input, MockNode? mocks, Dictionary<string, FunctionMock>? functions) =>
        new(input, Data, _nodes) { Mocks = mocks, Functions = functions };

    /// <summary>The same without replaced functions: what replacing functions run in.</summary>
    public EvaluationScope WithoutFunctions =>
        Functions is null ? this : _withoutFunctions ??= With(Input, Mocks, null);
}

/// <summary>A function's replacement: a value, or another function.</summary>
internal sealed record FunctionMock(
    RegoValue? Value,
    Builtins.BuiltinDefinition? Builtin,
    Compilation.RuleSet? Function
);

/// <summary>Replaced documents by path. A node with a value has no children: later replacements inside it changed the
/// value.</summary>
internal sealed class MockNode
{
    public RegoValue? Value { get; private init; }

    public Dictionary<RegoValue, MockNode> Children { get; private init; } = [];

    public MockNode? Child(RegoValue key) => Children.GetValueOrDefault(key);

    /// <summary>A copy with one more replacement, over those before.</summary>
    public static MockNode With(MockNode? node, ReadOnlySpan<RegoValue> path, RegoValue value)
    {
        if (path.IsEmpty)
            return new MockNode { Value = value };
        if (node?.Value is { } old)
            return new MockNode { Value = Patch(old, path, value) };
        var children = node is null ? [] : new Dictionary<RegoValue, MockNode>(node.Children);
        children[path[0]] = With(node?.Child(path[0]), path[1..], value);
        return new MockNode { Children = children };
    }

    /// <summary>The document with the value at a path; what is no object on the way becomes one.</summary>
    public static RegoValue Patch(RegoValue? document, ReadOnlySpan<RegoValue> path, RegoValue value)
    {
        if (path.IsEmpty)
            return value;
        var builder = new RegoObjectBuilder();
        if (document is RegoObject o)
            builder.SetAll(o);
        builder.Set(path[0], Patch((document as RegoObject)?[path[0]], path[1..], value));
        return builder.Build();
    }
}
