using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Rego.Values;

/// <summary>
/// An immutable Rego value: JSON's six kinds, and sets. Equality is by structure, numbers compare by value
/// (<c>1.0</c> equals <c>1</c>), and <see cref="CompareTo"/> is Rego's total order. Safe to share between threads.
/// </summary>
public abstract class RegoValue : IEquatable<RegoValue>, IComparable<RegoValue>
{
    private protected RegoValue() { }

    /// <summary>What kind of value this is.</summary>
    public abstract RegoKind Kind { get; }

    /// <summary>The kind's name as Rego's <c>type_name</c> gives it, for example <c>"number"</c>.</summary>
    public string TypeName =>
        Kind switch
        {
            RegoKind.Null => "null",
            RegoKind.Boolean => "boolean",
            RegoKind.Number => "number",
            RegoKind.String => "string",
            RegoKind.Array => "array",
            RegoKind.Object => "object",
            _ => "set",
        };

    /// <summary>Whether this is <c>false</c>, the only value (besides undefined) that makes an expression
    /// fail.</summary>
    public bool IsFalse => ReferenceEquals(this, RegoBoolean.False);

    /// <summary>Rego's total order: by kind, then by value.</summary>
    public int CompareTo(RegoValue? other)
    {
        if (other is null)
            return 1;
        if (ReferenceEquals(this, other))
            return 0;
        int kinds = (int)Kind - (int)other.Kind;
        return kinds != 0 ? kinds : CompareSameKind(other);
    }

    /// <inheritdoc/>
    public abstract bool Equals(RegoValue? other);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => obj is RegoValue other && Equals(other);

    /// <inheritdoc/>
    public abstract override int GetHashCode();

    private protected abstract int CompareSameKind(RegoValue other);

    /// <summary>The value as Rego source text: <c>{"a", 1}</c>, <c>set()</c>, <c>{"k": [1, 2]}</c>.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder();
        RegoText.Append(text, this);
        return text.ToString();
    }

    /// <summary>
    /// The value as compact JSON: a set becomes an array in Rego's order, a key that is no string its JSON text.
    /// </summary>
    public string ToJson()
    {
        var text = new StringBuilder();
        RegoJson.Append(text, this);
        return text.ToString();
    }

    /// <summary>Writes the value as JSON, in the form of <see cref="ToJson"/>.</summary>
    public void WriteTo(Utf8JsonWriter writer) => RegoJson.Write(writer, this);

    /// <summary>The value as a JSON node; <c>null</c> for Rego's null.</summary>
    public JsonNode? ToJsonNode() =>
        JsonNode.Parse(ToJson(), documentOptions: new JsonDocumentOptions { MaxDepth = RegoJson.MaxDepth });

    /// <summary>Reads one JSON text. Of members with the same name the last one counts.</summary>
    /// <exception cref="JsonException">The text is not JSON, or nested deeper than 10,000 levels.</exception>
    public static RegoValue ParseJson(ReadOnlySpan<byte> utf8) => RegoJson.Read(utf8);

    /// <inheritdoc cref="ParseJson(ReadOnlySpan{byte})"/>
    public static RegoValue ParseJson(string text) => RegoJson.Read(Encoding.UTF8.GetBytes(text));

    /// <summary>The value of a JSON element.</summary>
    public static RegoValue From(JsonElement element) => RegoJson.From(element);

    /// <summary>The value of a JSON node; <c>null</c> is Rego's null.</summary>
    public static RegoValue From(JsonNode? node) => RegoJson.From(node);

    /// <summary>A string value.</summary>
    public static implicit operator RegoValue(string value) => RegoString.Of(value);

    /// <summary>A number value.</summary>
    public static implicit operator RegoValue(long value) => RegoNumber.Of(value);

    /// <summary>A boolean value.</summary>
    public static implicit operator RegoValue(bool value) => RegoBoolean.Of(value);
}
