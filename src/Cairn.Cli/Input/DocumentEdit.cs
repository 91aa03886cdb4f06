using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;

namespace Cairn.Cli.Input;

/// <summary>One change of a place in a document, as typed.</summary>
/// <param name="Text">As typed.</param>
/// <param name="Steps">Names of members and indexes of elements, from the root on.</param>
/// <param name="Value">What is to be there; nothing any more when null.</param>
internal sealed record DocumentEdit(string Text, IReadOnlyList<string> Steps, JsonNode? Value)
{
    /// <summary>A change to null itself, which in an overlay hides what the base has there.</summary>
    private bool ToNull { get; init; }

    /// <summary>Reads <c>KEY=VALUE</c>. Dots in a key lead into nested objects and arrays, <c>\.</c> is a dot of the key itself. A value is JSON
    /// when it is valid JSON, else text; <c>null</c> removes.</summary>
    /// <exception cref="UsageException">There is no key, or it has an empty part.</exception>
    public static DocumentEdit Of(string text) => Split(text, value => Assignments.Value(value));

    /// <summary>Reads <c>KEY=VALUE</c> of which the value is text, whatever it looks like.</summary>
    public static DocumentEdit OfText(string text) => Split(text, value => JsonValue.Create(value));

    /// <summary>A key whose value is to be null.</summary>
    public static DocumentEdit OfNull(string key) => new(key, StepsOf(key), null) { ToNull = true };

    /// <summary>Makes the changes, in their order.</summary>
    /// <param name="document">The document; null when there is none yet, which begins as an empty object.</param>
    /// <param name="edits">The changes.</param>
    /// <returns>The document with the changes, compact.</returns>
    /// <exception cref="UsageException">A key leads nowhere, or two contradict each other; the message says what is there.</exception>
    public static byte[] Apply(byte[]? document, IReadOnlyList<DocumentEdit> edits)
    {
        foreach (var (index, edit) in edits.Index())
            if (edits.Where((other, place) => place != index && IsWithin(edit.Steps, other.Steps)).FirstOrDefault() is { } other)
                throw new UsageException($"'{edit.Text}' contradicts '{other.Text}': both are about '{string.Join('.', other.Steps)}'.");
        // The root is a member, too, so that it can be looked at like one.
        var holder = new JsonObject { [""] = document is null ? new JsonObject() : JsonNode.Parse(document) };
        foreach (var edit in edits)
            edit.Apply(holder);
        return Encoding.UTF8.GetBytes(holder[""]?.ToJsonString(Printer.Compact) ?? "null");
    }

    private void Apply(JsonObject holder)
    {
        JsonNode? parent = holder[""];
        for (int i = 0; i < Steps.Count - 1; i++)
            parent = Enter(parent, i);
        switch (parent)
        {
            case JsonObject members when Value is null && !ToNull:
                members.Remove(Steps[^1]);
                break;
            case JsonObject members:
                members[Steps[^1]] = Value?.DeepClone();
                break;
            case JsonArray items:
                Put(items, IndexIn(items, Steps.Count - 1));
                break;
            default:
                throw NoPlace(parent, Steps.Count - 1);
        }
    }

    private void Put(JsonArray items, int index)
    {
        if (index == items.Count && (Value is not null || ToNull))
            items.Add(Value?.DeepClone());
        else if (index == items.Count)
            throw new UsageException($"'{Text}': there is no element {index} to remove from '{Place(Steps.Count - 1)}', which has {items.Count}.");
        else if (Value is null && !ToNull)
            items.RemoveAt(index);
        else
            items[index] = Value?.DeepClone();
    }

    // What is not there yet becomes an object.
    private JsonNode? Enter(JsonNode? parent, int step) => parent switch
    {
        JsonObject members when members.ContainsKey(Steps[step]) => members[Steps[step]],
        JsonObject members => members[Steps[step]] = new JsonObject(),
        JsonArray items when IndexIn(items, step) is var index && index < items.Count => items[index],
        JsonArray items => Added(items),
        _ => throw NoPlace(parent, step),
    };

    private static JsonObject Added(JsonArray items)
    {
        var added = new JsonObject();
        items.Add((JsonNode)added);
        return added;
    }

    private int IndexIn(JsonArray items, int step)
    {
        if (Steps[step] == "-")
            return items.Count;
        return int.TryParse(Steps[step], NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index <= items.Count
            ? index
            : throw new UsageException(
                $"'{Text}': '{Place(step)}' is an array of {items.Count}: '{Steps[step]}' is no place in it. Say an index, {items.Count} or - to add one.");
    }

    private UsageException NoPlace(JsonNode? there, int step) => new(
        $"'{Text}': '{Place(step)}' is {Kind(there)}, which has no members. To make it an object: '{Place(step)}={{}}' first.");

    private string Place(int steps) => steps == 0 ? "the document" : string.Join('.', Steps.Take(steps));

    private static string Kind(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        _ => "true or false",
    };

    private static bool IsWithin(IReadOnlyList<string> steps, IReadOnlyList<string> outer) =>
        steps.Count >= outer.Count && outer.Select((step, index) => steps[index] == step && step != "-").All(same => same);

    private static DocumentEdit Split(string text, Func<string, JsonNode?> value)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 1
            ? throw new UsageException($"'{text}' is not KEY=VALUE, such as pool.size=20.")
            : new DocumentEdit(text, StepsOf(text[..equals]), value(text[(equals + 1)..]));
    }

    private static List<string> StepsOf(string key)
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
}
