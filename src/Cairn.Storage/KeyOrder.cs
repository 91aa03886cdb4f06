namespace Cairn.Storage;

/// <summary>The order of keys in every engine: by their UTF-8 bytes, which is the order of their code points.</summary>
/// <remarks>It differs from <see cref="StringComparer.Ordinal"/> where characters beyond the basic plane meet
/// U+E000 to U+FFFF: their surrogates are smaller UTF-16 units, but their UTF-8 bytes are larger.</remarks>
public sealed class KeyOrder : IComparer<string?>
{
    /// <summary>The one instance.</summary>
    public static KeyOrder Instance { get; } = new();

    private KeyOrder() { }

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
            return Comparer<object>.Default.Compare(x, y);
        int common = x.AsSpan().CommonPrefixLength(y);
        if (common == x.Length || common == y.Length)
            return x.Length.CompareTo(y.Length);
        return Rank(x[common]).CompareTo(Rank(y[common]));
    }

    /// <summary>Moves surrogates above the rest of the basic plane.</summary>
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
