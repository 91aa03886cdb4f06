using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>object.get, keys, remove, filter, subset, union, union_n.</summary>
internal static class ObjectBuiltins
{
    private static readonly RegoType AnyObject = RegoType.Object(RegoType.Any, RegoType.Any);
    private static readonly RegoType Keys = RegoType.AnyOf(
        AnyObject,
        RegoType.Set(RegoType.Any),
        RegoType.Array(RegoType.Any)
    );
    private static readonly RegoType Comparable = RegoType.AnyOf(
        AnyObject,
        RegoType.Set(RegoType.Any),
        RegoType.Array(RegoType.Any)
    );

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new("object.get", [AnyObject, RegoType.Any, RegoType.Any], RegoType.Any, Get),
        new(
            "object.keys",
            [AnyObject],
            RegoType.Set(RegoType.Any),
            (context, args) =>
            {
                Charge(context, args.Members(0).Count);
                return RegoSet.Of(args.Members(0).Keys);
            }
        ),
        new("object.remove", [AnyObject, Keys], RegoType.Any, (context, args) => Pick(context, args, keep: false)),
        new("object.filter", [AnyObject, Keys], RegoType.Any, (context, args) => Pick(context, args, keep: true)),
        new("object.subset", [Comparable, Comparable], RegoType.Any, Subset),
        new(
            "object.union",
            [AnyObject, AnyObject],
            RegoType.Any,
            (context, args) => Union(context, args.Members(0), args.Members(1))
        ),
        new("object.union_n", [RegoType.Array(AnyObject)], RegoType.Any, UnionAll),
    ];

    private static RegoValue Get(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        if (args[1] is not RegoArray path)
            return args.Members(0)[args[1]] ?? args[2];
        var value = args[0];
        foreach (var key in path)
        {
            value = value switch
            {
                RegoObject members => members[key],
                RegoArray array => key is RegoNumber number
                && number.TryToInt(out int index)
                && index >= 0
                && index < array.Count
                    ? array[index]
                    : null,
                RegoSet set => set.Contains(key) ? key : null,
                _ => null,
            };
            if (value is null)
                return args[2];
        }

        return value;
    }

    private static RegoObject Pick(BuiltinContext context, ReadOnlySpan<RegoValue> args, bool keep)
    {
        var keys = args[1] is RegoObject named ? RegoSet.Of(named.Keys) : RegoSet.Of(args.Items(1));
        var source = args.Members(0);
        Charge(context, source.Count + keys.Count);
        var picked = new RegoObjectBuilder();
        foreach (var (key, value) in source)
        {
            if (keys.Contains(key) == keep)
                picked.Set(key, value);
        }

        return picked.Build();
    }

    private static RegoValue Subset(BuiltinContext context, ReadOnlySpan<RegoValue> args) =>
        (args[0], args[1]) switch
        {
            (RegoArray super, RegoSet sub) => Contains(context, super, sub),
            (var super, var sub) when super.Kind == sub.Kind => RegoBoolean.Of(Contains(context, super, sub)),
            _ => throw new BuiltinException("both arguments object.subset must be of the same type or array and set"),
        };

    private static bool Contains(BuiltinContext context, RegoValue super, RegoValue sub)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (super, sub)
        {
            case (RegoObject a, RegoObject b):
                context.ChargeSteps(b.Count + 1);
                foreach (var (key, value) in b)
                {
                    if (
                        a[key] is not { } other
                        || !(other.Equals(value) || (other.Kind == value.Kind && Contains(context, other, value)))
                    )
                    {
                        return false;
                    }
                }

                return true;
            case (RegoSet a, RegoSet b):
                context.ChargeSteps(b.Count + 1);
                return b.All(a.Contains);
            case (RegoArray a, RegoArray b):
                context.ChargeSteps((long)a.Count * (b.Count + 1));
                return a.AsSpan().IndexOf(b.AsSpan()) >= 0;
            default:
                return false;
        }
    }

    private static RegoBoolean Contains(BuiltinContext context, RegoArray super, RegoSet sub)
    {
        context.ChargeSteps(super.Count + sub.Count);
        var items = RegoSet.Of(super.AsSpan());
        return RegoBoolean.Of(sub.All(items.Contains));
    }

    /// <summary>Both, the right one's members first; objects under the same key are united in turn.</summary>
    private static RegoObject Union(BuiltinContext context, RegoObject left, RegoObject right)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        Charge(context, left.Count + right.Count);
        var union = new RegoObjectBuilder(left.Count + right.Count);
        union.SetAll(left);
        foreach (var (key, value) in right)
            union.Set(key, left[key] is RegoObject a && value is RegoObject b ? Union(context, a, b) : value);
        return union.Build();
    }

    private static RegoValue UnionAll(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var union = new RegoObjectBuilder();
        foreach (var item in args.Items(0))
        {
            var right = item as RegoObject ?? throw BuiltinException.Element(1, args[0], item, "object");
            Charge(context, right.Count);
            foreach (var (key, value) in right)
                union.Set(key, union[key] is RegoObject a && value is RegoObject b ? Union(context, a, b) : value);
        }

        return union.Build();
    }

    private static void Charge(BuiltinContext context, long members)
    {
        context.ChargeSteps(members);
        context.ChargeMemory(members * 24);
    }
}
