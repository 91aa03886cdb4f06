using System.Text;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>
/// What <c>strings.render_template</c> takes of Go's <c>text/template</c>: <c>{{.a.b}}</c>, <c>{{if}}</c> with <c>else if</c> and
/// <c>else</c>, <c>{{range}}</c>, <c>{{with}}</c>, comments and trimming with <c>{{-</c> and <c>-}}</c>. A missing member is
/// <c>&lt;undefined&gt;</c>. Variables, pipelines and functions are refused.
/// </summary>
internal sealed class GoTemplate
{
    private const int MaxNesting = 100;

    private readonly BuiltinContext _context;
    private readonly string _source;
    private readonly StringBuilder _output = new();
    private int _position;
    private int _nesting;

    private GoTemplate(BuiltinContext context, string source) => (_context, _source) = (context, source);

    /// <summary>Renders a template over its variables.</summary>
    /// <exception cref="BuiltinException">The template is malformed, or uses what is not supported.</exception>
    public static string Render(BuiltinContext context, string source, RegoObject variables)
    {
        StringBuiltins.Charge(context, source.Length);
        var template = new GoTemplate(context, source);
        string? end = template.Block(variables, writes: true);
        return end is null ? template._output.ToString() : throw new BuiltinException($"template: unexpected {{{{{end}}}}}");
    }

    // Runs to the end, or to an action that ends the block: end, else, else if ….
    private string? Block(RegoValue dot, bool writes)
    {
        if (++_nesting > MaxNesting)
            throw new BuiltinException($"template: nested more than {MaxNesting} levels deep");
        while (Text(writes) is { } action)
        {
            string keyword = action.Split(' ', 2)[0];
            switch (keyword)
            {
                case "end" or "else":
                    _nesting--;
                    return action;
                case "if" or "with":
                    Conditional(keyword, Value(action[keyword.Length..], dot), dot, writes);
                    break;
                case "range":
                    Range(Value(action[keyword.Length..], dot), dot, writes);
                    break;
                case var comment when comment.StartsWith("/*", StringComparison.Ordinal):
                    break;
                default:
                    var value = Value(action, dot);
                    if (writes)
                        Write(value is RegoString text ? text.Value : value?.ToString() ?? "<undefined>");
                    break;
            }
        }

        _nesting--;
        return null;
    }

    private void Conditional(string keyword, RegoValue? value, RegoValue dot, bool writes)
    {
        bool taken = IsTrue(value);
        string? end = Block(taken && keyword == "with" ? value! : dot, writes && taken);
        while (end is not null && end.StartsWith("else", StringComparison.Ordinal))
        {
            string condition = end[4..].Trim();
            bool takes = !taken && (condition.Length == 0 || IsTrue(Value(condition.StartsWith("if ", StringComparison.Ordinal) ? condition[3..] : condition, dot)));
            end = Block(dot, writes && takes);
            taken |= takes;
        }

        if (end != "end")
            throw new BuiltinException($"template: {{{{{keyword}}}}} without {{{{end}}}}");
    }

    private void Range(RegoValue? value, RegoValue dot, bool writes)
    {
        var items = value switch
        {
            RegoArray or RegoSet => Operands.Items(value).ToArray(),
            RegoObject members => [.. members.Values],
            null or RegoNull => [],
            _ => throw new BuiltinException($"template: range can't iterate over {value}"),
        };
        int start = _position;
        string? end = null;
        foreach (var item in writes ? items : [])
        {
            _context.ChargeSteps(1);
            _position = start;
            end = Block(item, writes);
        }

        if (!writes || items.Length == 0)
            end = Block(dot, writes: false);
        if (end == "else")
            end = Block(dot, writes && items.Length == 0);
        if (end != "end")
            throw new BuiltinException("template: {{range}} without {{end}}");
    }

    // Writes the text up to the next action, and gives that; null at the end of the template.
    private string? Text(bool writes)
    {
        int open = _source.IndexOf("{{", _position, StringComparison.Ordinal);
        string text = open < 0 ? _source[_position..] : _source[_position..open];
        if (_position > 2 && _source.AsSpan(0, _position).EndsWith(" -}}"))
            text = text.TrimStart();
        bool trims = open >= 0 && _source.AsSpan(open).StartsWith("{{- ");
        if (writes)
            Write(trims ? text.TrimEnd() : text);
        if (open < 0)
        {
            _position = _source.Length;
            return null;
        }

        int close = _source.IndexOf("}}", open, StringComparison.Ordinal);
        if (close < 0)
            throw new BuiltinException("template: unclosed action");
        _position = close + 2;
        string action = _source[(open + 2)..close];
        if (trims)
            action = action[1..];
        if (action.EndsWith(" -", StringComparison.Ordinal))
            action = action[..^1];
        action = action.Trim();
        return action.Length == 0 ? throw new BuiltinException("template: missing value for command") : action;
    }

    private static RegoValue? Value(string expression, RegoValue dot)
    {
        expression = expression.Trim();
        if (expression == ".")
            return dot;
        if (expression.StartsWith('"') && expression.EndsWith('"') && expression.Length > 1)
            return RegoString.Of(expression[1..^1]);
        if (!expression.StartsWith('.') || expression.Any(c => c is not ('.' or '_') && !char.IsLetterOrDigit(c)))
            throw new BuiltinException($"template: '{expression}' is not supported: only fields such as .name are");
        RegoValue? value = dot;
        foreach (string name in expression[1..].Split('.'))
            value = value switch
            {
                RegoObject members => members[RegoString.Of(name)],
                null => null,
                _ => throw new BuiltinException($"template: can't evaluate field {name} in {value}"),
            };
        return value;
    }

    // What is empty is false: false, 0, "", null and collections without members.
    private static bool IsTrue(RegoValue? value) => value switch
    {
        null or RegoNull => false,
        RegoBoolean b => b.Value,
        RegoNumber number => number.Sign != 0,
        RegoString text => text.Value.Length > 0,
        RegoObject members => members.Count > 0,
        _ => Operands.Items(value).Length > 0,
    };

    private void Write(string text)
    {
        StringBuiltins.Charge(_context, text.Length);
        _output.Append(text);
    }
}
