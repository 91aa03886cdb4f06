using System.Globalization;
using System.Numerics;

namespace Cairn.Templates.Values;

/// <summary>Floats to text and back, exactly as Python: shortest round-trip, and ties to even on the exact
/// value.</summary>
internal static class Numbers
{
    /// <summary>Digits of the longest integer that is read from text, Python's own limit.</summary>
    public const int MaxDigits = 4300;

    // No float has more decimals, nor more significant digits: what is asked for beyond are zeros.
    private const int MaxDecimals = 1074;

    private static readonly ulong[] TensTo15 = [.. Enumerable.Range(0, 16).Select(i => (ulong)BigInteger.Pow(10, i))];

    /// <summary><c>repr(float)</c>: <c>1.0</c>, <c>1e+16</c>, <c>inf</c>.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        int exponentMark = shortest.IndexOf('E', StringComparison.Ordinal);
        if (exponentMark < 0)
        {
            return Math.Abs(value) >= 1e16 ? Scientific(shortest)
                : shortest.Contains('.') ? shortest
                : shortest + ".0";
        }

        int exponent = int.Parse(
            shortest.AsSpan(exponentMark + 1),
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture
        );
        return exponent is >= 16 or < -4
            ? $"{shortest[..exponentMark]}e{ExponentText(exponent)}"
            : Plain(shortest, exponentMark, exponent);
    }

    private static string Plain(string shortest, int exponentMark, int exponent)
    {
        string sign = shortest[0] == '-' ? "-" : "";
        string digits = shortest[sign.Length..exponentMark].Replace(".", "", StringComparison.Ordinal);
        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return digits.Length <= exponent + 1
            ? $"{sign}{digits.PadRight(exponent + 1, '0')}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>A whole number's digits with an exponent, which .NET writes only for larger numbers than
    /// Python.</summary>
    private static string Scientific(string whole)
    {
        string sign = whole[0] == '-' ? "-" : "";
        string digits = whole[sign.Length..];
        string fraction = digits[1..].TrimEnd('0');
        return $"{sign}{digits[0]}{(fraction.Length > 0 ? "." : "")}{fraction}e{ExponentText(digits.Length - 1)}";
    }

    private static string ExponentText(int exponent) =>
        (exponent < 0 ? "-" : "+") + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);

    /// <summary>|value| as mantissa × 2^exponent.</summary>
    private static (long Mantissa, int Exponent) Parts(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        int exponent = (int)(bits >> 52);
        long mantissa = bits & 0xFFFFFFFFFFFFF;
        return exponent == 0 ? (mantissa, -1074) : (mantissa | (1L << 52), exponent - 1075);
    }

    /// <summary><see cref="Scaled"/> where 128 bits are enough for it and 64 for the result: the way almost all numbers
    /// go.</summary>
    private static bool TryScaled(double value, int digits, out ulong result)
    {
        var (mantissa, exponent) = Parts(value);
        // 53 bits times 10^15 fit in 128.
        if (digits is < 0 or > 15 || exponent is >= 0 or <= -127)
        {
            result = 0;
            return false;
        }
        var scaled = (UInt128)(ulong)mantissa * TensTo15[digits];
        var quotient = scaled >> -exponent;
        var rest = scaled - (quotient << -exponent);
        var half = UInt128.One << (-exponent - 1);
        quotient += rest > half || (rest == half && !UInt128.IsEvenInteger(quotient)) ? 1UL : 0;
        result = (ulong)quotient;
        return quotient <= ulong.MaxValue;
    }

    /// <summary>The integer nearest to |value| × 10^digits, ties to even, on the exact binary value.</summary>
    private static BigInteger Scaled(double value, int digits)
    {
        if (TryScaled(value, digits, out ulong small))
            return small;
        var (mantissa, exponent) = Parts(value);
        var numerator = exponent > 0 ? (BigInteger)mantissa << exponent : mantissa;
        var denominator = exponent < 0 ? BigInteger.One << -exponent : BigInteger.One;
        if (digits >= 0)
            numerator *= BigInteger.Pow(10, digits);
        else
            denominator *= BigInteger.Pow(10, -digits);
        return DivideToEven(numerator, denominator);
    }

    /// <summary>A quotient of non-negative numbers rounded to nearest, ties to even.</summary>
    public static BigInteger DivideToEven(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        int half = (remainder * 2).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    /// <summary><c>round(value, digits)</c>.</summary>
    public static double Round(double value, int digits)
    {
        if (!double.IsFinite(value) || digits > 330)
            return value;
        if (digits < -310)
            return Math.CopySign(0, value);
        string text = $"{Scaled(value, digits).ToString(CultureInfo.InvariantCulture)}E{-digits}";
        return Math.CopySign(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture), value);
    }

    /// <summary>The digits of |value| with a fixed number of decimals: <c>%.2f</c> without the sign.</summary>
    public static string Fixed(double value, int decimals)
    {
        if (TryScaled(value, decimals, out ulong scaled))
            return Fixed(scaled, decimals);
        if (decimals > MaxDecimals)
            return Fixed(value, MaxDecimals) + new string('0', decimals - MaxDecimals);
        string digits = Scaled(value, decimals).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}";
    }

    private static string Fixed(ulong scaled, int decimals)
    {
        // 20 digits at most, or the zero before the point and 15 after it.
        Span<char> text = stackalloc char[24];
        var (whole, fraction) = Math.DivRem(scaled, TensTo15[decimals]);
        whole.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
        if (decimals > 0)
        {
            text[length++] = '.';
            for (int i = decimals - 1; i >= 0; i--, fraction /= 10)
                text[length + i] = (char)('0' + (fraction % 10));
            length += decimals;
        }
        return new string(text[..length]);
    }

    /// <summary>|value| with one digit before the point: <c>%.2e</c> without the sign.</summary>
    public static string Exponential(double value, int decimals)
    {
        var (digits, exponent) = Significant(value, decimals + 1);
        string fraction = decimals > 0 ? "." + digits[1..] : "";
        return $"{digits[0]}{fraction}e{ExponentText(exponent)}";
    }

    /// <summary>|value| with that many significant digits, as <c>%g</c> writes it.</summary>
    public static string General(double value, int precision, bool keepZeros)
    {
        precision = Math.Max(precision, 1);
        var (digits, exponent) = Significant(value, precision);
        string text =
            exponent >= -4 && exponent < precision
                ? Fixed(value, Math.Max(0, precision - 1 - exponent))
                : Exponential(value, precision - 1);
        if (keepZeros || !text.Contains('.'))
            return text;
        int mark = text.IndexOf('e', StringComparison.Ordinal);
        string suffix = mark < 0 ? "" : text[mark..];
        return text[..(mark < 0 ? text.Length : mark)].TrimEnd('0').TrimEnd('.') + suffix;
    }

    private static (string Digits, int Exponent) Significant(double value, int count)
    {
        if (value == 0)
            return (new string('0', count), 0);
        if (count > MaxDecimals)
        {
            var (exact, at) = Significant(value, MaxDecimals);
            return (exact.PadRight(count, '0'), at);
        }
        int exponent = (int)Math.Floor(Math.Log10(Math.Abs(value)));
        while (true)
        {
            string digits = Scaled(value, count - 1 - exponent).ToString(CultureInfo.InvariantCulture);
            if (digits.Length == count)
                return (digits, exponent);
            // The estimate was one off, or rounding carried into a new digit (9.99 to 10.0).
            exponent += digits.Length > count ? 1 : -1;
        }
    }

    /// <summary>The nearest double of a fraction of integers, as Python's <c>/</c> finds it.</summary>
    public static double Divide(BigInteger numerator, BigInteger denominator)
    {
        bool negative = (numerator.Sign < 0) != (denominator.Sign < 0);
        numerator = BigInteger.Abs(numerator);
        denominator = BigInteger.Abs(denominator);
        long shift = 64 - (numerator.GetBitLength() - denominator.GetBitLength());
        var quotient = BigInteger.DivRem(
            shift > 0 ? numerator << (int)shift : numerator,
            shift < 0 ? denominator << (int)-shift : denominator,
            out var remainder
        );
        // 64 or 65 bits: one more is dropped if needed, and what was lost is kept as a sticky lowest bit.
        bool sticky = !remainder.IsZero;
        if (quotient.GetBitLength() > 64)
        {
            sticky = sticky || !quotient.IsEven;
            quotient >>= 1;
            shift--;
        }
        ulong bits = (ulong)quotient | (sticky ? 1UL : 0);
        double result = Math.ScaleB((double)bits, (int)-shift);
        return negative ? -result : result;
    }

    public static double ToDouble(BigInteger value) => value.IsZero ? 0 : Divide(value, BigInteger.One);

    /// <summary>Text to float as Python's <c>float()</c> reads it.</summary>
    public static bool TryParseFloat(string text, out double value)
    {
        text = Text.Trim(text, null, left: true, right: true);
        if (text.Contains('_') && !TryRemoveUnderscores(text, out text))
        {
            value = 0;
            return false;
        }
        string bare = text.TrimStart('+', '-').ToLowerInvariant();
        if (bare is "inf" or "infinity" or "nan" && text.Length - bare.Length <= 1)
        {
            value =
                bare == "nan" ? double.NaN
                : text[0] == '-' ? double.NegativeInfinity
                : double.PositiveInfinity;
            return true;
        }
        const NumberStyles Style =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        value = 0;
        return text.AsSpan().IndexOfAnyExcept("0123456789+-.eE") < 0
            && double.TryParse(text, Style, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Text to integer as Python's <c>int(text, base)</c> reads it; base 0 means by prefix.</summary>
    public static bool TryParseInteger(string text, int radix, out BigInteger value)
    {
        value = 0;
        text = Text.Trim(text, null, left: true, right: true);
        bool negative = text.StartsWith('-');
        string digits = negative || text.StartsWith('+') ? text[1..] : text;
        int prefix =
            digits.Length > 1 && digits[0] == '0'
                ? char.ToLowerInvariant(digits[1]) switch
                {
                    'x' => 16,
                    'o' => 8,
                    'b' => 2,
                    _ => 0,
                }
                : 0;
        if (prefix != 0 && (radix == prefix || radix == 0))
        {
            radix = prefix;
            digits = digits[(digits.Length > 2 && digits[2] == '_' ? 3 : 2)..];
        }
        else if (radix == 0)
        {
            radix = 10;
            if (digits.Length > 1 && digits[0] == '0' && digits.Trim('0', '_').Length > 0)
                return false;
        }
        if (
            digits.Length == 0
            || digits.Length > MaxDigits
            || (digits.Contains('_') && !TryRemoveUnderscores(digits, out digits))
        )
        {
            return false;
        }

        if (radix == 10)
        {
            bool parsed = BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
            value = negative ? -value : value;
            return parsed;
        }
        foreach (char c in digits)
        {
            int digit =
                char.IsAsciiDigit(c) ? c - '0'
                : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10
                : 99;
            if (digit >= radix)
                return false;
            value = (value * radix) + digit;
        }
        value = negative ? -value : value;
        return true;
    }

    private static bool TryRemoveUnderscores(string text, out string without)
    {
        without = text.Replace("_", "", StringComparison.Ordinal);
        for (int i = 0; i < text.Length; i++)
        {
            if (
                text[i] == '_'
                && (
                    i == 0
                    || i == text.Length - 1
                    || !char.IsAsciiLetterOrDigit(text[i - 1])
                    || !char.IsAsciiLetterOrDigit(text[i + 1])
                )
            )
            {
                return false;
            }
        }
        return true;
    }
}
