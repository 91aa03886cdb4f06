using Cairn.Templates.Syntax;

namespace Cairn.Templates.Compilation;

/// <summary>Collects the names of one scope. Nested scopes are left out, but for what they evaluate out here.</summary>
internal sealed class SymbolVisitor(Symbols symbols)
{
    private Symbols _symbols = symbols;

    public static void Collect(Symbols symbols, IEnumerable<SyntaxNode?> nodes)
    {
        var visitor = new SymbolVisitor(symbols);
        visitor.VisitAll(nodes);
    }

    private void VisitAll(IEnumerable<SyntaxNode?> nodes)
    {
        foreach (var node in nodes)
        {
            if (node is not null)
                Visit(node);
        }
    }

    /// <summary>The target of a loop: its names belong to the loop's scope and are set before it is entered.</summary>
    public static void CollectTarget(Symbols symbols, SyntaxNode target)
    {
        if (target is NameSyntax name)
            symbols.Parameter(name.Name);
        else
            target.ForEachChild(child => CollectTarget(symbols, child));
    }

    private void Visit(SyntaxNode node)
    {
        switch (node)
        {
            case NameSyntax { Use: NameUse.Load } name:
                _symbols.Read(name.Name);
                break;
            case NameSyntax { Use: NameUse.Store } name:
                _symbols.Store(name.Name);
                break;
            case NameSyntax name:
                _symbols.Parameter(name.Name);
                break;
            case NamespaceTargetSyntax target:
                _symbols.Read(target.Name);
                break;
            case IfSyntax statement:
                VisitIf(statement, 0);
                break;
            case MacroSyntax macro:
                _symbols.Store(macro.Name);
                break;
            case ImportSyntax import:
                Visit(import.Template);
                foreach (var (_, alias) in import.Names)
                    _symbols.Store(alias);
                break;
            case SetSyntax set:
                Visit(set.Value);
                Visit(set.Target);
                break;
            case ForSyntax loop:
                Visit(loop.Iterable);
                break;
            case CallBlockSyntax block:
                Visit(block.Call);
                break;
            case FilterBlockSyntax block:
                Visit(block.Filter);
                break;
            case WithSyntax with:
                VisitAll(with.Bindings.Select(b => b.Value));
                break;
            case SetBlockSyntax set:
                Visit(set.Target);
                break;
            case AutoEscapeSyntax or BlockSyntax:
                break;
            default:
                node.ForEachChild(Visit);
                break;
        }
    }

    /// <summary>Each branch looks at names from where the <c>if</c> began; an <c>elif</c> is an <c>if</c> in the other
    /// branch.</summary>
    private void VisitIf(IfSyntax statement, int branch)
    {
        var before = _symbols;
        Visit(statement.Branches[branch].Test);
        var then = before.Copy();
        _symbols = then;
        VisitAll(statement.Branches[branch].Body);
        var otherwise = before.Copy();
        _symbols = otherwise;
        if (branch + 1 < statement.Branches.Count)
            VisitIf(statement, branch + 1);
        else
            VisitAll(statement.Otherwise);
        _symbols = before;
        before.Merge([then, otherwise]);
    }
}

/// <summary>Finds which of some special names a body reads before it sets them itself.</summary>
internal sealed class UndeclaredNames
{
    private readonly HashSet<string> _wanted;
    private readonly HashSet<string> _found = [];

    private UndeclaredNames(IEnumerable<string> names) => _wanted = [.. names];

    public static HashSet<string> In(IEnumerable<SyntaxNode> nodes, params string[] names)
    {
        var finder = new UndeclaredNames(names);
        foreach (var node in nodes)
            finder.Visit(node);
        return finder._found;
    }

    private void Visit(SyntaxNode node)
    {
        if (node is NameSyntax name)
        {
            if (name.Use != NameUse.Load)
                _wanted.Remove(name.Name);
            else if (_wanted.Contains(name.Name))
                _found.Add(name.Name);
        }
        else if (node is not BlockSyntax)
        {
            node.ForEachChild(Visit);
        }
    }
}
