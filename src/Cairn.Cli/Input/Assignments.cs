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
    /// <param name="texts">As typed. A value is JSON when it is valid JSON, else text: <c>20</c> is a number, <c>'"20"'</c>
    /// and <c>twenty</c> are strings, <c>null</c> removes the variable.</param>
    /// <exception cref="UsageException">One has no name, or a name comes twice.</exception>
    public static JsonObject Parse(IEnumerable<string> texts)
    {
        var patch = new JsonObject();
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                throw new UsageException($"'{text}' is not NAME=VALUE, such as REGION=eu-west-1.");
            if (!patch.TryAdd(text[..equals], Value(text[(equals + 1)..])))
                throw new UsageException($"'{text}' contradicts what comes before it: '{text[..equals]}' is set twice.");
        }

        return patch;
    }

    /// <summary>A patch that removes members.</summary>
    public static JsonObject Remove(IEnumerable<string> keys) => new(keys.Select(key => KeyValuePair.Create<string, JsonNode?>(key, null)));

    /// <summary>A value as typed: JSON when it is that, else text.</summary>
    /// <exception cref="UsageException">It is JSON that no document may hold, such as an object with one name twice.</exception>
    public static JsonNode? Value(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        try
        {
            using var document = JsonDocument.Parse(utf8);
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
