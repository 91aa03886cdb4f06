namespace Cairn.Templates.Compilation;

/// <summary>Where in the template the compiler is.</summary>
internal sealed record CompileFrame(Symbols Symbols)
{
    /// <summary>Names set here are the template's, visible to its blocks and includes.</summary>
    public bool IsTopLevel { get; init; }

    /// <summary>As <see cref="IsTopLevel"/>, and not inside an <c>if</c>.</summary>
    public bool IsRootLevel { get; init; }

    /// <summary>Whether output counts only as long as no <c>extends</c> has been met.</summary>
    public bool ChecksExtends { get; init; }

    /// <summary>Inside an <c>if</c>: an unknown filter is an error only when it is reached.</summary>
    public bool IsConditional { get; init; }

    /// <summary>Whether there is a loop of this function to break out of.</summary>
    public bool IsInLoop { get; init; }

    /// <summary>Whether output is escaped; null where it depends on a value.</summary>
    public bool? AutoEscape { get; init; }

    public FunctionScope Function => Symbols.Function;

    /// <summary>A scope inside this one, in the same function.</summary>
    public CompileFrame Inner() =>
        new(new Symbols(Function, Symbols))
        {
            ChecksExtends = ChecksExtends,
            IsInLoop = IsInLoop,
            AutoEscape = AutoEscape,
        };

    /// <summary>A scope inside this one that is a function of its own.</summary>
    public CompileFrame InnerFunction() =>
        new(new Symbols(new FunctionScope(Function), Symbols))
        {
            ChecksExtends = ChecksExtends,
            AutoEscape = AutoEscape,
        };

    public CompileFrame Conditional() => this with { IsConditional = true, IsRootLevel = false };
}
