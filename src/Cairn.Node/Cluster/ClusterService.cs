using Cairn.Core.Cluster;
using Cairn.Core.Cryptography;
using Cairn.Core.Jobs;
using Cairn.Node.Observability;
using Cairn.Storage;
using Cairn.Storage.Catalogs;
using Cairn.Storage.Leases;

namespace Cairn.Node.Cluster;

/// <summary>This node as one of many on a shared store: it announces itself, stands for the lead of background jobs,
/// knows how current its memory is, and keeps a snapshot of it for starting without the store.</summary>
internal sealed class ClusterService(CairnOptions options, IStore store, NodeRegistry registry, ILogger log)
    : IAsyncDisposable
{
    private const string LeaderLease = "leader";
    private const string BootstrapLease = "bootstrap";
    private static readonly TimeSpan LeaderTtl = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SnapshotPeriod = TimeSpan.FromMinutes(5);

    private readonly LeaseService _leases = new(store, options.NodeId, options.Time);
    private readonly SemaphoreSlim _writingSnapshot = new(1);
    private CatalogSet _catalogs = null!;
    private MasterKeys _keys = null!;
    private IReadOnlyList<string> _prefixes = [];
    private Lease? _lead;

    public NodeRegistry Registry => registry;

    public StoreContact Contact { get; private set; } = null!;

    /// <summary>Whether this node runs the jobs that only one may run.</summary>
    public bool IsLeader => _lead is { Lost.IsCancellationRequested: false };

    public static string SnapshotPath(CairnOptions options) => Path.Combine(options.Data, "snapshot.cairn");

    /// <summary>Held while a node may have to make the first records, so that two do not.</summary>
    public async Task<IAsyncDisposable> BootstrapAsync(CancellationToken ct) =>
        await _leases.AcquireAsync(BootstrapLease, TimeSpan.FromSeconds(10), ct);

    /// <summary>Begins, once the node has loaded.</summary>
    /// <param name="catalogs">The node's memory.</param>
    /// <param name="prefixes">What it consists of.</param>
    /// <param name="keys">For the snapshot.</param>
    public void Start(CatalogSet catalogs, IReadOnlyList<string> prefixes, MasterKeys keys)
    {
        (_catalogs, _prefixes, _keys) = (catalogs, prefixes, keys);
        Contact = new StoreContact(store, catalogs, options.Time);
        if (store is DeferredStore deferred)
        {
            deferred.LeaveSnapshot();
            Contact.StartStale(options.Time.GetUtcNow() - deferred.SnapshotAt);
        }
    }

    /// <summary>What goes on in the background.</summary>
    public IEnumerable<Job> Jobs =>
        [
            new("store-contact", TimeSpan.Zero, Contact.RunAsync) { AtStart = true },
            new("cluster", NodeRegistry.Period, StepAsync) { AtStart = true },
            new("snapshot", SnapshotPeriod, WriteSnapshotAsync) { AtStart = true },
        ];

    /// <summary>Who leads, as the store has it.</summary>
    public async Task<string?> LeaderAsync(CancellationToken ct) => (await _leases.FindAsync(LeaderLease, ct))?.Holder;

    /// <summary>Writes the snapshot now: all records that the node's memory is made of.</summary>
    public async Task WriteSnapshotAsync(CancellationToken ct)
    {
        await _writingSnapshot.WaitAsync(ct);
        try
        {
            long revision = await store.GetRevisionAsync(ct);
            await LocalSnapshot.WriteAsync(
                SnapshotPath(options),
                _keys,
                revision,
                options.Time.GetUtcNow(),
                RecordsAsync(revision, ct),
                ct
            );
        }
        finally
        {
            _writingSnapshot.Release();
        }
    }

    /// <summary>Gives the lead back and takes the record away; without a store they expire.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_lead is not null)
            await _lead.DisposeAsync();
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            if (Contact is { IsStale: false })
                await registry.LeaveAsync(limit.Token);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            log.LeadNotReturned(e);
        }
    }

    private async Task StepAsync(CancellationToken ct)
    {
        if (!await registry.AnnounceAsync(_catalogs.Current, ct))
            log.NodeNameTaken(registry.Id);
        if (!IsLeader)
        {
            if (_lead is not null)
                await _lead.DisposeAsync();
            _lead = await _leases.TryAcquireAsync(LeaderLease, LeaderTtl, ct);
        }
        else
        {
            await registry.ForgetAsync(_catalogs.Current, ct);
        }
    }

    private async IAsyncEnumerable<StoreRecord> RecordsAsync(
        long revision,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct
    )
    {
        foreach (string prefix in _prefixes)
        {
            await foreach (var record in store.ListAsync(prefix, revision, ct))
                yield return record;
        }
    }
}
