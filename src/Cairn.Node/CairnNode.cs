using System.Reflection;
using Cairn.Core.Configs;
using Cairn.Core.Jobs;
using Cairn.Node.Limits;
using Cairn.Node.Observability;
using Cairn.Storage;

namespace Cairn.Node;

/// <summary>A running Cairn: opens its services when the application starts, runs what goes on in the background, and
/// closes in order.</summary>
public sealed class CairnNode : IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan FlushPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CompactPeriod = TimeSpan.FromMinutes(5);

    private readonly CairnOptions _options;
    private readonly ILogger<CairnNode> _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Queue<(DateTimeOffset Time, long Revision)> _revisions = new();
    private readonly JobSupervisor _supervisor;
    private NodeServices? _services;
    private volatile bool _ready;
    private int _disposed;

    public CairnNode(CairnOptions options, ILogger<CairnNode> log)
    {
        (_options, _log) = (options, log);
        _supervisor = new JobSupervisor(options.Time, () => Services.IsLeader) { OnEnd = JobEnded };
    }

    /// <summary>What it is made of.</summary>
    /// <exception cref="InvalidOperationException">It has not started yet.</exception>
    public NodeServices Services =>
        _services
        ?? throw new InvalidOperationException(
            "Cairn has not started yet: its services are there once the application has."
        );

    /// <summary>Cairn's version.</summary>
    public static string Version { get; } =
        typeof(CairnNode)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0]
        ?? "unknown";

    /// <summary>Whether it takes requests: started, following its store, and not about to stop.</summary>
    /// <remarks>A node whose shared store is away still does: it answers reads from memory.</remarks>
    public bool IsReady =>
        _ready
        && !_stopping.IsCancellationRequested
        && (
            Services.Catalogs.Fault is null
            || (Services.Cluster is not null && Services.Catalogs.Fault is StoreException)
        );

    /// <summary>How the background jobs do.</summary>
    public IReadOnlyCollection<JobStatus> Jobs => _supervisor.Statuses;

    /// <summary>Opens the store and loads everything. The server starts to listen after this.</summary>
    public async Task StartingAsync(CancellationToken ct)
    {
        try
        {
            _services = await NodeServices.OpenAsync(_options, _log, _stopping.Token, ct);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }

        var catalogs = Services.Catalogs;
        if (Services.IsFromSnapshot)
            _log.StartedFromSnapshot(catalogs.Current.Revision);
        StartJobs();
        _ready = true;
        if (OpenFiles.Limit() is { } limit && limit < _options.MaxWatchers + OpenFiles.Reserve)
            _log.FewOpenFiles(limit, _options.MaxWatchers, OpenFiles.Reserve);
        if (DataFolder.IsOpenToOthers(_options.Data))
            _log.DataFolderOpen(_options.Data);
        _log.Started(catalogs.Current.Revision, catalogs.Current.Of(Services.Kinds.Configs.Catalog).Count);
    }

    /// <summary>Readiness turns 503 and watchers are sent away; requests in flight go on.</summary>
    public async Task StoppingAsync(CancellationToken ct)
    {
        _log.Stopping(_options.ShutdownDelay.TotalSeconds);
        _ready = false;
        await Task.Delay(_options.ShutdownDelay, _options.Time, ct)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
        if (_services is not null)
            await _services.DisposeAsync();
    }

    private void JobEnded(JobStatus status)
    {
        Services.Metrics.JobEnded(status);
        if (status.Failures > 0)
            _log.JobFailed(status.Cause, status.Name, status.Failures);
    }

    private void StartJobs()
    {
        var services = Services;
        Job[] jobs =
        [
            new("update-counter", TimeSpan.Zero, services.Metrics.CountUpdatesAsync) { AtStart = true },
            new("key-usage", FlushPeriod, ct => services.KeyUsage.FlushAsync(services.Catalogs.Current, ct))
            {
                AtStop = true,
            },
            new("refusals", FlushPeriod, services.Refusals.FlushAsync) { AtStop = true },
            new(
                "rate-limits",
                FlushPeriod,
                _ =>
                {
                    services.Limiter.Forget();
                    return Task.CompletedTask;
                }
            ),
            new(
                "data-keys",
                FlushPeriod,
                _ =>
                {
                    services.Keyring.Forget(services.Catalogs.Current);
                    return Task.CompletedTask;
                }
            ),
            new("compaction", CompactPeriod, CompactAsync),
            new("idempotency", CompactPeriod, ct => services.Idempotency.ForgetAsync(services.Catalogs.Current, ct))
            {
                Scope = JobScope.Leader,
            },
            new("former-answers", TimeSpan.FromHours(1), services.Idempotency.ForgetFormerAsync)
            {
                Scope = JobScope.Leader,
            },
            .. services.Cluster?.Jobs ?? [],
        ];
        foreach (var job in jobs)
            _supervisor.Start(job);
    }

    // Which revision was current when: the store itself does not know times. Every node keeps this, for any may lead
    // one day.
    private async Task CompactAsync(CancellationToken ct)
    {
        var now = _options.Time.GetUtcNow();
        _revisions.Enqueue((now, Services.Catalogs.Current.Revision));
        long through = 0;
        while (_revisions.TryPeek(out var oldest) && oldest.Time <= now - _options.HistoryRetention)
            through = _revisions.Dequeue().Revision;
        if (through > 0 && Services.IsLeader)
            await Services.Store.CompactAsync(through, ct);
    }
}
