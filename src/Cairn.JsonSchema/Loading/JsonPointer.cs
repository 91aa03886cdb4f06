using System.Globalization;
using System.Text.Json;

namespace Cairn.JsonSchema.Loading;

/// <summary>JSON Pointers (RFC 6901).</summary>
internal static class JsonPointer
{
    public static string Append(string pointer, string token) => pointer + "/" + Escape(token);

    public static string Append(string pointer, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}");

    public static string Escape(string token) =>
        token.AsSpan().ContainsAny('~', '/') ? token.Replace("~", "~0").Replace("/", "~1") : token;

    /// <summary>The tokens of a pointer in the form of a string; null when it is none.</summary>
    public static string[]? Split(string pointer)
    {
        if (pointer.Length == 0)
            return [];

        if (pointer[0] != '/')
            return null;

        return [.. pointer[1..].Split('/').Select(token => token.Replace("~1", "/").Replace("~0", "~"))];
    }

    /// <summary>One step down; null when there is nothing.</summary>
    public static JsonElement? Step(JsonElement element, string token)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return element.TryGetProperty(token, out var member) ? member : null;
            case JsonValueKind.Array:
                return
                    int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                    && index < element.GetArrayLength()
                    && (token.Length == 1 || token[0] != '0')
                    ? element[index]
                    : null;
            default:
                return null;
        }
    }
}
