using System.Globalization;
using System.Text;

namespace Cairn.JsonSchema.Patterns;

/// <summary>
/// Reads a regular expression in the grammar of ECMA-262 (section 22.2.1, with the <c>u</c> flag) and writes the .NET
/// expression that matches the same texts. Code points outside the basic plane become pairs of UTF-16 units, classes
/// are written out, and <c>$</c> means the very end.
/// </summary>
internal sealed class EcmaPatternTranslator
{
    private const int MaxNesting = 100;
    private const int MaxTranslation = 500_000;

    /// <summary>
    /// Characters and classes with the repetitions of groups written out, which .NET's engines do in parts before they
    /// match anything: counts that nest multiply. The repetition of a single character is kept as a counter and costs
    /// nothing.
    /// </summary>
    private const long MaxWrittenOut = 1_000_000;

    private static readonly string WordBoundary = Lookaround(true);
    private static readonly string NoWordBoundary = Lookaround(false);

    private readonly EcmaPatternReader _reader;
    private readonly StringBuilder _output = new();
    private readonly EcmaGroups _groups;
    private int _openedGroups;
    private int _nesting;
    private bool _backtracks;

    private EcmaPatternTranslator(string source, bool strict)
    {
        _reader = new EcmaPatternReader(source, strict);
        _groups = EcmaGroups.Scan(source);
    }

    /// <param name="source">The pattern.</param>
    /// <param name="strict">
    /// Refuse what only the grammar for web browsers allows: escaped punctuation that needs no escape, lone braces.
    /// </param>
    /// <returns>The .NET pattern, and whether it needs the backtracking engine.</returns>
    public static (string Pattern, bool Backtracks) Translate(string source, bool strict)
    {
        if (source.Length > SchemaLimits.MaxPatternLength)
            throw new EcmaPatternException($"is longer than {SchemaLimits.MaxPatternLength} characters");

        var translator = new EcmaPatternTranslator(source, strict);
        translator.Disjunction();
        if (!translator._reader.AtEnd)
        {
            throw translator._reader.Error("has an unmatched ')'");
        }

        return (translator._output.ToString(), translator._backtracks);
    }

    private static string Lookaround(bool isBoundary) =>
        isBoundary
            ? "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))"
            : "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))";

    /// <summary>Answers how much it is with repetitions written out.</summary>
    private long Disjunction()
    {
        long writtenOut = 1;
        if (++_nesting > MaxNesting)
            throw _reader.Error($"nests groups deeper than {MaxNesting} levels");

        while (!_reader.AtEnd && _reader.Peek != ')')
        {
            if (_reader.TryTake('|'))
            {
                _output.Append('|');
            }
            else
            {
                writtenOut += Term();
                CheckWrittenOut(writtenOut);
            }
        }

        _nesting--;
        return writtenOut;
    }

    private long Term()
    {
        if (_output.Length > MaxTranslation)
            throw _reader.Error("names too many large classes");

        bool canRepeat = true;
        long? group = null;
        switch (_reader.Peek)
        {
            case '^':
                _reader.Take();
                _output.Append('^');
                canRepeat = false;
                break;
            case '$':
                _reader.Take();
                _output.Append("\\z");
                canRepeat = false;
                break;
            case '(':
                group = Group(out canRepeat);
                break;
            case '.':
                _reader.Take();
                UnicodeProperties.NotLineEnds.AppendTo(_output);
                break;
            case '[':
                EcmaCharacterClass.Read(_reader).AppendTo(_output);
                break;
            case '*' or '+' or '?':
                throw _reader.Error("has nothing to repeat");
            case '\\' when _reader.PeekAt(1) is 'b' or 'B':
                _reader.Take();
                _output.Append(_reader.Take() == 'b' ? WordBoundary : NoWordBoundary);
                _backtracks = true;
                canRepeat = false;
                break;
            case '\\' when _reader.PeekAt(1) is (>= '1' and <= '9') or 'k':
                BackReference();
                break;
            case '\\':
                _reader.ReadEscape(inClass: false).AppendTo(_output);
                break;
            case '{' or '}' or ']':
                AppendLiteral(_reader.TakeLoneBracket());
                break;
            default:
                AppendLiteral(_reader.Take());
                break;
        }

        if (_reader.ReadQuantifier() is not { } quantifier)
            return group ?? 1;

        if (!canRepeat)
            throw _reader.Error("repeats an assertion");

        _output.Append(quantifier);
        if (group is not { } once)
            return 1;

        var (min, max) = EcmaPatternReader.Limits(quantifier);
        return once * Math.Max(max ?? min, 1);
    }

    private void CheckWrittenOut(long size)
    {
        if (size > MaxWrittenOut)
        {
            throw _reader.Error(
                $"repeats groups so often that it would have more than {MaxWrittenOut} characters, written out"
            );
        }
    }

    private void AppendLiteral(int codePoint)
    {
        if (codePoint < 0x80 && char.IsAsciiLetterOrDigit((char)codePoint))
            _output.Append((char)codePoint);
        else
            CodePointSet.Of((codePoint, codePoint)).AppendTo(_output);
    }

    /// <param name="canRepeat">False for look-around.</param>
    private long Group(out bool canRepeat)
    {
        _reader.Take();
        bool isLookaround = false;
        if (_reader.TryTake("?:"))
        {
            _output.Append("(?:");
        }
        else if (_reader.TryTakeAny(["?=", "?!", "?<=", "?<!"]) is { } lookaround)
        {
            _output.Append('(').Append(lookaround);
            isLookaround = true;
            _backtracks = true;
        }
        else
        {
            if (_reader.TryTake("?<"))
                _reader.ReadGroupName();
            else if (_reader.TryTake('?'))
                throw _reader.Error("has a group of a kind ECMA-262 does not know");

            // Captures only matter to back references; without any, groups need not be remembered.
            int number = ++_openedGroups;
            _output.Append(
                _groups.HasBackReferences ? string.Create(CultureInfo.InvariantCulture, $"(?<{number}>") : "(?:"
            );
        }

        long writtenOut = Disjunction();
        if (!_reader.TryTake(')'))
        {
            throw _reader.Error("has a group that is not closed");
        }

        _output.Append(')');
        canRepeat = !isLookaround;
        return writtenOut;
    }

    private void BackReference()
    {
        _reader.Take();
        int number;
        if (_reader.TryTake('k'))
        {
            if (!_reader.TryTake('<'))
                throw _reader.Error("has \\k without a group name");

            string name = _reader.ReadGroupName();
            if (!_groups.Names.TryGetValue(name, out number))
                throw _reader.Error($"refers to the group \"{name}\", which it does not have");
        }
        else
        {
            number = _reader.ReadNumber();
            if (number > _groups.Count)
                throw _reader.Error($"refers to group {number} but has {_groups.Count}");
        }

        // A group that took no part matches the empty text here, while .NET would refuse.
        _output.Append(CultureInfo.InvariantCulture, $"(?:(?({number})\\{number}))");
        _backtracks = true;
    }
}
