using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation.Types;

/// <summary>Unions, selections and unification of types. What cannot be is <see cref="RegoType.Unknown"/>.</summary>
internal static class TypeOperations
{
    /// <summary>The values of either type.</summary>
    public static RegoType Or(RegoType a, RegoType b)
    {
        if (a.IsUnknown || ReferenceEquals(a, b))
            return b;
        if (b.IsUnknown)
            return a;
        if (a.Form == TypeForm.Function && b.Form == TypeForm.Function)
        {
            return a.Items.Count != b.Items.Count
                ? RegoType.Any
                : RegoType.Function([.. a.Items.Zip(b.Items, Or)], Or(a.Element!, b.Element!));
        }

        if (IsAny(a) || IsAny(b) || a.Form == TypeForm.Function || b.Form == TypeForm.Function)
            return RegoType.Any;
        if (a.Alternatives is null && b.Alternatives is null)
        {
            return TypeOrder.Instance.Compare(a, b) switch
            {
                0 => a,
                < 0 => RegoType.Union([a, b]),
                _ => RegoType.Union([b, a]),
            };
        }

        return Merge(a.Alternatives ?? [a], b.Alternatives ?? [b]);
    }

    /// <summary>Whether the type says nothing.</summary>
    public static bool IsAny(RegoType type) => type.Form == TypeForm.Any && type.Alternatives is null;

    /// <summary>See <see cref="RegoType.AllKeys"/>.</summary>
    public static RegoType Keys(RegoType type) =>
        type.Form switch
        {
            TypeForm.Array => RegoType.Number,
            TypeForm.Set => type.Element!,
            TypeForm.Object => type.Members.Aggregate(
                type.Key ?? RegoType.Unknown,
                (keys, member) => Or(keys, Of(member.Key))
            ),
            TypeForm.Any => type.Alternatives is { } all
                ? all.Aggregate(RegoType.Unknown, (keys, one) => Or(keys, one.AllKeys))
                : type,
            _ => RegoType.Unknown,
        };

    /// <summary>See <see cref="RegoType.AllValues"/>.</summary>
    public static RegoType Values(RegoType type) =>
        type.Form switch
        {
            TypeForm.Array => type.Items.Aggregate(type.Element ?? RegoType.Unknown, Or),
            TypeForm.Set => type.Element!,
            TypeForm.Object => type.Members.Aggregate(
                type.Element ?? RegoType.Unknown,
                (values, member) => Or(values, member.Type)
            ),
            TypeForm.Any => type.Alternatives is { } all
                ? all.Aggregate(RegoType.Unknown, (values, one) => Or(values, one.AllValues))
                : type,
            _ => RegoType.Unknown,
        };

    /// <summary>What is found under a constant.</summary>
    public static RegoType Select(RegoType type, RegoValue key) =>
        type.Form switch
        {
            TypeForm.Array => key is RegoNumber number && number.TryToInt(out int at) && at >= 0
                ? Item(type, at)
                : RegoType.Unknown,
            TypeForm.Object => Member(type, key),
            TypeForm.Set => Contains(type.Element!, Of(key)) ? Of(key) : RegoType.Unknown,
            TypeForm.Any => type.Alternatives is { } all
                ? all.Aggregate(RegoType.Unknown, (found, one) => Or(found, Select(one, key)))
                : type,
            _ => RegoType.Unknown,
        };

    /// <summary>The element at a place of an array.</summary>
    public static RegoType Item(RegoType array, int at) =>
        at < array.Items.Count ? array.Items[at] : array.Element ?? RegoType.Unknown;

    /// <summary>The type of a constant.</summary>
    public static RegoType Of(RegoValue value) =>
        value switch
        {
            RegoNull => RegoType.Null,
            RegoBoolean => RegoType.Boolean,
            RegoNumber => RegoType.Number,
            RegoString => RegoType.String,
            RegoArray array => RegoType.Tuple([.. array.Select(Of)]),
            RegoObject o => RegoType.Object([.. o.Select(member => (member.Key, Of(member.Value)))], null, null),
            RegoSet set => RegoType.Set(
                set.Aggregate(RegoType.Unknown, (elements, element) => Or(elements, Of(element)))
            ),
            _ => RegoType.Any,
        };

    /// <summary>The type of two rules of one path: sets and maps grow together, others become alternatives.</summary>
    public static RegoType MergeRules(RegoType a, RegoType b)
    {
        if (a.IsUnknown || b.IsUnknown)
            return Or(a, b);
        if (a.Form == TypeForm.Set && b.Form == TypeForm.Set)
            return RegoType.Set(Or(a.Element!, b.Element!));
        if (IsMap(a) && IsMap(b))
            return RegoType.Object(Or(a.Key!, b.Key!), MergeRules(a.Element!, b.Element!));
        var (map, union) = IsMap(a) ? (a, b) : (b, a);
        if (IsMap(map) && union.Alternatives?.FirstOrDefault(IsMap) is { } other)
        {
            return Or(
                union.Alternatives.Where(type => !ReferenceEquals(type, other)).Aggregate(RegoType.Unknown, Or),
                RegoType.Object(Or(other.Key!, map.Key!), Or(other.Element!, map.Element!))
            );
        }

        return Or(a, b);
    }

    private static bool IsMap(RegoType type) => type is { Form: TypeForm.Object, Members.Count: 0, Key: not null };

    /// <summary>What an object has under a key.</summary>
    public static RegoType Member(RegoType type, RegoValue key)
    {
        int low = 0,
            high = type.Members.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2,
                order = type.Members[middle].Key.CompareTo(key);
            if (order == 0)
                return type.Members[middle].Type;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return type.Key is { } keys && Contains(keys, Of(key)) ? type.Element! : RegoType.Unknown;
    }

    private static bool Contains(RegoType type, RegoType other) =>
        IsAny(type)
        || (
            type.Alternatives is { } all
                ? all.Any(one => TypeOrder.Instance.Compare(one, other) == 0)
                : TypeOrder.Instance.Compare(type, other) == 0
        );

    private static RegoType Merge(IReadOnlyList<RegoType> a, IReadOnlyList<RegoType> b)
    {
        var merged = new List<RegoType>(a.Count + b.Count);
        int i = 0,
            j = 0;
        while (i < a.Count && j < b.Count)
        {
            int order = TypeOrder.Instance.Compare(a[i], b[j]);
            merged.Add(order <= 0 ? a[i] : b[j]);
            if (order <= 0)
                i++;
            if (order >= 0)
                j++;
        }

        merged.AddRange(a.Skip(i));
        merged.AddRange(b.Skip(j));
        return RegoType.Union(merged);
    }
}
