using System.Text.Json;

namespace Cairn.Server.Compatibility.PyrmuteRegistry;

/// <summary>Two schemas compared as the original does: by the <c>properties</c> and <c>required</c> at the top alone.
/// Cairn's own comparison sees the whole.</summary>
internal sealed class PyrmuteComparison
{
    private readonly List<string> _added = [],
        _removed = [],
        _requiredAdded,
        _requiredRemoved;
    private readonly List<(string Name, JsonElement From, JsonElement To)> _modified = [];

    public PyrmuteComparison(JsonElement from, JsonElement to)
    {
        var (before, after) = (Properties(from), Properties(to));
        foreach (var (name, definition) in after)
        {
            if (!before.TryGetValue(name, out var earlier))
                _added.Add(name);
            else if (!JsonElement.DeepEquals(earlier, definition))
                _modified.Add((name, earlier, definition));
        }

        _removed.AddRange(before.Keys.Where(name => !after.ContainsKey(name)));
        var (requiredBefore, requiredAfter) = (Required(from), Required(to));
        _requiredAdded = [.. requiredAfter.Except(requiredBefore)];
        _requiredRemoved = [.. requiredBefore.Except(requiredAfter)];
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStrings("properties_added", _added);
        json.WriteStrings("properties_removed", _removed);
        json.WriteStartArray("properties_modified");
        foreach (var (name, from, to) in _modified)
        {
            json.WriteStartObject();
            json.WriteString("property", name);
            json.WritePropertyName("from");
            from.WriteTo(json);
            json.WritePropertyName("to");
            to.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStrings("required_added", _requiredAdded);
        json.WriteStrings("required_removed", _requiredRemoved);
        bool breaking = WriteBreaking(json);
        json.WriteString(
            "compatibility",
            breaking ? "breaking"
                : _added.Count + _modified.Count + _requiredRemoved.Count > 0 ? "backward_compatible"
                : "identical"
        );
        json.WriteEndObject();
    }

    private bool WriteBreaking(Utf8JsonWriter json)
    {
        bool any = false;
        json.WriteStartArray("breaking_changes");
        if (_removed.Count > 0)
            WriteNames("properties_removed", _removed, $"Properties removed: {string.Join(", ", _removed)}");
        foreach (var (name, from, to) in _modified)
        {
            var (before, after) = (TypeOf(from), TypeOf(to));
            if (before is null ? after is null : after is not null && JsonElement.DeepEquals(before.Value, after.Value))
                continue;
            any = true;
            json.WriteStartObject();
            json.WriteString("type", "type_changed");
            json.WriteString("property", name);
            WriteType("from", before);
            WriteType("to", after);
            json.WriteString("description", $"Property '{name}' type changed from {Text(before)} to {Text(after)}");
            json.WriteEndObject();
        }

        if (_requiredAdded.Count > 0)
        {
            WriteNames(
                "required_fields_added",
                _requiredAdded,
                $"Fields became required: {string.Join(", ", _requiredAdded)}"
            );
        }

        json.WriteEndArray();
        return any;

        void WriteNames(string type, List<string> names, string description)
        {
            any = true;
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteStrings("details", names);
            json.WriteString("description", description);
            json.WriteEndObject();
        }

        void WriteType(string member, JsonElement? type)
        {
            json.WritePropertyName(member);
            if (type is { } value)
                value.WriteTo(json);
            else
                json.WriteNullValue();
        }
    }

    private static Dictionary<string, JsonElement> Properties(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty("properties", out var properties)
        && properties.ValueKind == JsonValueKind.Object
            ? properties.EnumerateObject().ToDictionary(property => property.Name, property => property.Value)
            : [];

    private static HashSet<string> Required(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty("required", out var required)
        && required.ValueKind == JsonValueKind.Array
            ?
            [
                .. required
                    .EnumerateArray()
                    .Where(item => item.ValueKind == JsonValueKind.String)
                    .Select(item => item.GetString()!),
            ]
            : [];

    private static JsonElement? TypeOf(JsonElement definition) =>
        definition.ValueKind == JsonValueKind.Object && definition.TryGetProperty("type", out var type) ? type : null;

    // As Python shows a value.
    private static string Text(JsonElement? type) =>
        type switch
        {
            null => "None",
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { ValueKind: JsonValueKind.Array } list =>
                $"[{string.Join(", ", list.EnumerateArray().Select(item => $"'{item}'"))}]",
            { } other => other.GetRawText(),
        };
}
