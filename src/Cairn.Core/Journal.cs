using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Cairn.Core.Cryptography;
using Cairn.Storage;

namespace Cairn.Core;

/// <summary>Records that are only ever added, named by <see cref="TimedId"/>, and kept by hour, so that a page of them
/// can be read, newest first, without reading the rest: <c>audit/2026-11-21T03/0193…</c>.</summary>
/// <remarks>They stay in the store and are not held in memory.</remarks>
/// <param name="store">Where they are.</param>
/// <param name="keyring">Stamps them.</param>
/// <param name="prefix">What their keys start with.</param>
public sealed class Journal(IStore store, Keyring keyring, string prefix)
{
    /// <summary>How long a period one reading may span: each hour of it costs a look.</summary>
    public static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(366);

    /// <summary>The store key of an entry; null when <paramref name="id"/> is not an identifier.</summary>
    public string? KeyOf(string id) =>
        TimedId.TimeOf(id) is { } time ? HourPrefix(time) + id : null;

    /// <summary>The write that adds an entry, stamped.</summary>
    /// <param name="id">Its identifier, made by <see cref="TimedId"/>.</param>
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

    /// <summary>The entries of a period, newest first.</summary>
    /// <param name="since">The oldest time wanted.</param>
    /// <param name="until">The newest time wanted.</param>
    /// <param name="before">Only entries that sort before this identifier: where an earlier page stopped.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <exception cref="ProblemException">The period is longer than <see cref="LongestPeriod"/>.</exception>
    public async IAsyncEnumerable<StoreRecord> ReadAsync(
        DateTimeOffset since, DateTimeOffset until, string? before, [EnumeratorCancellation] CancellationToken ct)
    {
        if (until - since > LongestPeriod)
            throw new ProblemException(ProblemKind.Invalid, $"since and until are at most {LongestPeriod.TotalDays:0} days apart.");
        if (before is not null && TimedId.TimeOf(before) is { } newest && newest < until)
            until = newest;
        long revision = await store.GetRevisionAsync(ct);
        for (var hour = Truncate(until); hour >= Truncate(since); hour = hour.AddHours(-1))
        {
            var page = new List<StoreRecord>();
            await foreach (var record in store.ListAsync(HourPrefix(hour), revision, ct))
                page.Add(record);
            for (int i = page.Count - 1; i >= 0; i--)
            {
                string id = page[i].Key[(page[i].Key.LastIndexOf('/') + 1)..];
                if (before is not null && string.CompareOrdinal(id, before) >= 0)
                    continue;
                if (TimedId.TimeOf(id) is { } time && time >= since && time <= until.AddMilliseconds(1))
                    yield return page[i];
            }
        }
    }

    private string HourPrefix(DateTimeOffset time) =>
        prefix + time.UtcDateTime.ToString("yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture) + "/";

    private static DateTimeOffset Truncate(DateTimeOffset time) =>
        new(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour), TimeSpan.Zero);
}
