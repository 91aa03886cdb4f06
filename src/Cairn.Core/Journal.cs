using System.Globalization;
using System.Security.Cryptography;
using Cairn.Core.Cryptography;
using Cairn.Storage;

namespace Cairn.Core;

/// <summary>A page of a journal.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Next">The identifier to go on after; null at the end.</param>
public sealed record JournalPage<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Records that are only ever added, named by <see cref="TimedId"/>. Their keys hold the digits of the
/// identifier turned around (0 for f, 1 for e, …), so that the first key is that of the newest and a page of them can
/// be read without reading the rest: <c>audit/fe5deddc…</c>.</summary>
/// <remarks>They stay in the store and are not held in memory.</remarks>
/// <param name="store">Where they are.</param>
/// <param name="keyring">Stamps them.</param>
/// <param name="prefix">What their keys start with.</param>
public sealed class Journal(IStore store, Keyring keyring, string prefix)
{
    /// <summary>How many entries one page looks at, so that looking for what is rare or hidden is shared among many
    /// requests.</summary>
    public const int MaxLookedAt = 5000;

    /// <summary>The store key of an entry; null when <paramref name="id"/> is not an identifier.</summary>
    public string? KeyOf(string id) => TimedId.TimeOf(id) is null ? null : prefix + Turn(id);

    /// <summary>The identifier of the entry at a key.</summary>
    public string IdOf(string key) => Turn(key[prefix.Length..]);

    /// <summary>The write that adds an entry, stamped.</summary>
    /// <param name="id">Its identifier, made by <see cref="TimedIds"/>.</param>
    /// <param name="json">A JSON object.</param>
    public Write Put(string id, byte[] json)
    {
        string key = KeyOf(id)!;
        return new Write.Put(key, keyring.Stamp(json, key));
    }

    /// <summary>Whether an entry is as it was added.</summary>
    public bool IsIntact(StoreRecord record)
    {
        try
        {
            keyring.CheckStamp(record.Value.Span, record.Key);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The newest entries that are wanted.</summary>
    /// <param name="since">None that was made before this; any when null.</param>
    /// <param name="until">None that was made after this; any when null.</param>
    /// <param name="before">Only entries older than this identifier: where an earlier page stopped.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="read">The entry of a record; null when it is not wanted.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <returns>Fewer than <paramref name="limit"/> with a <see cref="JournalPage{T}.Next"/> when
    /// <see cref="MaxLookedAt"/> were looked at.</returns>
    public async ValueTask<JournalPage<T>> PageAsync<T>(
        DateTimeOffset? since,
        DateTimeOffset? until,
        string? before,
        int limit,
        Func<StoreRecord, T?> read,
        CancellationToken ct
    )
        where T : class
    {
        string? after =
            before is not null && KeyOf(before) is { } key ? key
            : until is { } newest
                ? prefix + Turn(newest.ToUnixTimeMilliseconds().ToString("x12", CultureInfo.InvariantCulture))
            : null;
        var items = new List<T>();
        string? last = null;
        int lookedAt = 0;
        await foreach (var record in store.ListAsync(prefix, after, await store.GetRevisionAsync(ct), ct))
        {
            string id = IdOf(record.Key);
            if (TimedId.TimeOf(id) < since)
                break;
            if (items.Count == limit || lookedAt++ == MaxLookedAt)
                return new JournalPage<T>(items, last);
            if (read(record) is { } item)
                items.Add(item);
            last = id;
        }

        return new JournalPage<T>(items, null);
    }

    private static string Turn(string digits) =>
        string.Create(
            digits.Length,
            digits,
            static (turned, digits) =>
            {
                for (int i = 0; i < digits.Length; i++)
                {
                    turned[i] = char.IsAsciiHexDigitLower(digits[i])
                        ? "fedcba9876543210"["0123456789abcdef".IndexOf(digits[i])]
                        : digits[i];
                }
            }
        );
}
