using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cairn.Templates.Evaluation;

namespace Cairn.Templates.Values;

/// <summary>JSON to values and back.</summary>
internal static class JsonConversion
{
    private static readonly JsonWriterOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 512,
    };

    /// <summary>A frozen value: the host's data is shared by renders and never changes.</summary>
    /// <param name="element">What to convert.</param>
    /// <param name="run">The render that pays for the value; null for what is converted outside of any.</param>
    public static Value FromElement(JsonElement element, Run? run = null)
    {
        run?.ChargeItems(1);
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                string text = element.GetString()!;
                run?.ChargeText(text.Length);
                return Value.String(text);
            case JsonValueKind.Number:
                return Number(element);
            case JsonValueKind.True:
                return Value.True;
            case JsonValueKind.False:
                return Value.False;
            case JsonValueKind.Array:
                var items = new List<Value>(element.GetArrayLength());
                foreach (var item in element.EnumerateArray())
                    items.Add(FromElement(item, run));
                return new ListValue(items, frozen: true);
            case JsonValueKind.Object:
                var mapping = new MappingValue();
                foreach (var member in element.EnumerateObject())
                    mapping.Set(null, Value.String(member.Name), FromElement(member.Value, run));
                return mapping.Freeze();
            default:
                return Value.None;
        }
    }

    private static Value Number(JsonElement element)
    {
        if (element.TryGetInt64(out long integer))
            return Value.Int(integer);
        string text = element.GetRawText();
        return text.AsSpan().ContainsAny(".eE")
            ? Value.Float(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture))
            : Value.Int(BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    public static JsonElement ToElement(Run run, Value value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            Write(run, writer, value);
        }
        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = 512 });
    }

    /// <summary>Writes a value; what has no JSON form (functions, undefined values in strict mode, inf) is an
    /// error.</summary>
    public static void Write(Run run, Utf8JsonWriter writer, Value value)
    {
        run.Step();
        switch (value.Kind)
        {
            case ValueKind.None:
                writer.WriteNullValue();
                break;
            case ValueKind.Boolean:
                writer.WriteBooleanValue(value.Bits != 0);
                break;
            case ValueKind.Integer:
                writer.WriteNumberValue(value.Bits);
                break;
            case ValueKind.BigInteger:
                writer.WriteRawValue(Repr.Str(run, value));
                break;
            case ValueKind.Float when double.IsFinite(value.AsFloat):
                writer.WriteRawValue(Numbers.Repr(value.AsFloat));
                break;
            case ValueKind.Float:
                throw Errors.Type($"{Numbers.Repr(value.AsFloat)} has no JSON form");
            case ValueKind.String or ValueKind.Markup or ValueKind.Undefined:
                // An undefined value is as when printed: nothing, or an error in strict mode.
                string text = Repr.Str(run, value);
                run.ChargeText(text.Length);
                writer.WriteStringValue(text);
                break;
            case ValueKind.Mapping:
                WriteMapping(run, writer, (MappingValue)value.Heap!);
                break;
            default:
                if (value.Heap?.Iterate() is not { } items || value.Heap.IsCallable)
                    throw Errors.Type($"a '{value.TypeName}' has no JSON form");
                StackGuard.Check();
                CheckDepth(writer);
                writer.WriteStartArray();
                while (items.MoveNext())
                    Write(run, writer, items.Current);
                writer.WriteEndArray();
                break;
        }
    }

    private static void CheckDepth(Utf8JsonWriter writer)
    {
        if (writer.CurrentDepth >= Compact.MaxDepth - 1)
            throw Errors.Budget("the value is nested too deep");
    }

    private static void WriteMapping(Run run, Utf8JsonWriter writer, MappingValue mapping)
    {
        StackGuard.Check();
        CheckDepth(writer);
        writer.WriteStartObject();
        for (int i = 0; i < mapping.Length; i++)
        {
            var (key, item) = mapping[i];
            writer.WritePropertyName(KeyText(run, key));
            Write(run, writer, item);
        }
        writer.WriteEndObject();
    }

    /// <summary>A mapping's key as a JSON member name, as Python's <c>json</c> module turns it into one.</summary>
    public static string KeyText(Run run, Value key) =>
        key.Kind switch
        {
            ValueKind.String or ValueKind.Markup or ValueKind.Integer or ValueKind.BigInteger or ValueKind.Float =>
                Repr.Str(run, key),
            ValueKind.Boolean => key.Bits != 0 ? "true" : "false",
            ValueKind.None => "null",
            _ => throw Errors.Type($"a '{key.TypeName}' cannot be the name of a JSON member"),
        };
}
