using System.Globalization;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Instances;
using Cairn.JsonSchema.Keywords;

namespace Cairn.JsonSchema.Compatibility;

/// <summary>
/// The values that several schemas all accept, of some types. References and <c>allOf</c> are laid open: their
/// targets are members themselves. Keywords taken apart already (a chosen alternative) are left out; that only
/// enlarges the set, and what is proven of a larger set holds of the smaller.
/// </summary>
internal sealed class Conjunction
{
    private readonly HashSet<Keyword> _used;

    private Conjunction(List<SchemaNode> nodes, HashSet<Keyword> used, KindSet restriction)
    {
        Nodes = nodes;
        _used = used;
        Restriction = restriction;
        Keywords =
        [
            .. nodes
                .SelectMany(PlainKeywords.Of)
                .Where(keyword => keyword is not (RefKeyword or AllOfKeyword) && !used.Contains(keyword)),
        ];
        Kinds = Keywords.Aggregate(restriction, (kinds, keyword) => kinds & KindsOf(keyword));
    }

    public static Conjunction Of(params IEnumerable<SchemaNode> nodes) => Of(nodes, [], KindSet.All);

    public IReadOnlyList<SchemaNode> Nodes { get; }

    public IReadOnlyList<Keyword> Keywords { get; }

    private KindSet Restriction { get; }

    /// <summary>The types its values can have. Numbers may be restricted further, see
    /// <see cref="OnlyIntegers"/>.</summary>
    public KindSet Kinds { get; }

    public bool OnlyIntegers => Keywords.OfType<TypeKeyword>().Any(type => type.Integer);

    public IEnumerable<T> All<T>()
        where T : Keyword => Keywords.OfType<T>();

    public Conjunction With(params IEnumerable<SchemaNode> more) => Of(Nodes.Concat(more), _used, Restriction);

    public Conjunction Without(Keyword keyword) => new([.. Nodes], [.. _used, keyword], Restriction);

    public Conjunction Restricted(KindSet kinds) => new([.. Nodes], _used, Restriction & kinds);

    /// <summary>Equal keys are equal sets.</summary>
    public string KeyFor(Func<object, int> numberOf)
    {
        var nodes = Nodes.Select(numberOf).Order();
        var used = _used.Select(numberOf).Order();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{string.Join(',', nodes)}-{string.Join(',', used)}:{(int)Restriction}"
        );
    }

    private static Conjunction Of(IEnumerable<SchemaNode> nodes, HashSet<Keyword> used, KindSet restriction)
    {
        var members = new List<SchemaNode>();
        var seen = new HashSet<SchemaNode>();
        var pending = new Stack<SchemaNode>(nodes.Reverse());
        while (pending.TryPop(out var node))
        {
            if (seen.Add(node))
            {
                members.Add(node);
                foreach (var keyword in node.Keywords.Where(keyword => keyword is RefKeyword or AllOfKeyword))
                {
                    foreach (var target in keyword.InPlace)
                        pending.Push(target);
                }
            }
        }

        return new Conjunction(members, used, restriction);
    }

    private static KindSet KindsOf(Keyword keyword) =>
        keyword switch
        {
            TypeKeyword type => type.Kinds | (type.Integer ? KindSet.Number : KindSet.None),
            EnumKeyword values => values.Values.Aggregate(KindSet.None, (kinds, value) => kinds | KindOf(value.Kind)),
            FalseKeyword => KindSet.None,
            _ => KindSet.All,
        };

    private static KindSet KindOf(TokenKind kind) =>
        kind is TokenKind.True or TokenKind.False ? KindSet.Boolean : (KindSet)(1 << (int)kind);
}
