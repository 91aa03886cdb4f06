using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Cairn.Core.Documents;

/// <summary>YAML 1.2 with the core schema, as far as JSON can hold it. Aliases and <c>&lt;&lt;</c> merges are expanded
/// within a size limit.</summary>
internal static partial class YamlFormat
{
    private const int MaxExpandedNodes = 1_000_000;

    public static byte[] ToJson(ReadOnlyMemory<byte> utf8)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8.Span);
        }
        catch (ArgumentException)
        {
            throw new ProblemException(ProblemKind.Invalid, "The document is not valid UTF-8.");
        }

        try
        {
            CheckDepth(text);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count != 1)
                throw new ProblemException(ProblemKind.Invalid, $"A config is one YAML document, not {stream.Documents.Count}.");
            int budget = MaxExpandedNodes;
            byte[] json = JsonText.Write(writer => Write(writer, stream.Documents[0].RootNode, 0, ref budget));
            return JsonText.Normalize(json);
        }
        catch (YamlException e)
        {
            throw new ProblemException(
                ProblemKind.Invalid, $"The document is not valid YAML: {e.Message} At line {e.Start.Line}, column {e.Start.Column}.");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException or FormatException)
        {
            // The parser has other ways, too, of saying that some texts make no sense to it.
            throw new ProblemException(ProblemKind.Invalid, "The document is not valid YAML.");
        }
    }

    public static string FromJson(JsonElement root)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(2, int.MaxValue, false, 1024, skipAnchorName: true));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, root);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    // The representation model is built by recursion: what nests too deep must be refused before.
    private static void CheckDepth(string text)
    {
        var parser = new Parser(new StringReader(text));
        int depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (parser.Current is MappingStart or SequenceStart && depth > JsonText.MaxDepth + 2)
                throw new ProblemException(ProblemKind.Invalid, $"The document nests deeper than {JsonText.MaxDepth} levels.");
        }
    }

    private static void Write(Utf8JsonWriter writer, YamlNode node, int depth, ref int budget)
    {
        if (--budget < 0)
            throw new ProblemException(ProblemKind.TooLarge, $"The YAML document's aliases expand to more than {MaxExpandedNodes} values.");
        if (depth > JsonText.MaxDepth)
            throw new ProblemException(ProblemKind.Invalid, $"The document nests deeper than {JsonText.MaxDepth} levels.");
        switch (node)
        {
            case YamlScalarNode scalar:
                WriteScalar(writer, scalar);
                break;
            case YamlSequenceNode sequence:
                writer.WriteStartArray();
                foreach (var item in sequence.Children)
                    Write(writer, item, depth + 1, ref budget);
                writer.WriteEndArray();
                break;
            case YamlMappingNode mapping:
                writer.WriteStartObject();
                foreach (var (name, value) in Members(mapping, depth))
                {
                    writer.WritePropertyName(name);
                    Write(writer, value, depth + 1, ref budget);
                }

                writer.WriteEndObject();
                break;
        }
    }

    private static Dictionary<string, YamlNode> Members(YamlMappingNode mapping, int depth)
    {
        if (depth > JsonText.MaxDepth)
            throw new ProblemException(ProblemKind.Invalid, $"The document nests deeper than {JsonText.MaxDepth} levels.");
        var members = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        var merged = new List<YamlMappingNode>();
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } name } scalar)
                throw new ProblemException(ProblemKind.Invalid, $"Line {key.Start.Line}: a member's name must be a scalar.");
            if (name == "<<" && scalar.Style == ScalarStyle.Plain)
                merged.AddRange(value is YamlSequenceNode many ? many.Children.OfType<YamlMappingNode>() : [.. new[] { value }.OfType<YamlMappingNode>()]);
            else if (!members.TryAdd(name, value))
                throw new ProblemException(ProblemKind.Invalid, $"Line {key.Start.Line}: the member '{name}' is there twice.");
        }

        foreach (var source in merged)
            foreach (var (name, value) in Members(source, depth + 1))
                members.TryAdd(name, value);
        return members;
    }

    private static void WriteScalar(Utf8JsonWriter writer, YamlScalarNode scalar)
    {
        string text = scalar.Value ?? "";
        bool plain = scalar.Style is ScalarStyle.Plain or ScalarStyle.Any && (scalar.Tag.IsEmpty || !scalar.Tag.Value.EndsWith(":str", StringComparison.Ordinal));
        if (!plain)
            writer.WriteStringValue(text);
        else if (text is "" or "~" or "null" or "Null" or "NULL")
            writer.WriteNullValue();
        else if (text is "true" or "True" or "TRUE")
            writer.WriteBooleanValue(true);
        else if (text is "false" or "False" or "FALSE")
            writer.WriteBooleanValue(false);
        else if (JsonNumber().IsMatch(text))
            writer.WriteRawValue(text);
        else if (Integer().Match(text) is { Success: true } integer)
            writer.WriteRawValue(integer.Groups[1].Value + (integer.Groups[2].Value.TrimStart('0') is { Length: > 0 } digits ? digits : "0"));
        else if (Float().Match(text) is { Success: true } number)
            writer.WriteRawValue(ToJsonNumber(number));
        else if (text.StartsWith("0x", StringComparison.Ordinal) && BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hexadecimal))
            writer.WriteRawValue(hexadecimal.ToString(CultureInfo.InvariantCulture));
        else if (Octal().IsMatch(text))
            writer.WriteRawValue(text[2..].Aggregate(BigInteger.Zero, (sum, digit) => sum * 8 + (digit - '0')).ToString(CultureInfo.InvariantCulture));
        else if (NotFinite().IsMatch(text))
            throw new ProblemException(ProblemKind.Invalid, $"Line {scalar.Start.Line}: JSON has no number '{text}'.");
        else
            writer.WriteStringValue(text);
    }

    private static string ToJsonNumber(Match number)
    {
        string whole = number.Groups["whole"].Value.TrimStart('0') is { Length: > 0 } digits ? digits : "0";
        string fraction = number.Groups["fraction"].Value is { Length: > 0 } decimals ? "." + decimals : "";
        return (number.Groups["sign"].Value == "-" ? "-" : "") + whole + fraction + number.Groups["exponent"].Value;
    }

    private static void Emit(Emitter emitter, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                emitter.Emit(new MappingStart(null, null, true, element.EnumerateObject().Any() ? MappingStyle.Block : MappingStyle.Flow));
                foreach (var member in element.EnumerateObject())
                {
                    EmitText(emitter, member.Name);
                    Emit(emitter, member.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                emitter.Emit(new SequenceStart(null, null, true, element.GetArrayLength() > 0 ? SequenceStyle.Block : SequenceStyle.Flow));
                foreach (var item in element.EnumerateArray())
                    Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                EmitText(emitter, element.GetString()!);
                break;
            default:
                emitter.Emit(new Scalar(null, null, element.GetRawText(), ScalarStyle.Plain, true, false));
                break;
        }
    }

    // Plain only where no YAML reader, of 1.1 either, could take it for something else than text.
    private static void EmitText(Emitter emitter, string text)
    {
        bool plain = PlainText().IsMatch(text) && !Reserved().IsMatch(text);
        emitter.Emit(new Scalar(null, null, text, plain ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted, plain, !plain));
    }

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\z")]
    private static partial Regex JsonNumber();

    [GeneratedRegex(@"^(-?)\+?([0-9]+)\z")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^(?<sign>[-+]?)(?:(?<whole>[0-9]+)(?:\.(?<fraction>[0-9]*))?|\.(?<fraction>[0-9]+))(?<exponent>[eE][-+]?[0-9]+)?\z")]
    private static partial Regex Float();

    [GeneratedRegex(@"^0o[0-7]+\z")]
    private static partial Regex Octal();

    [GeneratedRegex(@"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z")]
    private static partial Regex NotFinite();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*([./ -][A-Za-z0-9_]+)*\z")]
    private static partial Regex PlainText();

    [GeneratedRegex(@"^(y|n|yes|no|on|off|true|false|null)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Reserved();
}
