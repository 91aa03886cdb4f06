using System.Globalization;
using System.Numerics;
using System.Text;
using Cairn.Templates.Values;

namespace Cairn.Templates.Syntax;

/// <summary>The values of number and string lexemes.</summary>
internal static class Literals
{
    public static Value Integer(ReadOnlySpan<char> lexeme)
    {
        string digits = lexeme.Contains('_')
            ? lexeme.ToString().Replace("_", "", StringComparison.Ordinal)
            : lexeme.ToString();
        int radix =
            digits.Length < 2
                ? 10
                : char.ToLowerInvariant(digits[1]) switch
                {
                    'x' => 16,
                    'o' => 8,
                    'b' => 2,
                    _ => 10,
                };
        if (radix == 10)
        {
            return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long small)
                ? Value.Int(small)
                : Value.Int(BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture));
        }
        var value = BigInteger.Zero;
        foreach (char digit in digits.AsSpan(2))
            value = (value * radix) + Convert.ToInt32(digit.ToString(), 16);
        return Value.Int(value);
    }

    public static Value Float(ReadOnlySpan<char> lexeme) =>
        Value.Float(
            double.Parse(
                lexeme.ToString().Replace("_", "", StringComparison.Ordinal),
                NumberStyles.Float,
                CultureInfo.InvariantCulture
            )
        );

    /// <summary>The text between the quotes with Python's escape sequences resolved; null when one is
    /// malformed.</summary>
    public static string? String(ReadOnlySpan<char> body)
    {
        int slash = body.IndexOf('\\');
        if (slash < 0)
            return body.ToString();
        var text = new StringBuilder(body.Length).Append(body[..slash]);
        for (int i = slash; i < body.Length; i++)
        {
            if (body[i] != '\\')
            {
                text.Append(body[i]);
                continue;
            }
            char escape = body[++i];
            switch (escape)
            {
                case '\n':
                    break;
                case '\\' or '\'' or '"':
                    text.Append(escape);
                    break;
                case 'a':
                    text.Append('\a');
                    break;
                case 'b':
                    text.Append('\b');
                    break;
                case 'f':
                    text.Append('\f');
                    break;
                case 'n':
                    text.Append('\n');
                    break;
                case 'r':
                    text.Append('\r');
                    break;
                case 't':
                    text.Append('\t');
                    break;
                case 'v':
                    text.Append('\v');
                    break;
                case >= '0' and <= '7':
                    int octal = 0;
                    int last = Math.Min(i + 3, body.Length);
                    for (; i < last && body[i] is >= '0' and <= '7'; i++)
                        octal = (octal * 8) + (body[i] - '0');
                    i--;
                    text.Append((char)octal);
                    break;
                case 'x' or 'u' or 'U':
                    int length = escape switch
                    {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    if (
                        i + 1 + length > body.Length
                        || !int.TryParse(
                            body.Slice(i + 1, length),
                            NumberStyles.AllowHexSpecifier,
                            CultureInfo.InvariantCulture,
                            out int code
                        )
                        || code is < 0 or > 0x10FFFF
                    )
                    {
                        return null;
                    }
                    i += length;
                    if (code > 0xFFFF)
                        text.Append(char.ConvertFromUtf32(code));
                    else
                        text.Append((char)code);
                    break;
                case 'N':
                    return null;
                default:
                    text.Append('\\').Append(escape);
                    break;
            }
        }
        return text.ToString();
    }
}
