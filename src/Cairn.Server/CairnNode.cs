using System.Reflection;
using Cairn.Core;
using Cairn.Core.Audit;
using Cairn.Core.Changes;
using Cairn.Core.Cluster;
using Cairn.Core.Configs;
using Cairn.Core.Cryptography;
using Cairn.Core.Integrity;
using Cairn.Core.Jobs;
using Cairn.Core.Keys;
using Cairn.Core.Schemas;
using Cairn.Server.Cluster;
using Cairn.Server.Limits;
using Cairn.Server.Observability;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Server;

/// <summary>One running Cairn: the store, what it holds in memory, and the capabilities on top, put together in order.</summary>
public sealed class CairnNode : IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan FlushPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CompactPeriod = TimeSpan.FromMinutes(5);

    private readonly ILogger<CairnNode> _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Queue<(DateTimeOffset Time, long Revision)> _revisions = new();
    private readonly JobSupervisor _supervisor;
    private CairnMetrics? _metrics;
    private volatile bool _ready;
    private int _disposed;

    /// <summary>When it was put together.</summary>
    public DateTimeOffset StartedAt { get; }

    public CairnNode(CairnOptions options, ILogger<CairnNode> log)
    {
        (Options, _log, StartedAt) = (options, log, options.Time.GetUtcNow());
        Ids = new TimedIds(options.Time);
        _supervisor = new JobSupervisor(options.Time, () => IsLeader) { OnEnd = JobEnded };
        Limiter = new RateLimiter(options.Time)
        {
            Shared = options.Redis is { } redis ? new RedisWindows(redis, options.Time) : null,
        };
        Watchers = new WatcherPlaces(options.MaxWatchers, options.MaxWatchersPerCaller ?? Math.Max(1, options.MaxWatchers / 2));
    }

    public CairnOptions Options { get; }
    public RateLimiter Limiter { get; }
    public WatcherPlaces Watchers { get; }

    public IStore Store { get; private set; } = null!;
    public Keyring Keyring { get; private set; } = null!;
    public TimedIds Ids { get; }
    public CatalogSet Catalogs { get; private set; } = null!;
    public ResourceKinds Kinds { get; private set; } = null!;
    public StoreIntegrity Integrity { get; private set; } = null!;

    /// <summary>Seals anew what older data keys sealed.</summary>
    public Resealing Resealing { get; private set; } = null!;
    public AuditLog Audit { get; private set; } = null!;
    public RefusalRecorder Refusals { get; private set; } = null!;
    public Committer Committer { get; private set; } = null!;
    public ApiKeyCatalog Credentials { get; private set; } = null!;
    public ApiKeyService Keys { get; private set; } = null!;
    public ForeignKeys ForeignKeys { get; private set; } = null!;
    public KeyUsageRecorder KeyUsage { get; private set; } = null!;
    public ConfigService Configs { get; private set; } = null!;
    public ConfigEventSource Events { get; private set; } = null!;
    public SchemaService Schemas { get; private set; } = null!;
    public ChangeService Changes { get; private set; } = null!;
    public Idempotency Idempotency { get; private set; } = null!;
    internal CairnMetrics Metrics => _metrics!;

    /// <summary>This node among others; null on a store of its own.</summary>
    internal ClusterService? Cluster { get; private set; }

    /// <summary>Cairn's version.</summary>
    public static string Version { get; } = typeof(CairnNode).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>For how long the state in memory may have been behind a shared store; null while it is current.</summary>
    public long? StaleSeconds => Cluster?.Contact is { IsStale: true } contact ? (long)contact.Age.TotalSeconds : null;

    /// <summary>Whether it takes requests: started, following its store, and not about to stop.</summary>
    /// <remarks>A node whose shared store is away still does: it answers reads from memory.</remarks>
    public bool IsReady => _ready && !_stopping.IsCancellationRequested
        && (Catalogs.Fault is null || (Cluster is not null && Catalogs.Fault is StoreException));

    /// <summary>How the background jobs do.</summary>
    public IReadOnlyCollection<JobStatus> Jobs => _supervisor.Statuses;

    /// <summary>Whether this node runs the jobs that one node runs for all.</summary>
    private bool IsLeader => Cluster?.IsLeader ?? true;

    private void JobEnded(JobStatus status)
    {
        _metrics?.JobEnded(status);
        if (status.Failures > 0)
            _log.JobFailed(status.Cause, status.Name, status.Failures);
    }

    /// <summary>Cancelled when the node begins to stop: those who wait for news are to be told so.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Opens the store and loads everything. The server starts to listen after this.</summary>
    public async Task StartingAsync(CancellationToken ct)
    {
        try
        {
            await OpenAsync(ct);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task OpenAsync(CancellationToken ct)
    {
        var (options, time) = (Options, Options.Time);
        DataFolder.Create(options.Data);
        Store = await StoreFactory.OpenAsync(options, ct);
        var registry = new NodeRegistry(Store, options.NodeId, Version, time);
        bool deferred = Store is DeferredStore;
        Cluster = StoreFactory.IsShared(options) ? new ClusterService(options, Store, registry, _log) : null;
        await using var first = Cluster is not null && !deferred ? await Cluster.BootstrapAsync(ct) : null;
        var masterKeys = await MasterKeysAsync(ct);
        Keyring = await Keyring.OpenAsync(Store, masterKeys, time, ct);
        Kinds = CoreKinds.Create(Keyring, Store, Ids, time);
        Credentials = new ApiKeyCatalog(Keyring, time);
        KeyUsage = new KeyUsageRecorder(Store, options.NodeId, time);
        Idempotency = new Idempotency(Store, Keyring, time);
        Catalog[] catalogs = [Keyring.Catalog, .. Kinds.Catalogs, Credentials.Catalog, KeyUsage.Catalog, Idempotency.Catalog, registry.Catalog];
        Catalogs = new CatalogSet(Store, catalogs, time);
        if (!deferred)
            await new StoreFormat(Store, Keyring, Kinds).BringUpAsync(ct);
        await Catalogs.StartAsync(ct);
        Integrity = new StoreIntegrity(Store, Keyring, Kinds, Catalogs);
        Resealing = new Resealing(Store, Keyring, Kinds, time);
        if (!deferred)
            await Integrity.RequireNewestAsync(ct);
        Cluster?.Start(Catalogs, [.. catalogs.Select(catalog => catalog.Prefix)], masterKeys);

        Audit = new AuditLog(Store, Keyring, time);
        Refusals = new RefusalRecorder(Store, Audit, Ids, time);
        Committer = new Committer(Store, Catalogs, Audit, time);
        Keys = new ApiKeyService(options.KeyPrefix, new IdSequence(Store, "keys"), Credentials, Kinds, Store, Catalogs, Committer, Ids, time);
        ForeignKeys = new ForeignKeys(Credentials, Keys, Catalogs, time);
        var renderer = new ConfigRenderer();
        Configs = new ConfigService(Store, Kinds, renderer);
        Events = new ConfigEventSource(Store, Kinds, renderer);
        Schemas = new SchemaService(Kinds);
        Changes = new ChangeService(Store, Keyring, Catalogs, Committer, Kinds, new ConfigRules(Kinds, renderer), Ids, time);
        _metrics = new CairnMetrics(this);

        if (deferred)
            _log.StartedFromSnapshot(Catalogs.Current.Revision);
        else
            await Bootstrap.RunAsync(this, ct);
        StartJobs();
        _ready = true;
        if (OpenFiles.Limit() is { } limit && limit < options.MaxWatchers + OpenFiles.Reserve)
            _log.FewOpenFiles(limit, options.MaxWatchers, OpenFiles.Reserve);
        if (DataFolder.IsOpenToOthers(options.Data))
            _log.DataFolderOpen(options.Data);
        _log.Started(Catalogs.Current.Revision, Catalogs.Current.Of(Kinds.Configs.Catalog).Count);
    }

    /// <summary>Readiness turns 503 and watchers are sent away; requests in flight go on.</summary>
    public async Task StoppingAsync(CancellationToken ct)
    {
        _log.Stopping(Options.ShutdownDelay.TotalSeconds);
        _ready = false;
        await Task.Delay(Options.ShutdownDelay, Options.Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopping.CancelAsync();
    }

    public Task StartAsync(CancellationToken ct) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken ct) => Task.CompletedTask;

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>After the last request: what was counted is written, and the store is closed.</summary>
    public Task StoppedAsync(CancellationToken ct) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _supervisor.DisposeAsync();
        _metrics?.Dispose();
        Limiter.Dispose();
        if (Cluster is not null)
            await Cluster.DisposeAsync();
        if (Catalogs is not null)
            await Catalogs.DisposeAsync();
        if (Store is not null)
            await Store.DisposeAsync();
    }

    private async Task<MasterKeys> MasterKeysAsync(CancellationToken ct) => Options.MasterKey is { } setting
        ? MasterKeys.FromSetting(setting)
        : MasterKeys.FromFile(Path.Combine(Options.Data, "master.key"), mayCreate: !await Keyring.ExistsAsync(Store, ct));

    private void StartJobs()
    {
        Job[] jobs =
        [
            new("update-counter", TimeSpan.Zero, Metrics.CountUpdatesAsync) { AtStart = true },
            new("key-usage", FlushPeriod, ct => KeyUsage.FlushAsync(Catalogs.Current, ct)) { AtStop = true },
            new("refusals", FlushPeriod, Refusals.FlushAsync) { AtStop = true },
            new("rate-limits", FlushPeriod, _ =>
            {
                Limiter.Forget();
                return Task.CompletedTask;
            }),
            new("compaction", CompactPeriod, CompactAsync),
            new("idempotency", CompactPeriod, ct => Idempotency.ForgetAsync(Catalogs.Current, ct)) { Scope = JobScope.Leader },
            new("former-answers", TimeSpan.FromHours(1), Idempotency.ForgetFormerAsync) { Scope = JobScope.Leader },
            .. Cluster?.Jobs ?? [],
        ];
        foreach (var job in jobs)
            _supervisor.Start(job);
    }

    // Which revision was current when: the store itself does not know times. Every node keeps this, for any may lead one day.
    private async Task CompactAsync(CancellationToken ct)
    {
        var now = Options.Time.GetUtcNow();
        _revisions.Enqueue((now, Catalogs.Current.Revision));
        long through = 0;
        while (_revisions.TryPeek(out var oldest) && oldest.Time <= now - Options.HistoryRetention)
            through = _revisions.Dequeue().Revision;
        if (through > 0 && IsLeader)
            await Store.CompactAsync(through, ct);
    }
}
