using System.Collections.Concurrent;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Cluster;

/// <summary>Which nodes there are: each writes a record of itself every few seconds, and all see all of them.</summary>
/// <remarks>Whether a node is there is told by when its record last changed, measured by this node's timer, so clocks
/// need not agree.</remarks>
/// <param name="store">Where the records are.</param>
/// <param name="id">This node's name.</param>
/// <param name="version">Cairn's.</param>
/// <param name="time">The clock and the timers.</param>
public sealed class NodeRegistry(IStore store, string id, string version, TimeProvider time)
{
    /// <summary>How often a node says that it is there.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>How long it is taken to be there afterwards.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(16);

    /// <summary>When a node that is gone is forgotten.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (DateTimeOffset SeenAt, long Timestamp)> _sightings = new(
        StringComparer.Ordinal
    );
    private readonly Guid _instance = Guid.NewGuid();
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>The records in memory.</summary>
    public Catalog<NodeRecord> Catalog { get; } = new(NodeRecord.Prefix, NodeRecord.Parse);

    /// <summary>This node's name.</summary>
    public string Id => id;

    /// <summary>Says that this node is there.</summary>
    /// <returns>False when another node goes by the same name.</returns>
    public async Task<bool> AnnounceAsync(CatalogSnapshot current, CancellationToken ct)
    {
        var before = current.Of(Catalog).Get(id);
        long head = await store.GetRevisionAsync(ct);
        var record = new NodeRecord(
            id,
            _instance,
            version,
            _startedAt,
            time.GetUtcNow(),
            current.Revision,
            Math.Max(0, head - current.Revision)
        );
        // An answer that is lost is made up for by the next announcement.
        await store.CommitAsync(new Transaction([], [new Write.Put(NodeRecord.Prefix + id, record.Serialize())]), ct);
        return before is null || before.Instance == _instance || before.StartedAt < _startedAt;
    }

    /// <summary>Takes this node's record away, so that the others need not wait to see that it is gone.</summary>
    public async Task LeaveAsync(CancellationToken ct) =>
        await store.CommitAsync(new Transaction([], [new Write.Delete(NodeRecord.Prefix + id)]), ct);

    /// <summary>Removes the records of nodes that have long been gone.</summary>
    public async Task ForgetAsync(CatalogSnapshot current, CancellationToken ct)
    {
        foreach (var (node, _) in Nodes(current).Where(node => Age(node.Record) > Forgotten))
            await store.CommitAsync(new Transaction([], [new Write.Delete(NodeRecord.Prefix + node.Id)]), ct);
    }

    /// <summary>All nodes, and whether each has been heard of lately.</summary>
    public IReadOnlyList<(NodeRecord Record, bool IsUp)> Nodes(CatalogSnapshot current) =>
        [.. current.Of(Catalog).Range("").Select(entry => (entry.Value, Age(entry.Value) <= Patience))];

    /// <summary>Since when this node has known the record as it is.</summary>
    private TimeSpan Age(NodeRecord record)
    {
        long now = time.GetTimestamp();
        var sighting = _sightings.AddOrUpdate(
            record.Id,
            static (_, first) => first,
            static (_, before, now) => before.SeenAt == now.SeenAt ? before : now,
            (record.SeenAt, now)
        );
        return time.GetElapsedTime(sighting.Timestamp, now);
    }
}
