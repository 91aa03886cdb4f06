using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Cairn.Core.Documents;

/// <summary>Strict reading and compact writing of JSON documents (RFC 8259) as UTF-8.</summary>
/// <remarks>Member order and the text of numbers are kept: <c>1.0</c>, <c>1e400</c> and integers of any length come out
/// as they went in.</remarks>
public static partial class JsonText
{
    /// <summary>How deep a document may nest.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Strict = new()
    {
        MaxDepth = MaxDepth,
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
    };

    private static readonly JsonDocumentOptions Commented = Strict with
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>Compact, and escaping no more than JSON asks for.</summary>
    public static readonly JsonWriterOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 256,
    };

    private static readonly JsonWriterOptions Indented = Compact with { Indented = true, NewLine = "\n" };

    /// <summary>Reads a document from outside.</summary>
    /// <exception cref="ProblemException">Not UTF-8, not JSON, a member twice, nested deeper than
    /// <see cref="MaxDepth"/>, where the message says at which line and column; or a string holds half of a surrogate
    /// pair, which is no text.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8) => Parse(utf8, Strict);

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8, JsonDocumentOptions options)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8))
            utf8 = utf8[3..];
        if (!Utf8.IsValid(utf8.Span))
            throw new ProblemException(ProblemKind.Invalid, "The document is not valid UTF-8.");
        try
        {
            CheckTexts(utf8.Span, options);
            return JsonDocument.Parse(utf8, options);
        }
        catch (JsonException e)
        {
            throw new ProblemException(ProblemKind.Invalid, "The document is not valid JSON: " + Explain(e));
        }
    }

    // Only an escape can stand for half of a pair: it is valid JSON, but no text that anything could be done with.
    private static void CheckTexts(ReadOnlySpan<byte> utf8, JsonDocumentOptions options)
    {
        if (utf8.IndexOf("\\u"u8) < 0)
            return;
        var reader = new Utf8JsonReader(
            utf8,
            new JsonReaderOptions
            {
                MaxDepth = MaxDepth,
                AllowTrailingCommas = options.AllowTrailingCommas,
                CommentHandling = options.CommentHandling,
            }
        );
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                CheckText(ref reader);
        }
    }

    /// <summary>Reads a document from outside and leaves the white space out; all else stays as it was
    /// written.</summary>
    /// <exception cref="ProblemException">As <see cref="Parse(ReadOnlyMemory{byte})"/>.</exception>
    public static byte[] Normalize(ReadOnlyMemory<byte> utf8)
    {
        using var document = Parse(utf8);
        var span = utf8.Span.StartsWith("\uFEFF"u8) ? utf8.Span[3..] : utf8.Span;
        return WithoutWhiteSpace(span);
    }

    /// <summary>As <see cref="Normalize"/>, where there may be comments and commas behind the last item of what is
    /// listed.</summary>
    /// <exception cref="ProblemException">As <see cref="Parse(ReadOnlyMemory{byte})"/>.</exception>
    public static byte[] NormalizeCommented(ReadOnlyMemory<byte> utf8)
    {
        using var document = Parse(utf8, Commented);
        return ToUtf8(document.RootElement);
    }

    /// <summary>Refuses what is no text.</summary>
    /// <exception cref="ProblemException">It holds half of a surrogate pair.</exception>
    public static void CheckText(ReadOnlySpan<char> text)
    {
        for (int i = text.IndexOfAnyInRange('\ud800', '\udfff'); i >= 0 && i < text.Length; i++)
        {
            if (
                char.IsSurrogate(text[i])
                && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i]))
            )
            {
                throw HalfSurrogate();
            }
        }
    }

    private static void CheckText(ref Utf8JsonReader reader)
    {
        try
        {
            reader.GetString();
        }
        catch (InvalidOperationException)
        {
            throw HalfSurrogate();
        }
    }

    private static byte[] WithoutWhiteSpace(ReadOnlySpan<byte> json)
    {
        byte[] compact = new byte[json.Length];
        int length = 0;
        bool inString = false;
        for (int i = 0; i < json.Length; i++)
        {
            byte b = json[i];
            if (!inString && b is ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
                continue;
            compact[length++] = b;
            if (b == '"')
                inString = !inString;
            else if (inString && b == '\\')
                compact[length++] = json[++i];
        }

        return compact[..length];
    }

    private static ProblemException HalfSurrogate() =>
        new(ProblemKind.Invalid, "A string of the document holds half of a surrogate pair (\\ud800 to \\udfff alone).");

    /// <summary>Writes an element compactly.</summary>
    /// <exception cref="ProblemException">A string holds half of a surrogate pair, which UTF-8 cannot.</exception>
    public static byte[] ToUtf8(JsonElement element)
    {
        try
        {
            return Write(element.WriteTo, Compact);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw HalfSurrogate();
        }
    }

    /// <summary>Writes what <paramref name="write"/> writes, compactly.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> write) => Write(write, Compact);

    /// <summary>The same document over several lines, for people.</summary>
    public static byte[] Indent(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 256 });
        return Write(document.RootElement.WriteTo, Indented);
    }

    /// <summary>Reads what Cairn itself wrote.</summary>
    public static JsonElement Element(ReadOnlySpan<byte> trusted)
    {
        var reader = new Utf8JsonReader(trusted, new JsonReaderOptions { MaxDepth = 256 });
        return JsonElement.ParseValue(ref reader);
    }

    private static byte[] Write(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, options))
            write(writer);
        return buffer.WrittenSpan.ToArray();
    }

    private static string Explain(JsonException e)
    {
        // The serializer's own position ("LineNumber: 0 | …") counts from 0; editors count from 1.
        string message = e.Message;
        int tail = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (tail >= 0)
            message = message[..tail];
        // Words that are about .NET, not about the document.
        message =
            message.Contains("isFinalBlock", StringComparison.Ordinal) ? "It is empty, or ends too early."
            : Duplicate().Match(message) is { Success: true } duplicate
                ? $"The member '{duplicate.Groups[1].Value}' is there twice."
            : message;
        var text = new StringBuilder(message);
        if (e.LineNumber is { } line)
        {
            text.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $" At line {line + 1}, byte {e.BytePositionInLine + 1}."
            );
        }

        return text.ToString();
    }

    [GeneratedRegex("^Duplicate property '(.*)' encountered", RegexOptions.Singleline)]
    private static partial Regex Duplicate();
}
