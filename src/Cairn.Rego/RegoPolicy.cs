using Cairn.Rego.Compilation;
using Cairn.Rego.Partial;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego;

/// <summary>
/// Compiled modules with their data. Immutable and safe to share between threads: new data makes a new policy without
/// compiling again.
/// </summary>
public sealed class RegoPolicy
{
    private readonly CompiledRules _rules;
    private readonly PolicyCompiler _compiler;
    private readonly CompileOptions _options;

    private RegoPolicy(
        CompiledRules rules,
        PolicyCompiler compiler,
        IReadOnlyList<ModuleNode> modules,
        CompileOptions options,
        RegoValue data
    ) => (_rules, _compiler, Modules, _options, Data) = (rules, compiler, modules, options, data);

    /// <summary>The base document below <c>data</c>.</summary>
    public RegoValue Data { get; }

    internal IReadOnlyList<ModuleNode> Modules { get; }

    internal IReadOnlyList<Evaluation.TracePoint> TracePoints => _compiler.Points;

    internal Compilation.Types.DocumentTypes Types => _compiler.Types;

    internal Annotations Annotations => _compiler.Annotations;

    internal IReadOnlyList<RuleDeclaration> Declarations => _compiler.Declarations;

    /// <summary>Parses, checks and compiles modules.</summary>
    /// <param name="modules">The modules, in any order.</param>
    /// <param name="data">The base document; an empty object when left out.</param>
    /// <param name="options">How to compile.</param>
    /// <exception cref="RegoCompilationException">Something is wrong with the modules.</exception>
    public static RegoPolicy Compile(
        IEnumerable<RegoModule> modules,
        RegoValue? data = null,
        CompileOptions? options = null
    )
    {
        options ??= CompileOptions.Default;
        var parsed = new List<ModuleNode>();
        var errors = new List<RegoError>();
        foreach (var module in modules)
        {
            if (Parser.ParseModule(module.Source, module.Name, module.Version ?? options.Version, errors) is { } node)
                parsed.Add(node);
        }

        if (errors.Count > 0)
            throw RegoCompilationException.Of(errors);
        var compiler = new PolicyCompiler(options);
        var rules = compiler.Compile(parsed);
        return new RegoPolicy(rules, compiler, parsed, options, data ?? RegoObject.Empty);
    }

    /// <summary>Compiles one module.</summary>
    /// <inheritdoc cref="Compile(IEnumerable{RegoModule}, RegoValue?, CompileOptions?)" path="/exception"/>
    public static RegoPolicy Compile(string source, RegoValue? data = null, CompileOptions? options = null) =>
        Compile([new RegoModule("policy.rego", source)], data, options);

    /// <summary>
    /// Rules whose path the base document has a value at, by place; none where there is no such conflict. Evaluated,
    /// the rules hide those values; OPA does not load such rules and data together.
    /// </summary>
    public IReadOnlyList<RegoError> FindDataConflicts() =>
        [
            .. RuleConflicts
                .WithData(_compiler.Declarations, Data)
                .OrderBy(error => error.Location)
                .Take(Parser.MaxErrors),
        ];

    /// <summary>The same rules over other data.</summary>
    public RegoPolicy WithData(RegoValue data) => new(_rules, _compiler, Modules, _options, data);

    /// <summary>Compiles a query, for example <c>data.app.rbac.allow</c> or <c>data.app.users[u].admin; u !=
    /// "root"</c>.</summary>
    /// <exception cref="RegoCompilationException">The query is wrong.</exception>
    public PreparedQuery Prepare(string query) =>
        PreparedQuery.Compile(this, _rules, _compiler, _options, query, Parser.ParseQuery(query), values: true);

    /// <summary>Compiles the query for one document, given as a path like <c>app/rbac/allow</c>.</summary>
    public PreparedQuery PrepareEntryPoint(string path) =>
        PreparedQuery.Compile(this, _rules, _compiler, _options, path, EntryPoint(path), values: true);

    /// <summary>
    /// Evaluates a query as far as it goes without the documents that are unknown, into queries over these: the query
    /// holds where one of them does, over the same policy with the support added.
    /// </summary>
    /// <param name="query">A query, for example <c>data.app.allow == true</c>.</param>
    /// <param name="partial">What is unknown; <c>input</c> when left out.</param>
    /// <param name="input">What is known of <c>input</c> where only a part of it is unknown.</param>
    /// <param name="options">What the evaluation may do; it bounds the number of queries too.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="RegoCompilationException">The query is wrong.</exception>
    /// <exception cref="Evaluation.RegoEvaluationException">The evaluation failed or reached a limit.</exception>
    public PartialEvaluation EvaluatePartially(
        string query,
        PartialOptions? partial = null,
        RegoValue? input = null,
        EvaluationOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        new PartialQuery(this, _rules, _options, partial ?? PartialOptions.Default).Evaluate(
            query,
            input,
            options ?? EvaluationOptions.Default,
            cancellationToken
        );

    /// <summary>
    /// Evaluates the query for one value as far as it goes now, and prepares what is left: decisions then no longer
    /// look at the data that is known.
    /// </summary>
    /// <param name="query">One expression without variables, for example <c>data.app.allow</c>.</param>
    /// <param name="partial">What is unknown; <c>input</c> when left out.</param>
    /// <param name="options">What the evaluation may do.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="ArgumentException">The query is not one expression, or has variables.</exception>
    /// <exception cref="RegoCompilationException">The query is wrong.</exception>
    /// <exception cref="Evaluation.RegoEvaluationException">The evaluation failed or reached a limit.</exception>
    public PreparedQuery PreparePartially(
        string query,
        PartialOptions? partial = null,
        EvaluationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var (modules, path) = new PartialQuery(this, _rules, _options, partial ?? PartialOptions.Default).Specialize(
            query,
            options ?? EvaluationOptions.Default,
            cancellationToken
        );
        var policy = Compile([.. Sources, .. modules], Data, _options with { ChecksTypes = false });
        return PreparedQuery.Compile(
            policy,
            policy._rules,
            policy._compiler,
            policy._options,
            query,
            EntryPoint(path),
            values: true
        );
    }

    /// <summary>The same policy with each test as a rule of its own.</summary>
    internal RegoPolicy SeparateTests() => Compile(Sources, Data, _options with { SeparatesTests = true });

    private IEnumerable<RegoModule> Sources =>
        Modules.Select(module => new RegoModule(module.File, module.Text)
        {
            Version = module.Version1 ? RegoVersion.V1 : RegoVersion.V0,
        });

    /// <summary>Compiles a query whose lone terms have to be true, as the body of a rule has them.</summary>
    internal PreparedQuery PrepareBody(string query) =>
        PreparedQuery.Compile(this, _rules, _compiler, _options, query, Parser.ParseQuery(query), values: false);

    private static TermExpression[] EntryPoint(string path)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var location = new SourceLocation("", 1, 1, 0);
        var data = new VarTerm("data", location);
        Term term =
            names.Length == 0
                ? data
                : new RefTerm(data, [.. names.Select(name => new ScalarTerm(RegoString.Of(name), location))], location);
        return [new TermExpression(term, location)];
    }
}
