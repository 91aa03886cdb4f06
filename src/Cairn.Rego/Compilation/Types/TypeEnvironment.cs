using Cairn.Rego.Builtins;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation.Types;

/// <summary>The types of <c>input</c> and <c>data</c> as one rule sees them.</summary>
/// <param name="Rules">What rules make of <c>data</c>.</param>
/// <param name="Input">The type of <c>input</c>.</param>
/// <param name="Data">The type of all of <c>data</c> where a schema says it; null for what <paramref name="Rules"/>
/// say.</param>
internal sealed record DocumentTypes(TypeTree Rules, RegoType Input, RegoType? Data)
{
    /// <summary>The type of a reference below <c>input</c> or <c>data</c>; unknown when there cannot be such a
    /// value.</summary>
    public RegoType Find(RefTerm reference)
    {
        if (((VarTerm)reference.Head).Name == "input")
            return Select(Input, reference.Path, 0);
        if (Data is not null)
            return Select(Data, reference.Path, 0);
        var node = Rules;
        for (int i = 0; i < reference.Path.Count; i++)
        {
            bool constant = reference.Path[i] is ScalarTerm;
            if (constant && node.Child(((ScalarTerm)reference.Path[i]).Value) is { } child)
            {
                node = child;
                continue;
            }

            if (!node.Type.IsUnknown)
                return Select(node.Type, reference.Path, i);
            return constant ? RegoType.Any : Select(node.Extent, reference.Path, i);
        }

        return node.Extent;
    }

    /// <summary>The type of what a path leads to in values of a type.</summary>
    public static RegoType Select(RegoType type, IReadOnlyList<Term> path, int from)
    {
        for (int i = from; i < path.Count && !type.IsUnknown; i++)
            type = path[i] is ScalarTerm scalar ? TypeOperations.Select(type, scalar.Value) : type.AllValues;
        return type;
    }
}

/// <summary>What is known of the variables of a body; bodies inside see those of the bodies around.</summary>
internal sealed class TypeEnvironment(DocumentTypes documents, TypeEnvironment? outer)
{
    private readonly Dictionary<string, RegoType> _variables = [];

    public DocumentTypes Documents => documents;

    /// <summary>The type of a variable; unknown when nothing was said of it yet.</summary>
    public RegoType this[string variable]
    {
        get
        {
            for (var scope = this; scope is not null; scope = scope.Outer)
            {
                if (scope._variables.TryGetValue(variable, out var type))
                    return type;
            }

            return RegoType.Unknown;
        }
        set => _variables[variable] = value;
    }

    private TypeEnvironment? Outer => outer;
}
