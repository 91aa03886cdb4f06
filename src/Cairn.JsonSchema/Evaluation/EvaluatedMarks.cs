using System.Buffers;

namespace Cairn.JsonSchema.Evaluation;

/// <summary>
/// Which children of an object or array some subschema has evaluated, for <c>unevaluatedProperties</c> and
/// <c>unevaluatedItems</c>. A set is a region of bits on a stack, named by its offset; -1 means nobody asks.
/// </summary>
internal ref struct EvaluatedMarks
{
    public const int None = -1;

    private ulong[]? _bits;
    private int _top;

    /// <summary>Opens an empty region for so many children.</summary>
    public int Push(int children)
    {
        int words = (children + 63) >> 6;
        int region = _top;
        _top += words;
        if (_bits is null || _top > _bits.Length)
        {
            ulong[] larger = ArrayPool<ulong>.Shared.Rent(Math.Max(_top, 2 * (_bits?.Length ?? 8)));
            _bits.AsSpan(0, Math.Min(region, _bits?.Length ?? 0)).CopyTo(larger);
            Dispose();
            _bits = larger;
        }

        _bits.AsSpan(region, words).Clear();
        return region;
    }

    /// <summary>Closes the region opened last.</summary>
    public void Pop(int region) => _top = region;

    public readonly void Set(int region, int child) => _bits![region + (child >> 6)] |= 1UL << (child & 63);

    public readonly void SetFirst(int region, int children)
    {
        for (int child = 0; child < children; child++)
            Set(region, child);
    }

    public readonly bool Has(int region, int child) => (_bits![region + (child >> 6)] & (1UL << (child & 63))) != 0;

    /// <summary>Adds the marks of the topmost region to those of another of the same size.</summary>
    public readonly void Merge(int from, int into)
    {
        for (int i = 0; i < _top - from; i++)
            _bits![into + i] |= _bits[from + i];
    }

    public readonly void Dispose()
    {
        if (_bits is not null)
            ArrayPool<ulong>.Shared.Return(_bits);
    }
}
