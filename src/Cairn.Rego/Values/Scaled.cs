using System.Globalization;
using System.Numerics;
using System.Text;

namespace Cairn.Rego.Values;

/// <summary><c>Mantissa × 10^Exponent</c>, exact. Normal when the mantissa is no multiple of ten (and zero has exponent
/// 0).</summary>
internal sealed record Scaled(BigInteger Mantissa, int Exponent) : IComparable<Scaled>
{
    // Far beyond what calculations reach; keeps sums of exponents inside an int.
    private const int ExponentLimit = 500_000_000;

    // Whole numbers with more zeros than this are written with an exponent.
    private const int PlainZeros = 5_000;

    private int _digits;

    /// <summary>How many decimal digits the mantissa has.</summary>
    public int Digits => _digits != 0 ? _digits : _digits = CountDigits(BigInteger.Abs(Mantissa));

    /// <summary>The place of the first digit: the value lies in [10^(Magnitude-1), 10^Magnitude).</summary>
    public int Magnitude => Digits + Exponent;

    public static bool TryParse(string text, out Scaled scaled)
    {
        scaled = new Scaled(0, 0);
        int i = 0,
            n = text.Length;
        bool negative = n > 0 && text[0] == '-';
        if (negative)
            i++;
        int whole = i;
        while (i < n && char.IsAsciiDigit(text[i]))
            i++;
        if (i == whole || (i - whole > 1 && text[whole] == '0'))
            return false;
        var digits = new StringBuilder().Append(text, whole, i - whole);
        int exponent = 0;
        if (i < n && text[i] == '.')
        {
            int fraction = ++i;
            while (i < n && char.IsAsciiDigit(text[i]))
                i++;
            if (i == fraction)
                return false;
            digits.Append(text, fraction, i - fraction);
            exponent = fraction - i;
        }

        if (i < n && text[i] is 'e' or 'E')
        {
            int power = ++i;
            if (i < n && text[i] is '+' or '-')
                i++;
            int first = i;
            while (i < n && char.IsAsciiDigit(text[i]))
                i++;
            if (
                i == first
                || !long.TryParse(
                    text.AsSpan(power, i - power),
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out long parsed
                )
                || Math.Abs(parsed) > ExponentLimit
            )
            {
                return false;
            }

            exponent += (int)parsed;
        }

        if (i != n || digits.Length > RegoArithmetic.MaxDigits)
            return false;
        var mantissa = BigInteger.Parse(digits.ToString(), CultureInfo.InvariantCulture);
        scaled = new Scaled(negative ? -mantissa : mantissa, exponent).Normalize();
        return true;
    }

    public Scaled Normalize()
    {
        if (Mantissa.IsZero)
            return Exponent == 0 ? this : new Scaled(0, 0);
        if (!(Mantissa % 10).IsZero)
            return this;
        var (mantissa, exponent) = (Mantissa, Exponent);
        for (int step = 256; step >= 1; step /= 16)
        {
            var power = BigInteger.Pow(10, step);
            for (
                var quotient = BigInteger.DivRem(mantissa, power, out var rest);
                rest.IsZero;
                quotient = BigInteger.DivRem(mantissa, power, out rest)
            )
            {
                (mantissa, exponent) = (quotient, exponent + step);
            }
        }

        return new Scaled(mantissa, exponent);
    }

    public bool TryToLong(out long value)
    {
        value = 0;
        if (Exponent is < 0 or > 18)
            return false;
        var whole = Mantissa * BigInteger.Pow(10, Exponent);
        if (whole < long.MinValue || whole > long.MaxValue)
            return false;
        value = (long)whole;
        return true;
    }

    public int CompareTo(Scaled? other)
    {
        int signs = Mantissa.Sign.CompareTo(other!.Mantissa.Sign);
        if (signs != 0 || Mantissa.IsZero)
            return signs;
        int magnitudes = Magnitude.CompareTo(other.Magnitude);
        if (magnitudes != 0)
            return Mantissa.Sign * magnitudes;
        int exponent = Math.Min(Exponent, other.Exponent);
        return At(exponent).CompareTo(other.At(exponent));
    }

    public bool Equals(Scaled? other) => other is not null && Exponent == other.Exponent && Mantissa == other.Mantissa;

    public override int GetHashCode() => HashCode.Combine(Mantissa, Exponent);

    /// <summary>The mantissa the value has at a lower exponent.</summary>
    public BigInteger At(int exponent) => Mantissa * BigInteger.Pow(10, Exponent - exponent);

    /// <summary>
    /// Whole numbers in full, others as Go prints them: an exponent when the point would stand more than four zeros in
    /// or behind the sixth digit.
    /// </summary>
    public string ToText()
    {
        string digits = BigInteger.Abs(Mantissa).ToString(CultureInfo.InvariantCulture);
        string sign = Mantissa.Sign < 0 ? "-" : "";
        if (Exponent is >= 0 and <= PlainZeros)
            return sign + digits + new string('0', Exponent);
        int power = digits.Length + Exponent - 1;
        if (power is < -4 or >= 6)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{sign}{digits[0]}{fraction}e{(power < 0 ? '-' : '+')}{Math.Abs(power):00}"
            );
        }

        return power < 0
            ? sign + "0." + new string('0', -power - 1) + digits
            : sign + digits[..(power + 1)] + "." + digits[(power + 1)..];
    }

    private static int CountDigits(BigInteger value)
    {
        if (value.IsZero)
            return 1;
        int digits = (int)((value.GetBitLength() - 1) * 0.30102999566398120) + 1;
        return value >= BigInteger.Pow(10, digits) ? digits + 1 : digits;
    }
}
