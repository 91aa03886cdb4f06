using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>The operators == != &lt; &lt;= &gt; &gt;= on any two values, in Rego's order.</summary>
internal static class ComparisonBuiltins
{
    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        Operator("equal", "==", (a, b) => a.Equals(b)),
        Operator("neq", "!=", (a, b) => !a.Equals(b)),
        Operator("lt", "<", (a, b) => a.CompareTo(b) < 0),
        Operator("lte", "<=", (a, b) => a.CompareTo(b) <= 0),
        Operator("gt", ">", (a, b) => a.CompareTo(b) > 0),
        Operator("gte", ">=", (a, b) => a.CompareTo(b) >= 0),
    ];

    private static BuiltinDefinition Operator(string name, string infix, Func<RegoValue, RegoValue, bool> holds) =>
        new(name, [RegoType.Any, RegoType.Any], RegoType.Boolean, (_, args) => RegoBoolean.Of(holds(args[0], args[1])))
        {
            Infix = infix,
        };
}
