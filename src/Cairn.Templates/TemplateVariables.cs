using System.Text.Json;
using Cairn.Templates.Values;

namespace Cairn.Templates;

/// <summary>
/// Named values for templates, converted once from JSON. Immutable and shared: templates can read but never
/// change them. The JSON may be disposed afterwards.
/// </summary>
public sealed class TemplateVariables
{
    private readonly Dictionary<string, Value> _values;
    private readonly TemplateVariables? _below;

    /// <summary>Converts the values. Numbers without fraction and exponent become integers, others floats.</summary>
    public TemplateVariables(IEnumerable<KeyValuePair<string, JsonElement>> variables)
        : this(variables, below: null) { }

    private TemplateVariables(IEnumerable<KeyValuePair<string, JsonElement>> variables, TemplateVariables? below)
    {
        _below = below;
        _values = [];
        foreach (var (name, element) in variables)
            _values[name] = JsonConversion.FromElement(element);
    }

    /// <summary>No variables.</summary>
    public static TemplateVariables Empty { get; } = new([]);

    /// <summary>The members of a JSON object as variables.</summary>
    /// <exception cref="ArgumentException">The element is not an object.</exception>
    public static TemplateVariables FromObject(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new ArgumentException("variables come from a JSON object", nameof(element));
        return new TemplateVariables(element.EnumerateObject().Select(m => KeyValuePair.Create(m.Name, m.Value)));
    }

    /// <summary>These variables with others laid over them; what is already converted is shared, not copied.</summary>
    public TemplateVariables With(IEnumerable<KeyValuePair<string, JsonElement>> variables) =>
        new(variables, below: this);

    internal bool TryGet(string name, out Value value)
    {
        for (var layer = this; layer is not null; layer = layer._below)
        {
            if (layer._values.TryGetValue(name, out value))
                return true;
        }
        value = default;
        return false;
    }
}
