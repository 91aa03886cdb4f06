using System.Runtime.CompilerServices;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Keywords;

namespace Cairn.JsonSchema.Compatibility;

/// <summary>
/// A schema's keywords, with <c>unevaluatedProperties</c> and <c>unevaluatedItems</c> written as what they mean where
/// nothing else applies to the same value: <c>additionalProperties</c>, and <c>items</c> behind <c>prefixItems</c>.
/// </summary>
internal static class PlainKeywords
{
    private static readonly ConditionalWeakTable<SchemaNode, IReadOnlyList<Keyword>> Known = [];

    public static IReadOnlyList<Keyword> Of(SchemaNode node) =>
        node.Keywords.Any(keyword => keyword is UnevaluatedKeyword) ? Known.GetValue(node, Make) : node.Keywords;

    private static IReadOnlyList<Keyword> Make(SchemaNode node)
    {
        if (node.Keywords.Any(keyword => keyword.InPlace.Any()))
            return node.Keywords;

        var keywords = node.Keywords.ToList();
        foreach (var unevaluated in node.Keywords.OfType<UnevaluatedKeyword>())
        {
            if (unevaluated.AppliesTo == KindSet.Object)
            {
                Replace(
                    keywords,
                    unevaluated,
                    Closed(keywords.OfType<ObjectKeyword>().FirstOrDefault(), unevaluated.Schema)
                );
            }
            else if (!keywords.Any(keyword => keyword is ContainsKeyword)) // what it finds counts as evaluated
            {
                Replace(
                    keywords,
                    unevaluated,
                    Closed(keywords.OfType<ArrayKeyword>().FirstOrDefault(), unevaluated.Schema)
                );
            }
        }

        return keywords;
    }

    private static void Replace<T>(List<Keyword> keywords, UnevaluatedKeyword unevaluated, T plain)
        where T : Keyword
    {
        keywords.Remove(unevaluated);
        keywords.RemoveAll(keyword => keyword is T);
        keywords.Add(plain);
    }

    private static ObjectKeyword Closed(ObjectKeyword? own, SchemaNode rest) =>
        own is { Additional: not null }
            ? own // everything is evaluated already
            : new ObjectKeyword(own?.Properties ?? new PropertyTable([]))
            {
                Patterns = own?.Patterns ?? [],
                Additional = rest,
                Names = own?.Names,
                Min = own?.Min,
                Max = own?.Max,
            };

    private static ArrayKeyword Closed(ArrayKeyword? own, SchemaNode rest) =>
        own is { Rest: not null }
            ? own
            : new ArrayKeyword
            {
                Prefix = own?.Prefix ?? [],
                Rest = rest,
                Min = own?.Min,
                Max = own?.Max,
                Unique = own?.Unique ?? false,
            };
}
