using Cairn.Rego.Values;

namespace Cairn.Rego.Syntax;

/// <summary>Anything that stands for a value.</summary>
internal abstract record Term(SourceLocation Location);

internal sealed record ScalarTerm(RegoValue Value, SourceLocation Location) : Term(Location)
{
    /// <summary>The text as written, where it matters for formatting (raw strings, numbers).</summary>
    public string? Source { get; init; }
}

internal sealed record VarTerm(string Name, SourceLocation Location) : Term(Location)
{
    public bool IsWildcard => Name[0] == '$';
}

/// <summary><c>head.a[b]</c>; names after a dot are string scalars.</summary>
internal sealed record RefTerm(Term Head, IReadOnlyList<Term> Path, SourceLocation Location) : Term(Location)
{
    /// <summary>The dotted name when head and path are plain names, else null: <c>array.concat</c>.</summary>
    public string? DottedName =>
        Head is VarTerm head && Path.All(term => term is ScalarTerm { Value: RegoString })
            ? string.Join('.', Path.Select(term => ((RegoString)((ScalarTerm)term).Value).Value).Prepend(head.Name))
            : null;
}

internal sealed record ArrayTerm(IReadOnlyList<Term> Items, SourceLocation Location) : Term(Location);

internal sealed record SetTerm(IReadOnlyList<Term> Items, SourceLocation Location) : Term(Location);

internal sealed record ObjectTerm(IReadOnlyList<(Term Key, Term Value)> Members, SourceLocation Location)
    : Term(Location);

/// <summary>A call; <see cref="Infix"/> holds the operator where one was written.</summary>
internal sealed record CallTerm(Term Function, IReadOnlyList<Term> Arguments, SourceLocation Location) : Term(Location)
{
    public string? Infix { get; init; }

    public bool Parenthesized { get; init; }
}

/// <summary>A function's name where a <c>with</c> puts it in place of another; only after names are resolved.</summary>
internal sealed record FunctionTerm(Term Function, SourceLocation Location) : Term(Location);

internal enum ComprehensionKind
{
    Array,
    Set,
    Object,
}

/// <summary><c>[value | body]</c>, <c>{value | body}</c>, <c>{key: value | body}</c>.</summary>
internal sealed record ComprehensionTerm(
    ComprehensionKind Kind,
    Term? Key,
    Term Value,
    IReadOnlyList<Expression> Body,
    SourceLocation Location
) : Term(Location)
{
    /// <summary>Whether it stands for the body of a <c>not</c> in braces.</summary>
    public bool IsBlock { get; init; }
}

/// <summary><c>$"text {expression}"</c>: parts are texts, or expressions whose value (or <c>&lt;undefined&gt;</c>) is
/// put in.</summary>
internal sealed record TemplateTerm(IReadOnlyList<TemplatePart> Parts, bool Raw, SourceLocation Location)
    : Term(Location);

internal sealed record TemplatePart(string? Text, Expression? Value);

/// <summary>One expression of a body.</summary>
internal abstract record Expression(SourceLocation Location)
{
    public IReadOnlyList<WithModifier> With { get; init; } = [];

    public bool Negated { get; init; }
}

internal sealed record TermExpression(Term Term, SourceLocation Location) : Expression(Location);

/// <summary><c>left := right</c> or <c>left = right</c>.</summary>
internal sealed record UnifyExpression(Term Left, Term Right, bool Declares, SourceLocation Location)
    : Expression(Location)
{
    /// <summary>Whether <c>==</c> was written, where it means the same.</summary>
    public bool Compares { get; init; }
}

/// <summary><c>some x, y</c>.</summary>
internal sealed record SomeExpression(IReadOnlyList<VarTerm> Variables, SourceLocation Location) : Expression(Location);

/// <summary><c>some key, value in collection</c>.</summary>
internal sealed record SomeInExpression(Term? Key, Term Value, Term Collection, SourceLocation Location)
    : Expression(Location);

/// <summary><c>every key, value in collection { body }</c>.</summary>
internal sealed record EveryExpression(
    VarTerm? Key,
    VarTerm Value,
    Term Collection,
    IReadOnlyList<Expression> Body,
    SourceLocation Location
) : Expression(Location);

/// <summary><c>with target as value</c>.</summary>
internal sealed record WithModifier(Term Target, Term Value, SourceLocation Location);

internal sealed record PackageNode(RefTerm Path, SourceLocation Location)
{
    public IReadOnlyList<string> Names { get; } =
    [.. Path.Path.Select(term => ((RegoString)((ScalarTerm)term).Value).Value)];
}

internal sealed record ImportNode(RefTerm Path, VarTerm? Alias, SourceLocation Location)
{
    /// <summary>The name the import is known by in its module.</summary>
    public string Name =>
        Alias?.Name
        ?? (Path.Path.Count == 0 ? ((VarTerm)Path.Head).Name : ((RegoString)((ScalarTerm)Path.Path[^1]).Value).Value);
}

/// <summary>A rule's head: <c>p.q[k](args) := value</c>, or <c>p contains value</c>.</summary>
internal sealed record HeadNode(
    Term Name,
    IReadOnlyList<Term> Path,
    IReadOnlyList<Term>? Arguments,
    Term? Contains,
    Term? Value,
    SourceLocation Location
)
{
    /// <summary>Whether the value follows <c>:=</c> and not <c>=</c>.</summary>
    public bool Assigned { get; init; }

    /// <summary>Whether empty parentheses were written: without arguments a function is a rule like others.</summary>
    public bool Parentheses { get; init; }
}

/// <summary>A rule with its <c>else</c> branches; further bodies in braces are rules of their own.</summary>
internal sealed record RuleNode(HeadNode Head, IReadOnlyList<Expression> Body, RuleNode? Else, SourceLocation Location)
{
    public bool IsDefault { get; init; }

    /// <summary>Whether a body was written; without one the rule holds always.</summary>
    public bool HasBody { get; init; }

    /// <summary>Whether the body stands in braces.</summary>
    public bool Braced { get; init; }

    /// <summary>Whether this is another body of the rule before it.</summary>
    public bool SharesHead { get; init; }

    /// <summary>Where the text of the rule ends.</summary>
    public int End { get; init; }

    public int EndRow { get; init; }
}

internal sealed record ModuleNode(
    string File,
    string Text,
    PackageNode Package,
    IReadOnlyList<ImportNode> Imports,
    IReadOnlyList<RuleNode> Rules,
    IReadOnlyList<Comment> Comments,
    bool Version1
)
{
    /// <summary>Whether a <c>not</c> negates all that its expression needs: <c>import
    /// future.keywords.not</c>.</summary>
    public bool NegatesWhole { get; init; }
}
