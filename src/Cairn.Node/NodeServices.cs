using Cairn.Core;
using Cairn.Core.Audit;
using Cairn.Core.Changes;
using Cairn.Core.Cluster;
using Cairn.Core.Configs;
using Cairn.Core.Cryptography;
using Cairn.Core.Integrity;
using Cairn.Core.Keys;
using Cairn.Core.Schemas;
using Cairn.Node.Cluster;
using Cairn.Node.Limits;
using Cairn.Node.Observability;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Node;

/// <summary>What a node is made of, put together in two steps: first what is kept is declared, and memory opens; then
/// the capabilities are built on that. From then on nothing of it changes.</summary>
public sealed class NodeServices : IAsyncDisposable
{
    private NodeServices(CairnOptions options, NodeMemory memory, CancellationToken stopping)
    {
        var time = options.Time;
        (Options, Stopping, StartedAt) = (options, stopping, time.GetUtcNow());
        (Store, Keyring, Ids, Kinds, Credentials) = (
            memory.Store,
            memory.Keyring,
            memory.Ids,
            memory.Kinds,
            memory.Credentials
        );
        (KeyUsage, Idempotency, Catalogs, Cluster) = (
            memory.KeyUsage,
            memory.Idempotency,
            memory.Catalogs,
            memory.Cluster
        );
        Limiter = new RateLimiter(time) { Shared = options.Redis is { } redis ? new RedisWindows(redis, time) : null };
        Watchers = new WatcherPlaces(
            options.MaxWatchers,
            options.MaxWatchersPerCaller ?? Math.Max(1, options.MaxWatchers / 2)
        );
        Integrity = new StoreIntegrity(Store, Keyring, Kinds, Catalogs);
        Resealing = new Resealing(Store, Keyring, Kinds, time);
        Audit = new AuditLog(Store, Keyring, time);
        Refusals = new RefusalRecorder(Store, Audit, Ids, time);
        Committer = new Committer(Store, Catalogs, Audit, time);
        Keys = new ApiKeyService(
            options.KeyPrefix,
            new IdSequence(Store, "keys"),
            Credentials,
            Kinds,
            Store,
            Catalogs,
            Committer,
            Ids,
            time
        );
        ImportedKeys = new ImportedKeys(Credentials, Keys, Catalogs, time);
        var renderer = new ConfigRenderer();
        Configs = new ConfigService(Store, Kinds, renderer);
        Events = new ConfigEventSource(Store, Kinds, renderer);
        Schemas = new SchemaService(Kinds);
        Changes = new ChangeService(
            Store,
            Keyring,
            Catalogs,
            Committer,
            Kinds,
            new ConfigRules(Kinds, renderer),
            Ids,
            time
        );
        Metrics = new CairnMetrics(this);
    }

    public CairnOptions Options { get; }

    /// <summary>When it was put together.</summary>
    public DateTimeOffset StartedAt { get; }
    public IStore Store { get; }
    public Keyring Keyring { get; }
    public TimedIds Ids { get; }
    public CatalogSet Catalogs { get; }
    public ResourceKinds Kinds { get; }
    public RateLimiter Limiter { get; }
    public WatcherPlaces Watchers { get; }
    public StoreIntegrity Integrity { get; }

    /// <summary>Seals anew what older data keys sealed.</summary>
    public Resealing Resealing { get; }
    public AuditLog Audit { get; }
    public RefusalRecorder Refusals { get; }
    public Committer Committer { get; }
    public ApiKeyCatalog Credentials { get; }
    public ApiKeyService Keys { get; }
    public ImportedKeys ImportedKeys { get; }
    public KeyUsageRecorder KeyUsage { get; }
    public ConfigService Configs { get; }
    public ConfigEventSource Events { get; }
    public SchemaService Schemas { get; }
    public ChangeService Changes { get; }
    public Idempotency Idempotency { get; }
    internal CairnMetrics Metrics { get; }

    /// <summary>This node among others; null on a store of its own.</summary>
    internal ClusterService? Cluster { get; }

    /// <summary>Cancelled when the node begins to stop: those who wait for news are to be told so.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Whether this node runs the jobs that one node runs for all.</summary>
    public bool IsLeader => Cluster?.IsLeader ?? true;

    /// <summary>Whether it was loaded from the snapshot, because its store was away.</summary>
    internal bool IsFromSnapshot => Store is DeferredStore;

    /// <summary>For how long the state in memory may have been behind a shared store; null while it is
    /// current.</summary>
    public long? StaleSeconds => Cluster?.Contact is { IsStale: true } contact ? (long)contact.Age.TotalSeconds : null;

    /// <summary>Opens the store, loads everything, and makes what an empty store has to have.</summary>
    /// <param name="options">How the node is to run.</param>
    /// <param name="log">Told of what goes on between nodes.</param>
    /// <param name="stopping">See <see cref="Stopping"/>.</param>
    /// <param name="ct">Ends the opening.</param>
    /// <exception cref="StoreException">The store cannot be opened or used.</exception>
    /// <exception cref="MasterKeyException">The master key is missing or wrong.</exception>
    public static async Task<NodeServices> OpenAsync(
        CairnOptions options,
        ILogger log,
        CancellationToken stopping,
        CancellationToken ct
    )
    {
        var opened = new Stack<IAsyncDisposable>();
        try
        {
            DataFolder.Create(options.Data);
            var store = await StoreFactory.OpenAsync(options, ct);
            opened.Push(store);
            bool deferred = store is DeferredStore;
            var registry = new NodeRegistry(store, options.NodeId, CairnNode.Version, options.Time);
            var cluster = StoreFactory.IsShared(options) ? new ClusterService(options, store, registry, log) : null;
            if (cluster is not null)
                opened.Push(cluster);
            await using var first = cluster is not null && !deferred ? await cluster.BootstrapAsync(ct) : null;

            var masterKeys = await MasterKeysAsync(options, store, ct);
            var memory = await DeclareAsync(options, store, cluster, registry, masterKeys, ct);
            opened.Push(memory.Catalogs);
            if (!deferred)
                await new StoreFormat(store, memory.Keyring, memory.Kinds).BringUpAsync(ct);
            await memory.Catalogs.StartAsync(ct);

            var services = new NodeServices(options, memory, stopping);
            opened.Clear();
            opened.Push(services);
            if (!deferred)
                await services.Integrity.RequireNewestAsync(ct);
            cluster?.Start(memory.Catalogs, memory.Prefixes, masterKeys);
            if (!deferred)
                await Bootstrap.RunAsync(services, ct);
            return services;
        }
        catch
        {
            foreach (var one in opened)
                await one.DisposeAsync();
            throw;
        }
    }

    // What is kept, and how it is found again. The order is that in which a commit is taken in.
    private static async Task<NodeMemory> DeclareAsync(
        CairnOptions options,
        IStore store,
        ClusterService? cluster,
        NodeRegistry registry,
        MasterKeys masterKeys,
        CancellationToken ct
    )
    {
        var time = options.Time;
        var keyring = await Keyring.OpenAsync(store, masterKeys, time, ct);
        var ids = new TimedIds(time);
        var kinds = CoreKinds.Create(keyring, store, ids, time);
        var credentials = new ApiKeyCatalog(keyring, time);
        var usage = new KeyUsageRecorder(store, options.NodeId, time);
        var idempotency = new Idempotency(store, keyring, time);
        Catalog[] catalogs =
        [
            keyring.Catalog,
            .. kinds.Catalogs,
            credentials.Catalog,
            usage.Catalog,
            idempotency.Catalog,
            registry.Catalog,
        ];
        return new NodeMemory(
            store,
            keyring,
            ids,
            kinds,
            credentials,
            usage,
            idempotency,
            new CatalogSet(store, catalogs, time),
            [.. catalogs.Select(catalog => catalog.Prefix)],
            cluster
        );
    }

    private static async Task<MasterKeys> MasterKeysAsync(CairnOptions options, IStore store, CancellationToken ct) =>
        options.MasterKey is { } setting
            ? MasterKeys.FromSetting(setting)
            : MasterKeys.FromFile(
                Path.Combine(options.Data, "master.key"),
                mayCreate: !await Keyring.ExistsAsync(store, ct)
            );

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Metrics.Dispose();
        Limiter.Dispose();
        if (Cluster is not null)
            await Cluster.DisposeAsync();
        await Catalogs.DisposeAsync();
        await Store.DisposeAsync();
    }

    /// <summary>What is kept and how it is held in memory: the first of the two steps.</summary>
    private sealed record NodeMemory(
        IStore Store,
        Keyring Keyring,
        TimedIds Ids,
        ResourceKinds Kinds,
        ApiKeyCatalog Credentials,
        KeyUsageRecorder KeyUsage,
        Idempotency Idempotency,
        CatalogSet Catalogs,
        IReadOnlyList<string> Prefixes,
        ClusterService? Cluster
    );
}
