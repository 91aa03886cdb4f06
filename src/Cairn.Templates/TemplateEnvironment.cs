using System.Collections.Frozen;
using Cairn.Templates.Builtins;

namespace Cairn.Templates;

/// <summary>What happens when a template uses a value that does not exist.</summary>
public enum UndefinedMode
{
    /// <summary>It prints nothing, is false and empty; anything else is an error. Jinja's default.</summary>
    Lenient,

    /// <summary>Only <c>is defined</c>, <c>is undefined</c> and <c>default</c> may touch it.</summary>
    Strict,

    /// <summary>As lenient, and its attributes and items are undefined too, without an error.</summary>
    Chainable,
}

/// <summary>Tags that exist only when they are switched on.</summary>
[Flags]
public enum TemplateExtensions
{
    /// <summary>The plain language.</summary>
    None = 0,

    /// <summary><c>{% do expression %}</c>.</summary>
    Do = 1,

    /// <summary><c>{% break %}</c> and <c>{% continue %}</c>.</summary>
    LoopControls = 2,
}

/// <summary>
/// The source of the template of that name, for <c>include</c>, <c>import</c> and <c>extends</c>; null where there
/// is none. It is called at most once per name and render, on the rendering thread.
/// </summary>
public delegate string? TemplateLoader(string name);

/// <summary>How templates are read and rendered. Immutable; one environment serves any number of threads.</summary>
public sealed record TemplateEnvironment
{
    private readonly TemplateBudget _budget = TemplateBudget.Default;

    /// <summary>Jinja2's defaults.</summary>
    public static TemplateEnvironment Default { get; } = new();

    /// <summary>Whether the newline after a block tag is dropped.</summary>
    public bool TrimBlocks { get; init; }

    /// <summary>Whether white space before a block tag at the start of a line is dropped.</summary>
    public bool LstripBlocks { get; init; }

    /// <summary>Whether the newline at the end of a template stays. Documents keep it always.</summary>
    public bool KeepTrailingNewline { get; init; }

    /// <summary>Whether output is HTML-escaped unless marked safe.</summary>
    public bool AutoEscape { get; init; }

    /// <summary>What using a missing value means.</summary>
    public UndefinedMode Undefined { get; init; }

    /// <summary>The optional tags that are on.</summary>
    public TemplateExtensions Extensions { get; init; }

    /// <summary>The limits of every parse and render.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The nesting limit is not in 1 to 150.</exception>
    public TemplateBudget Budget
    {
        get => _budget;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value.MaxNesting, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value.MaxNesting, 150);
            _budget = value;
        }
    }

    /// <summary>Where other templates come from; null where there are none.</summary>
    public TemplateLoader? Loader { get; init; }

    /// <summary>Values every template can see, imported ones too, unless a variable hides them.</summary>
    public TemplateVariables Globals { get; init; } = TemplateVariables.Empty;

    /// <summary>Functions every template can call, besides those given per render.</summary>
    public IReadOnlyDictionary<string, TemplateFunction> Functions { get; init; } =
        FrozenDictionary<string, TemplateFunction>.Empty;

    /// <summary>The names of the built-in filters, sorted.</summary>
    public static IReadOnlyList<string> FilterNames { get; } = BuiltinTables.NamesOf(BuiltinTables.Filters);

    /// <summary>The names of the built-in tests, sorted.</summary>
    public static IReadOnlyList<string> TestNames { get; } = BuiltinTables.NamesOf(BuiltinTables.Tests);

    /// <summary>Reads and compiles a template.</summary>
    /// <param name="source">Its text; line ends of any sort count as <c>\n</c>.</param>
    /// <param name="name">How errors call it; also the name the template has for <c>extends</c> and <c>include</c>
    /// errors.</param>
    /// <exception cref="TemplateException">Of kind <see cref="TemplateErrorKind.Syntax"/>, with line and
    /// column.</exception>
    public Template Parse(string source, string? name = null) => new(this, source, name);
}
