using System.Text;
using Cairn.Rego.Compilation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Formatting;

/// <summary>
/// Terms and expressions on one line, for what has no source of its own: traces and partially evaluated queries. The
/// text parses to the same syntax tree; operators inside others are in parentheses.
/// </summary>
internal static class SyntaxText
{
    public static string Of(IReadOnlyList<Expression> body) => string.Join("; ", body.Select(Of));

    public static string Of(Expression expression)
    {
        var text = new StringBuilder();
        Write(expression, text);
        return text.ToString();
    }

    public static string Of(Term term)
    {
        var text = new StringBuilder();
        Write(term, text);
        return text.ToString();
    }

    /// <summary>A rule's head, its body in braces with a line for each expression, and its else branches.</summary>
    public static string Of(RuleNode rule)
    {
        var text = new StringBuilder();
        if (rule.IsDefault)
            text.Append("default ");
        Head(rule.Head, text);
        if (
            rule is
            {
                Body.Count: 0,
                Head: { Contains: null, Value: null or ScalarTerm { Value: RegoBoolean { Value: true } } }
            }
        )
        {
            text.Append(" := true");
        }

        Body(rule, text);
        for (var branch = rule.Else; branch is not null; branch = branch.Else)
        {
            text.Append(" else");
            if (branch.Head.Value is { } value)
                Write(value, text.Append(" := "));
            Body(branch, text);
        }

        return text.ToString();
    }

    /// <summary>The term that is written for a value: scalars stay, what holds others becomes a literal.</summary>
    public static Term Literal(RegoValue value, SourceLocation location) =>
        value switch
        {
            RegoArray array => new ArrayTerm([.. array.Select(item => Literal(item, location))], location),
            RegoSet set => new SetTerm([.. set.Select(item => Literal(item, location))], location),
            RegoObject o => new ObjectTerm(
                [.. o.Select(member => (Literal(member.Key, location), Literal(member.Value, location)))],
                location
            ),
            _ => new ScalarTerm(value, location),
        };

    private static void Head(HeadNode head, StringBuilder text)
    {
        Write(head.Name, text);
        Path(head.Path, text);
        if (head.Arguments is not null)
            List("(", head.Arguments, ")", text);
        if (head.Contains is not null)
            Write(head.Contains, text.Append(" contains "));
        else if (head.Value is not null && head.Value is not ScalarTerm { Value: RegoBoolean { Value: true } })
            Write(head.Value, text.Append(" := "));
    }

    private static void Body(RuleNode rule, StringBuilder text)
    {
        if (rule.Body.Count == 0)
            return;
        text.Append(" if {\n");
        foreach (var expression in rule.Body)
        {
            Write(expression, text.Append('\t'));
            text.Append('\n');
        }

        text.Append('}');
    }

    private static void Write(Expression expression, StringBuilder text)
    {
        if (expression.Negated)
            text.Append("not ");
        switch (expression)
        {
            case TermExpression { Term: CallTerm { Infix: not null } call }:
                Infix(call, text);
                break;
            case TermExpression term:
                Write(term.Term, text);
                break;
            case UnifyExpression unify:
                Side(unify.Left, text);
                text.Append(
                    unify.Declares ? " := "
                    : unify.Compares ? " == "
                    : " = "
                );
                Side(unify.Right, text);
                break;
            case SomeExpression some:
                text.Append("some ")
                    .AppendJoin(", ", some.Variables.Select(variable => Variables.Shown(variable.Name)));
                break;
            case SomeInExpression some:
                In("some ", some.Key, some.Value, some.Collection, text);
                break;
            case EveryExpression every:
                In("every ", every.Key, every.Value, every.Collection, text);
                text.Append(" { ").Append(Of(every.Body)).Append(" }");
                break;
        }

        foreach (var with in expression.With)
        {
            Write(with.Target, text.Append(" with "));
            Write(with.Value, text.Append(" as "));
        }
    }

    private static void In(string start, Term? key, Term value, Term collection, StringBuilder text)
    {
        text.Append(start);
        if (key is not null)
        {
            Write(key, text);
            text.Append(", ");
        }

        Write(value, text);
        Write(collection, text.Append(" in "));
    }

    // A comparison beside an equals sign would be read as belonging to it.
    private static void Side(Term term, StringBuilder text)
    {
        if (term is CallTerm { Infix: "+" or "-" or "*" or "/" or "%" } arithmetic)
            Infix(arithmetic, text);
        else
            Write(term, text);
    }

    private static void Infix(CallTerm call, StringBuilder text)
    {
        if (call.Arguments.Count == 3)
        {
            Write(call.Arguments[0], text);
            text.Append(", ");
        }

        Write(call.Arguments[^2], text);
        text.Append(' ').Append(call.Infix).Append(' ');
        Write(call.Arguments[^1], text);
    }

    private static void Write(Term term, StringBuilder text)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (term)
        {
            case ScalarTerm scalar:
                text.Append(scalar.Value);
                break;
            case VarTerm variable:
                text.Append(Variables.Shown(variable.Name));
                break;
            case RefTerm reference:
                Write(reference.Head, text);
                Path(reference.Path, text);
                break;
            case ArrayTerm array:
                List("[", array.Items, "]", text);
                break;
            case SetTerm { Items.Count: 0 }:
                text.Append("set()");
                break;
            case SetTerm set:
                List("{", set.Items, "}", text);
                break;
            case ObjectTerm o:
                Object(o, text);
                break;
            case CallTerm { Infix: not null } call:
                text.Append('(');
                Infix(call, text);
                text.Append(')');
                break;
            case CallTerm call:
                Write(call.Function, text);
                List("(", call.Arguments, ")", text);
                break;
            case FunctionTerm function:
                Write(function.Function, text);
                break;
            case ComprehensionTerm comprehension:
                Comprehension(comprehension, text);
                break;
            case TemplateTerm template:
                Template(template, text);
                break;
        }
    }

    private static void Path(IEnumerable<Term> path, StringBuilder text)
    {
        foreach (var element in path)
        {
            if (element is ScalarTerm { Value: RegoString { Value: var name } } && IsName(name))
                text.Append('.').Append(name);
            else
                List("[", [element], "]", text);
        }
    }

    /// <summary>Whether a text can stand behind a dot: it has a variable's form and is no keyword.</summary>
    public static bool IsName(string text) =>
        text.Length > 0
        && (char.IsAsciiLetter(text[0]) || text[0] == '_')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
        && !Keywords.Contains(text);

    private static readonly HashSet<string> Keywords =
    [
        "as",
        "contains",
        "default",
        "else",
        "every",
        "false",
        "if",
        "import",
        "in",
        "not",
        "null",
        "package",
        "some",
        "true",
        "with",
    ];

    private static void List(string open, IReadOnlyList<Term> items, string close, StringBuilder text)
    {
        text.Append(open);
        for (int i = 0; i < items.Count; i++)
            Write(items[i], i == 0 ? text : text.Append(", "));
        text.Append(close);
    }

    private static void Object(ObjectTerm o, StringBuilder text)
    {
        text.Append('{');
        for (int i = 0; i < o.Members.Count; i++)
        {
            Write(o.Members[i].Key, i == 0 ? text : text.Append(", "));
            Write(o.Members[i].Value, text.Append(": "));
        }

        text.Append('}');
    }

    private static void Comprehension(ComprehensionTerm comprehension, StringBuilder text)
    {
        text.Append(comprehension.Kind == ComprehensionKind.Array ? '[' : '{');
        if (comprehension.Key is not null)
        {
            Write(comprehension.Key, text);
            text.Append(": ");
        }

        Write(comprehension.Value, text);
        text.Append(" | ")
            .Append(Of(comprehension.Body))
            .Append(comprehension.Kind == ComprehensionKind.Array ? ']' : '}');
    }

    private static void Template(TemplateTerm template, StringBuilder text)
    {
        text.Append("$\"");
        foreach (var part in template.Parts)
        {
            if (part.Text is { } literal)
            {
                var escaped = new StringBuilder();
                RegoJson.AppendString(escaped, literal);
                text.Append(escaped.ToString(1, escaped.Length - 2).Replace("{", "\\{", StringComparison.Ordinal));
            }
            else
            {
                Write(part.Value!, text.Append('{'));
                text.Append('}');
            }
        }

        text.Append('"');
    }
}
