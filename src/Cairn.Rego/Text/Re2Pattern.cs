using System.Globalization;
using System.Text;

namespace Cairn.Rego.Text;

/// <summary>
/// Turns a regular expression of RE2's syntax, which Rego has, into one of .NET's with the same meaning: classes such
/// as <c>\d</c> are ASCII, <c>$</c> is the very end of the text. What RE2 does not know (look-around, back-references)
/// is refused.
/// </summary>
internal sealed class Re2Pattern
{
    private const int MaxRepeat = 1000;
    private const int MaxNesting = 250;

    private readonly string _pattern;
    private readonly StringBuilder _result = new();
    private readonly Dictionary<string, int> _names = [];
    private int _groups;
    private int _position;
    private int _nesting;
    private (bool Multiline, bool DotAll, bool Ungreedy) _flags;

    private Re2Pattern(string pattern) => _pattern = pattern;

    /// <summary>The .NET pattern, and the numbers of the groups that have names.</summary>
    /// <exception cref="FormatException">Not a regular expression of RE2's syntax; the message is as Go's.</exception>
    public static (string Pattern, IReadOnlyDictionary<string, int> Names) Translate(string pattern)
    {
        var translation = new Re2Pattern(pattern);
        translation.Alternatives();
        return translation._position == pattern.Length
            ? (translation._result.ToString(), translation._names)
            : throw Error("unexpected )", pattern);
    }

    private bool AtEnd => _position >= _pattern.Length;

    private char Current => _pattern[_position];

    private static FormatException Error(string what, string where) => new($"error parsing regexp: {what}: `{where}`");

    // Gives the largest repetition inside, so that nested ones cannot multiply beyond the limit.
    private int Alternatives()
    {
        if (++_nesting > MaxNesting)
            throw Error("expression nests too deeply", _pattern);
        var outside = _flags;
        int repeats = 1;
        while (!AtEnd && Current != ')')
        {
            if (Current == '|')
            {
                _result.Append('|');
                _position++;
            }
            else
            {
                repeats = Math.Max(repeats, Repetition());
            }
        }

        _flags = outside;
        _nesting--;
        return repeats;
    }

    private int Repetition()
    {
        int start = _position;
        int mark = _result.Length;
        int repeats = Atom();
        bool repeated = false;
        while (!AtEnd && Quantifier() is { } quantifier)
        {
            if (repeated)
                throw Error("invalid nested repetition operator", _pattern[start.._position]);
            repeated = true;
            if (_result.Length == mark)
                throw Error("missing argument to repetition operator", quantifier.Text);
            // An anchor may be repeated in RE2; .NET wants a group around it.
            _result.Insert(mark, "(?:").Append(')').Append(quantifier.Text);
            bool lazy = !AtEnd && Current == '?';
            if (lazy)
                _position++;
            if (lazy != _flags.Ungreedy)
                _result.Append('?');
            repeats *= quantifier.Count;
            if (repeats > MaxRepeat)
                throw Error("invalid repeat count", _pattern[start.._position]);
        }

        return repeats;
    }

    private (string Text, int Count)? Quantifier()
    {
        if (Current is '*' or '+' or '?')
            return (_pattern[_position++].ToString(), 1);
        if (Current != '{')
            return null;
        int end = _pattern.IndexOf('}', _position);
        if (end < 0)
            return null;
        string[] bounds = _pattern[(_position + 1)..end].Split(',');
        if (bounds.Length > 2 || bounds[0].Length == 0 || bounds.Any(bound => bound.Any(c => !char.IsAsciiDigit(c))))
            return null;
        string text = _pattern[_position..(end + 1)];
        int[] counts =
        [
            .. bounds
                .Where(bound => bound.Length > 0)
                .Select(bound => bound.Length > 4 ? int.MaxValue : int.Parse(bound, CultureInfo.InvariantCulture)),
        ];
        if (counts.Max() > MaxRepeat || (counts.Length == 2 && counts[1] < counts[0]))
            throw Error("invalid repeat count", text);
        _position = end + 1;
        return (text, Math.Max(1, counts.Max()));
    }

    private int Atom()
    {
        char c = _pattern[_position++];
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                Class();
                return 1;
            case '.':
                _result.Append(Re2Set.Any(_flags.DotAll));
                return 1;
            case '^':
                _result.Append(_flags.Multiline ? "(?m:^)" : @"\A");
                return 1;
            case '$':
                _result.Append(_flags.Multiline ? "(?m:$)" : @"\z");
                return 1;
            case '\\':
                Escape();
                return 1;
            case '*' or '+' or '?':
                throw Error("missing argument to repetition operator", c.ToString());
            default:
                Literal(c);
                // The two halves of a code point are repeated together.
                if (char.IsHighSurrogate(c) && !AtEnd && char.IsLowSurrogate(Current))
                {
                    _result.Insert(_result.Length - 1, "(?:").Append(Current).Append(')');
                    _position++;
                }

                return 1;
        }
    }

    private void Literal(int c)
    {
        if (c > 0xFFFF)
            _result.Append(CultureInfo.InvariantCulture, $"(?:{char.ConvertFromUtf32(c)})");
        else if (c < 128 && !char.IsAsciiLetterOrDigit((char)c) && c != '_')
            _result.Append(CultureInfo.InvariantCulture, $@"\x{c:x2}");
        else
            _result.Append((char)c);
    }

    private int Group()
    {
        int start = _position - 1;
        var outside = _flags;
        string open = "(";
        if (!AtEnd && Current == '?')
        {
            _position++;
            var rest = _pattern.AsSpan(_position);
            if (rest.StartsWith("P<") || (rest.StartsWith("<") && !rest.StartsWith("<=") && !rest.StartsWith("<!")))
                open = NamedGroup(start);
            else if (Flags(start) is { } flags)
                open = flags;
            else
                return 1;
        }
        else
        {
            _groups++;
        }

        _result.Append(open);
        int repeats = Alternatives();
        if (AtEnd)
            throw Error("missing closing )", _pattern);
        _position++;
        _result.Append(')');
        _flags = outside;
        return repeats;
    }

    private string NamedGroup(int start)
    {
        int open = _pattern.IndexOf('<', _position),
            close = _pattern.IndexOf('>', _position);
        string name = close < 0 ? "" : _pattern[(open + 1)..close];
        if (name.Length == 0 || name.Any(c => c != '_' && !char.IsAsciiLetterOrDigit(c)))
            throw Error("invalid named capture", _pattern[start..(close < 0 ? _pattern.Length : close + 1)]);
        _position = close + 1;
        // .NET would number groups with names behind the others; without them they keep RE2's order.
        if (!_names.TryAdd(name, ++_groups))
            throw Error("duplicate capture group name", name);
        return "(";
    }

    // (?i) holds for the rest of the group it stands in; (?i:…) for its own.
    private string? Flags(int start)
    {
        bool on = true;
        bool any = false;
        string net = "";
        for (; !AtEnd; _position++)
        {
            switch (Current)
            {
                case 'i':
                    net += on || net.Contains('-') ? "i" : "-i";
                    any = true;
                    break;
                case 'm':
                    _flags.Multiline = on;
                    any = true;
                    break;
                case 's':
                    _flags.DotAll = on;
                    any = true;
                    break;
                case 'U':
                    _flags.Ungreedy = on;
                    any = true;
                    break;
                case '-' when on:
                    on = false;
                    any = false;
                    break;
                case ':' when on || any:
                    _position++;
                    return $"(?{net}:";
                case ')' when any:
                    _position++;
                    if (net.Length > 0)
                        _result.Append(CultureInfo.InvariantCulture, $"(?{net})");
                    return null;
                default:
                    throw Error("invalid or unsupported Perl syntax", _pattern[start..(_position + 1)]);
            }
        }

        throw Error("missing closing )", _pattern);
    }

    private void Escape()
    {
        int start = _position - 1;
        if (AtEnd)
            throw Error("trailing backslash at end of expression", "");
        char c = Current;
        switch (c)
        {
            case 'A' or 'z' or 'b' or 'B':
                _position++;
                _result.Append('\\').Append(c);
                break;
            case 'Q':
                int end = _pattern.IndexOf(@"\E", _position, StringComparison.Ordinal);
                string quoted = _pattern[(_position + 1)..(end < 0 ? _pattern.Length : end)];
                _position = end < 0 ? _pattern.Length : end + 2;
                _result.Append("(?:");
                foreach (char literal in quoted)
                    Literal(literal);
                _result.Append(')');
                break;
            default:
                var set = new Re2Set();
                if (ClassEscape(set))
                    _result.Append(set.Build(negated: false));
                else
                    Literal(CharacterEscape(start));
                break;
        }
    }

    // \d, \pL and their like, put into a set; false when it is a character. Stands behind the backslash.
    private bool ClassEscape(Re2Set set)
    {
        char c = Current;
        if (
            Re2Classes.Perl.TryGetValue(char.ToLowerInvariant(c), out var perl)
            && c is 'd' or 's' or 'w' or 'D' or 'S' or 'W'
        )
        {
            _position++;
            bool complement = char.IsAsciiLetterUpper(c);
            set.Add(complement ? perl.Complement : perl.Class, pairs: complement);
            return true;
        }

        if (c is not ('p' or 'P'))
            return false;
        int start = _position - 1;
        _position++;
        string name = AtEnd ? "" : Current.ToString();
        if (name == "{")
        {
            int end = _pattern.IndexOf('}', _position);
            name = end < 0 ? "" : _pattern[(_position + 1)..end];
            _position = end < 0 ? _pattern.Length : end;
        }

        bool negated = c == 'P';
        if (name.StartsWith('^'))
            (negated, name) = (!negated, name[1..]);
        _position = Math.Min(_position + 1, _pattern.Length);
        if (name == "Any" && !negated)
            set.Add(0, 0x10FFFF);
        else if (name != "Any" && !set.TryAdd(name, negated))
            throw Error("invalid character class range", _pattern[start.._position]);
        return true;
    }

    // The character an escape stands for; \n, \x41, \x{10FFFF}, \101, \. and so on.
    private int CharacterEscape(int start)
    {
        char c = _pattern[_position++];
        switch (c)
        {
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case 'x':
                int open = _position;
                int end = !AtEnd && Current == '{' ? _pattern.IndexOf('}', _position) : _position + 2;
                if (end < 0 || end > _pattern.Length)
                    break;
                string digits = _pattern[_position..end].TrimStart('{');
                _position = _pattern[open] == '{' ? end + 1 : end;
                if (
                    digits.Length <= 6
                    && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
                    && code <= 0x10FFFF
                )
                {
                    return code;
                }

                break;
            case '0'
            or (>= '1' and <= '7') when c == '0' || (_position < _pattern.Length && Current is >= '0' and <= '7'):
                int octal = c - '0';
                for (int i = 0; i < 2 && !AtEnd && Current is >= '0' and <= '7'; i++)
                    octal = (octal * 8) + (_pattern[_position++] - '0');
                return octal;
            default:
                if (c < 128 && !char.IsAsciiLetterOrDigit(c))
                    return c;
                break;
        }

        throw Error("invalid escape sequence", _pattern[start..Math.Min(_position, _pattern.Length)]);
    }

    private void Class()
    {
        int start = _position - 1;
        var set = new Re2Set();
        bool negated = !AtEnd && Current == '^';
        if (negated)
            _position++;
        for (bool first = true; ; first = false)
        {
            if (AtEnd)
                throw Error("missing closing ]", _pattern[start..]);
            if (Current == ']' && !first)
                break;
            if (Named(set))
                continue;
            int from = ClassCharacter();
            int to = from;
            if (_position + 1 < _pattern.Length && Current == '-' && _pattern[_position + 1] != ']')
            {
                _position++;
                to = ClassCharacter();
                if (to < from)
                    throw Error("invalid character class range", _pattern[start.._position]);
            }

            set.Add(from, to);
        }

        _position++;
        _result.Append(set.Build(negated));
    }

    private bool Named(Re2Set set)
    {
        if (_pattern.AsSpan(_position).StartsWith("[:"))
        {
            int end = _pattern.IndexOf(":]", _position, StringComparison.Ordinal);
            if (end < 0)
                return false;
            string name = _pattern[(_position + 2)..end];
            bool negated = name.StartsWith('^');
            if (!Re2Classes.Posix.TryGetValue(negated ? name[1..] : name, out var posix))
                throw Error("invalid character class range", _pattern[_position..(end + 2)]);
            _position = end + 2;
            set.Add(negated ? posix.Complement : posix.Class, pairs: negated);
            return true;
        }

        if (Current != '\\' || _position + 1 >= _pattern.Length)
            return false;
        _position++;
        bool found = ClassEscape(set);
        if (!found)
            _position--;
        return found;
    }

    private int ClassCharacter()
    {
        if (AtEnd)
            throw Error("missing closing ]", _pattern);
        if (Current == '\\' && _position + 1 < _pattern.Length)
            return CharacterEscape(_position++);
        if (char.IsHighSurrogate(Current) && _position + 1 < _pattern.Length)
            return char.ConvertToUtf32(_pattern[_position++], _pattern[_position++]);
        return _pattern[_position++];
    }
}
