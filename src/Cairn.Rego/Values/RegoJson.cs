using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Rego.Values;

/// <summary>Values from and to JSON.</summary>
internal static class RegoJson
{
    public const int MaxDepth = 10_000;

    public static RegoValue Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        if (!reader.Read())
            throw new JsonException("There is no JSON text.");
        var value = Read(ref reader);
        if (reader.Read())
            throw new JsonException("There is more than one JSON text.");
        return value;
    }

    public static RegoValue From(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Undefined => throw new ArgumentException("There is no JSON value.", nameof(element)),
            JsonValueKind.Null => RegoNull.Instance,
            JsonValueKind.True => RegoBoolean.True,
            JsonValueKind.False => RegoBoolean.False,
            _ => Read(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element)),
        };

    public static RegoValue From(JsonNode? node)
    {
        if (node is null)
            return RegoNull.Instance;
        var buffer = new ArrayBufferWriter<byte>();
        using (
            var writer = new Utf8JsonWriter(
                buffer,
                new JsonWriterOptions { MaxDepth = MaxDepth, SkipValidation = true }
            )
        )
        {
            node.WriteTo(writer);
        }

        return Read(buffer.WrittenSpan);
    }

    /// <summary>Reads the value at the reader's token, and leaves the reader at its last token.</summary>
    public static RegoValue Read(ref Utf8JsonReader reader)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return RegoNull.Instance;
            case JsonTokenType.True:
                return RegoBoolean.True;
            case JsonTokenType.False:
                return RegoBoolean.False;
            case JsonTokenType.Number:
                return reader.TryGetInt64(out long whole) && reader.ValueSpan[0] != (byte)'-'
                    ? RegoNumber.Of(whole)
                    : ReadNumber(Encoding.ASCII.GetString(reader.ValueSpan));
            case JsonTokenType.String:
                return RegoString.Of(ReadText(ref reader));
            case JsonTokenType.StartArray:
                var items = new List<RegoValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Read(ref reader));
                return RegoArray.Own([.. items]);
            case JsonTokenType.StartObject:
                var members = new RegoObjectBuilder();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = RegoString.Of(ReadText(ref reader));
                    reader.Read();
                    members.Set(key, Read(ref reader));
                }

                return members.Build();
            default:
                throw new JsonException($"Unexpected token {reader.TokenType}.");
        }
    }

    /// <summary>Appends compact JSON; <paramref name="escapeHtml"/> writes &lt;, &gt; and &amp; as Go's encoder
    /// does.</summary>
    public static void Append(StringBuilder text, RegoValue value, bool escapeHtml = false)
    {
        switch (value)
        {
            case RegoString s:
                AppendString(text, s.Value, escapeHtml);
                break;
            case RegoArray array:
                AppendAll(text, array.AsSpan(), escapeHtml);
                break;
            case RegoSet set:
                AppendAll(text, set.AsSpan(), escapeHtml);
                break;
            case RegoObject o:
                ValueWork.Visit(o.Count);
                text.Append('{');
                bool first = true;
                foreach (var (key, member) in o.AsSpan())
                {
                    if (!first)
                        text.Append(',');
                    first = false;
                    AppendString(text, KeyText(key), escapeHtml);
                    text.Append(':');
                    Append(text, member, escapeHtml);
                }

                text.Append('}');
                break;
            default:
                RegoText.Append(text, value);
                break;
        }
    }

    public static void AppendString(StringBuilder text, string value, bool escapeHtml = false)
    {
        ValueWork.Write(value.Length);
        text.Append('"');
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            string? escaped = c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' or '\u2028' or '\u2029' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                '<' or '>' or '&' when escapeHtml => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => null,
            };
            if (escaped is not null)
            {
                text.Append(escaped);
            }
            else if (
                char.IsSurrogate(c)
                && !(i + 1 < value.Length && char.IsSurrogatePair(c, value[i + 1]))
                && !(i > 0 && char.IsSurrogatePair(value[i - 1], c))
            )
            {
                text.Append('\uFFFD');
            }
            else
            {
                text.Append(c);
            }
        }

        text.Append('"');
    }

    public static void Write(Utf8JsonWriter writer, RegoValue value)
    {
        switch (value)
        {
            case RegoNull:
                writer.WriteNullValue();
                break;
            case RegoBoolean b:
                writer.WriteBooleanValue(b.Value);
                break;
            case RegoNumber n:
                writer.WriteRawValue(n.Text);
                break;
            case RegoString s:
                writer.WriteStringValue(s.Value);
                break;
            case RegoArray array:
                WriteAll(writer, array.AsSpan());
                break;
            case RegoSet set:
                WriteAll(writer, set.AsSpan());
                break;
            case RegoObject o:
                ValueWork.Visit(o.Count);
                writer.WriteStartObject();
                foreach (var (key, member) in o.AsSpan())
                {
                    writer.WritePropertyName(KeyText(key));
                    Write(writer, member);
                }

                writer.WriteEndObject();
                break;
        }
    }

    private static string KeyText(RegoValue key) => key is RegoString s ? s.Value : key.ToJson();

    private static void AppendAll(StringBuilder text, ReadOnlySpan<RegoValue> values, bool escapeHtml)
    {
        ValueWork.Visit(values.Length);
        text.Append('[');
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
                text.Append(',');
            Append(text, values[i], escapeHtml);
        }

        text.Append(']');
    }

    private static void WriteAll(Utf8JsonWriter writer, ReadOnlySpan<RegoValue> values)
    {
        ValueWork.Visit(values.Length);
        writer.WriteStartArray();
        foreach (var value in values)
            Write(writer, value);
        writer.WriteEndArray();
    }

    private static RegoNumber ReadNumber(string text) =>
        RegoNumber.TryParse(text, out var number)
            ? number
            : throw new JsonException(
                text.Length > RegoArithmetic.MaxDigits
                    ? $"A number of {text.Length} characters is too long: {RegoArithmetic.MaxDigits} digits are "
                        + "the most."
                    : $"The number {text} has an exponent that is too large."
            );

    // A lone surrogate escape has no text; Go reads U+FFFD there.
    private static string ReadText(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return Encoding.UTF8.GetString(reader.ValueSpan);
        string raw = Encoding.UTF8.GetString(reader.ValueSpan);
        var text = new StringBuilder(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            char c = raw[++i];
            text.Append(
                c switch
                {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'b' => '\b',
                    'f' => '\f',
                    'u' => (char)
                        ushort.Parse(raw.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                    _ => c,
                }
            );
            if (c == 'u')
                i += 4;
        }

        return Surrogates(text);
    }

    private static string Surrogates(StringBuilder text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                text[i] = '\uFFFD';
        }

        return text.ToString();
    }
}
