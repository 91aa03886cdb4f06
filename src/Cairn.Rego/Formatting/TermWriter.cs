using System.Text;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Formatting;

/// <summary>Writes terms, expressions and rule heads.</summary>
internal sealed class TermWriter(SourceWriter writer)
{
    public static bool StartsWithBrace(Expression expression) =>
        expression switch
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

    /// <summary>A rule's head.</summary>
    /// <param name="head">The head.</param>
    /// <param name="fact">Whether the body always holds and is left out.</param>
    /// <param name="bare">Whether the value true is left out.</param>
    public void Head(HeadNode head, bool fact, bool bare)
    {
        Write(head.Name);
        Path(head.Path, head: true);
        if (head.Arguments is not null)
            List("(", head.Arguments, ")", head.Location.Row);
        else if (head.Parentheses)
            writer.Write("()");
        if (head.Contains is not null)
        {
            writer.Write(" contains ");
            Write(head.Contains);
        }
        else if (head.Value is not null && !bare)
        {
            writer.Write(" := ");
            Write(head.Value);
        }
        else if (fact)
        {
            writer.Write(" := true");
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
            case TermExpression { Term: RefTerm { Head: ComprehensionTerm { IsBlock: true } block } }:
                Block(block.Body, 0);
                break;
            case TermExpression term:
                Write(term.Term);
                break;
            case UnifyExpression unify:
                Write(unify.Left);
                writer.Write(unify.Declares ? " := " : " = ");
                Write(unify.Right);
                break;
            case SomeExpression some:
                writer.Write(
                    "some "
                        + string.Join(
                            ", ",
                            some.Variables.Select(variable => variable.IsWildcard ? "_" : variable.Name)
                        )
                );
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

        // The first stays beside the expression, others where they were: behind the one before or below it.
        bool indented = false;
        for (int i = 0; i < expression.With.Count; i++)
        {
            var with = expression.With[i];
            bool below = i > 0 && with.Location.Row > expression.With[i - 1].Location.Row;
            if (below)
            {
                writer.CommentBehind(with.Location.Row - 1);
                writer.NewLine();
            }

            if (below && !indented)
            {
                indented = true;
                writer.Indent();
            }

            writer.Write(below ? "with " : " with ");
            Write(with.Target);
            writer.Write(" as ");
            Write(with.Value);
        }

        if (indented)
            writer.Outdent();
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

    private static bool StartsWithBrace(Term term) =>
        term switch
        {
            SetTerm { Items.Count: > 0 } or ObjectTerm or ComprehensionTerm { Kind: not ComprehensionKind.Array } =>
                true,
            CallTerm { Infix: not null, Parenthesized: false } call => StartsWithBrace(call.Arguments[0]),
            RefTerm reference => StartsWithBrace(reference.Head),
            _ => false,
        };

    // What was written behind a dot stays there, keywords too. Names in brackets get a dot, but in heads.
    private void Path(IEnumerable<Term> path, bool head = false)
    {
        foreach (var element in path)
        {
            if (
                element is ScalarTerm { Value: RegoString { Value: var name }, Source: var source }
                && (source is null || (!head && SyntaxText.IsName(name)))
            )
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
    }

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
        writer.Write("{");
        Items(
            o.Members,
            member => member.Key.Location,
            o.Location.Row,
            member =>
            {
                Write(member.Key);
                writer.Write(": ");
                Write(member.Value);
            }
        );
        writer.Write("}");
    }

    private void List(string open, IReadOnlyList<Term> items, string close, int row)
    {
        writer.Write(open);
        Items(items, item => item.Location, row, Write);
        writer.Write(close);
    }

    // On one line, or in the lines they were in, with a comma behind the last one too.
    private void Items<T>(IReadOnlyList<T> items, Func<T, SourceLocation> location, int row, Action<T> write)
    {
        bool spread = items.Any(item => location(item).Row > row);
        if (spread)
        {
            writer.NewLine();
            writer.Indent();
        }

        for (int i = 0; i < items.Count; i++)
        {
            if (spread && (i == 0 || location(items[i]).Row > location(items[i - 1]).Row))
                writer.CommentsBefore(location(items[i]).Offset);
            write(items[i]);
            bool last = i + 1 == items.Count;
            if (!spread)
            {
                writer.Write(last ? "" : ", ");
            }
            else if (!last && location(items[i + 1]).Row == location(items[i]).Row)
            {
                writer.Write(", ");
            }
            else
            {
                writer.Write(",");
                writer.CommentBehind(location(items[i]).Row);
                writer.NewLine();
            }
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
        writer.CommentsBehind(body[0].Location.Offset);
        writer.NewLine();
        writer.Indent();
        for (int i = 0; i < body.Count; i++)
        {
            if (i > 0 && body[i].Location.Row > body[i - 1].Location.Row && writer.ApartFromAbove(body[i].Location))
                writer.Blank();
            writer.CommentsBefore(body[i].Location.Offset, apart: true);
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
        {
            if (part.Text is { } text)
            {
                var escaped = new StringBuilder();
                if (template.Raw)
                    escaped.Append(text);
                else
                    RegoJson.AppendString(escaped, text);
                writer.Write(
                    (template.Raw ? escaped.ToString() : escaped.ToString(1, escaped.Length - 2)).Replace(
                        "{",
                        "\\{",
                        StringComparison.Ordinal
                    )
                );
            }
            else
            {
                writer.Write("{");
                Write(part.Value!);
                writer.Write("}");
            }
        }

        writer.Write(template.Raw ? "`" : "\"");
    }
}
