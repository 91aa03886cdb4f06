using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.JsonSchema.Formats;
using Cairn.JsonSchema.Numbers;

namespace Cairn.JsonSchema.Inference;

/// <summary>What was seen at one place of the samples.</summary>
internal sealed class ObservedShape
{
    /// <summary>Formats that are told from a text with confidence, the more special ones first.</summary>
    private static readonly string[] TellingFormats =
    [
        "date-time",
        "date",
        "time",
        "uuid",
        "ipv4",
        "ipv6",
        "email",
        "uri",
    ];

    private readonly List<string> _types = [];
    private readonly Dictionary<string, ObservedShape> _members = new(StringComparer.Ordinal);
    private readonly List<string> _memberOrder = [];
    private readonly List<string> _formats = [.. TellingFormats];
    private ObservedShape? _elements;
    private int _seen;
    private int _objects;

    public void Observe(JsonElement value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _seen++;
        string type = TypeOf(value);
        if (!_types.Contains(type))
            _types.Add(type);

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                _objects++;
                foreach (var member in value.EnumerateObject())
                    ObserveMember(member);

                break;
            case JsonValueKind.Array:
                _elements ??= new ObservedShape();
                foreach (var element in value.EnumerateArray())
                    _elements.Observe(element);

                break;
            case JsonValueKind.String when _formats.Count > 0:
                byte[] text = Encoding.UTF8.GetBytes(value.GetString()!);
                _formats.RemoveAll(format => !FormatTable.Find(format)!(text));
                break;
        }
    }

    private void ObserveMember(JsonProperty member)
    {
        if (!_members.TryGetValue(member.Name, out var shape))
        {
            shape = new ObservedShape();
            _members.Add(member.Name, shape);
            _memberOrder.Add(member.Name);
        }

        shape.Observe(member.Value);
    }

    private static string TypeOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => JsonNumber.Parse(Encoding.UTF8.GetBytes(value.GetRawText())).IsInteger
                ? "integer"
                : "number",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => "null",
        };

    public void WriteTo(JsonObject schema)
    {
        if (_seen == 0)
            return;

        var types = _types.Where(type => type != "integer" || !_types.Contains("number")).ToList();
        schema["type"] = types.Count == 1 ? types[0] : new JsonArray([.. types.Select(type => JsonValue.Create(type))]);
        if (_types.Contains("string") && _formats.Count > 0)
            schema["format"] = _formats[0];

        if (_elements is { _seen: > 0 })
        {
            var items = new JsonObject();
            _elements.WriteTo(items);
            schema["items"] = items;
        }

        if (_memberOrder.Count > 0)
            WriteMembers(schema);
    }

    private void WriteMembers(JsonObject schema)
    {
        var properties = new JsonObject();
        foreach (string name in _memberOrder)
        {
            var member = new JsonObject();
            _members[name].WriteTo(member);
            properties[name] = member;
        }

        schema["properties"] = properties;
        var required = _memberOrder.Where(name => _members[name]._seen == _objects).ToList();
        if (required.Count > 0)
            schema["required"] = new JsonArray([.. required.Select(name => JsonValue.Create(name))]);
    }
}
