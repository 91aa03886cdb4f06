using Cairn.Rego.Compilation.Types;
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

/// <summary>The shapes of types, in the order in which unions list them.</summary>
internal enum TypeForm
{
    Unknown,
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
    Set,
    Any,
    Function,
}

/// <summary>
/// What values an operand takes, a call gives or a rule has, as OPA's type checker sees it; prints as OPA prints it.
/// Immutable. A type that would hold more than <see cref="MaxSize"/> others, or nest deeper than
/// <see cref="MaxDepth"/>, is <see cref="Any"/> instead: what policies write is never trusted to be small.
/// </summary>
public sealed class RegoType
{
    /// <summary>How many types one type may be made of.</summary>
    internal const int MaxSize = 5_000;

    /// <summary>How deep types may nest.</summary>
    internal const int MaxDepth = 64;

    /// <summary>How many alternatives a union may have.</summary>
    internal const int MaxAlternatives = 100;

    private string? _text;
    private RegoType? _keys;
    private RegoType? _values;

    private RegoType(TypeForm form, RegoKinds kinds) => (Form, Kinds) = (form, kinds);

    private RegoType(TypeForm form, RegoKinds kinds, string text)
        : this(form, kinds) => _text = text;

    /// <summary>Any value.</summary>
    public static RegoType Any { get; } = new(TypeForm.Any, RegoKinds.Any, "any");

    /// <summary>Null.</summary>
    public static RegoType Null { get; } = new(TypeForm.Null, RegoKinds.Null, "null");

    /// <summary>Booleans.</summary>
    public static RegoType Boolean { get; } = new(TypeForm.Boolean, RegoKinds.Boolean, "boolean");

    /// <summary>Numbers.</summary>
    public static RegoType Number { get; } = new(TypeForm.Number, RegoKinds.Number, "number");

    /// <summary>Strings.</summary>
    public static RegoType String { get; } = new(TypeForm.String, RegoKinds.String, "string");

    /// <summary>No value: what <c>print</c> gives.</summary>
    public static RegoType Void { get; } = new(TypeForm.Unknown, RegoKinds.None, "");

    /// <summary>A type that is not known (yet).</summary>
    internal static RegoType Unknown { get; } = new(TypeForm.Unknown, RegoKinds.Any, "???") { IsKnown = false };

    /// <summary>The kinds this type admits at its outermost level.</summary>
    public RegoKinds Kinds { get; }

    /// <summary>The type of the elements of an array (after <see cref="Items"/>) or set, and of the other values of an
    /// object; null for none.</summary>
    public RegoType? Element { get; private init; }

    /// <summary>The type of an object's keys other than <see cref="Members"/>; null for none.</summary>
    public RegoType? Key { get; private init; }

    /// <summary>The types of an array's first elements.</summary>
    public IReadOnlyList<RegoType> Items { get; private init; } = [];

    /// <summary>The types of an object's known members, by key.</summary>
    public IReadOnlyList<(RegoValue Key, RegoType Type)> Members { get; private init; } = [];

    /// <summary>The types of which a value has to have one, ordered; null for a single type and for
    /// <see cref="Any"/>.</summary>
    public IReadOnlyList<RegoType>? Alternatives { get; private init; }

    internal TypeForm Form { get; }

    /// <summary>Whether no part of the type is unknown; the alternatives of a union are not looked into.</summary>
    internal bool IsKnown { get; private init; } = true;

    /// <summary>The type of the keys that values of this type can be looked into with; unknown for scalars.</summary>
    internal RegoType AllKeys => _keys ??= TypeOperations.Keys(this);

    /// <summary>The type of everything that values of this type hold; unknown for scalars.</summary>
    internal RegoType AllValues => _values ??= TypeOperations.Values(this);

    internal bool IsUnknown => Form == TypeForm.Unknown;

    /// <summary>Of how many types this one is made, itself among them.</summary>
    internal int Size { get; private init; } = 1;

    private int Depth { get; init; } = 1;

    /// <summary>The alternatives in the order they were declared in.</summary>
    private IReadOnlyList<RegoType>? Declared { get; init; }

    /// <summary>Arrays of any length, <c>array[element]</c>.</summary>
    public static RegoType Array(RegoType element) => Array([], element);

    /// <summary>Arrays of these elements, <c>array&lt;a, b&gt;</c>.</summary>
    public static RegoType Tuple(params IReadOnlyList<RegoType> items) => Array(items, items.Count == 0 ? Any : null);

    /// <summary>Sets, <c>set[element]</c>.</summary>
    public static RegoType Set(RegoType element) =>
        Bounded(
            new(TypeForm.Set, RegoKinds.Set)
            {
                Element = element,
                Size = 1 + element.Size,
                Depth = 1 + element.Depth,
                IsKnown = element.IsKnown,
            }
        );

    /// <summary>Objects used as maps, <c>object[key: value]</c>.</summary>
    public static RegoType Object(RegoType key, RegoType value) => Object([], key, value);

    /// <summary>Objects of these members and no others, <c>object&lt;a: string&gt;</c>.</summary>
    public static RegoType Record(params IReadOnlyList<(string Name, RegoType Type)> members) =>
        Object([.. members.Select(member => ((RegoValue)member.Name, member.Type))], null, null);

    /// <summary>One of several types, <c>any&lt;a, b&gt;</c>.</summary>
    public static RegoType AnyOf(params IReadOnlyList<RegoType> types) =>
        Union([.. types.Order(TypeOrder.Instance)], types);

    /// <summary>Whether a value's outermost kind is admitted; elements are not looked at.</summary>
    public bool Admits(RegoValue value) => (Kinds & (RegoKinds)(1 << (int)value.Kind)) != 0;

    /// <summary>The type as OPA writes it.</summary>
    public override string ToString() => _text ??= TypeText.Of(this);

    /// <summary>Arrays that begin with these elements, and go on with others unless <paramref name="rest"/> is
    /// null.</summary>
    internal static RegoType Array(IReadOnlyList<RegoType> items, RegoType? rest)
    {
        var (size, depth, known) = (1 + (rest?.Size ?? 0), rest?.Depth ?? 0, rest?.IsKnown ?? true);
        foreach (var item in items)
            (size, depth, known) = (size + item.Size, Math.Max(depth, item.Depth), known && item.IsKnown);
        return Bounded(
            new(TypeForm.Array, RegoKinds.Array)
            {
                Items = items,
                Element = rest,
                Size = size,
                Depth = depth + 1,
                IsKnown = known,
            }
        );
    }

    /// <summary>Objects of these members, and others unless <paramref name="key"/> and <paramref name="value"/> are
    /// null.</summary>
    internal static RegoType Object(
        IReadOnlyList<(RegoValue Key, RegoType Type)> members,
        RegoType? key,
        RegoType? value
    )
    {
        int size = 1 + (key?.Size ?? 0) + (value?.Size ?? 0),
            depth = Math.Max(key?.Depth ?? 0, value?.Depth ?? 0);
        bool known = (key?.IsKnown ?? true) && (value?.IsKnown ?? true);
        foreach (var (_, type) in members)
            (size, depth, known) = (size + type.Size, Math.Max(depth, type.Depth), known && type.IsKnown);
        if (members.Count > 1)
            members = [.. members.OrderBy(member => member.Key)];
        return Bounded(
            new(TypeForm.Object, RegoKinds.Object)
            {
                Members = members,
                Key = key,
                Element = value,
                Size = size,
                Depth = depth + 1,
                IsKnown = known,
            }
        );
    }

    /// <summary>A union of ordered, different types.</summary>
    internal static RegoType Union(IReadOnlyList<RegoType> ordered, IReadOnlyList<RegoType>? declared = null)
    {
        if (ordered.Count > MaxAlternatives)
            return Any;
        var (kinds, size, depth) = (RegoKinds.None, 1, 0);
        foreach (var type in ordered)
            (kinds, size, depth) = (kinds | type.Kinds, size + type.Size, Math.Max(depth, type.Depth));
        return Bounded(
            new(TypeForm.Any, kinds)
            {
                Alternatives = ordered,
                Declared = declared ?? ordered,
                Size = size,
                Depth = depth + 1,
            }
        );
    }

    /// <summary>Functions, <c>(a, b) =&gt; result</c>; the arguments are <see cref="Items"/>, the result is
    /// <see cref="Element"/>.</summary>
    internal static RegoType Function(IReadOnlyList<RegoType> arguments, RegoType result) =>
        new(TypeForm.Function, RegoKinds.None)
        {
            Items = arguments,
            Element = result,
            Size = result.Size + arguments.Sum(argument => argument.Size),
            Depth = 1,
        };

    /// <summary>How an error says what was expected: <c>string</c>, or <c>one of {array, set}</c>.</summary>
    internal string Expected =>
        Declared is null ? Name : $"one of {{{string.Join(", ", Declared.Select(type => type.Name))}}}";

    private string Name =>
        Form switch
        {
            TypeForm.Array => "array",
            TypeForm.Object => "object",
            TypeForm.Set => "set",
            _ => ToString(),
        };

    private static RegoType Bounded(RegoType type) => type.Size > MaxSize || type.Depth > MaxDepth ? Any : type;
}
