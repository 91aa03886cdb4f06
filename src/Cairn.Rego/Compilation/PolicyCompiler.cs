using Cairn.Rego.Builtins;
using Cairn.Rego.Compilation.Types;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Testing;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation;

/// <summary>Turns parsed modules into rules that can run, and finds every mistake that can be found before
/// that.</summary>
internal sealed class PolicyCompiler
{
    private readonly List<RegoError> _errors = [];
    private readonly CompileOptions _options;
    private readonly BuiltinTable _builtins;
    private readonly bool _strict;
    private readonly List<TracePoint>? _points;
    private readonly RuleTreeNode _root = new(0, null, null);
    private readonly List<RuleDeclaration> _declarations = [];
    private readonly Dictionary<ModuleNode, ModuleScope> _scopes = new(ReferenceEqualityComparer.Instance);
    private readonly CompilerContext _context;
    private readonly HashSet<RuleTreeNode> _tests = [];
    private int _nodes = 1;

    private Annotations _annotations = null!;

    public PolicyCompiler(CompileOptions options)
    {
        (_options, _builtins, _strict, _points) = (
            options,
            options.Builtins,
            options.Strict,
            options.Instrument ? [] : null
        );
        _context = new CompilerContext(_root, _builtins, _errors, _points);
    }

    public Annotations Annotations => _annotations;

    /// <summary>The rules declared in the modules, with what their names were resolved to.</summary>
    public IReadOnlyList<RuleDeclaration> Declarations => _declarations;

    /// <summary>The types of documents that queries are checked against.</summary>
    public DocumentTypes Types { get; private set; } = null!;

    /// <summary>What an instrumented policy reports.</summary>
    public IReadOnlyList<TracePoint> Points => _points ?? [];

    /// <exception cref="RegoCompilationException">The modules break the rules of the language.</exception>
    public CompiledRules Compile(IReadOnlyList<ModuleNode> modules)
    {
        foreach (var module in modules)
            Declare(module);
        var names = _declarations.ToLookup(
            declaration => string.Join('\0', declaration.Module.Package.Names),
            declaration => ((VarTerm)declaration.Rule.Head.Name).Name
        );
        foreach (var module in modules)
        {
            _scopes[module] = new ModuleScope(
                module.Imports,
                module.Package.Names,
                names[string.Join('\0', module.Package.Names)].Distinct(),
                _root,
                _builtins
            )
            {
                Strict = _strict,
                Version1 = module.Version1,
                NegatesWhole = module.NegatesWhole,
                Unsafe = _options.UnsafeBuiltins,
            };
        }

        _annotations = new Annotations(modules, _options.Yaml, _errors);
        RuleConflicts.Check(_root, _declarations, modules, _errors);
        ThrowIfWrong();
        foreach (var declaration in _declarations)
            declaration.Resolved = Resolve(declaration.Rule, declaration);
        foreach (var module in modules)
            ModuleChecks.Check(module, _scopes[module], _errors);
        ThrowIfWrong();
        CallChecks.Check(_declarations, _builtins, _scopes, _strict, _errors);
        var order = RecursionCheck.Check(_root, _declarations, _errors);
        ThrowIfWrong();
        foreach (var declaration in _declarations)
            Compile(declaration);
        ThrowIfWrong();
        var types = new RuleTypes(
            new ExpressionCheck(_builtins, _context.Order, _errors, query: false),
            new SchemaAnnotations(_annotations, _options.Schemas, _errors)
        );
        if (_options.ChecksTypes)
            types.Check(order, _declarations.ToLookup(declaration => declaration.Node));
        ThrowIfWrong();
        Types = types.Documents;
        Finish(_root);
        return new CompiledRules(_root, _nodes);
    }

    public void ThrowIfWrong()
    {
        if (_errors.Count > 0)
            throw RegoCompilationException.Of(_errors.Distinct().OrderBy(error => error.Location));
    }

    private void Declare(ModuleNode module)
    {
        var package = _root;
        foreach (string name in module.Package.Names)
            package = Child(package, RegoString.Of(name));
        foreach (var rule in module.Rules)
        {
            string name = ((VarTerm)rule.Head.Name).Name;
            var node = Child(package, RegoString.Of(name));
            if (_options.SeparatesTests && rule is { IsDefault: false, Head.Path.Count: 0 } && RegoTester.IsTest(name))
            {
                for (int i = 1; !_tests.Add(node); i++)
                {
                    node = Child(
                        package,
                        RegoString.Of(
                            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}#{i:00}")
                        )
                    );
                }
            }

            int used = 0;
            foreach (var element in rule.Head.Path.TakeWhile(element => element is ScalarTerm))
            {
                node = Child(node, ((ScalarTerm)element).Value);
                used++;
            }

            var declaration = new RuleDeclaration(module, rule, node, [.. rule.Head.Path.Skip(used)]);
            _declarations.Add(declaration);
            if (declaration.ComputedPath.Count > 0)
            {
                node.HasDynamic = true;
            }
            else
            {
                node.Rules ??= new RuleSet(
                    node.Path,
                    declaration.Kind,
                    rule.Head.Arguments?.Count ?? 0,
                    rule.Location,
                    node
                );
            }
        }
    }

    private RuleTreeNode Child(RuleTreeNode node, RegoValue key)
    {
        if (!node.Children.TryGetValue(key, out var child))
            node.Children.Add(key, child = new RuleTreeNode(_nodes++, node, key));
        return child;
    }

    private ResolvedRule Resolve(RuleNode rule, RuleDeclaration declaration)
    {
        var resolver = new Resolver(_scopes[declaration.Module], _errors);
        var computed = new List<Expression>();
        foreach (var argument in rule.Head.Arguments ?? [])
        {
            CallVisitor.Visit(
                argument,
                (call, _) =>
                    _errors.Add(new RegoError(RegoError.Compile, "rule arguments cannot contain calls", call.Location))
            );
        }

        var plain = (rule.Head.Arguments ?? []).Select(argument => Plain(argument, computed)).ToArray();
        var arguments = resolver.ArgumentScope(plain);
        var resolvedArguments = plain.Select(argument => resolver.Resolve(argument, arguments)).ToArray();
        resolver.ExpectUse(arguments);
        ResolvedRule? first = null,
            last = null;
        for (var branch = rule; branch is not null; branch = branch.Else)
        {
            var scope = new Resolver.Scope(arguments);
            var head = branch.Head;
            var body = resolver.Body(
                [.. computed, .. branch.Body],
                scope,
                [.. declaration.ComputedPath, head.Contains, head.Value]
            );
            var resolved = new ResolvedRule(
                resolvedArguments,
                body,
                [.. declaration.ComputedPath.Select(term => resolver.Resolve(term, scope))],
                head.Contains is { } element ? resolver.Resolve(element, scope)
                    : head.Value is { } value ? resolver.Resolve(value, scope)
                    : new ScalarTerm(RegoBoolean.True, head.Location),
                branch
            );
            resolver.ReportUnused(scope);
            if (last is null)
                first = resolved;
            else
                last.Else = resolved;
            last = resolved;
        }

        resolver.ReportUnusedArguments(arguments, rule.Head.Location);
        return first!;
    }

    private void Compile(RuleDeclaration declaration)
    {
        CompiledRule? first = null,
            last = null;
        for (var branch = declaration.Resolved; branch is not null; branch = branch.Else)
        {
            var compiled = Compile(branch, declaration);
            if (last is null)
                first = compiled;
            else
                last.Else = compiled;
            last = compiled;
        }

        if (declaration.ComputedPath.Count > 0)
            declaration.Node.Dynamic.Add(first!);
        else if (declaration.Rule.IsDefault)
            declaration.Node.Rules!.Default = first;
        else
            declaration.Node.Rules!.Add(first!, declaration.Resolved!);
    }

    private CompiledRule Compile(ResolvedRule rule, RuleDeclaration declaration)
    {
        var compiler = new BodyCompiler(_context)
        {
            Metadata = name =>
                name == "rego.metadata.rule" ? _annotations.Rule(declaration) : _annotations.Chain(declaration),
        };
        var bound = new HashSet<string>();
        var chain = new StepChain();
        var arguments = new List<Pattern>();
        foreach (var argument in rule.Arguments)
            arguments.Add(compiler.ToPattern(argument, bound, bound, chain));
        LocalSlots? known = null;
        var traced = new TracedRule(declaration.Node.Path, rule.Source);
        if (_points is not null)
        {
            known = compiler.Locals(bound);
            chain.Add(new EnterStep(new TracePoint(rule.Source.Location, traced, known, known)));
        }

        string location = rule.Source.Location.ToString();
        RegoValue? constant = null;
        if (compiler.Body(rule.Body, bound, [], chain))
        {
            var path = rule.Path.Select(term => compiler.ToOperand(term, bound, bound, chain)).ToArray();
            var value = compiler.ToOperand(rule.Value, bound, bound, chain);
            constant = (value as ConstantOperand)?.Value;
            if (_points is not null)
            {
                var point = new TracePoint(rule.Source.Location, traced, known!, compiler.Locals(bound));
                _points.Add(point);
                chain.Add(new RuleHeldStep(point));
                chain.Add(new ExitStep(point));
            }

            chain.Add(
                declaration switch
                {
                    { ComputedPath.Count: > 0 } => new DynamicRuleStep(
                        path,
                        value,
                        declaration.Kind == RuleSetKind.Set,
                        location
                    ),
                    { Kind: RuleSetKind.Set } => new CollectStep(0, null, value, location),
                    _ => new RuleValueStep(
                        value,
                        constant is not null,
                        declaration.Node.Rules!.ConflictMessage,
                        location
                    ),
                }
            );
        }

        return new CompiledRule
        {
            Body = chain.First ?? FoundStep.Instance,
            Slots = compiler.Slots,
            // Only rules that make collections use the first one.
            Collectors =
                compiler.Collectors == 1 && declaration is { ComputedPath.Count: 0, Kind: not RuleSetKind.Set }
                    ? 0
                    : compiler.Collectors,
            Arguments = [.. arguments],
            Location = location,
            Constant = constant,
        };
    }

    // An argument that has to be worked out is compared in the body.
    private static Term Plain(Term argument, List<Expression> body)
    {
        if (argument is not (RefTerm or CallTerm or TemplateTerm or ComprehensionTerm))
            return argument;
        var value = new VarTerm($"$value_argument{body.Count}", argument.Location);
        body.Add(new UnifyExpression(value, argument, false, argument.Location));
        return value;
    }

    private static void Finish(RuleTreeNode node)
    {
        node.Rules?.Finish();
        foreach (var child in node.Children.Values)
            Finish(child);
    }
}

/// <summary>A rule and the place it has below <c>data</c>.</summary>
internal sealed class RuleDeclaration(
    ModuleNode module,
    RuleNode rule,
    RuleTreeNode node,
    IReadOnlyList<Term> computedPath
)
{
    public ModuleNode Module => module;

    public RuleNode Rule => rule;

    public RuleTreeNode Node => node;

    /// <summary>The rest of the path after its constant part.</summary>
    public IReadOnlyList<Term> ComputedPath => computedPath;

    public RuleSetKind Kind =>
        rule.Head.Arguments is not null ? RuleSetKind.Function
        : rule.Head.Contains is not null ? RuleSetKind.Set
        : RuleSetKind.Complete;

    public ResolvedRule? Resolved { get; set; }
}

/// <summary>A rule, or an else of it, whose names are resolved.</summary>
internal sealed class ResolvedRule(
    IReadOnlyList<Term> arguments,
    IReadOnlyList<Expression> body,
    IReadOnlyList<Term> path,
    Term value,
    RuleNode source
)
{
    public IReadOnlyList<Term> Arguments => arguments;

    public IReadOnlyList<Expression> Body => body;

    public IReadOnlyList<Term> Path => path;

    public Term Value => value;

    public RuleNode Source => source;

    public ResolvedRule? Else { get; set; }
}
