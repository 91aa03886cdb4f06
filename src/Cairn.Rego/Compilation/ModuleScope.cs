using System.Collections.Frozen;
using Cairn.Rego.Builtins;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation;

/// <summary>What names mean in a module outside its rules: rules of its package, and imports.</summary>
internal sealed class ModuleScope
{
    private readonly Dictionary<string, Term> _globals = [];
    private readonly HashSet<string> _used = [];
    private readonly RuleTreeNode _root;
    private readonly BuiltinTable _builtins;

    public ModuleScope(
        IReadOnlyList<ImportNode> imports,
        IReadOnlyList<string> package,
        IEnumerable<string> rules,
        RuleTreeNode root,
        BuiltinTable builtins
    )
    {
        (_root, _builtins) = (root, builtins);
        var data = new VarTerm("data", default);
        foreach (string rule in rules)
        {
            _globals[rule] = new RefTerm(
                data,
                [.. package.Append(rule).Select(name => new ScalarTerm(RegoString.Of(name), default))],
                default
            );
        }

        foreach (var import in imports)
        {
            if (((VarTerm)import.Path.Head).Name is "data" or "input")
                _globals[import.Name] = import.Path.Path.Count == 0 ? import.Path.Head : import.Path;
        }
    }

    public bool Strict { get; init; }

    public bool Version1 { get; init; }

    /// <inheritdoc cref="ModuleNode.NegatesWhole"/>
    public bool NegatesWhole { get; init; }

    /// <summary>Whether the scope is that of a query and not of rules.</summary>
    public bool Query { get; init; }

    /// <summary>Built-ins that must not be called.</summary>
    public IReadOnlySet<string> Unsafe { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Imports by the name they were used under.</summary>
    public IReadOnlySet<string> Used => _used;

    public Term? Find(string name)
    {
        if (_globals.GetValueOrDefault(name) is not { } term)
            return null;
        _used.Add(name);
        return term;
    }

    /// <summary>Whether a term names a function, as the value of a <c>with</c> may.</summary>
    public bool IsFunction(Term value, Resolver resolver, Resolver.Scope scope)
    {
        string? name = value is VarTerm variable ? variable.Name : (value as RefTerm)?.DottedName;
        if (name is null || Resolver.Find(scope, name.Split('.')[0]) is not null)
            return false;
        return resolver.Function(value) switch
        {
            VarTerm builtin => _builtins.Find(builtin.Name) is not null,
            RefTerm reference => FindRules(reference) is { Kind: RuleSetKind.Function },
            _ => false,
        };
    }

    /// <summary>The built-in of a name, or null.</summary>
    public BuiltinDefinition? FindBuiltin(string name) => _builtins.Find(name);

    /// <summary>Whether a constant reference leads into what a rule makes.</summary>
    public bool IsBelowRule(RefTerm reference)
    {
        var node = _root;
        foreach (var element in reference.Path.SkipLast(1))
        {
            if (!node.Children.TryGetValue(((ScalarTerm)element).Value, out var child))
                return false;
            node = child;
            if (node.Rules is not null || node.HasDynamic)
                return true;
        }

        return false;
    }

    /// <summary>The rules of a constant reference, or null.</summary>
    public RuleSet? FindRules(RefTerm reference)
    {
        var node = _root;
        foreach (var element in reference.Path)
        {
            if (element is not ScalarTerm key || !node.Children.TryGetValue(key.Value, out node!))
                return null;
        }

        return node.Rules;
    }
}
