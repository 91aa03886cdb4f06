using Cairn.Rego.Compilation;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Partial;

/// <summary>Puts a partial evaluation of one query together.</summary>
internal sealed class PartialQuery
{
    private const string Result = "result";

    private readonly RegoPolicy _policy;
    private readonly CompiledRules _rules;
    private readonly CompileOptions _options;
    private readonly List<RefTerm> _unknown;
    private readonly List<RefTerm> _kept;
    private readonly string _namespace;

    public PartialQuery(RegoPolicy policy, CompiledRules rules, CompileOptions options, PartialOptions partial)
    {
        (_policy, _rules, _options) = (policy, rules, options);
        _namespace = partial.Namespace;
        while (rules.Root.Children.ContainsKey(RegoString.Of(_namespace)))
            _namespace += "_";
        _unknown = [.. partial.Unknowns.Select(Path), Path("data." + _namespace)];
        _kept = [.. partial.DisableInlining.Select(Path)];
    }

    public PartialEvaluation Evaluate(
        string query,
        RegoValue? input,
        EvaluationOptions options,
        CancellationToken cancellationToken
    )
    {
        var support = new PartialSupport(_namespace);
        var queries = new List<IReadOnlyList<Expression>>();
        var top = new Resolver.Scope(null);
        var body = Resolve(Parser.ParseQuery(query), top);
        var names = top.Names.Where(name => name.Key[0] != '$').Select(name => name.Value).ToHashSet();
        Run(
            body,
            support,
            input,
            options,
            cancellationToken,
            state =>
            {
                var left = state.Body;
                foreach (string name in names.Order(StringComparer.Ordinal))
                {
                    if (state.Values.TryGetValue(name, out var value))
                        left.Add(new UnifyExpression(new VarTerm(name, value.Location), value, false, value.Location));
                }

                if (CopyPropagation.Run(left, [], names))
                    Add(queries, new ResidualNames(new HashSet<string>(), names).Of(left), options);
            }
        );
        return new PartialEvaluation(queries, [.. support.Modules(_options.Version == RegoVersion.V1)]);
    }

    /// <summary>Modules with what is left of a query for one value, and the path of the rule that has it.</summary>
    public (IEnumerable<RegoModule> Modules, string Path) Specialize(
        string query,
        EvaluationOptions options,
        CancellationToken cancellationToken
    )
    {
        var top = new Resolver.Scope(null);
        if (Parser.ParseQuery(query) is not [TermExpression { Negated: false, With.Count: 0 } only])
            throw new ArgumentException($"'{query}' is not one expression with a value.", nameof(query));
        var value = new VarTerm(Result, only.Location);
        var body = Resolve([new UnifyExpression(value, only.Term, false, only.Location)], top);
        if (top.Names.Count > 1)
            throw new ArgumentException($"'{query}' has variables.", nameof(query));
        var support = new PartialSupport(_namespace);
        var ways = new List<RuleNode>();
        Run(
            body,
            support,
            null,
            options,
            cancellationToken,
            state =>
            {
                var left = state.Body;
                Term[] head = [state.Fill(value with { Name = top.Names[Result] })];
                if (CopyPropagation.Run(left, head, new HashSet<string>()))
                {
                    Add(
                        ways,
                        new RuleNode(
                            new HeadNode(value, [], null, null, head[0], only.Location) { Assigned = true },
                            left,
                            null,
                            only.Location
                        ),
                        options
                    );
                }
            }
        );
        ways.ForEach(rule => support.Add([], rule));
        return (
            support
                .Modules(_options.Version == RegoVersion.V1)
                .Select(module => new RegoModule(module.File, module.Text)),
            $"{_namespace}/{Result}"
        );
    }

    private void Run(
        List<Expression> body,
        PartialSupport support,
        RegoValue? input,
        EvaluationOptions options,
        CancellationToken cancellationToken,
        Action<PartialState> found
    )
    {
        var budget = new EvaluationBudget(options.Limits, cancellationToken);
        var context = new CompilerContext(_rules.Root, _options.Builtins, [], null);
        var evaluation = new Evaluation.Evaluation(_rules, options, budget);
        var known = new KnownExpressions(
            context,
            evaluation,
            new EvaluationScope(input, _policy.Data, _rules.MemoSize),
            options.Limits.MaxResults
        );
        var compiler = new BodyCompiler(context);
        var unknowns = new UnknownDocuments(_unknown, _rules.Root, _policy.Declarations, _options.Builtins);
        var evaluator = new PartialEvaluator(unknowns, known, compiler, budget);
        evaluator.Rules = new PartialRules(evaluator, support, _policy, _rules.Root, _options.Builtins, _kept);
        using var counting = ValueWork.Count(budget);
        try
        {
            evaluator.Body(evaluator.Order(body, []), 0, PartialState.Empty, found);
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new RegoEvaluationException(
                RegoEvaluationException.BudgetCode,
                "evaluation is nested too deep",
                budget.Location,
                e
            );
        }
    }

    // The query's names resolved; whether it is safe is checked by compiling it.
    private List<Expression> Resolve(IReadOnlyList<Expression> query, Resolver.Scope top)
    {
        var errors = new List<RegoError>();
        var resolved = PreparedQuery.Resolve(query, top, _rules, _options, errors);
        var context = new CompilerContext(_rules.Root, _options.Builtins, errors, null);
        if (errors.Count == 0)
            new BodyCompiler(context).Body(resolved, [], [], new StepChain());
        PreparedQuery.CheckTypes(resolved, context, _policy.Types, _options, errors);
        return errors.Count == 0 ? resolved : throw RegoCompilationException.Of(errors.Distinct());
    }

    private static void Add<T>(List<T> found, T one, EvaluationOptions options)
    {
        if (found.Count >= options.Limits.MaxResults)
        {
            throw new RegoEvaluationException(
                RegoEvaluationException.BudgetCode,
                $"partial evaluation leaves more than {options.Limits.MaxResults} queries"
            );
        }

        found.Add(one);
    }

    private static RefTerm Path(string path)
    {
        if (Parser.ParseQuery(path) is [TermExpression { Negated: false } only])
        {
            switch (only.Term)
            {
                case VarTerm { Name: "input" or "data" } root:
                    return new RefTerm(root, [], root.Location);
                case RefTerm { Head: VarTerm { Name: "input" or "data" } } reference
                    when reference.Path.All(element => element is ScalarTerm):
                    return reference;
            }
        }

        throw new ArgumentException($"'{path}' is no path below input or data.");
    }
}
