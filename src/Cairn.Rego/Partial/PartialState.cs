using System.Collections.Immutable;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Partial;

/// <summary>How far a body has been worked out, on one way through it. Immutable: other ways go on from the same
/// state.</summary>
/// <param name="Values">Variables whose values are known.</param>
/// <param name="Unknown">Variables that saved expressions bind.</param>
/// <param name="Saved">What is left of the expressions, the last first.</param>
internal sealed record PartialState(
    ImmutableDictionary<string, ScalarTerm> Values,
    ImmutableHashSet<string> Unknown,
    ImmutableStack<Expression> Saved
)
{
    public static PartialState Empty { get; } = new(ImmutableDictionary<string, ScalarTerm>.Empty, [], []);

    /// <summary>The expressions left, in order.</summary>
    public List<Expression> Body => [.. Saved.Reverse()];

    public Expression Fill(Expression expression) => Rewrite.Of(expression, Value);

    public Term Fill(Term term) => Rewrite.Of(term, Value);

    /// <summary>Leaves an expression for later, and with it the variables it would bind.</summary>
    public PartialState Save(Expression expression)
    {
        var unknown = Unknown.ToBuilder();
        Compilation.Variables.Visit(expression, closures: false, variable => unknown.Add(variable.Name));
        return this with { Saved = Saved.Push(expression), Unknown = unknown.ToImmutable() };
    }

    private ScalarTerm? Value(Term term) => term is VarTerm variable ? Values.GetValueOrDefault(variable.Name) : null;
}
