using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>The kinds of values a type admits, one bit for each <see cref="RegoKind"/>.</summary>
[Flags]
public enum RegoKinds
{
    /// <summary>No value.</summary>
    None = 0,

    /// <summary>Null.</summary>
    Null = 1 << RegoKind.Null,

    /// <summary>Booleans.</summary>
    Boolean = 1 << RegoKind.Boolean,

    /// <summary>Numbers.</summary>
    Number = 1 << RegoKind.Number,

    /// <summary>Strings.</summary>
    String = 1 << RegoKind.String,

    /// <summary>Arrays.</summary>
    Array = 1 << RegoKind.Array,

    /// <summary>Objects.</summary>
    Object = 1 << RegoKind.Object,

    /// <summary>Sets.</summary>
    Set = 1 << RegoKind.Set,

    /// <summary>Every value.</summary>
    Any = Null | Boolean | Number | String | Array | Object | Set,
}

/// <summary>What values an operand takes or a call gives, as OPA's type checker sees it; prints as OPA prints it.</summary>
public sealed class RegoType
{
    private readonly string _text;

    private RegoType(RegoKinds kinds, string text) => (Kinds, _text) = (kinds, text);

    /// <summary>Any value.</summary>
    public static RegoType Any { get; } = new(RegoKinds.Any, "any");

    /// <summary>Null.</summary>
    public static RegoType Null { get; } = new(RegoKinds.Null, "null");

    /// <summary>Booleans.</summary>
    public static RegoType Boolean { get; } = new(RegoKinds.Boolean, "boolean");

    /// <summary>Numbers.</summary>
    public static RegoType Number { get; } = new(RegoKinds.Number, "number");

    /// <summary>Strings.</summary>
    public static RegoType String { get; } = new(RegoKinds.String, "string");

    /// <summary>No value: what <c>print</c> gives.</summary>
    public static RegoType Void { get; } = new(RegoKinds.None, "");

    /// <summary>The kinds this type admits at its outermost level.</summary>
    public RegoKinds Kinds { get; }

    /// <summary>The type of the elements of an array or set, and of the values of an object, where it is known.</summary>
    public RegoType? Element { get; private init; }

    /// <summary>The type of an object's keys, where it is known.</summary>
    public RegoType? Key { get; private init; }

    /// <summary>The types of an array of fixed length.</summary>
    public IReadOnlyList<RegoType>? Items { get; private init; }

    /// <summary>The types of an object's known members.</summary>
    public IReadOnlyList<(string Name, RegoType Type)>? Members { get; private init; }

    /// <summary>The types of which a value has to have one.</summary>
    public IReadOnlyList<RegoType>? Alternatives { get; private init; }

    /// <summary>Arrays of any length, <c>array[element]</c>.</summary>
    public static RegoType Array(RegoType element) => new(RegoKinds.Array, $"array[{element}]") { Element = element };

    /// <summary>Arrays of these elements, <c>array&lt;a, b&gt;</c>.</summary>
    public static RegoType Tuple(params IReadOnlyList<RegoType> items) => new(RegoKinds.Array, $"array<{string.Join(", ", items)}>") { Items = items };

    /// <summary>Sets, <c>set[element]</c>.</summary>
    public static RegoType Set(RegoType element) => new(RegoKinds.Set, $"set[{element}]") { Element = element };

    /// <summary>Objects used as maps, <c>object[key: value]</c>.</summary>
    public static RegoType Object(RegoType key, RegoType value) => new(RegoKinds.Object, $"object[{key}: {value}]") { Key = key, Element = value };

    /// <summary>Objects of these members, <c>object&lt;a: string&gt;</c>.</summary>
    public static RegoType Record(params IReadOnlyList<(string Name, RegoType Type)> members) =>
        new(RegoKinds.Object, $"object<{string.Join(", ", members.Select(m => $"{m.Name}: {m.Type}"))}>") { Members = members };

    /// <summary>One of several types, <c>any&lt;a, b&gt;</c>. Errors name them in this order.</summary>
    public static RegoType AnyOf(params IReadOnlyList<RegoType> types) =>
        new(types.Aggregate(RegoKinds.None, (kinds, type) => kinds | type.Kinds), $"any<{string.Join(", ", types)}>") { Alternatives = types };

    /// <summary>Whether a value's outermost kind is admitted; elements are not looked at.</summary>
    public bool Admits(RegoValue value) => (Kinds & (RegoKinds)(1 << (int)value.Kind)) != 0;

    /// <summary>How an error says what was expected: <c>string</c>, or <c>one of {array, set}</c>.</summary>
    internal string Expected => Alternatives is null ? Name : $"one of {{{string.Join(", ", Alternatives.Select(type => type.Name))}}}";

    private string Name => Kinds switch
    {
        RegoKinds.Array => "array",
        RegoKinds.Object => "object",
        RegoKinds.Set => "set",
        _ => _text,
    };

    /// <summary>The type as OPA writes it.</summary>
    public override string ToString() => _text;
}
