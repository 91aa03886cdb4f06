using System.Text;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Formatting;

/// <summary>Writes terms, expressions and rule heads.</summary>
internal sealed class TermWriter(SourceWriter writer)
{
    public static bool StartsWithBrace(Expression expression) => expression switch
    {
        { Negated: true } => false,
        TermExpression term => StartsWithBrace(term.Term),
        UnifyExpression unify => StartsWithBrace(unify.Left),
        _ => false,
    };

    public void Package(PackageNode package)
    {
        writer.Write(package.Names[0]);
        Path(package.Path.Path.Skip(1));
    }

    public void Head(HeadNode head)
    {
        Write(head.Name);
        Path(head.Path);
        if (head.Arguments is not null)
            List("(", head.Arguments, ")", head.Location.Row);
        if (head.Contains is not null)
        {
            writer.Write(" contains ");
            Write(head.Contains);
        }
        else if (head.Value is not null)
        {
            writer.Write(head.Assigned ? " := " : " = ");
            Write(head.Value);
        }
    }

    /// <summary>A body in braces, an expression a line.</summary>
    public void Block(IReadOnlyList<Expression> body, int endRow)
    {
        writer.Write("{");
        Lines(body, endRow);
        writer.Write("}");
    }

    public void Write(Expression expression)
    {
        if (expression.Negated)
            writer.Write("not ");
        switch (expression)
        {
            case TermExpression term:
                Write(term.Term);
                break;
            case UnifyExpression unify:
                Write(unify.Left);
                writer.Write(unify.Declares ? " := " : " = ");
                Write(unify.Right);
                break;
            case SomeExpression some:
                writer.Write("some " + string.Join(", ", some.Variables.Select(variable => variable.IsWildcard ? "_" : variable.Name)));
                break;
            case SomeInExpression some:
                writer.Write("some ");
                if (some.Key is not null)
                {
                    Write(some.Key);
                    writer.Write(", ");
                }

                Write(some.Value);
                writer.Write(" in ");
                Write(some.Collection);
                break;
            case EveryExpression every:
                writer.Write("every ");
                if (every.Key is not null)
                {
                    Write(every.Key);
                    writer.Write(", ");
                }

                Write(every.Value);
                writer.Write(" in ");
                Write(every.Collection);
                writer.Write(" ");
                Block(every.Body, 0);
                break;
        }

        foreach (var with in expression.With)
        {
            bool below = writer.StartsLine(with.Location);
            if (below)
            {
                writer.CommentBehind(with.Location.Row - 1);
                writer.NewLine();
                writer.Indent();
            }

            writer.Write(below ? "with " : " with ");
            Write(with.Target);
            writer.Write(" as ");
            Write(with.Value);
            if (below)
                writer.Outdent();
        }
    }

    public void Write(Term term)
    {
        switch (term)
        {
            case ScalarTerm scalar:
                writer.Write(scalar.Source ?? scalar.Value.ToString());
                break;
            case VarTerm variable:
                writer.Write(variable.IsWildcard ? "_" : variable.Name);
                break;
            case RefTerm reference:
                Write(reference.Head);
                Path(reference.Path);
                break;
            case ArrayTerm array:
                List("[", array.Items, "]", array.Location.Row);
                break;
            case SetTerm { Items.Count: 0 }:
                writer.Write("set()");
                break;
            case SetTerm set:
                List("{", set.Items, "}", set.Location.Row);
                break;
            case ObjectTerm o:
                Object(o);
                break;
            case CallTerm call:
                Call(call);
                break;
            case ComprehensionTerm comprehension:
                Comprehension(comprehension);
                break;
            case TemplateTerm template:
                Template(template);
                break;
        }
    }

    private static bool StartsWithBrace(Term term) => term switch
    {
        SetTerm { Items.Count: > 0 } or ObjectTerm or ComprehensionTerm { Kind: not ComprehensionKind.Array } => true,
        CallTerm { Infix: not null, Parenthesized: false } call => StartsWithBrace(call.Arguments[0]),
        RefTerm reference => StartsWithBrace(reference.Head),
        _ => false,
    };

    private void Path(IEnumerable<Term> path)
    {
        foreach (var element in path)
            if (element is ScalarTerm { Value: RegoString { Value: var name } } && IsName(name))
            {
                writer.Write("." + name);
            }
            else
            {
                writer.Write("[");
                Write(element);
                writer.Write("]");
            }
    }

    private static bool IsName(string text) =>
        text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] == '_') && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private void Call(CallTerm call)
    {
        if (call.Infix is null)
        {
            Write(call.Function);
            List("(", call.Arguments, ")", call.Location.Row);
            return;
        }

        writer.Write(call.Parenthesized ? "(" : "");
        if (call.Arguments.Count == 3)
        {
            Write(call.Arguments[0]);
            writer.Write(", ");
        }

        Write(call.Arguments[^2]);
        writer.Write($" {call.Infix} ");
        Write(call.Arguments[^1]);
        writer.Write(call.Parenthesized ? ")" : "");
    }

    private void Object(ObjectTerm o)
    {
        bool spread = o.Members.Count > 0 && o.Members[0].Key.Location.Row > o.Location.Row;
        writer.Write("{");
        Items(o.Members, member => member.Key.Location, spread, member =>
        {
            Write(member.Key);
            writer.Write(": ");
            Write(member.Value);
        });
        writer.Write("}");
    }

    private void List(string open, IReadOnlyList<Term> items, string close, int row)
    {
        writer.Write(open);
        Items(items, item => item.Location, items.Count > 0 && items[0].Location.Row > row, Write);
        writer.Write(close);
    }

    // On one line, or one item a line with a comma behind each.
    private void Items<T>(IReadOnlyList<T> items, Func<T, SourceLocation> location, bool spread, Action<T> write)
    {
        if (spread)
            writer.NewLine();
        if (spread)
            writer.Indent();
        for (int i = 0; i < items.Count; i++)
        {
            if (spread)
                writer.CommentsBefore(location(items[i]).Offset);
            write(items[i]);
            writer.Write(spread ? "," : i + 1 < items.Count ? ", " : "");
            if (!spread)
                continue;
            int row = location(items[i]).Row;
            if (i + 1 == items.Count || location(items[i + 1]).Row > row)
                writer.CommentBehind(row);
            writer.NewLine();
        }

        if (spread)
            writer.Outdent();
    }

    private void Comprehension(ComprehensionTerm comprehension)
    {
        writer.Write(comprehension.Kind == ComprehensionKind.Array ? "[" : "{");
        if (comprehension.Key is not null)
        {
            Write(comprehension.Key);
            writer.Write(": ");
        }

        Write(comprehension.Value);
        writer.Write(" |");
        if (comprehension.Body[^1].Location.Row > comprehension.Location.Row)
        {
            Lines(comprehension.Body, 0);
        }
        else
        {
            for (int i = 0; i < comprehension.Body.Count; i++)
            {
                writer.Write(i == 0 ? " " : "; ");
                Write(comprehension.Body[i]);
            }
        }

        writer.Write(comprehension.Kind == ComprehensionKind.Array ? "]" : "}");
    }

    private void Lines(IReadOnlyList<Expression> body, int endRow)
    {
        writer.CommentBehind(body[0].Location.Row - 1);
        writer.NewLine();
        writer.Indent();
        for (int i = 0; i < body.Count; i++)
        {
            if (i > 0 && writer.GapBefore(body[i].Location))
                writer.Blank();
            writer.CommentsBefore(body[i].Location.Offset);
            Write(body[i]);
            if (i + 1 == body.Count || body[i + 1].Location.Row > body[i].Location.Row)
                writer.CommentBehind(body[i].Location.Row);
            writer.NewLine();
        }

        if (endRow > 0)
            writer.CommentBehind(endRow - 1);
        writer.NewLine();
        writer.Outdent();
    }

    private void Template(TemplateTerm template)
    {
        writer.Write(template.Raw ? "$`" : "$\"");
        foreach (var part in template.Parts)
            if (part.Text is { } text)
            {
                var escaped = new StringBuilder();
                if (template.Raw)
                    escaped.Append(text);
                else
                    RegoJson.AppendString(escaped, text);
                writer.Write((template.Raw ? escaped.ToString() : escaped.ToString(1, escaped.Length - 2)).Replace("{", "\\{", StringComparison.Ordinal));
            }
            else
            {
                writer.Write("{");
                Write(part.Value!);
                writer.Write("}");
            }

        writer.Write(template.Raw ? "`" : "\"");
    }
}
