namespace Cairn.Templates.Syntax;

/// <summary>What can be assigned to: names, tuples of them and, for <c>set</c>, an attribute of a namespace.</summary>
internal sealed class TargetParser(TokenStream tokens, ExpressionParser expressions)
{
    public NameSyntax Name(NameUse use)
    {
        var token = tokens.Expect(TokenKind.Name);
        var name = new NameSyntax(token.Start, tokens.TextOf(token)) { Use = use };
        return name.Name is "true" or "false" or "none" or "True" or "False" or "None"
            ? throw tokens.Error($"'{name.Name}' is a value, not a name that can be assigned to", token.Start)
            : name;
    }

    public ExpressionSyntax Target(string? end = null, bool allowNamespaceTarget = false, NameUse use = NameUse.Store)
    {
        int position = tokens.Current.Start;
        var items = new List<ExpressionSyntax>();
        bool isTuple = false;
        do
        {
            if (
                tokens.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.RightParen
                || (end is not null && tokens.IsName(end))
            )
            {
                break;
            }
            items.Add(expressions.Primary(allowNamespaceTarget));
            isTuple = isTuple || tokens.Kind == TokenKind.Comma;
        } while (tokens.Skip(TokenKind.Comma));
        var target =
            items.Count == 1 && !isTuple ? items[0]
            : items.Count == 0 ? throw tokens.Error($"expected a name, found {tokens.Describe(tokens.Current)}")
            : new SequenceSyntax(position, items, isTuple: true);
        MarkStored(target, use);
        return target;
    }

    private void MarkStored(ExpressionSyntax target, NameUse use)
    {
        switch (target)
        {
            case NameSyntax name:
                name.Use = use;
                break;
            case NamespaceTargetSyntax:
                break;
            case SequenceSyntax { IsTuple: true } sequence:
                foreach (var item in sequence.Items)
                    MarkStored(item, use);
                break;
            default:
                throw tokens.Error("only names can be assigned to", target.Position);
        }
    }
}
