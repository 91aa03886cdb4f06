using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cairn.Core.Documents;

/// <summary>What a scalar of YAML 1.2 means by the core schema, as JSON.</summary>
internal static partial class YamlScalar
{
    private const string CoreTags = "tag:yaml.org,2002:";

    // Numbers of other bases are converted; longer ones are nobody's numbers and stay text.
    private const int MaxConvertedDigits = 1024;

    private enum Kind
    {
        Null,
        Bool,
        Int,
        Float,
        NotFinite,
        Text,
    }

    /// <summary>Writes a scalar.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="scalar">With its style and tag.</param>
    /// <param name="warnings">Takes what YAML 1.1 would read otherwise; null when nobody wants to know.</param>
    /// <exception cref="ProblemException">JSON has no such value, or the tag does not fit it.</exception>
    public static void Write(IBufferWriter<byte> output, Scalar scalar, List<DocumentWarning>? warnings)
    {
        CheckTag(scalar, "null", "bool", "int", "float", "str", "timestamp");
        string tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        bool isText =
            tag.Length > 0
                ? tag is "!" or CoreTags + "str" or CoreTags + "timestamp"
                : scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any);
        var (kind, json) = isText ? (Kind.Text, scalar.Value) : Resolve(scalar.Value);
        if (!isText && tag.Length > 0 && !Fits(tag, kind))
            throw Bad(scalar, $"'{DocumentFormat.Shown(scalar.Value)}' is not a !!{tag[CoreTags.Length..]}.");
        if (kind == Kind.NotFinite)
            throw Bad(scalar, $"JSON has no number '{scalar.Value}'.");
        if (kind == Kind.Text)
            WriteText(output, json);
        else
            Encoding.UTF8.GetBytes(json, output);
        if (!isText && tag.Length == 0 && warnings is not null && Otherwise(scalar.Value) is { } otherwise)
        {
            warnings.Add(
                new DocumentWarning(
                    scalar.Start.Line,
                    $"'{DocumentFormat.Shown(scalar.Value)}' is "
                        + $"{(kind == Kind.Text ? "text" : "the number " + json)} here, but {otherwise} to readers of "
                        + "YAML 1.1. Quote it if it is text."
                )
            );
        }
    }

    /// <summary>Writes text as a JSON string.</summary>
    public static void WriteText(IBufferWriter<byte> output, string text)
    {
        output.Write("\""u8);
        output.Write(JsonEncodedText.Encode(text, JsonText.Compact.Encoder).EncodedUtf8Bytes);
        output.Write("\""u8);
    }

    /// <summary>Refuses tags that JSON cannot keep: an application's own, and those of other kinds of value.</summary>
    /// <param name="node">A value, or a member's name.</param>
    /// <param name="known">The core tags it may have; none for a name, which is text with whichever tag of a
    /// scalar.</param>
    /// <exception cref="ProblemException">It has another.</exception>
    public static void CheckTag(NodeEvent node, params ReadOnlySpan<string> known)
    {
        if (node.Tag.IsEmpty || node.Tag.IsNonSpecific)
            return;
        string tag = node.Tag.Value;
        if (known.IsEmpty)
            known = ["null", "bool", "int", "float", "str", "timestamp"];
        if (
            tag == "!"
            || (tag.StartsWith(CoreTags, StringComparison.Ordinal) && known.Contains(tag[CoreTags.Length..]))
        )
        {
            return;
        }

        throw Bad(
            node,
            $"Cairn gives the tag {DocumentFormat.Shown(tag.Replace(CoreTags, "!!", StringComparison.Ordinal))} "
                + "no meaning here."
        );
    }

    /// <summary>That something is wrong, with the line.</summary>
    public static ProblemException Bad(ParsingEvent node, string what) =>
        new(ProblemKind.Invalid, $"Line {node.Start.Line}: {what}");

    private static (Kind Kind, string Json) Resolve(string text)
    {
        if (text is "" or "~" or "null" or "Null" or "NULL")
            return (Kind.Null, "null");
        if (text is "true" or "True" or "TRUE")
            return (Kind.Bool, "true");
        if (text is "false" or "False" or "FALSE")
            return (Kind.Bool, "false");
        if (Integer().Match(text) is { Success: true } integer)
            return (Kind.Int, integer.Groups[1].Value + WithoutZeros(integer.Groups[2].Value));
        if (JsonNumber().IsMatch(text))
            return (Kind.Float, text);
        if (Float().Match(text) is { Success: true } number)
            return (Kind.Float, ToJsonNumber(number));
        if (text.Length <= MaxConvertedDigits && Hexadecimal().IsMatch(text))
        {
            return (
                Kind.Int,
                BigInteger
                    .Parse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                    .ToString(CultureInfo.InvariantCulture)
            );
        }

        if (text.Length <= MaxConvertedDigits && Octal().IsMatch(text))
        {
            return (
                Kind.Int,
                text[2..]
                    .Aggregate(BigInteger.Zero, (sum, digit) => sum * 8 + (digit - '0'))
                    .ToString(CultureInfo.InvariantCulture)
            );
        }

        return (NotFinite().IsMatch(text) ? Kind.NotFinite : Kind.Text, text);
    }

    private static bool Fits(string tag, Kind kind) =>
        tag[CoreTags.Length..] switch
        {
            "null" => kind == Kind.Null,
            "bool" => kind == Kind.Bool,
            "int" => kind == Kind.Int,
            _ => kind is Kind.Int or Kind.Float or Kind.NotFinite,
        };

    private static string? Otherwise(string text) =>
        OtherBool().IsMatch(text) ? "true or false"
        : OtherOctal().IsMatch(text) ? "an octal number"
        : OtherDigits().IsMatch(text) ? "a number"
        : Sexagesimal().IsMatch(text) ? "a number to the base 60"
        : null;

    private static string WithoutZeros(string digits) => digits.TrimStart('0') is { Length: > 0 } rest ? rest : "0";

    private static string ToJsonNumber(Match number)
    {
        string fraction = number.Groups["fraction"].Value is { Length: > 0 } decimals ? "." + decimals : "";
        return (number.Groups["sign"].Value == "-" ? "-" : "")
            + WithoutZeros(number.Groups["whole"].Value)
            + fraction
            + number.Groups["exponent"].Value;
    }

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\z")]
    private static partial Regex JsonNumber();

    [GeneratedRegex(@"^(-?)\+?([0-9]+)\z")]
    private static partial Regex Integer();

    [GeneratedRegex(
        @"^(?<sign>[-+]?)(?:(?<whole>[0-9]+)(?:\.(?<fraction>[0-9]*))?|\.(?<fraction>[0-9]+))(?<exponent>[eE][-+]?[0-9]+)?\z"
    )]
    private static partial Regex Float();

    [GeneratedRegex(@"^0x[0-9a-fA-F]+\z")]
    private static partial Regex Hexadecimal();

    [GeneratedRegex(@"^0o[0-7]+\z")]
    private static partial Regex Octal();

    [GeneratedRegex(@"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z")]
    private static partial Regex NotFinite();

    [GeneratedRegex(@"^(y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)\z")]
    private static partial Regex OtherBool();

    [GeneratedRegex(@"^[-+]?0[0-7_]*[0-7]\z")]
    private static partial Regex OtherOctal();

    [GeneratedRegex(@"^[-+]?(0b[01_]+|0x[0-9a-fA-F_]*_[0-9a-fA-F_]*|[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?)\z")]
    private static partial Regex OtherDigits();

    [GeneratedRegex(@"^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?\z")]
    private static partial Regex Sexagesimal();
}
