namespace Cairn.Templates.Syntax;

/// <summary>A piece of a parsed template; <see cref="Position"/> is where errors about it point.</summary>
internal abstract class SyntaxNode(int position)
{
    public int Position => position;

    /// <summary>Visits the direct children in the order of evaluation.</summary>
    public virtual void ForEachChild(Action<SyntaxNode> visit) { }

    /// <summary>Whether this node or one below it satisfies the condition.</summary>
    public bool Any(Func<SyntaxNode, bool> condition)
    {
        bool found = condition(this);
        if (!found)
            ForEachChild(child => found = found || child.Any(condition));
        return found;
    }

    protected static void Each(Action<SyntaxNode> visit, IEnumerable<SyntaxNode?> nodes)
    {
        foreach (var node in nodes)
        {
            if (node is not null)
                visit(node);
        }
    }
}
