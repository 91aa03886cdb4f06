using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cairn.Core;
using Cairn.Core.Documents;
using Microsoft.Net.Http.Headers;

namespace Cairn.Server.Http;

/// <summary>Reads request bodies within a limit and writes answers.</summary>
internal static class Bodies
{
    private const int FirstBuffer = 16 << 10;

    /// <summary>The whole body.</summary>
    /// <exception cref="ProblemException">It is larger than the endpoint takes.</exception>
    public static Task<byte[]> ReadAsync(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        return ReadAsync(http, request.Node.Options.MaxBodyBytes * request.Rule.BodyFactor);
    }

    /// <summary>The whole body.</summary>
    /// <exception cref="ProblemException">It is larger than <paramref name="limit"/> bytes.</exception>
    public static async Task<byte[]> ReadAsync(HttpContext http, int limit)
    {
        RefuseEncoded(http);
        RefuseCharset(http);
        if (http.Request.ContentLength > limit)
            throw TooLarge(limit);
        // What is announced need not come: the buffer grows with what does.
        var body = new ArrayBufferWriter<byte>(
            (int)Math.Clamp(http.Request.ContentLength ?? FirstBuffer, 256, FirstBuffer)
        );
        while (true)
        {
            int read = await http.Request.Body.ReadAsync(body.GetMemory(4096), http.RequestAborted);
            if (read == 0)
                return body.WrittenSpan.ToArray();
            body.Advance(read);
            if (body.WrittenCount > limit)
                throw TooLarge(limit);
        }
    }

    /// <summary>The body as a request of a known shape; members it does not know are refused.</summary>
    /// <param name="http">The request.</param>
    /// <param name="type">The shape.</param>
    /// <exception cref="ProblemException">It has another shape; the error has the JSON Pointer of where.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type)
    {
        byte[] body = await ReadAsync(http);
        RequireJson(http);
        if (body.Length == 0)
            body = "{}"u8.ToArray();
        using var document = JsonText.Parse(body);
        RefuseNulls(document.RootElement, type);
        try
        {
            return document.Deserialize(type)
                ?? throw new ProblemException(ProblemKind.Invalid, "The body must be a JSON object, not null.");
        }
        catch (JsonException e)
        {
            string pointer = Pointer(e.Path);
            string message =
                e.InnerException is null && e.Message.Contains("could not be mapped", StringComparison.Ordinal)
                    ? "There is no such member here."
                : e.Message.StartsWith("JSON deserialization for type", StringComparison.Ordinal)
                    ? "Required members are missing: " + e.Message[(e.Message.LastIndexOf(':') + 1)..].Trim()
                : "The value has the wrong type.";
            throw new ProblemException(
                ProblemKind.Invalid,
                $"The body is not acceptable at '{pointer}': {message}",
                [new ProblemError(pointer, message)]
            );
        }
    }

    /// <summary>Answers with JSON.</summary>
    public static Task WriteAsync<T>(HttpContext http, int status, T value, JsonTypeInfo<T> type)
    {
        byte[] body = JsonText.Write(writer => JsonSerializer.Serialize(writer, value, type));
        return WriteAsync(http, status, body, "application/json");
    }

    /// <summary>Answers with bytes.</summary>
    public static async Task WriteAsync(HttpContext http, int status, ReadOnlyMemory<byte> body, string mediaType)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = mediaType;
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    // Nothing is unpacked: a little would become a lot.
    private static void RefuseEncoded(HttpContext http)
    {
        if (http.Request.Headers.ContentEncoding.ToString() is not ("" or "identity") and var encoding)
        {
            http.Response.Headers.AcceptEncoding = "identity";
            throw new ProblemException(
                ProblemKind.UnsupportedFormat,
                $"A body with Content-Encoding: {Shown(encoding)} is not read here: send it as it is."
            );
        }
    }

    // Texts are UTF-8. Taken for that, another encoding would be other characters, or no text at all.
    private static void RefuseCharset(HttpContext http)
    {
        if (
            http.Features.Get<CairnRequest>()?.Rule.Parameters is null
            || !MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !type.Charset.HasValue
            || type.Charset.Value.Trim('"') is var charset
                && (
                    charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                    || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase)
                )
        )
        {
            return;
        }

        throw new ProblemException(
            ProblemKind.UnsupportedFormat,
            $"charset={Shown(type.Charset.Value)} is not read here: send UTF-8."
        );
    }

    // The serializer refuses null for a member that has to be there, but not for an item of a list.
    private static void RefuseNulls(JsonElement body, JsonTypeInfo type)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return;
        foreach (var property in type.Properties)
        {
            if (
                property.PropertyType is not { IsGenericType: true, GenericTypeArguments: [{ IsValueType: false }] }
                || !body.TryGetProperty(property.Name, out var list)
                || list.ValueKind != JsonValueKind.Array
            )
            {
                continue;
            }

            foreach (var (index, item) in list.EnumerateArray().Index())
            {
                if (item.ValueKind == JsonValueKind.Null)
                {
                    string pointer = $"/{property.Name}/{index}";
                    throw new ProblemException(
                        ProblemKind.Invalid,
                        $"The body is not acceptable at '{pointer}': it should not be null.",
                        [new ProblemError(pointer, "It should not be null.")]
                    );
                }
            }
        }
    }

    private static void RequireJson(HttpContext http)
    {
        string type = (http.Request.ContentType ?? "").Split(';')[0].Trim();
        if (
            type.Length == 0
            || type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (
                type.StartsWith("application/", StringComparison.OrdinalIgnoreCase)
                && type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)
            )
        )
        {
            return;
        }

        http.Response.Headers.Accept = "application/json";
        throw new ProblemException(
            ProblemKind.UnsupportedFormat,
            $"'{Shown(type)}' is not read here: send JSON, with Content-Type: application/json."
        );
    }

    private static string Shown(string text) => text.Length > 60 ? text[..60] + "…" : text;

    private static ProblemException TooLarge(int limit) =>
        new(ProblemKind.TooLarge, $"The body is larger than {limit} bytes.");

    // "$.operations[0].path" as "/operations/0/path".
    private static string Pointer(string? path) =>
        path is null or "$"
            ? ""
            : path[1..]
                .Replace("[", "/", StringComparison.Ordinal)
                .Replace("]", "", StringComparison.Ordinal)
                .Replace(".", "/", StringComparison.Ordinal);
}
