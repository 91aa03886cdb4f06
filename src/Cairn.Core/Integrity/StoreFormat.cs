using System.Text.Json;
using Cairn.Core.Changes;
using Cairn.Core.Cryptography;
using Cairn.Storage;

namespace Cairn.Core.Integrity;

/// <summary>Brings a store of before records were stamped to the format of now, before anything of it is loaded.</summary>
/// <remarks>No node of the older program may run meanwhile: what it writes without a stamp would be refused. Each step can be
/// repeated; the last makes the data key from which on unstamped records are refused.</remarks>
public sealed class StoreFormat(IStore store, Keyring keyring, ResourceKinds kinds)
{
    private const string Keys = "keys/";

    /// <summary>Stamps what has to be, unless all of it is.</summary>
    public async Task BringUpAsync(CancellationToken ct)
    {
        if (keyring.Stamps)
            return;
        long revision = await store.GetRevisionAsync(ct);
        await foreach (var record in store.ListAsync(Keys, revision, ct))
            if (!IsStamped(record))
                await ReplaceAsync(record, keyring.Stamp(record.Value.ToArray(), record.Key), ct);
        foreach (var kind in kinds.All)
            await foreach (var record in store.ListAsync(kind.Name + "/", revision, ct))
                if (kind.SealDeletion(record) is { } sealedRecord)
                    await ReplaceAsync(record, sealedRecord, ct);
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
            new Transaction([new Condition.AtRevision(record.Key, record.Revision)], [new Write.Put(record.Key, value)]), ct);
        if (result is not CommitResult.Committed)
            throw new StoreUnavailableException($"The record '{record.Key}' could not be brought to this version's format. Start again, with no other node running.");
    }
}
