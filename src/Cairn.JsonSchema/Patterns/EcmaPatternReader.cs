using System.Globalization;

namespace Cairn.JsonSchema.Patterns;

/// <summary>The text of a pattern, read by code points, with the parts of the grammar that classes share.</summary>
internal sealed class EcmaPatternReader(string source, bool isStrict)
{
    private const string SyntaxCharacters = "^$\\.*+?()[]{}|/";

    public int Position { get; set; }

    public bool IsStrict => isStrict;

    public bool AtEnd => Position >= source.Length;

    /// <summary>The next UTF-16 unit, or -1.</summary>
    public int Peek => PeekAt(0);

    public int PeekAt(int offset) => Position + offset < source.Length ? source[Position + offset] : -1;

    public EcmaPatternException Error(string what) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what} (at character {Math.Min(Position, source.Length) + 1})"
            )
        );

    /// <summary>The next code point.</summary>
    public int Take()
    {
        if (AtEnd)
            throw Error("ends too early");

        bool isPair = char.IsHighSurrogate(source[Position]) && char.IsLowSurrogate((char)Math.Max(PeekAt(1), 0));
        int codePoint = isPair ? char.ConvertToUtf32(source, Position) : source[Position];
        Position += isPair ? 2 : 1;
        return codePoint;
    }

    public bool TryTake(char expected)
    {
        if (Peek != expected)
            return false;

        Position++;
        return true;
    }

    public bool TryTake(string expected)
    {
        if (!source.AsSpan(Position).StartsWith(expected))
            return false;

        Position += expected.Length;
        return true;
    }

    public string? TryTakeAny(ReadOnlySpan<string> options)
    {
        foreach (string option in options)
        {
            if (TryTake(option))
                return option;
        }

        return null;
    }

    public int TakeLoneBracket()
    {
        if (isStrict || (Peek == '{' && IsCountAhead()))
            throw Error("has a bracket that must be escaped");

        return Take();
    }

    /// <summary>A decimal number; what does not fit is an error.</summary>
    public int ReadNumber()
    {
        int start = Position;
        while (Peek is >= '0' and <= '9')
            Position++;

        return int.TryParse(
            source.AsSpan(start, Position - start),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int value
        )
            ? value
            : throw Error("has a number that is too large");
    }

    /// <summary>The name of a group, up to and with its closing bracket.</summary>
    public string ReadGroupName()
    {
        int end = source.IndexOf('>', Position);
        string name = end < 0 ? "" : source[Position..end];
        if (
            name.Length == 0
            || char.IsAsciiDigit(name[0])
            || !name.All(c => char.IsLetterOrDigit(c) || c is '_' or '$')
        )
        {
            throw Error("has a group name that is not an identifier");
        }

        Position = end + 1;
        return name;
    }

    /// <summary>A quantifier in .NET's form, which is the same; null when there is none.</summary>
    public string? ReadQuantifier()
    {
        int start = Position;
        if (TryTake('{'))
        {
            Position = start;
            if (!IsCountAhead())
                return null;

            Position++;
            int min = ReadNumber();
            if (TryTake(',') && Peek != '}' && ReadNumber() < min)
                throw Error("has a repetition whose limits are in the wrong order");

            Position++;
        }
        else if (TryTakeAny(["*", "+", "?"]) is null)
        {
            return null;
        }

        TryTake('?');
        return source[start..Position];
    }

    /// <summary>How often a quantifier repeats: at least, and at most unless there is no end.</summary>
    public static (int Min, int? Max) Limits(string quantifier)
    {
        switch (quantifier[0])
        {
            case '*':
                return (0, null);
            case '+':
                return (1, null);
            case '?':
                return (0, 1);
        }

        string[] limits = quantifier[1..quantifier.IndexOf('}')].Split(',');
        int min = int.Parse(limits[0], CultureInfo.InvariantCulture);
        return (
            min,
            limits.Length == 1 ? min
            : limits[1].Length == 0 ? null
            : int.Parse(limits[1], CultureInfo.InvariantCulture)
        );
    }

    private bool IsCountAhead()
    {
        int at = 1;
        int digits = at;
        while (PeekAt(at) is >= '0' and <= '9')
            at++;

        if (at == digits)
            return false;

        if (PeekAt(at) == ',')
        {
            at++;
            while (PeekAt(at) is >= '0' and <= '9')
                at++;
        }

        return PeekAt(at) == '}';
    }

    /// <summary>An escape, from its backslash on.</summary>
    public EcmaAtom ReadEscape(bool inClass)
    {
        Take();
        int escaped = Take();
        switch (escaped)
        {
            case 'd':
                return new(UnicodeProperties.Digits);
            case 'D':
                return new(UnicodeProperties.Digits.Complement());
            case 's':
                return new(UnicodeProperties.Spaces);
            case 'S':
                return new(UnicodeProperties.Spaces.Complement());
            case 'w':
                return new(UnicodeProperties.Words);
            case 'W':
                return new(UnicodeProperties.Words.Complement());
            case 'p':
                return new(ReadProperty(isNegated: false));
            case 'P':
                return new(ReadProperty(isNegated: true));
            case 't':
                return new('\t');
            case 'n':
                return new('\n');
            case 'v':
                return new('\v');
            case 'f':
                return new('\f');
            case 'r':
                return new('\r');
            case 'b' when inClass:
                return new('\b');
            case '0' when Peek is not (>= '0' and <= '9'):
                return new(0);
            case 'c' when Peek >= 0 && char.IsAsciiLetter((char)Peek):
                return new(Take() % 32);
            case 'x':
                return new(ReadHex(2));
            case 'u':
                return new(ReadUnicodeEscape());
        }

        bool isSyntax = escaped < 0x80 && (SyntaxCharacters.Contains((char)escaped) || (escaped == '-' && inClass));
        bool isHarmless = !isStrict && escaped < 0x80 && !char.IsAsciiLetterOrDigit((char)escaped);
        return isSyntax || isHarmless
            ? new(escaped)
            : throw Error($"has the escape \\{char.ConvertFromUtf32(escaped)}, which ECMA-262 does not know");
    }

    private CodePointSet ReadProperty(bool isNegated)
    {
        int end = source.IndexOf('}', Position);
        if (!TryTake('{') || end < 0)
            throw Error("has \\p without a property in braces");

        string property = source[Position..end];
        Position = end + 1;
        return UnicodeProperties.Find(property, isNegated)
            ?? throw Error($"uses the Unicode property \"{property}\", which is not supported");
    }

    private int ReadUnicodeEscape()
    {
        if (TryTake('{'))
        {
            int end = source.IndexOf('}', Position);
            if (
                end <= Position
                || !int.TryParse(
                    source.AsSpan(Position, end - Position),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out int value
                )
                || value is < 0 or > CodePointSet.Last
            )
            {
                throw Error("has a \\u{…} that is no code point");
            }

            Position = end + 1;
            return value;
        }

        int unit = ReadHex(4);
        if (char.IsHighSurrogate((char)unit) && Peek == '\\' && PeekAt(1) == 'u')
        {
            int before = Position;
            Position += 2;
            int low = ReadHex(4);
            if (char.IsLowSurrogate((char)low))
                return char.ConvertToUtf32((char)unit, (char)low);

            Position = before;
        }

        return unit;
    }

    private int ReadHex(int digits)
    {
        if (
            Position + digits > source.Length
            || !int.TryParse(
                source.AsSpan(Position, digits),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out int value
            )
        )
        {
            throw Error($"has a hexadecimal escape without {digits} digits");
        }

        Position += digits;
        return value;
    }
}
