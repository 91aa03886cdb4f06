using System.Globalization;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>What kind a value is, and making one kind of another.</summary>
internal static class TypeBuiltins
{
    private static readonly RegoType Castable = RegoType.AnyOf(
        RegoType.Null,
        RegoType.Boolean,
        RegoType.Number,
        RegoType.String
    );
    private static readonly RegoType Collection = RegoType.AnyOf(
        RegoType.Array(RegoType.Any),
        RegoType.Set(RegoType.Any)
    );

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        Is<RegoNumber>("is_number"),
        Is<RegoString>("is_string"),
        Is<RegoBoolean>("is_boolean"),
        Is<RegoArray>("is_array"),
        Is<RegoSet>("is_set"),
        Is<RegoObject>("is_object"),
        Is<RegoNull>("is_null"),
        new("type_name", [RegoType.Any], RegoType.String, (_, args) => RegoString.Of(args[0].TypeName)),
        new("to_number", [Castable], RegoType.Number, (_, args) => ToNumber(args[0])),
        new("cast_array", [RegoType.Any], RegoType.Array(RegoType.Any), CastArray)
        {
            Traits = BuiltinTraits.Deprecated,
        },
        new("cast_set", [RegoType.Any], RegoType.Set(RegoType.Any), CastSet) { Traits = BuiltinTraits.Deprecated },
        Cast<RegoString>("cast_string", RegoType.String),
        Cast<RegoBoolean>("cast_boolean", RegoType.Boolean),
        Cast<RegoNull>("cast_null", RegoType.Null),
        Cast<RegoObject>("cast_object", RegoType.Object(RegoType.Any, RegoType.Any)),
    ];

    private static BuiltinDefinition Is<T>(string name) =>
        new(name, [RegoType.Any], RegoType.Boolean, (_, args) => RegoBoolean.Of(args[0] is T));

    private static BuiltinDefinition Cast<T>(string name, RegoType type)
        where T : RegoValue =>
        new(
            name,
            [RegoType.Any],
            type,
            (_, args) => args[0] as T ?? throw BuiltinException.Operand(1, args[0], type.Expected)
        )
        {
            Traits = BuiltinTraits.Deprecated,
        };

    private static RegoValue? CastArray(BuiltinContext context, ReadOnlySpan<RegoValue> args) =>
        args[0] switch
        {
            RegoArray array => array,
            RegoSet set => RegoArray.Of(set.AsSpan()),
            _ => throw BuiltinException.Operand(1, args[0], "array", "set"),
        };

    private static RegoValue? CastSet(BuiltinContext context, ReadOnlySpan<RegoValue> args) =>
        args[0] switch
        {
            RegoSet set => set,
            RegoArray array => RegoSet.Of(array.AsSpan()),
            _ => throw BuiltinException.Operand(1, args[0], "array", "set"),
        };

    private static RegoNumber ToNumber(RegoValue value) =>
        value switch
        {
            RegoNull => RegoNumber.Of(0),
            RegoBoolean b => RegoNumber.Of(b.Value ? 1 : 0),
            RegoNumber number => number,
            _ => ParseNumber(((RegoString)value).Value),
        };

    // JSON's grammar, and a little more of Go's: a plus sign, leading zeros, a point without digits on one side.
    private static RegoNumber ParseNumber(string text)
    {
        if (RegoNumber.TryParse(text, out var number))
            return number;
        string trimmed = text.StartsWith('+') ? text[1..] : text;
        string sign = trimmed.StartsWith('-') ? "-" : "";
        string digits = trimmed[sign.Length..].TrimStart('0');
        int point = digits.IndexOf('.', StringComparison.Ordinal);
        if (digits.Length > 0 && digits != "." && (char.IsAsciiDigit(digits[0]) || point == 0))
        {
            digits = (point == 0 ? "0" : "") + digits;
            if (digits.EndsWith('.'))
                digits += "0";
            if (RegoNumber.TryParse(sign + digits, out number))
                return number;
        }

        if (trimmed.Length > 0 && trimmed.AsSpan().IndexOfAnyExcept('0') < 0)
            return RegoNumber.Of(0);
        throw BuiltinException.Value(
            1,
            string.Create(CultureInfo.InvariantCulture, $"must be valid number but got {RegoString.Of(text)}")
        );
    }
}
