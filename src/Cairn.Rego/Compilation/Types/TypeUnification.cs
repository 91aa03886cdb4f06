using Cairn.Rego.Builtins;

namespace Cairn.Rego.Compilation.Types;

/// <summary>
/// Whether types have a value in common. Comparing unions costs the product of their sizes, so the work of one
/// compilation is bounded: when it is used up, every pair fits and no more mistakes are found.
/// </summary>
internal sealed class TypeUnification
{
    /// <summary>How many pairs of types one compilation compares: about a tenth of a second.</summary>
    private const int MaxPairs = 2_000_000;

    private int _pairs;

    /// <summary>Counts one step of work; true when there has been too much of it.</summary>
    public bool IsUsedUp => _pairs >= MaxPairs || ++_pairs >= MaxPairs;

    /// <summary>Whether some value can have both types; nothing fits what is unknown.</summary>
    public bool Unifies(RegoType a, RegoType b)
    {
        if (IsUsedUp)
            return true;
        if (a.IsUnknown || b.IsUnknown)
            return false;
        if ((a.Form == TypeForm.Any && UnifiesAny(a, b)) || (b.Form == TypeForm.Any && UnifiesAny(b, a)))
            return true;
        if (a.Form != b.Form)
            return false;
        return a.Form switch
        {
            TypeForm.Any => false,
            TypeForm.Array => Arrays(a, b) && Arrays(b, a) && Elements(a, b),
            TypeForm.Object => Objects(a, b) && Objects(b, a) && Elements(a, b),
            TypeForm.Set => Unifies(a.Element!, b.Element!),
            TypeForm.Function => a.Items.Count == b.Items.Count && a.Items.Zip(b.Items, Unifies).All(fits => fits),
            _ => true,
        };
    }

    private bool UnifiesAny(RegoType any, RegoType other)
    {
        if (other.Form == TypeForm.Function)
            return false;
        if (any.Alternatives is not { } alternatives)
            return true;
        foreach (var alternative in alternatives)
        {
            if (Unifies(alternative, other))
                return true;
        }

        return false;
    }

    private bool Elements(RegoType a, RegoType b) =>
        a.Element is null || b.Element is null || Unifies(a.Element, b.Element);

    private bool Arrays(RegoType a, RegoType b)
    {
        for (int i = 0; i < a.Items.Count; i++)
        {
            if (!Unifies(a.Items[i], TypeOperations.Item(b, i)))
                return false;
        }

        return true;
    }

    private bool Objects(RegoType a, RegoType b)
    {
        foreach (var (key, type) in a.Members)
        {
            if (!Unifies(type, TypeOperations.Member(b, key)))
                return false;
        }

        return true;
    }
}
