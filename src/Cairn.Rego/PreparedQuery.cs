using System.Diagnostics;
using Cairn.Rego.Compilation;
using Cairn.Rego.Compilation.Types;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego;

/// <summary>A compiled query over a policy. Safe to share between threads.</summary>
public sealed class PreparedQuery
{
    private readonly CompiledRules _rules;
    private readonly Step _body;
    private readonly int _slots;
    private readonly int _collectors;
    private readonly RegoValue _data;

    private PreparedQuery(CompiledRules rules, Step body, int slots, int collectors, RegoValue data) =>
        (_rules, _body, _slots, _collectors, _data) = (rules, body, slots, collectors, data);

    /// <summary>Finds all solutions.</summary>
    /// <param name="input">What <c>input</c> is; null leaves it undefined.</param>
    /// <param name="options">What the evaluation may do.</param>
    /// <param name="cancellationToken">Ends the evaluation with an error of code <c>eval_cancel_error</c>.</param>
    /// <exception cref="RegoEvaluationException">The evaluation failed or reached a limit.</exception>
    public QueryResult Evaluate(
        RegoValue? input = null,
        EvaluationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= EvaluationOptions.Default;
        var budget = new EvaluationBudget(options.Limits, cancellationToken);
        var evaluation = new Evaluation.Evaluation(_rules, options, budget);
        long start = Stopwatch.GetTimestamp();
        var frame = new Frame(evaluation, new EvaluationScope(input, _data, _rules.MemoSize), _slots, _collectors);
        var solutions = new Solutions(options.Limits.MaxResults);
        frame.Collectors[0] = solutions;
        using var counting = ValueWork.Count(budget);
        try
        {
            _body.Run(frame);
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

        return new QueryResult(solutions.Found, new QueryMetrics(Stopwatch.GetElapsedTime(start), budget.StepsUsed));
    }

    /// <summary>The names that solutions bind.</summary>
    internal IReadOnlyList<string> VariableNames { get; private init; } = [];

    internal static PreparedQuery Compile(
        RegoPolicy policy,
        CompiledRules rules,
        PolicyCompiler compiler,
        CompileOptions options,
        string text,
        IReadOnlyList<Expression> query,
        bool values
    )
    {
        var errors = new List<RegoError>();
        var context = new CompilerContext(rules.Root, options.Builtins, errors, options.Instrument ? [] : null);
        var top = new Resolver.Scope(null);
        var (body, expressions) = Capture(query, text, values);
        var resolved = Resolve(body, top, rules, options, errors);
        var bodyCompiler = new BodyCompiler(context);
        var chain = new StepChain();
        var point = options.Instrument
            ? new TracePoint(
                new SourceLocation("", 1, 1, 0),
                resolved,
                bodyCompiler.Locals([]),
                bodyCompiler.Locals(top.Names.Values)
            )
            : null;
        if (point is not null)
            chain.Add(new EnterStep(point));
        if (errors.Count == 0)
            bodyCompiler.Body(resolved, [], [], chain);
        if (point is not null)
            chain.Add(new ExitStep(point));
        CheckTypes(resolved, context, compiler.Types, options, errors);
        if (errors.Count > 0)
            throw RegoCompilationException.Of(errors.Distinct());
        chain.Add(
            new SolutionStep(
                [
                    .. top
                        .Names.Where(name => name.Key[0] != '$')
                        .Select(name => (name.Key, bodyCompiler.SlotOf(name.Value))),
                ],
                [.. expressions.Select(e => (e.Text, e.Name is null ? -1 : bodyCompiler.SlotOf(top.Names[e.Name])))]
            )
        );
        return new PreparedQuery(rules, chain.First!, bodyCompiler.Slots, bodyCompiler.Collectors, policy.Data)
        {
            VariableNames = [.. top.Names.Keys.Where(name => name[0] != '$')],
        };
    }

    /// <summary>A query with its names resolved and its calls checked.</summary>
    internal static List<Expression> Resolve(
        IReadOnlyList<Expression> query,
        Resolver.Scope top,
        CompiledRules rules,
        CompileOptions options,
        List<RegoError> errors
    )
    {
        var scope = new ModuleScope([], [], [], rules.Root, options.Builtins)
        {
            Unsafe = options.UnsafeBuiltins,
            Query = true,
        };
        var resolved = new Resolver(scope, errors).Body(query, top);
        foreach (var expression in resolved)
        {
            CallVisitor.Visit(
                expression,
                (call, statement) => CallChecks.Check(call, statement, options.Builtins, scope, options.Strict, errors)
            );
        }

        return resolved;
    }

    /// <summary>Checks the types of a query whose names are resolved and that is safe; nothing where mistakes were
    /// found before.</summary>
    internal static void CheckTypes(
        IReadOnlyList<Expression> query,
        CompilerContext context,
        DocumentTypes types,
        CompileOptions options,
        List<RegoError> errors
    )
    {
        if (options.ChecksTypes && errors.Count == 0)
        {
            new ExpressionCheck(options.Builtins, context.Order, errors, query: true).Body(
                query,
                new TypeEnvironment(types, null)
            );
        }
    }

    // Lone terms show their value, false too; other expressions are just true.
    private static (IReadOnlyList<Expression> Body, List<(string Text, string? Name)> Expressions) Capture(
        IReadOnlyList<Expression> query,
        string text,
        bool values
    )
    {
        var body = new List<Expression>();
        var expressions = new List<(string, string?)>();
        for (int i = 0; i < query.Count; i++)
        {
            int end = i + 1 < query.Count ? query[i + 1].Location.Offset : text.Length;
            int start = Math.Min(query[i].Location.Offset, text.Length);
            string source = text[start..Math.Max(start, end)].Trim().TrimEnd(';').TrimEnd();
            if (
                values
                && query[i] is TermExpression { Negated: false } term
                && term.Term is not CallTerm { Function: VarTerm { Name: "print" } }
            )
            {
                string name = $"$value_expression{i}";
                body.Add(
                    new UnifyExpression(term.Term, new VarTerm(name, term.Location), false, term.Location)
                    {
                        With = term.With,
                    }
                );
                expressions.Add((source, name));
            }
            else
            {
                body.Add(query[i]);
                expressions.Add((source, null));
            }
        }

        return (body, expressions);
    }

    private sealed class Solutions(int limit)
    {
        public List<QuerySolution> Found { get; } = [];

        public void Add(QuerySolution solution, EvaluationBudget budget)
        {
            if (Found.Count >= limit)
            {
                throw new RegoEvaluationException(
                    RegoEvaluationException.BudgetCode,
                    $"query has more than {limit} solutions",
                    budget.Location
                );
            }

            Found.Add(solution);
        }
    }

    // What a part of a result costs those who write it out.
    private const int BytesPerPart = 256;

    private sealed class SolutionStep((string Name, int Slot)[] variables, (string Text, int Slot)[] expressions) : Step
    {
        public override bool Run(Frame frame)
        {
            var bindings = new Dictionary<string, RegoValue>(variables.Length);
            foreach (var (name, slot) in variables)
            {
                if (frame.Slots[slot] is { } value)
                    bindings.Add(name, value);
            }

            var values = new ExpressionValue[expressions.Length];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = new ExpressionValue(
                    expressions[i].Text,
                    expressions[i].Slot < 0 ? RegoBoolean.True : frame.Slots[expressions[i].Slot]!
                );
            }

            foreach (var (_, value) in bindings)
                ValueWork.Copy(frame.Evaluation.Budget, value, BytesPerPart);
            foreach (var expression in values)
                ValueWork.Copy(frame.Evaluation.Budget, expression.Value, BytesPerPart);
            ((Solutions)frame.Collectors[0]!).Add(new QuerySolution(bindings, values), frame.Evaluation.Budget);
            return false;
        }
    }
}

/// <summary>The solutions of a query; none means undefined.</summary>
/// <param name="Solutions">In a repeatable order.</param>
/// <param name="Metrics">What finding them took.</param>
public sealed record QueryResult(IReadOnlyList<QuerySolution> Solutions, QueryMetrics Metrics)
{
    /// <summary>Whether there is no solution.</summary>
    public bool IsUndefined => Solutions.Count == 0;

    /// <summary>The value of the first expression of the first solution; null for undefined. What an entry point
    /// gives.</summary>
    public RegoValue? Value => Solutions.Count == 0 ? null : Solutions[0].Expressions[0].Value;
}

/// <summary>One solution.</summary>
/// <param name="Bindings">The query's variables.</param>
/// <param name="Expressions">The values of its expressions, in order.</param>
public sealed record QuerySolution(
    IReadOnlyDictionary<string, RegoValue> Bindings,
    IReadOnlyList<ExpressionValue> Expressions
);

/// <summary>The text and value of one expression of a query.</summary>
public sealed record ExpressionValue(string Text, RegoValue Value);

/// <summary>What an evaluation took.</summary>
/// <param name="Elapsed">Wall-clock time.</param>
/// <param name="Steps">Steps, as <see cref="EvaluationLimits.MaxSteps"/> counts them.</param>
public sealed record QueryMetrics(TimeSpan Elapsed, long Steps);
