using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Environments;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Configs;

/// <summary>Makes events of what happened: of each step of the feed once, for all watchers together, and of what a
/// watcher missed.</summary>
public sealed class ConfigEventSource(IStore store, ResourceKinds kinds, ConfigRenderer renderer)
{
    /// <summary>How many bytes of documents a watcher that catches up keeps to compare with.</summary>
    private const long MaxKept = 4 << 20;

    private readonly ConditionalWeakTable<CatalogFeed, StepEvents> _steps = new();

    /// <summary>The events of a step.</summary>
    /// <param name="before">The link before it.</param>
    /// <param name="step">The step.</param>
    public StepEvents Of(CatalogFeed before, CatalogFeed step) =>
        _steps.GetValue(step, step => new StepEvents(kinds, renderer, before.Snapshot, step));

    /// <summary>What happened after one revision, through another, commit by commit.</summary>
    /// <remarks>What environments served then is not known any more. So where variables or a config changed that others
    /// refer to, an event tells of each that may have changed with it.</remarks>
    /// <param name="now">The state now.</param>
    /// <param name="environment">Only what this environment is made of; null for all.</param>
    /// <param name="wants">Which configs are asked for, by path.</param>
    /// <param name="after">The last revision seen.</param>
    /// <param name="through">The revision to end with.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <exception cref="RevisionCompactedException">The store no longer has it.</exception>
    public async IAsyncEnumerable<IReadOnlyList<ConfigEvent>> PastAsync(
        CatalogSnapshot now,
        string? environment,
        Func<string, bool> wants,
        long after,
        long through,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        var known = new Dictionary<string, Versioned<ConfigState>>(StringComparer.Ordinal);
        long kept = 0;
        var environments = kinds.EnvironmentNames(now);
        // All keys are watched, for then the commit "through" is among those that come.
        await foreach (var commit in store.WatchAsync("", after, ct))
        {
            var impact = new ConfigImpact(kinds, new SnapshotView(now), environments);
            var events = new List<ConfigEvent>();
            var keys = commit.Changes.Select(change => change.Key).ToHashSet(StringComparer.Ordinal);
            foreach (var (key, record) in commit.Changes)
            {
                if (record is null)
                    continue;
                if (kinds.Configs.PathOf(key) is { } path && (wants(path) || IsReferredTo(now, path)))
                {
                    var written = kinds.Configs.Decode(record);
                    // A head without its version's record in the same commit was sealed anew, and nothing happened.
                    if (!keys.Contains(kinds.Configs.VersionKey(path, written.Version)))
                        continue;
                    if (!known.TryGetValue(path, out var before))
                        before = await kinds.Configs.ReadVersionAsync(store, path, written.Version - 1, ct);
                    if ((kept += written.State?.Size ?? 0) > MaxKept)
                    {
                        known.Clear();
                        kept = 0;
                    }

                    known[path] = written;
                    impact.Add(path, before?.State, written.State);
                    if (wants(path))
                    {
                        events.AddRange(
                            environment is null
                                ? ConfigEvent.Of(before, written)
                                : ConfigEvent.In(environment, before, written)
                        );
                    }
                }
                else if (kinds.Variables.PathOf(key) is { } owner)
                {
                    var written = kinds.Variables.Decode(record);
                    var before = await kinds.Variables.ReadVersionAsync(store, owner, written.Version - 1, ct);
                    impact.Add(owner, before?.State ?? VariableSet.Empty, written.State ?? VariableSet.Empty);
                }
            }

            using var work = new WorkBudget(ct);
            foreach (var (path, where) in impact.Reached(work))
            {
                if (wants(path) && now.Of(kinds.Configs.Catalog).Get(path) is { State: not null } head)
                {
                    events.AddRange(
                        where
                            .Where(name => environment is null || name == environment)
                            .Select(name => new ConfigEvent("put", path, name, head.Version, commit.Revision))
                    );
                }
            }

            yield return events;
            if (commit.Revision >= through)
                yield break;
        }
    }

    private bool IsReferredTo(CatalogSnapshot snapshot, string path)
    {
        var view = new SnapshotView(snapshot);
        return view.Lookup(kinds.Dependents, ConfigDependency.AnyConfig).Any()
            || view.Lookup(kinds.Dependents, new ConfigDependency(ConfigDependencyKind.Config, path)).Any();
    }
}

/// <summary>What watchers are told of one step of the feed.</summary>
public sealed class StepEvents
{
    private readonly CatalogFeed _step;
    private readonly ResourceKinds _kinds;
    private readonly Lazy<IReadOnlyList<ConfigEvent>> _affected;
    private readonly Lazy<IReadOnlyList<ConfigEvent>> _all;
    private readonly ConcurrentDictionary<string, IReadOnlyList<ConfigEvent>> _byEnvironment = new(
        StringComparer.Ordinal
    );

    internal StepEvents(ResourceKinds kinds, ConfigRenderer renderer, CatalogSnapshot before, CatalogFeed step)
    {
        (_kinds, _step) = (kinds, step);
        _affected = new(() => Affected(renderer, before));
        _all = new(() =>
            [.. Written().SelectMany(config => ConfigEvent.Of(config.Before, config.After)), .. _affected.Value]
        );
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<ConfigEvent> All => _all.Value;

    /// <summary>Whether the last of them stands for the whole step: some follow from several commits of it
    /// together.</summary>
    public bool EndTogether => _affected.Value.Count > 0;

    /// <summary>Those of what one environment serves.</summary>
    public IReadOnlyList<ConfigEvent> In(string environment) =>
        _byEnvironment.GetOrAdd(
            environment,
            name =>
                [
                    .. Written().SelectMany(config => ConfigEvent.In(name, config.Before, config.After)),
                    .. _affected.Value.Where(told => told.Environment == name),
                ]
        );

    private IEnumerable<(Versioned<ConfigState>? Before, Versioned<ConfigState> After)> Written() =>
        _step
            .Changes.Where(change =>
                change.After is Versioned<ConfigState> after
                && (
                    change.Before is not Versioned<ConfigState> before
                    || !ResourceKind<ConfigState>.IsResealed(before, after)
                )
            )
            .Select(change => ((Versioned<ConfigState>?)change.Before, (Versioned<ConfigState>)change.After!));

    // Of configs whose documents stayed as they were, where they serve something else than before.
    private List<ConfigEvent> Affected(ConfigRenderer renderer, CatalogSnapshot before)
    {
        var after = _step.Snapshot;
        var impact = new ConfigImpact(_kinds, new SnapshotView(after), _kinds.EnvironmentNames(after));
        foreach (var change in _step.Changes)
        {
            if (change.After is Versioned<ConfigState> config)
            {
                impact.Add(config.Path, ((Versioned<ConfigState>?)change.Before)?.State, config.State);
            }
            else if (change.After is Versioned<VariableSet> variables)
            {
                impact.Add(
                    variables.Path,
                    ((Versioned<VariableSet>?)change.Before)?.State ?? VariableSet.Empty,
                    variables.State ?? VariableSet.Empty
                );
            }
        }

        using var work = new WorkBudget(CancellationToken.None);
        var events = new List<ConfigEvent>();
        foreach (var (path, environments) in impact.Reached(work))
        {
            var (old, now) = (before.Of(_kinds.Configs.Catalog).Get(path), after.Of(_kinds.Configs.Catalog).Get(path));
            if (old?.State is null || now?.State is null)
                continue;
            foreach (string environment in environments)
            {
                if (
                    ConfigState.SameIn(environment, old.State, now.State)
                    && !Same(
                        Serve(renderer, before, old, environment, work),
                        Serve(renderer, after, now, environment, work)
                    )
                )
                {
                    events.Add(new ConfigEvent("put", path, environment, now.Version, after.Revision));
                }
            }
        }

        return events;
    }

    // Nobody is kept from news because telling whether it is any takes too long: then it is told.
    private static bool Same((byte[]? Body, bool Known) one, (byte[]? Body, bool Known) other) =>
        one.Known && other.Known && one.Body.AsSpan().SequenceEqual(other.Body);

    private (byte[]? Body, bool Known) Serve(
        ConfigRenderer renderer,
        CatalogSnapshot snapshot,
        Versioned<ConfigState> config,
        string environment,
        WorkBudget work
    )
    {
        if (work.IsSpent)
            return (null, false);
        try
        {
            var version = new ConfigVersion(config.Path, config.Version, config.Revision, config.State!, config.Mark);
            return (
                renderer
                    .Render(
                        new ConfigSource(_kinds, new SnapshotView(snapshot)),
                        Principal.System,
                        version,
                        environment,
                        work
                    )
                    ?.Body,
                true
            );
        }
        catch (ProblemException)
        {
            return (null, !work.IsSpent);
        }
    }
}
