using System.Numerics;

namespace Cairn.Rego.Values;

/// <summary>Exact arithmetic on <see cref="RegoNumber"/>. Only a quotient that never ends is rounded: to 64 bits, as in
/// OPA.</summary>
public static class RegoArithmetic
{
    /// <summary>How many decimal digits a result may have.</summary>
    public const int MaxDigits = 20_000;

    private const int QuotientBits = 64;

    /// <summary>The sum.</summary>
    /// <exception cref="OverflowException">The result would have more than <see cref="MaxDigits"/> digits.</exception>
    public static RegoNumber Add(RegoNumber a, RegoNumber b)
    {
        if (a.IsSmall && b.IsSmall)
        {
            long sum = unchecked(a.SmallValue + b.SmallValue);
            if (((a.SmallValue ^ sum) & (b.SmallValue ^ sum)) >= 0)
                return RegoNumber.Of(sum);
        }

        var (x, y) = (a.Scaled, b.Scaled);
        int exponent = Math.Min(x.Exponent, y.Exponent);
        Limit(Math.Max((long)x.Digits + x.Exponent, (long)y.Digits + y.Exponent) - exponent);
        return RegoNumber.Of(new Scaled(x.At(exponent) + y.At(exponent), exponent));
    }

    /// <summary>The difference.</summary>
    /// <inheritdoc cref="Add" path="/exception"/>
    public static RegoNumber Subtract(RegoNumber a, RegoNumber b) => Add(a, Negate(b));

    /// <summary>The product.</summary>
    /// <inheritdoc cref="Add" path="/exception"/>
    public static RegoNumber Multiply(RegoNumber a, RegoNumber b)
    {
        if (
            a.IsSmall
            && b.IsSmall
            && Math.BigMul(a.SmallValue, b.SmallValue, out long low) is var high
            && high == low >> 63
        )
        {
            return RegoNumber.Of(low);
        }

        var (x, y) = (a.Scaled, b.Scaled);
        Limit((long)x.Digits + y.Digits);
        Limit(Math.Abs((long)x.Exponent + y.Exponent) / 10_000);
        return RegoNumber.Of(new Scaled(x.Mantissa * y.Mantissa, x.Exponent + y.Exponent));
    }

    /// <summary>The quotient; exact where its decimals end within 64 bits of precision, else rounded to
    /// those.</summary>
    /// <exception cref="DivideByZeroException"><paramref name="b"/> is zero.</exception>
    public static RegoNumber Divide(RegoNumber a, RegoNumber b)
    {
        if (b.Sign == 0)
            throw new DivideByZeroException();
        if (a.IsSmall && b.IsSmall && b.SmallValue != -1 && a.SmallValue % b.SmallValue == 0)
            return RegoNumber.Of(a.SmallValue / b.SmallValue);
        var (x, y) = (a.Scaled, b.Scaled);
        Limit((long)x.Digits + y.Digits);
        var whole = BigInteger.DivRem(x.Mantissa, y.Mantissa, out var rest);
        if (rest.IsZero)
            return RegoNumber.Of(new Scaled(whole, x.Exponent - y.Exponent));

        // A quotient ends when the reduced divisor has no prime factor but 2 and 5; 40 more digits show that or enough
        // of it.
        int extra = Math.Max(0, y.Digits - x.Digits) + 40;
        var quotient = BigInteger.DivRem(x.Mantissa * BigInteger.Pow(10, extra), y.Mantissa, out rest);
        var scaled = new Scaled(quotient, x.Exponent - y.Exponent - extra).Normalize();
        return RegoNumber.Of(rest.IsZero && scaled.Digits <= 19 ? scaled : ShortestAt64Bits(scaled));
    }

    /// <summary>The remainder of whole numbers, with the sign of the dividend.</summary>
    /// <exception cref="DivideByZeroException"><paramref name="b"/> is zero.</exception>
    /// <exception cref="ArgumentException">An operand is not whole, or too large.</exception>
    public static RegoNumber Remainder(RegoNumber a, RegoNumber b)
    {
        if (!a.TryToBigInteger(out var x) || !b.TryToBigInteger(out var y))
            throw new ArgumentException("not a whole number");
        return y.IsZero ? throw new DivideByZeroException() : RegoNumber.Of(BigInteger.Remainder(x, y));
    }

    /// <summary>The number with the other sign.</summary>
    public static RegoNumber Negate(RegoNumber a) =>
        a.IsSmall && a.SmallValue != long.MinValue
            ? RegoNumber.Of(-a.SmallValue)
            : RegoNumber.Of(new Scaled(-a.Scaled.Mantissa, a.Scaled.Exponent));

    /// <summary>The number without its sign.</summary>
    public static RegoNumber Abs(RegoNumber a) => a.Sign < 0 ? Negate(a) : a;

    /// <summary>The next whole number, in the direction asked for; halves away from zero with
    /// <see cref="MidpointRounding.AwayFromZero"/>.</summary>
    public static RegoNumber Round(RegoNumber a, MidpointRounding mode)
    {
        if (a.IsInteger)
            return RegoNumber.Of(a.Scaled);
        var scaled = a.Scaled;
        if (scaled.Magnitude < 0)
            scaled = new Scaled(scaled.Mantissa.Sign, -1);
        var power = BigInteger.Pow(10, -scaled.Exponent);
        var whole = BigInteger.DivRem(scaled.Mantissa, power, out var rest);
        bool away = mode switch
        {
            MidpointRounding.ToPositiveInfinity => rest.Sign > 0,
            MidpointRounding.ToNegativeInfinity => rest.Sign < 0,
            MidpointRounding.AwayFromZero => BigInteger.Abs(rest) * 2 >= power,
            _ => false,
        };
        return RegoNumber.Of(away ? whole + rest.Sign : whole);
    }

    // The shortest decimal that names the same 64-bit binary fraction as the value.
    private static Scaled ShortestAt64Bits(Scaled value)
    {
        // The powers of ten of numbers that large or small have too many digits.
        if (Math.Abs((long)value.Exponent) > MaxDigits)
            return RoundTo(value, 19).Normalize();
        var nearest = Nearest(value);
        value =
            nearest.Exponent >= 0
                ? new Scaled(nearest.Mantissa << nearest.Exponent, 0)
                : new Scaled(nearest.Mantissa * BigInteger.Pow(5, -nearest.Exponent), nearest.Exponent);
        for (int digits = 15; digits < 22; digits++)
        {
            if (RoundTo(value, digits) is var shorter && Nearest(shorter) == nearest)
                return shorter.Normalize();
        }

        return RoundTo(value, 22).Normalize();
    }

    private static Scaled RoundTo(Scaled value, int digits)
    {
        int drop = value.Digits - digits;
        if (drop <= 0)
            return value;
        var power = BigInteger.Pow(10, drop);
        var kept = BigInteger.DivRem(value.Mantissa, power, out var rest);
        return new Scaled(BigInteger.Abs(rest) * 2 >= power ? kept + rest.Sign : kept, value.Exponent + drop);
    }

    private static (BigInteger Mantissa, int Exponent) Nearest(Scaled value)
    {
        var (numerator, denominator) =
            value.Exponent >= 0 ? (value.At(0), BigInteger.One) : (value.Mantissa, BigInteger.Pow(10, -value.Exponent));
        int shift = QuotientBits + 1 - (int)(BigInteger.Abs(numerator).GetBitLength() - denominator.GetBitLength());
        var quotient = shift >= 0 ? (numerator << shift) / denominator : numerator / (denominator << -shift);
        int surplus = (int)BigInteger.Abs(quotient).GetBitLength() - QuotientBits;
        var half = BigInteger.One << (surplus - 1);
        return ((quotient + (quotient.Sign * half)) / (BigInteger.One << surplus), surplus - shift);
    }

    private static void Limit(long digits)
    {
        if (digits > MaxDigits)
            throw new OverflowException($"number has more than {MaxDigits} digits");
    }
}
