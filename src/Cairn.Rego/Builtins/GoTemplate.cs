using System.Text;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>
/// What <c>strings.render_template</c> takes of Go's <c>text/template</c>: <c>{{.a.b}}</c>, <c>{{if}}</c> with <c>else
/// if</c> and <c>else</c>, <c>{{range}}</c>, <c>{{with}}</c>, comments and trimming with <c>{{-</c> and <c>-}}</c>. A
/// missing member is <c>&lt;undefined&gt;</c>. Actions are expressions of <see cref="GoTemplateExpression"/>; variables
/// are declared with <c>:=</c>, by <c>range</c> two at a time. Templates inside of templates are refused.
/// </summary>
internal sealed class GoTemplate
{
    private const int MaxNesting = 100;

    private readonly BuiltinContext _context;
    private readonly string _source;
    private readonly StringBuilder _output = new();
    private readonly List<(string Name, RegoValue? Value)> _variables = [];
    private int _position;
    private int _nesting;

    private GoTemplate(BuiltinContext context, string source) => (_context, _source) = (context, source);

    /// <summary>Renders a template over its variables.</summary>
    /// <exception cref="BuiltinException">The template is malformed, or uses what is not supported.</exception>
    public static string Render(BuiltinContext context, string source, RegoObject variables)
    {
        StringBuiltins.Charge(context, source.Length);
        var template = new GoTemplate(context, source);
        template._variables.Add(("$", variables));
        string? end = template.Block(variables, writes: true);
        return end is null
            ? template._output.ToString()
            : throw new BuiltinException($"template: unexpected {{{{{end}}}}}");
    }

    // Runs to the end, or to an action that ends the block: end, else, else if …. What is not written is not worked
    // out.
    private string? Block(RegoValue? dot, bool writes)
    {
        if (++_nesting > MaxNesting)
            throw new BuiltinException($"template: nested more than {MaxNesting} levels deep");
        int outer = _variables.Count;
        string? end = null;
        while (end is null && Text(writes) is { } action)
        {
            string keyword = action.Split(' ', 2)[0];
            switch (keyword)
            {
                case "end" or "else":
                    end = action;
                    break;
                case "if" or "with":
                    Conditional(keyword, action[keyword.Length..], dot, writes);
                    break;
                case "range":
                    Range(action[keyword.Length..], dot, writes);
                    break;
                case var comment when comment.StartsWith("/*", StringComparison.Ordinal):
                    break;
                default:
                    if (writes && !Assign(action, dot, out var value))
                        Write(value is RegoString text ? text.Value : value?.ToString() ?? "<undefined>");
                    break;
            }
        }

        _nesting--;
        _variables.RemoveRange(outer, _variables.Count - outer);
        return end;
    }

    private void Conditional(string keyword, string condition, RegoValue? dot, bool writes)
    {
        int outer = _variables.Count;
        RegoValue? value = null;
        if (writes)
            Assign(condition, dot, out value);
        bool taken = writes && IsTrue(value);
        string? end = Block(taken && keyword == "with" ? value : dot, taken);
        while (end is not null && end.StartsWith("else", StringComparison.Ordinal))
        {
            string other = end[4..].Trim();
            bool isWith = other.StartsWith("with ", StringComparison.Ordinal);
            bool takes = writes && !taken;
            if (takes && other.Length > 0)
            {
                Assign(
                    isWith ? other[5..]
                        : other.StartsWith("if ", StringComparison.Ordinal) ? other[3..]
                        : other,
                    dot,
                    out value
                );
                takes = IsTrue(value);
            }

            end = Block(takes && isWith ? value : dot, takes);
            taken |= takes;
        }

        _variables.RemoveRange(outer, _variables.Count - outer);
        if (end != "end")
            throw new BuiltinException($"template: {{{{{keyword}}}}} without {{{{end}}}}");
    }

    private void Range(string clause, RegoValue? dot, bool writes)
    {
        string[] names = [];
        if (clause.IndexOf(":=", StringComparison.Ordinal) is > 0 and var sign)
            (names, clause) = (clause[..sign].Split(',', StringSplitOptions.TrimEntries), clause[(sign + 2)..]);
        if (names.Length > 2 || names.Any(name => !name.StartsWith('$')))
            throw new BuiltinException("template: range takes up to two variables");
        (RegoValue Key, RegoValue Value)[] items = !writes
            ? []
            : Expression(clause, dot) switch
            {
                RegoArray array => [.. array.Select((item, i) => ((RegoValue)RegoNumber.Of(i), item))],
                RegoSet set => [.. set.Select((item, i) => ((RegoValue)RegoNumber.Of(i), item))],
                RegoObject members => [.. members.Select(member => (member.Key, member.Value))],
                null or RegoNull => [],
                var value => throw new BuiltinException($"template: range can't iterate over {value}"),
            };
        int start = _position,
            outer = _variables.Count;
        string? end = null;
        foreach (var (key, item) in items)
        {
            _context.ChargeSteps(1);
            _position = start;
            if (names.Length == 2)
                _variables.Add((names[0], key));
            if (names.Length > 0)
                _variables.Add((names[^1], item));
            end = Block(item, writes);
            _variables.RemoveRange(outer, _variables.Count - outer);
        }

        if (items.Length == 0)
            end = Block(dot, writes: false);
        if (end == "else")
            end = Block(dot, writes && items.Length == 0);
        if (end != "end")
            throw new BuiltinException("template: {{range}} without {{end}}");
    }

    // Works an action out: $x := … declares a variable, $x = … changes one, and both show nothing.
    private bool Assign(string action, RegoValue? dot, out RegoValue? value)
    {
        action = action.Trim();
        int end = 1;
        while (end < action.Length && (char.IsLetterOrDigit(action[end]) || action[end] == '_'))
            end++;
        string rest = action[Math.Min(end, action.Length)..].TrimStart();
        bool declares = rest.StartsWith(":=", StringComparison.Ordinal);
        if (!action.StartsWith('$') || (!declares && !rest.StartsWith('=')))
        {
            value = Expression(action, dot);
            return false;
        }

        value = Expression(rest[(declares ? 2 : 1)..], dot);
        if (declares)
            _variables.Add((action[..end], value));
        else
            _variables[Variable(action[..end])] = (action[..end], value);
        return true;
    }

    private int Variable(string name) =>
        _variables.FindLastIndex(variable => variable.Name == name) is >= 0 and var place
            ? place
            : throw new BuiltinException($"template: undefined variable {RegoString.Of(name)}");

    private RegoValue? Expression(string text, RegoValue? dot) =>
        new GoTemplateExpression(_context, text, dot, name => _variables[Variable(name)].Value).Value();

    // Writes the text up to the next action, and gives that; null at the end of the template.
    private string? Text(bool writes)
    {
        int open = _source.IndexOf("{{", _position, StringComparison.Ordinal);
        string text = open < 0 ? _source[_position..] : _source[_position..open];
        _context.ChargeSteps(1 + (text.Length / 256));
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
        _context.ChargeSteps(action.Length / 64);
        return action.Length == 0 ? throw new BuiltinException("template: missing value for command") : action;
    }

    // What is empty is false: false, 0, "", null and collections without members.
    public static bool IsTrue(RegoValue? value) =>
        value switch
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
