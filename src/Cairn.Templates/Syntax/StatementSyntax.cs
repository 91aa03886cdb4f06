namespace Cairn.Templates.Syntax;

internal abstract class StatementSyntax(int position) : SyntaxNode(position);

/// <summary>Text between tags; <see cref="Text"/> is cut out of the source once.</summary>
internal sealed class TextSyntax(int position, string text) : StatementSyntax(position)
{
    public string Text => text;
}

/// <summary><c>{{ … }}</c> or <c>{% print … %}</c>.</summary>
internal sealed class OutputSyntax(int position, IReadOnlyList<ExpressionSyntax> expressions)
    : StatementSyntax(position)
{
    public IReadOnlyList<ExpressionSyntax> Expressions => expressions;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, expressions);
}

internal sealed class ForSyntax(
    int position,
    ExpressionSyntax target,
    ExpressionSyntax iterable,
    ExpressionSyntax? test,
    bool recursive,
    IReadOnlyList<StatementSyntax> body,
    IReadOnlyList<StatementSyntax> otherwise
) : StatementSyntax(position)
{
    public ExpressionSyntax Target => target;

    public ExpressionSyntax Iterable => iterable;

    public ExpressionSyntax? Test => test;

    public bool Recursive => recursive;

    public IReadOnlyList<StatementSyntax> Body => body;

    public IReadOnlyList<StatementSyntax> Otherwise => otherwise;

    public override void ForEachChild(Action<SyntaxNode> visit) =>
        Each(visit, [target, iterable, .. body, .. otherwise, test]);
}

internal sealed class IfSyntax(
    int position,
    IReadOnlyList<(ExpressionSyntax Test, IReadOnlyList<StatementSyntax> Body)> branches,
    IReadOnlyList<StatementSyntax> otherwise
) : StatementSyntax(position)
{
    public IReadOnlyList<(ExpressionSyntax Test, IReadOnlyList<StatementSyntax> Body)> Branches => branches;

    public IReadOnlyList<StatementSyntax> Otherwise => otherwise;

    public override void ForEachChild(Action<SyntaxNode> visit)
    {
        foreach (var (test, body) in branches)
        {
            visit(test);
            Each(visit, body);
        }
        Each(visit, otherwise);
    }
}

internal sealed class SetSyntax(int position, ExpressionSyntax target, ExpressionSyntax value)
    : StatementSyntax(position)
{
    public ExpressionSyntax Target => target;

    public ExpressionSyntax Value => value;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, [target, value]);
}

internal sealed class SetBlockSyntax(
    int position,
    ExpressionSyntax target,
    FilterSyntax? filter,
    IReadOnlyList<StatementSyntax> body
) : StatementSyntax(position)
{
    public ExpressionSyntax Target => target;

    public FilterSyntax? Filter => filter;

    public IReadOnlyList<StatementSyntax> Body => body;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, [target, filter, .. body]);
}

internal sealed class WithSyntax(
    int position,
    IReadOnlyList<(ExpressionSyntax Target, ExpressionSyntax Value)> bindings,
    IReadOnlyList<StatementSyntax> body
) : StatementSyntax(position)
{
    public IReadOnlyList<(ExpressionSyntax Target, ExpressionSyntax Value)> Bindings => bindings;

    public IReadOnlyList<StatementSyntax> Body => body;

    public override void ForEachChild(Action<SyntaxNode> visit) =>
        Each(visit, [.. bindings.Select(b => b.Target), .. bindings.Select(b => b.Value), .. body]);
}

internal sealed record SignatureSyntax(IReadOnlyList<NameSyntax> Parameters, IReadOnlyList<ExpressionSyntax> Defaults);

internal sealed class MacroSyntax(
    int position,
    string name,
    SignatureSyntax signature,
    IReadOnlyList<StatementSyntax> body
) : StatementSyntax(position)
{
    public string Name => name;

    public SignatureSyntax Signature => signature;

    public IReadOnlyList<StatementSyntax> Body => body;

    public override void ForEachChild(Action<SyntaxNode> visit) =>
        Each(visit, [.. signature.Parameters, .. signature.Defaults, .. body]);
}

internal sealed class CallBlockSyntax(
    int position,
    CallSyntax call,
    SignatureSyntax signature,
    IReadOnlyList<StatementSyntax> body
) : StatementSyntax(position)
{
    public CallSyntax Call => call;

    public SignatureSyntax Signature => signature;

    public IReadOnlyList<StatementSyntax> Body => body;

    public override void ForEachChild(Action<SyntaxNode> visit) =>
        Each(visit, [call, .. signature.Parameters, .. signature.Defaults, .. body]);
}

internal sealed class FilterBlockSyntax(int position, FilterSyntax filter, IReadOnlyList<StatementSyntax> body)
    : StatementSyntax(position)
{
    public FilterSyntax Filter => filter;

    public IReadOnlyList<StatementSyntax> Body => body;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, [.. body, filter]);
}

internal sealed class AutoEscapeSyntax(int position, ExpressionSyntax value, IReadOnlyList<StatementSyntax> body)
    : StatementSyntax(position)
{
    public ExpressionSyntax Value => value;

    public IReadOnlyList<StatementSyntax> Body => body;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, [value, .. body]);
}

internal sealed class BlockSyntax(
    int position,
    string name,
    bool scoped,
    bool required,
    IReadOnlyList<StatementSyntax> body
) : StatementSyntax(position)
{
    public string Name => name;

    public bool Scoped => scoped;

    public bool Required => required;

    public IReadOnlyList<StatementSyntax> Body => body;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, body);
}

internal sealed class ExtendsSyntax(int position, ExpressionSyntax template) : StatementSyntax(position)
{
    public ExpressionSyntax Template => template;

    public override void ForEachChild(Action<SyntaxNode> visit) => visit(template);
}

internal sealed class IncludeSyntax(int position, ExpressionSyntax template, bool ignoreMissing, bool withContext)
    : StatementSyntax(position)
{
    public ExpressionSyntax Template => template;

    public bool IgnoreMissing => ignoreMissing;

    public bool WithContext => withContext;

    public override void ForEachChild(Action<SyntaxNode> visit) => visit(template);
}

/// <summary>
/// <c>import … as name</c> (one entry in <see cref="Names"/>, whose <c>Name</c> is null) or
/// <c>from … import name as alias, …</c>.
/// </summary>
internal sealed class ImportSyntax(
    int position,
    ExpressionSyntax template,
    IReadOnlyList<(string? Name, string Alias)> names,
    bool withContext
) : StatementSyntax(position)
{
    public ExpressionSyntax Template => template;

    public IReadOnlyList<(string? Name, string Alias)> Names => names;

    public bool WithContext => withContext;

    public override void ForEachChild(Action<SyntaxNode> visit) => visit(template);
}

internal sealed class DoSyntax(int position, ExpressionSyntax expression) : StatementSyntax(position)
{
    public ExpressionSyntax Expression => expression;

    public override void ForEachChild(Action<SyntaxNode> visit) => visit(expression);
}

internal sealed class LoopControlSyntax(int position, bool isBreak) : StatementSyntax(position)
{
    public bool IsBreak => isBreak;
}
