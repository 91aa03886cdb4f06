using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Cairn.Core.Documents;

namespace Cairn.Server.Compatibility.PyrmuteRegistry;

/// <summary>A refusal there: a status and the sentence of <c>detail</c>.</summary>
internal sealed class PyrmuteRefusal(int status, string detail) : Exception(detail)
{
    public int Status { get; } = status;
}

/// <summary>Writes answers as Pyrmute Registry does.</summary>
internal static class PyrmuteAnswers
{
    private const int LeastToCompress = 1000;

    public static Task WriteAsync(HttpContext http, int status, Action<Utf8JsonWriter> write) =>
        WriteAsync(http, status, JsonText.Write(write));

    public static Task WriteDetailAsync(HttpContext http, int status, string detail) =>
        WriteAsync(
            http,
            status,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("detail", detail);
                json.WriteEndObject();
            }
        );

    public static async Task WriteAsync(HttpContext http, int status, byte[] body)
    {
        if (http.Response.HasStarted)
            return;
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        if (body.Length >= LeastToCompress)
        {
            http.Response.Headers.Append("Vary", "Accept-Encoding");
            if (AcceptsGzip(http.Request))
            {
                http.Response.Headers.ContentEncoding = "gzip";
                body = Compress(body);
            }
        }

        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>A time in UTC, to the microsecond, which is left out when it is none.</summary>
    public static string Time(DateTimeOffset time, string zone = "Z")
    {
        var utc = time.UtcDateTime;
        string format =
            utc.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond == 0
                ? "yyyy-MM-dd'T'HH:mm:ss"
                : "yyyy-MM-dd'T'HH:mm:ss.ffffff";
        return utc.ToString(format, CultureInfo.InvariantCulture) + zone;
    }

    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at)
            json.WriteString(name, Time(at));
        else
            json.WriteNull(name);
    }

    public static void WriteRaw(this Utf8JsonWriter json, string name, byte[]? value)
    {
        json.WritePropertyName(name);
        if (value is null)
            json.WriteNullValue();
        else
            json.WriteRawValue(value, skipInputValidation: true);
    }

    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }

    public static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static bool AcceptsGzip(HttpRequest request) =>
        request
            .Headers.AcceptEncoding.ToString()
            .Split(',')
            .Select(part => part.Split(';'))
            .Any(part =>
                part[0].Trim() is "gzip" or "*"
                && !part.Skip(1).Any(weight => weight.Replace(" ", "", StringComparison.Ordinal) is "q=0" or "q=0.0")
            );

    private static byte[] Compress(byte[] body)
    {
        using var buffer = new MemoryStream(body.Length / 4);
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
            gzip.Write(body);
        return buffer.ToArray();
    }
}
