using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Core.Environments;
using Cairn.Core.Jobs;

namespace Cairn.Node.Observability;

/// <summary>What Cairn measures, on the meter <see cref="MeterName"/>; the store has a meter of its own.</summary>
internal sealed class CairnMetrics : IDisposable
{
    public const string MeterName = "Cairn";

    private readonly NodeServices _node;
    private readonly Meter _meter;
    private readonly Counter<long> _updates;
    private readonly Counter<long> _authenticationFailures;
    private readonly Counter<long> _rateLimited;
    private readonly Counter<long> _jobs;

    public CairnMetrics(NodeServices node)
    {
        _node = node;
        _meter = new Meter(MeterName);
        Requests = new RequestMetrics(_meter);
        _updates = _meter.CreateCounter<long>("config_updates", "{update}", "Versions of configs written.");
        _authenticationFailures = _meter.CreateCounter<long>(
            "cairn.authentication.failures",
            "{request}",
            "Requests without a valid key."
        );
        _rateLimited = _meter.CreateCounter<long>(
            "cairn.rate.limited",
            "{request}",
            "Requests refused by a rate limit."
        );
        _meter.CreateObservableGauge(
            "cairn.configs",
            () => Live(node.Kinds.Configs),
            "{config}",
            "Configs, with those that are deleted but can be brought back."
        );
        _meter.CreateObservableGauge(
            "cairn.environments",
            () => Live(node.Kinds.Environments),
            "{environment}",
            "Environments."
        );
        _meter.CreateObservableGauge(
            "cairn.keys",
            () => node.Catalogs.Current.Of(node.Credentials.Catalog).Count,
            "{key}",
            "API keys of any status."
        );
        _meter.CreateObservableGauge(
            "cairn.catalog.revision",
            () => node.Catalogs.Current.Revision,
            null,
            "The newest store revision this node has in memory."
        );
        _meter.CreateObservableGauge(
            "cairn.catalog.following",
            () => node.Catalogs.Fault is null ? 1 : 0,
            null,
            "1 while this node follows the store."
        );
        _meter.CreateObservableGauge(
            "cairn.store.stale",
            () => node.StaleSeconds ?? 0,
            "s",
            "Since when the memory may be behind a shared store; 0 while it is current."
        );
        _meter.CreateObservableGauge(
            "cairn.cluster.leader",
            () => node.Cluster?.IsLeader ?? true ? 1 : 0,
            null,
            "1 on the node that runs the background jobs."
        );
        _meter.CreateObservableGauge(
            "cairn.rate.shared",
            () => node.Limiter.Shared is { IsAnswering: true } ? 1 : 0,
            null,
            "1 while rate limits are counted in Redis, for all nodes together."
        );
        _meter.CreateObservableGauge(
            "cairn.watchers",
            () => node.Watchers.Taken,
            "{watcher}",
            "Open watches and long polls."
        );
        _jobs = _meter.CreateCounter<long>(
            "cairn.job.runs",
            "{run}",
            "Runs of background jobs, by job and outcome: good or failed."
        );
    }

    public RequestMetrics Requests { get; }

    public void AuthenticationFailed(string reason) =>
        _authenticationFailures.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void JobEnded(JobStatus status) =>
        _jobs.Add(
            1,
            new KeyValuePair<string, object?>("job", status.Name),
            new KeyValuePair<string, object?>("outcome", status.Failures == 0 ? "good" : "failed")
        );

    public void RateLimited() => _rateLimited.Add(1);

    public void Dispose()
    {
        _meter.Dispose();
    }

    private int Live<TState>(ResourceKind<TState> kind)
        where TState : class => _node.Catalogs.Current.Of(kind.Catalog).Count;

    // Counted where they arrive, so that each node's metrics show what it serves, whichever node wrote it.
    public async Task CountUpdatesAsync(CancellationToken ct)
    {
        var link = _node.Catalogs.Feed;
        while (!ct.IsCancellationRequested)
        {
            link = await link.NextAsync.WaitAsync(ct);
            foreach (var change in link.Changes)
            {
                if (change.After is Versioned<ConfigState> config)
                {
                    _updates.Add(
                        1,
                        new KeyValuePair<string, object?>("action", config.State is null ? "delete" : "put")
                    );
                }
            }
        }
    }
}

/// <summary>The time requests take, by endpoint and status.</summary>
internal sealed class RequestMetrics(Meter meter)
{
    private readonly Histogram<double> _duration = meter.CreateHistogram<double>(
        "request.duration",
        "s",
        "Time from a request's arrival to the end of its answer."
    );

    private readonly ConcurrentDictionary<(string Endpoint, int Status), KeyValuePair<string, object?>[]> _tags = new();

    public void Record(string endpoint, int status, double seconds) =>
        _duration.Record(
            seconds,
            _tags.GetOrAdd(
                (endpoint, status),
                static key =>
                    [
                        new("endpoint", key.Endpoint),
                        new("status", key.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                    ]
            )
        );
}
