using System.Text;

namespace Cairn.JsonSchema.Formats;

/// <summary>Punycode (RFC 3492), without the <c>xn--</c> prefix.</summary>
internal static class Punycode
{
    private const int Base = 36;
    private const int TMin = 1;
    private const int TMax = 26;
    private const int Skew = 38;
    private const int Damp = 700;
    private const int InitialBias = 72;
    private const int InitialN = 128;

    /// <summary>The code points of a lower-case encoded label; null when it is not one.</summary>
    public static int[]? Decode(string encoded)
    {
        var output = new List<int>();
        int delimiter = encoded.LastIndexOf('-');
        output.AddRange(encoded[..Math.Max(delimiter, 0)].Select(c => (int)c));
        var (n, i, bias) = (InitialN, 0, InitialBias);
        int at = delimiter + 1;
        while (at < encoded.Length)
        {
            int before = i;
            long weight = 1;
            for (int k = Base; ; k += Base)
            {
                int digit = at < encoded.Length ? DigitOf(encoded[at++]) : -1;
                long next = i + digit * weight;
                if (digit < 0 || next > int.MaxValue)
                    return null;

                i = (int)next;
                int threshold = Math.Clamp(k - bias, TMin, TMax);
                if (digit < threshold)
                    break;

                weight = Math.Min(weight * (Base - threshold), int.MaxValue);
            }

            bias = Adapt(i - before, output.Count + 1, before == 0);
            n += i / (output.Count + 1);
            i %= output.Count + 1;
            if (n is > 0x10FFFF or (>= 0xD800 and <= 0xDFFF))
                return null;

            output.Insert(i++, n);
        }

        return [.. output];
    }

    public static string Encode(IReadOnlyList<int> codePoints)
    {
        var output = new StringBuilder();
        foreach (int codePoint in codePoints.Where(c => c < InitialN))
            output.Append((char)codePoint);

        int basic = output.Length;
        int handled = basic;
        if (basic > 0)
            output.Append('-');

        var (n, delta, bias) = (InitialN, 0L, InitialBias);
        while (handled < codePoints.Count)
        {
            int next = codePoints.Where(c => c >= n).Min();
            delta += (long)(next - n) * (handled + 1);
            n = next;
            foreach (int codePoint in codePoints)
            {
                if (codePoint < n)
                {
                    delta++;
                }
                else if (codePoint == n)
                {
                    AppendInteger(output, delta, bias);
                    bias = Adapt(delta, handled + 1, handled == basic);
                    delta = 0;
                    handled++;
                }
            }

            delta++;
            n++;
        }

        return output.ToString();
    }

    private static void AppendInteger(StringBuilder output, long value, int bias)
    {
        for (int k = Base; ; k += Base)
        {
            int threshold = Math.Clamp(k - bias, TMin, TMax);
            if (value < threshold)
            {
                output.Append(CharOf((int)value));
                return;
            }

            output.Append(CharOf((int)(threshold + (value - threshold) % (Base - threshold))));
            value = (value - threshold) / (Base - threshold);
        }
    }

    private static int Adapt(long delta, int points, bool isFirst)
    {
        delta = isFirst ? delta / Damp : delta / 2;
        delta += delta / points;
        int k = 0;
        for (; delta > (Base - TMin) * TMax / 2; k += Base)
            delta /= Base - TMin;

        return k + (int)((Base - TMin + 1) * delta / (delta + Skew));
    }

    private static int DigitOf(char c) =>
        c is >= 'a' and <= 'z' ? c - 'a'
        : c is >= '0' and <= '9' ? c - '0' + 26
        : -1;

    private static char CharOf(int digit) => (char)(digit < 26 ? 'a' + digit : '0' + digit - 26);
}
