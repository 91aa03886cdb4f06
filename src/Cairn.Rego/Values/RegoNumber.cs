using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Cairn.Rego.Values;

/// <summary>
/// An exact number: a <see cref="long"/> where it fits, else <c>mantissa × 10^exponent</c>. A number that was read
/// keeps its text (<c>1.0</c>, <c>1e2</c>) for printing; equality and order are by value.
/// </summary>
public sealed class RegoNumber : RegoValue
{
    private static readonly RegoNumber[] Small = MakeSmall();

    private readonly long _small;
    private readonly Scaled? _scaled;
    private string? _text;

    private RegoNumber(long value, string? text = null) => (_small, _text) = (value, text);

    private RegoNumber(Scaled scaled, string? text) => (_scaled, _text) = (scaled, text);

    /// <inheritdoc/>
    public override RegoKind Kind => RegoKind.Number;

    /// <summary>Whether the value has no fraction.</summary>
    public bool IsInteger => _scaled is null || _scaled.Exponent >= 0;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => _scaled is null ? Math.Sign(_small) : _scaled.Mantissa.Sign;

    /// <summary>The number as it was read, or as Go's <c>%v</c> shows the result of a calculation.</summary>
    public string Text => _text ??= _scaled is null ? _small.ToString(CultureInfo.InvariantCulture) : _scaled.ToText();

    /// <summary>The value as mantissa and power of ten.</summary>
    internal Scaled Scaled => _scaled ?? new Scaled(_small, 0);

    internal bool IsSmall => _scaled is null;

    internal long SmallValue => _small;

    /// <summary>A whole number.</summary>
    public static RegoNumber Of(long value) => value is >= -128 and < 1024 ? Small[value + 128] : new RegoNumber(value);

    /// <summary>A whole number of any size.</summary>
    public static RegoNumber Of(BigInteger value) => Of(new Scaled(value, 0));

    /// <summary>A finite double, by its shortest decimal text.</summary>
    /// <exception cref="ArgumentException">Not a finite number.</exception>
    public static RegoNumber Of(double value) =>
        double.IsFinite(value)
            ? Of(
                Scaled.TryParse(value.ToString("R", CultureInfo.InvariantCulture), out var scaled)
                    ? scaled
                    : new Scaled(0, 0)
            )
            : throw new ArgumentException("Not a finite number.", nameof(value));

    /// <summary>A decimal number.</summary>
    public static RegoNumber Of(decimal value) => Parse(value.ToString(CultureInfo.InvariantCulture));

    internal static RegoNumber Of(Scaled scaled, string? text = null)
    {
        scaled = scaled.Normalize();
        if (scaled.TryToLong(out long small))
        {
            return text is null || text == small.ToString(CultureInfo.InvariantCulture)
                ? Of(small)
                : new RegoNumber(small, text);
        }

        return new RegoNumber(scaled, text);
    }

    /// <summary>Reads a number of JSON's grammar.</summary>
    /// <exception cref="FormatException">Not such a number.</exception>
    public static RegoNumber Parse(string text) =>
        TryParse(text, out var number) ? number : throw new FormatException($"'{text}' is not a number.");

    /// <summary>
    /// Reads a number of JSON's grammar: <c>-1</c>, <c>0.5</c>, <c>1e9</c>; no leading zeros, plus sign or blanks, and
    /// at most <see cref="RegoArithmetic.MaxDigits"/> digits.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RegoNumber? number)
    {
        number = null;
        if (text.Length is > 0 and < 19 && IsPlainInteger(text))
        {
            number = Of(long.Parse(text, CultureInfo.InvariantCulture));
            return true;
        }

        if (!Scaled.TryParse(text, out var scaled))
            return false;
        number = Of(scaled, text);
        return true;
    }

    /// <summary>The value when it is whole and fits.</summary>
    public bool TryToLong(out long value)
    {
        value = _small;
        return _scaled is null;
    }

    /// <summary>The value when it is whole and fits.</summary>
    public bool TryToInt(out int value)
    {
        value = _scaled is null && _small is >= int.MinValue and <= int.MaxValue ? (int)_small : 0;
        return _scaled is null && _small == value;
    }

    /// <summary>The value when it is whole and not longer than <see cref="RegoArithmetic.MaxDigits"/> digits.</summary>
    public bool TryToBigInteger(out BigInteger value)
    {
        value = default;
        if (_scaled is null)
            value = _small;
        else if (_scaled.Exponent >= 0 && _scaled.Magnitude <= RegoArithmetic.MaxDigits)
            value = _scaled.Mantissa * BigInteger.Pow(10, _scaled.Exponent);
        else
            return false;
        return true;
    }

    /// <summary>The nearest double; infinite where there is none.</summary>
    public double ToDouble() => _scaled is null ? _small : double.Parse(_scaled.ToText(), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override bool Equals(RegoValue? other) =>
        ReferenceEquals(this, other)
        || (
            other is RegoNumber n
            && _small == n._small
            && (_scaled is null ? n._scaled is null : _scaled.Equals(n._scaled))
        );

    /// <inheritdoc/>
    public override int GetHashCode() => _scaled is null ? _small.GetHashCode() : _scaled.GetHashCode();

    private protected override int CompareSameKind(RegoValue other)
    {
        var n = (RegoNumber)other;
        return _scaled is null && n._scaled is null ? _small.CompareTo(n._small) : Scaled.CompareTo(n.Scaled);
    }

    private static bool IsPlainInteger(string text)
    {
        int start = text[0] == '-' ? 1 : 0;
        if (start == text.Length || (text[start] == '0' && (text.Length > start + 1 || start == 1)))
            return false;
        for (int i = start; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
                return false;
        }

        return true;
    }

    private static RegoNumber[] MakeSmall()
    {
        var small = new RegoNumber[128 + 1024];
        for (int i = 0; i < small.Length; i++)
            small[i] = new RegoNumber(i - 128);
        return small;
    }
}
