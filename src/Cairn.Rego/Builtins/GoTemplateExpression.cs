using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>
/// An expression of Go's <c>text/template</c>: fields, variables, literals, parentheses, functions and pipelines, whose
/// value becomes the last argument of what follows the bar.
/// </summary>
internal sealed class GoTemplateExpression(
    BuiltinContext context,
    string text,
    RegoValue? dot,
    Func<string, RegoValue?> variable
)
{
    private const int MaxNesting = 100;

    private int _position;
    private int _nesting;

    /// <summary>The value; null where a member is missing.</summary>
    /// <exception cref="BuiltinException">The expression is malformed, or its operands do not fit.</exception>
    public RegoValue? Value()
    {
        var value = Pipeline();
        return _position == text.Length ? value : throw Unexpected();
    }

    private RegoValue? Pipeline()
    {
        if (++_nesting > MaxNesting)
            throw new BuiltinException($"template: an expression is nested more than {MaxNesting} levels deep");
        var value = Command(piped: false, null);
        while (Skip() == '|')
        {
            _position++;
            value = Command(piped: true, value);
        }

        _nesting--;
        return value;
    }

    private RegoValue? Command(bool piped, RegoValue? last)
    {
        context.ChargeSteps(1);
        if (char.IsLetter(Skip()))
        {
            string name = Word();
            if (name is not ("true" or "false" or "nil"))
            {
                var arguments = new List<RegoValue?>();
                while (Skip() is not ('\0' or '|' or ')'))
                    arguments.Add(Operand());
                if (piped)
                    arguments.Add(last);
                return Call(name, arguments);
            }

            _position -= name.Length;
        }

        return piped ? throw new BuiltinException("template: only a function can follow a bar") : Operand();
    }

    private RegoValue? Operand()
    {
        RegoValue? value;
        char c = Skip();
        int start = _position;
        switch (c)
        {
            case '.':
                if (_position + 1 == text.Length || !(char.IsLetter(text[_position + 1]) || text[_position + 1] == '_'))
                {
                    _position++;
                    return dot;
                }

                value = dot;
                break;
            case '$':
                _position++;
                Word();
                value = variable(text[start.._position]);
                break;
            case '(':
                _position++;
                value = Pipeline();
                if (Skip() != ')')
                    throw Unexpected();
                _position++;
                break;
            case '"':
                while (++_position < text.Length && text[_position] != '"')
                    _position += text[_position] == '\\' ? 1 : 0;
                return _position++ < text.Length ? Literal(text[start.._position]) : throw Unexpected();
            case '`':
                _position = text.IndexOf('`', _position + 1) is >= 0 and var end ? end + 1 : throw Unexpected();
                return RegoString.Of(text[(start + 1)..(_position - 1)]);
            case var _ when char.IsAsciiDigit(c) || c is '-' or '+':
                while (
                    ++_position < text.Length && (char.IsAsciiLetterOrDigit(text[_position]) || text[_position] == '.')
                ) { }

                return RegoNumber.TryParse(text[start.._position].TrimStart('+'), out var number)
                    ? number
                    : throw Unexpected();
            default:
                return Word() switch
                {
                    "true" => RegoBoolean.True,
                    "false" => RegoBoolean.False,
                    "nil" => RegoNull.Instance,
                    var function when function.Length > 0 => Call(function, []),
                    _ => throw Unexpected(),
                };
        }

        while (_position < text.Length && text[_position] == '.')
        {
            _position++;
            string name = Word();
            value = value switch
            {
                RegoObject members => members[RegoString.Of(name)],
                null => null,
                _ => throw new BuiltinException($"template: can't evaluate field {name} in {value}"),
            };
        }

        return value;
    }

    private RegoValue? Call(string name, List<RegoValue?> arguments)
    {
        switch (name)
        {
            case "and" or "or" when arguments.Count > 0:
                return arguments.Find(argument => GoTemplate.IsTrue(argument) == (name == "or")) ?? arguments[^1];
            case "not" when arguments.Count == 1:
                return RegoBoolean.Of(!GoTemplate.IsTrue(arguments[0]));
            case "eq" when arguments.Count > 1:
                return RegoBoolean.Of(arguments.Skip(1).Any(argument => Equals(argument, arguments[0])));
            case "ne" when arguments.Count == 2:
                return RegoBoolean.Of(!Equals(arguments[0], arguments[1]));
            case "lt"
            or "le"
            or "gt"
            or "ge"
                when arguments is [RegoNumber or RegoString, RegoNumber or RegoString]
                    && arguments[0]!.Kind == arguments[1]!.Kind:
                int order = arguments[0]!.CompareTo(arguments[1]);
                return RegoBoolean.Of(
                    name switch
                    {
                        "lt" => order < 0,
                        "le" => order <= 0,
                        "gt" => order > 0,
                        _ => order >= 0,
                    }
                );
            case "len":
                return arguments switch
                {
                    [RegoString one] => RegoNumber.Of(System.Text.Encoding.UTF8.GetByteCount(one.Value)),
                    [RegoObject members] => RegoNumber.Of(members.Count),
                    [RegoArray or RegoSet] => RegoNumber.Of(Operands.Items(arguments[0]!).Length),
                    _ => throw Fault(name),
                };
            case "index" when arguments.Count > 0:
                return arguments
                    .Skip(1)
                    .Aggregate(
                        arguments[0],
                        (value, key) =>
                            value switch
                            {
                                RegoObject members when key is not null => members[key],
                                RegoArray array when key is RegoNumber number => number.TryToInt(out int place)
                                && place >= 0
                                && place < array.Count
                                    ? array[place]
                                    : throw new BuiltinException(
                                        $"template: error calling index: index out of range: {key}"
                                    ),
                                _ => throw Fault(name),
                            }
                    );
            case "print" or "println":
                string shown = string.Join(
                    ' ',
                    arguments.Select(argument =>
                        argument is RegoString one ? one.Value : argument?.ToString() ?? "<undefined>"
                    )
                );
                return RegoString.Of(name == "println" ? shown + "\n" : shown);
            case "printf" when arguments.Count > 0 && arguments[0] is RegoString format:
                return RegoString.Of(
                    GoFormat.Format(
                        context,
                        format.Value,
                        RegoArray.Of(arguments.Skip(1).Select(argument => argument ?? RegoNull.Instance))
                    )
                );
            case "urlquery" when arguments is [RegoString one]:
                return RegoString.Of(Uri.EscapeDataString(one.Value).Replace("%20", "+", StringComparison.Ordinal));
            case "and"
            or "or"
            or "not"
            or "eq"
            or "ne"
            or "lt"
            or "le"
            or "gt"
            or "ge"
            or "index"
            or "printf"
            or "urlquery":
                throw Fault(name);
            default:
                throw new BuiltinException($"template: function {RegoString.Of(name)} not defined");
        }
    }

    private static BuiltinException Fault(string function) =>
        new($"template: error calling {function}: the arguments do not fit");

    private static RegoValue Literal(string quoted)
    {
        try
        {
            return RegoValue.ParseJson(quoted);
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new BuiltinException($"template: {quoted} is no text", e);
        }
    }

    private BuiltinException Unexpected() =>
        new(
            _position < text.Length
                ? $"template: unexpected '{text[_position]}' in {text}"
                : $"template: {text} ends too early"
        );

    private string Word()
    {
        int start = _position;
        while (_position < text.Length && (char.IsLetterOrDigit(text[_position]) || text[_position] == '_'))
            _position++;
        return text[start.._position];
    }

    private char Skip()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
            _position++;
        return _position < text.Length ? text[_position] : '\0';
    }
}
