using Cairn.Core.Changes;
using Cairn.Core.Cryptography;
using Cairn.Storage;

namespace Cairn.Core.Integrity;

/// <summary>How far a store is sealed under its newest data key.</summary>
/// <param name="Records">How many records this step looked at.</param>
/// <param name="Resealed">How many of them it wrote anew.</param>
/// <param name="Next">Where the next step goes on; null when this was the last.</param>
/// <param name="Retired">After the last step: the data keys that nothing needs any more, which were taken out of the
/// store.</param>
/// <param name="Kept">After the last step: the older data keys that something still needs.</param>
public sealed record ResealingProgress(
    long Records,
    long Resealed,
    string? Next,
    IReadOnlyList<string> Retired,
    IReadOnlyList<string> Kept
);

/// <summary>
/// Seals anew, under the newest data key, what older ones sealed, and takes those out of the store: after a data key
/// has leaked, or may have. Reads and writes go on meanwhile. What a record says does not change, nor does its version;
/// only its revision.
/// </summary>
public sealed class Resealing(IStore store, Keyring keyring, ResourceKinds kinds, TimeProvider time)
{
    /// <summary>How long a data key is kept after it was replaced: by then no node writes under it any more.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromMinutes(10);

    private const int Batch = 50;

    // Of the journals, of keys, and of each kind: its heads, then its versions. In the order of the prefixes.
    private IEnumerable<(string Prefix, Func<StoreRecord, byte[]?> Reseal)> Places() =>
        new (string Prefix, Func<StoreRecord, byte[]?> Reseal)[]
        {
            ("audit/", keyring.StampAnew),
            ("changes/", keyring.StampAnew),
            ("keys/", keyring.StampAnew),
        }
            .Concat(
                kinds.All.SelectMany(kind =>
                    new (string Prefix, Func<StoreRecord, byte[]?> Reseal)[]
                    {
                        (kind.Name + "/", record => kind.Reseal(record, record.Key[(kind.Name.Length + 1)..])),
                        (
                            kind.VersionsPrefix,
                            record =>
                                kind.Reseal(record, record.Key[kind.VersionsPrefix.Length..record.Key.LastIndexOf('/')])
                        ),
                    }
                )
            )
            .OrderBy(place => place.Prefix, StringComparer.Ordinal);

    /// <summary>Goes on for a while.</summary>
    /// <param name="after">The <see cref="ResealingProgress.Next"/> of the step before; null to begin.</param>
    /// <param name="entry">The audit's entry of the beginning.</param>
    /// <param name="limit">When to stop, at a record's end.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="ProblemException">A record is not as Cairn wrote it; it stays as it is.</exception>
    public async Task<ResealingProgress> StepAsync(string? after, Write.Put entry, TimeSpan limit, CancellationToken ct)
    {
        if (after is null)
            await store.CommitSurelyAsync(new Transaction([], [entry]), entry, time, ct);
        long start = time.GetTimestamp();
        long revision = await store.GetRevisionAsync(ct);
        long records = 0,
            resealed = 0;
        foreach (var (prefix, reseal) in Places())
        {
            if (
                after is not null
                && string.CompareOrdinal(prefix, after) < 0
                && !after.StartsWith(prefix, StringComparison.Ordinal)
            )
            {
                continue;
            }

            var batch = new List<(StoreRecord Record, byte[] Value)>();
            string? from = after is not null && after.StartsWith(prefix, StringComparison.Ordinal) ? after : null;
            await foreach (var record in store.ListAsync(prefix, from, revision, ct))
            {
                records++;
                if (Reseal(reseal, record) is { } value)
                    batch.Add((record, value));
                if (batch.Count == Batch || time.GetElapsedTime(start) >= limit)
                    resealed += await WriteAsync(batch, ct);
                if (time.GetElapsedTime(start) >= limit)
                    return new ResealingProgress(records, resealed, record.Key, [], []);
            }

            resealed += await WriteAsync(batch, ct);
        }

        var (retired, kept) = await RetireAsync(ct);
        return new ResealingProgress(records, resealed, null, retired, kept);
    }

    private static byte[]? Reseal(Func<StoreRecord, byte[]?> reseal, StoreRecord record)
    {
        try
        {
            return reseal(record);
        }
        catch (Exception e)
            when (e
                    is Storage.Catalogs.RecordRefusedException
                        or System.Text.Json.JsonException
                        or System.Security.Cryptography.CryptographicException
            )
        {
            throw new ProblemException(
                ProblemKind.Damaged,
                $"The record '{record.Key}' is not as Cairn wrote it, and is not sealed anew: {e.Message} GET "
                    + "/api/v1/integrity names all such records."
            );
        }
    }

    /// <returns>How many were written; what somebody wrote meanwhile is sealed under the newest key already.</returns>
    private async Task<int> WriteAsync(List<(StoreRecord Record, byte[] Value)> batch, CancellationToken ct)
    {
        if (batch.Count == 0)
            return 0;
        int written = 0;
        if (await CommitAsync(batch, ct))
        {
            written = batch.Count;
        }
        else
        {
            foreach (var one in batch)
                written += await CommitAsync([one], ct) ? 1 : 0;
        }

        batch.Clear();
        return written;
    }

    private async Task<bool> CommitAsync(IReadOnlyList<(StoreRecord Record, byte[] Value)> batch, CancellationToken ct)
    {
        Condition[] conditions =
        [
            .. batch.Select(one => new Condition.AtRevision(one.Record.Key, one.Record.Revision)),
        ];
        Write.Put[] writes = [.. batch.Select(one => new Write.Put(one.Record.Key, one.Value))];
        return await store.CommitSurelyAsync(new Transaction(conditions, writes), writes[0], time, ct)
            is CommitResult.Committed;
    }

    private async Task<(IReadOnlyList<string> Retired, IReadOnlyList<string> Kept)> RetireAsync(CancellationToken ct)
    {
        var status = keyring.Status().DataKeys;
        var older = status.Where(key => !key.Primary).Select(key => key.Id).ToList();
        if (older.Count == 0 || time.GetUtcNow() - status.Single(key => key.Primary).CreatedAt < Overlap)
            return ([], older);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var record in store.ListAsync("", await store.GetRevisionAsync(ct), ct))
            needed.UnionWith(Keyring.DataKeysOf(record));
        var retired = older.Where(id => !needed.Contains(id)).ToList();
        await keyring.RetireAsync(retired, ct);
        return (retired, [.. older.Where(needed.Contains)]);
    }
}
