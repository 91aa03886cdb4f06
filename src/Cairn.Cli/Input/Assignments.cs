using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;
using Cairn.Core;
using Cairn.Core.Documents;

namespace Cairn.Cli.Input;

/// <summary><c>NAME=VALUE</c> arguments as a JSON Merge Patch (RFC 7396) of one level: variables.</summary>
internal static class Assignments
{
    /// <summary>Reads them.</summary>
    /// <param name="texts">As typed. A value is JSON when it is valid JSON, else text: <c>20</c> is a number,
    /// <c>'"20"'</c> and <c>twenty</c> are strings, <c>null</c> removes the variable.</param>
    /// <param name="strings">As typed, of which the value is text whatever it looks like.</param>
    /// <exception cref="UsageException">One has no name, or a name comes twice.</exception>
    public static JsonObject Parse(IEnumerable<string> texts, IEnumerable<string>? strings = null)
    {
        var patch = new JsonObject();
        foreach (
            var (text, isText) in texts
                .Select(text => (text, false))
                .Concat((strings ?? []).Select(text => (text, true)))
        )
        {
            var (name, value) = Split(text);
            if (!patch.TryAdd(name, isText ? JsonValue.Create(value) : Value(value)))
                throw new UsageException($"'{text}' contradicts what comes before it: '{name}' is set twice.");
        }

        return patch;
    }

    /// <summary>A patch that removes members.</summary>
    public static JsonObject Remove(IEnumerable<string> keys) =>
        new(keys.Distinct().Select(key => KeyValuePair.Create<string, JsonNode?>(key, null)));

    /// <summary>What is before and behind the first equals sign.</summary>
    /// <exception cref="UsageException">There is none, or nothing before it.</exception>
    public static (string Name, string Value) Split(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals >= 1
            ? (text[..equals], text[(equals + 1)..])
            : throw new UsageException($"'{text}' is not KEY=VALUE, such as pool.size=20.");
    }

    /// <summary>A value as typed: JSON when it is that, else text.</summary>
    /// <exception cref="UsageException">It is JSON that no document may hold, such as an object with one name
    /// twice.</exception>
    public static JsonNode? Value(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 1000 });
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }

        try
        {
            return JsonNode.Parse(JsonText.Normalize(utf8));
        }
        catch (ProblemException e)
        {
            throw new UsageException($"'{text}' cannot be a value: {e.Message}");
        }
    }
}
