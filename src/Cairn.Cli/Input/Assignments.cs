using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;

namespace Cairn.Cli.Input;

/// <summary><c>KEY=VALUE</c> arguments as a JSON Merge Patch (RFC 7396).</summary>
internal static class Assignments
{
    /// <summary>Reads them.</summary>
    /// <param name="texts">As typed. A value is JSON when it is valid JSON, else text: <c>20</c> is a number, <c>'"20"'</c>
    /// and <c>twenty</c> are strings, <c>null</c> removes the member.</param>
    /// <param name="dotted">Whether dots in a key lead into nested objects; <c>\.</c> is a dot of the key itself.</param>
    /// <exception cref="UsageException">One has no key, or two contradict each other.</exception>
    public static JsonObject Parse(IEnumerable<string> texts, bool dotted)
    {
        var patch = new JsonObject();
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                throw new UsageException($"'{text}' is not KEY=VALUE, such as pool.size=20.");
            Set(patch, dotted ? Split(text[..equals]) : [text[..equals]], Value(text[(equals + 1)..]), text);
        }

        return patch;
    }

    /// <summary>A patch that removes members.</summary>
    public static JsonObject Remove(IEnumerable<string> keys) => new(keys.Select(key => KeyValuePair.Create<string, JsonNode?>(key, null)));

    private static void Set(JsonObject target, List<string> steps, JsonNode? value, string text)
    {
        foreach (string step in steps[..^1])
        {
            if (!target.TryGetPropertyValue(step, out var next))
                target[step] = next = new JsonObject();
            target = next as JsonObject ?? throw new UsageException($"'{text}' contradicts what comes before it: '{step}' has a value of its own there.");
        }

        if (!target.TryAdd(steps[^1], value))
            throw new UsageException($"'{text}' contradicts what comes before it: '{steps[^1]}' is set twice.");
    }

    private static List<string> Split(string key)
    {
        var steps = new List<string>();
        var step = new StringBuilder();
        for (int i = 0; i < key.Length; i++)
            if (key[i] == '\\' && i + 1 < key.Length && key[i + 1] is '.' or '\\')
            {
                step.Append(key[++i]);
            }
            else if (key[i] == '.')
            {
                steps.Add(step.ToString());
                step.Clear();
            }
            else
            {
                step.Append(key[i]);
            }

        steps.Add(step.ToString());
        return steps.Contains("") ? throw new UsageException($"The key '{key}' has nothing between two dots.") : steps;
    }

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
