namespace Cairn.JsonSchema.Numbers;

/// <summary>
/// A JSON number as sign × 0.d₁d₂…dₙ × 10^<see cref="Magnitude"/>, exactly as written and of any size. d₁ and dₙ are
/// not zero, so equal numbers have equal digits; the digits stay in the source text, where a decimal point may stand
/// among them.
/// </summary>
internal readonly ref struct JsonNumber
{
    /// <summary>An exponent with more digits than this is refused; arithmetic on it would overflow.</summary>
    private const int MaxExponentDigits = 17;

    private readonly ReadOnlySpan<byte> _digits;

    private JsonNumber(int sign, ReadOnlySpan<byte> digits, long magnitude, int count)
    {
        Sign = sign;
        _digits = digits;
        Magnitude = magnitude;
        DigitCount = count;
    }

    /// <summary>-1, 0 or 1.</summary>
    public int Sign { get; }

    /// <summary>How many digits stand before the decimal point when written without an exponent.</summary>
    public long Magnitude { get; }

    /// <summary>Significant digits.</summary>
    public int DigitCount { get; }

    /// <summary>The power of ten of the last significant digit.</summary>
    public long Scale => Magnitude - DigitCount;

    public bool IsInteger => Sign == 0 || Scale >= 0;

    public Digits GetEnumerator() => new(_digits);

    /// <param name="text">A number in JSON's grammar.</param>
    /// <exception cref="EvaluationAbortedException">Its exponent is astronomically large.</exception>
    public static JsonNumber Parse(ReadOnlySpan<byte> text)
    {
        int sign = 1;
        if (text[0] == '-')
        {
            sign = -1;
            text = text[1..];
        }

        long exponent = 0;
        int e = text.IndexOfAny((byte)'e', (byte)'E');
        if (e >= 0)
        {
            exponent = ParseExponent(text[(e + 1)..]);
            text = text[..e];
        }

        int point = text.IndexOf((byte)'.');
        int first = text.IndexOfAnyExcept((byte)'0', (byte)'.');
        if (first < 0)
            return new JsonNumber(0, [], 0, 0);

        int last = text.LastIndexOfAnyExcept((byte)'0', (byte)'.');
        int integerDigits = point < 0 ? text.Length : point;
        long magnitude = first < integerDigits ? integerDigits - first : integerDigits + 1 - first;
        int count = last - first + 1 - (point > first && point < last ? 1 : 0);
        return new JsonNumber(sign, text[first..(last + 1)], magnitude + exponent, count);
    }

    /// <summary>The value of a number written as an integer of at most 18 digits: the common case, taken
    /// fast.</summary>
    public static bool TryPlainInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        bool negative = text[0] == '-';
        int start = negative ? 1 : 0;
        if (text.Length - start > 18)
            return false;

        for (int i = start; i < text.Length; i++)
        {
            uint digit = (uint)(text[i] - '0');
            if (digit > 9)
                return false;

            value = value * 10 + digit;
        }

        value = negative ? -value : value;
        return true;
    }

    private static long ParseExponent(ReadOnlySpan<byte> text)
    {
        bool negative = text[0] == '-';
        text = text.TrimStart("+-"u8).TrimStart((byte)'0');
        if (text.Length > MaxExponentDigits)
            throw new EvaluationAbortedException($"a number's exponent has more than {MaxExponentDigits} digits");

        long value = 0;
        foreach (byte digit in text)
            value = value * 10 + (digit - '0');

        return negative ? -value : value;
    }

    public int CompareTo(JsonNumber other)
    {
        if (Sign != other.Sign)
            return Sign.CompareTo(other.Sign);

        if (Magnitude != other.Magnitude)
            return Magnitude > other.Magnitude ? Sign : -Sign;

        var a = GetEnumerator();
        var b = other.GetEnumerator();
        while (true)
        {
            bool more = a.MoveNext();
            if (!b.MoveNext())
                return more ? Sign : 0;

            if (!more)
                return -Sign;

            if (a.Current != b.Current)
                return a.Current > b.Current ? Sign : -Sign;
        }
    }

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Sign);
        hash.Add(Magnitude);
        foreach (int digit in this)
            hash.Add(digit);

        return hash.ToHashCode();
    }

    /// <summary>The significant digits, most significant first.</summary>
    public ref struct Digits(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _next;

        public int Current { get; private set; }

        public bool MoveNext()
        {
            if (_next < _text.Length && _text[_next] == '.')
                _next++;

            if (_next >= _text.Length)
                return false;

            Current = _text[_next++] - '0';
            return true;
        }
    }
}
