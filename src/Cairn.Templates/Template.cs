using System.Text.Json;
using Cairn.Templates.Compilation;
using Cairn.Templates.Evaluation;
using Cairn.Templates.Syntax;
using Cairn.Templates.Values;

namespace Cairn.Templates;

/// <summary>A compiled template. Immutable: any number of threads may render it at once.</summary>
public sealed class Template
{
    // Only 'extends' adds to a context's blocks, and a template with that gets a dictionary of its own.
    private static readonly Dictionary<string, List<CompiledBlock>> NoBlocks = [];

    private readonly TemplateEnvironment _environment;
    private readonly CompiledTemplate _compiled;

    internal Template(TemplateEnvironment environment, string source, string? name)
    {
        _environment = environment;
        Name = name;
        if (source.Length > environment.Budget.MaxSourceLength)
        {
            throw new TemplateException(
                TemplateErrorKind.Syntax,
                $"the template is longer than {environment.Budget.MaxSourceLength} characters"
            ).At(new SourceText("", name, false), 0);
        }
        var text = new SourceText(source, name, environment.KeepTrailingNewline);
        _compiled = TemplateCompiler.Compile(text, StatementParser.Parse(text, environment), environment);
    }

    /// <summary>The name given when it was parsed; null if none was.</summary>
    public string? Name { get; }

    /// <summary>Whether the template is exactly one <c>{{ expression }}</c>, whose typed value
    /// <see cref="RenderNative"/> gives.</summary>
    public bool IsExpression => SingleExpression is not null;

    internal bool ReadsContext => _compiled.ReadsContext;

    internal IReadOnlyDictionary<string, CompiledBlock> Blocks => _compiled.Blocks;

    private Expression? SingleExpression =>
        _compiled.Body.Statements is [ValueOutput output] ? output.Expression : null;

    internal Dictionary<string, List<CompiledBlock>> OwnBlocks()
    {
        if (!ReadsContext)
            return NoBlocks;
        var blocks = new Dictionary<string, List<CompiledBlock>>(_compiled.Blocks.Count);
        foreach (var (name, block) in _compiled.Blocks)
            blocks.Add(name, [block]);
        return blocks;
    }

    /// <summary>Renders to text.</summary>
    /// <param name="variables">What the template can see by name.</param>
    /// <param name="functions">What it can call, besides the environment's; they win over those.</param>
    /// <param name="cancellationToken">Looked at every thousand steps.</param>
    /// <exception cref="TemplateException">With line and column of what failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public string Render(
        TemplateVariables? variables = null,
        IReadOnlyDictionary<string, TemplateFunction>? functions = null,
        CancellationToken cancellationToken = default
    )
    {
        var run = NewRun(variables, functions, cancellationToken);
        try
        {
            return RenderText(run);
        }
        catch (TemplateException e) when (e.Line == 0)
        {
            throw Located(run, e);
        }
    }

    /// <summary>
    /// Renders to JSON: the typed value of a template that is exactly one expression, otherwise a string.
    /// A string value stays a string, also when it reads like a number.
    /// </summary>
    /// <inheritdoc cref="Render" path="/param"/>
    /// <inheritdoc cref="Render" path="/exception"/>
    public JsonElement RenderNative(
        TemplateVariables? variables = null,
        IReadOnlyDictionary<string, TemplateFunction>? functions = null,
        CancellationToken cancellationToken = default
    )
    {
        var run = NewRun(variables, functions, cancellationToken);
        try
        {
            return JsonConversion.ToElement(run, NativeValue(run));
        }
        catch (TemplateException e) when (e.Line == 0)
        {
            throw Located(run, e);
        }
    }

    private Run NewRun(
        TemplateVariables? variables,
        IReadOnlyDictionary<string, TemplateFunction>? functions,
        CancellationToken cancellationToken
    ) =>
        new(
            _environment,
            new HostScope(_environment, variables ?? TemplateVariables.Empty, functions),
            cancellationToken
        );

    internal string RenderText(Run run)
    {
        var buffer = new TextBuffer(run, _environment.Budget.MaxOutputLength);
        RenderBody(RenderContext.Root(run, this), buffer);
        string text = buffer.ToText();
        buffer.Free();
        run.FreeBuffers();
        return text;
    }

    internal Value NativeValue(Run run)
    {
        if (SingleExpression is not { } expression)
            return Value.String(RenderText(run));
        _compiled.Body.Pay(run);
        var value = expression.Evaluate(NewFrame(RenderContext.Root(run, this)));
        run.Current = expression;
        return value;
    }

    internal TemplateException Located(Run run, TemplateException error) =>
        run.Current is { } node ? error.At(node.Source, node.Position) : error.At(new SourceText("", Name, false), 0);

    private Frame NewFrame(RenderContext context)
    {
        var frame = new Frame(context, _compiled.Slots, outer: null);
        if (_compiled.SelfSlot >= 0)
            frame.Slots[_compiled.SelfSlot] = new SelfValue(context);
        _compiled.Scope.Enter(frame);
        return frame;
    }

    /// <summary>Runs the template and then, with the same context, the one it extends.</summary>
    internal void RenderBody(RenderContext context, TextBuffer output)
    {
        context.Run.Enter();
        var frame = NewFrame(context);
        _compiled.Body.Execute(frame, output);
        frame.Parent?.RenderBody(context, output);
        context.Run.Leave();
    }
}
