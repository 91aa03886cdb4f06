using System.Text.Json;
using Cairn.Core.Changes;
using Cairn.Core.Cryptography;
using Cairn.Storage;

namespace Cairn.Core.Integrity;

/// <summary>Brings a store of before to the format of now, before anything of it is loaded: stamps records of before
/// there were stamps, and moves journals that were kept by the hour (<c>audit/2026-11-21T03/…</c>) to where they are
/// now.</summary>
/// <remarks>No node of the older program may run meanwhile: what it writes without a stamp would be refused. Each step
/// can be repeated; the last makes the data key from which on unstamped records are refused.</remarks>
public sealed class StoreFormat(IStore store, Keyring keyring, ResourceKinds kinds)
{
    private const string Keys = "keys/";
    private const int MoveBatch = 100;

    /// <summary>Does what has to be done, unless all of it is.</summary>
    public async Task BringUpAsync(CancellationToken ct)
    {
        if (!keyring.Stamps)
            await StampAsync(ct);
        foreach (string prefix in new[] { "audit/", "changes/" })
            await MoveAsync(prefix, ct);
    }

    // Of an entry that somebody altered the stamp stays as it is, so that it goes on not to hold.
    private async Task MoveAsync(string prefix, CancellationToken ct)
    {
        var journal = new Journal(store, keyring, prefix);
        var writes = new List<Write>();
        await foreach (var record in store.ListAsync(prefix + "2", await store.GetRevisionAsync(ct), ct))
        {
            string id = record.Key[(record.Key.LastIndexOf('/') + 1)..];
            if (journal.KeyOf(id) is not { } key)
                continue;
            writes.Add(
                journal.IsIntact(record)
                    ? journal.Put(id, keyring.CheckStamp(record.Value.Span, record.Key))
                    : new Write.Put(key, record.Value)
            );
            writes.Add(new Write.Delete(record.Key));
            if (writes.Count >= MoveBatch)
                await MoveAsync(writes, ct);
        }

        if (writes.Count > 0)
            await MoveAsync(writes, ct);
    }

    private async Task MoveAsync(List<Write> writes, CancellationToken ct)
    {
        if (await store.CommitAsync(new Transaction([], [.. writes]), ct) is not CommitResult.Committed)
        {
            throw new StoreUnavailableException(
                "The journals could not be brought to this version's format. Start again, with no other node running."
            );
        }

        writes.Clear();
    }

    private async Task StampAsync(CancellationToken ct)
    {
        long revision = await store.GetRevisionAsync(ct);
        await foreach (var record in store.ListAsync(Keys, revision, ct))
        {
            if (!IsStamped(record))
                await ReplaceAsync(record, keyring.Stamp(record.Value.ToArray(), record.Key), ct);
        }

        foreach (var kind in kinds.All)
        {
            await foreach (var record in store.ListAsync(kind.Name + "/", revision, ct))
            {
                if (kind.SealDeletion(record) is { } sealedRecord)
                    await ReplaceAsync(record, sealedRecord, ct);
            }
        }

        await keyring.BeginStampingAsync(ct);
    }

    private bool IsStamped(StoreRecord record)
    {
        using var json = JsonDocument.Parse(record.Value);
        return json.RootElement.TryGetProperty("stamp", out _);
    }

    private async Task ReplaceAsync(StoreRecord record, byte[] value, CancellationToken ct)
    {
        var result = await store.CommitAsync(
            new Transaction(
                [new Condition.AtRevision(record.Key, record.Revision)],
                [new Write.Put(record.Key, value)]
            ),
            ct
        );
        if (result is not CommitResult.Committed)
        {
            throw new StoreUnavailableException(
                $"The record '{record.Key}' could not be brought to this version's format. Start again, with no "
                    + "other node running."
            );
        }
    }
}
