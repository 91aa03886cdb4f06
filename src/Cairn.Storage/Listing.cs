using System.Text;

namespace Cairn.Storage;

/// <summary>Listings from their beginning, and where they begin, for engines that look keys up by their
/// bytes.</summary>
public static class Listing
{
    /// <summary>All records whose key starts with a prefix.</summary>
    /// <inheritdoc cref="IStore.ListAsync"/>
    public static IAsyncEnumerable<StoreRecord> ListAsync(
        this IStore store,
        string prefix,
        long atRevision,
        CancellationToken ct
    ) => store.ListAsync(prefix, null, atRevision, ct);

    /// <summary>The smallest key, in UTF-8 or not, that a listing may answer.</summary>
    /// <param name="prefix">What its keys start with.</param>
    /// <param name="after">The key they are behind; null for none.</param>
    public static byte[] Start(string prefix, string? after)
    {
        if (after is not null)
            TransactionRules.CheckUnicode(after);
        return after is null || KeyOrder.Instance.Compare(after, prefix) < 0
            ? Encoding.UTF8.GetBytes(prefix)
            : [.. Encoding.UTF8.GetBytes(after), 0];
    }
}
