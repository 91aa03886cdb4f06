using Cairn.Core.Access;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Changes;

/// <summary>A change being planned: the state of one revision, and what the operations so far would make of
/// it.</summary>
/// <remarks>It remembers what it was asked. What it read, its commit depends on: when somebody else writes that first,
/// the change is planned anew. Nobody has to remember to ask for it.</remarks>
/// <param name="kinds">The kinds of resource.</param>
/// <param name="snapshot">The state it starts from.</param>
/// <param name="store">Where older versions are.</param>
/// <param name="caller">Whose change it is.</param>
/// <param name="preview">Whether it is only looked at and never committed.</param>
public sealed class ChangeDraft(
    ResourceKinds kinds,
    CatalogSnapshot snapshot,
    IStore store,
    Principal caller,
    bool preview = false
) : IResourceView
{
    private readonly List<DraftResource> _resources = [];
    private readonly Dictionary<string, Condition> _reads = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ranges = new(StringComparer.Ordinal);

    /// <summary>The kinds of resource.</summary>
    public ResourceKinds Kinds => kinds;

    /// <summary>The state it starts from, to compare with. What is read of it, the commit does not depend on.</summary>
    public SnapshotView Start { get; } = new(snapshot);

    /// <summary>Whether it will never be committed, so that nothing should be used up for it.</summary>
    public bool IsPreview => preview;

    /// <summary>Whose change it is.</summary>
    public Principal Caller => caller;

    /// <summary>The resources touched, in the order of their first touch.</summary>
    public IReadOnlyList<DraftResource> Resources => _resources;

    /// <summary>The resources of a kind that it writes.</summary>
    public IEnumerable<DraftResource<TState>> Written<TState>(ResourceKind<TState> kind)
        where TState : class => Opened(kind).Where(resource => resource.Action is not null);

    /// <summary>A resource to work on; the same object for the same resource.</summary>
    public DraftResource<TState> Open<TState>(ResourceKind<TState> kind, string path)
        where TState : class
    {
        if (Find(kind, path) is { } known)
            return known;
        var opened = new DraftResource<TState>(kind, path, Head(kind, path));
        _resources.Add(opened);
        return opened;
    }

    /// <summary>A resource as it is before the change; null when it never was.</summary>
    public Versioned<TState>? Head<TState>(ResourceKind<TState> kind, string path)
        where TState : class
    {
        var head = snapshot.Of(kind.Catalog).Get(path);
        string key = kind.HeadKey(path);
        _reads.TryAdd(key, head is null ? new Condition.Absent(key) : new Condition.AtRevision(key, head.Revision));
        return head;
    }

    /// <inheritdoc/>
    public TState? Get<TState>(ResourceKind<TState> kind, string path)
        where TState : class => Find(kind, path) is { } known ? known.State : Head(kind, path)?.State;

    /// <inheritdoc/>
    public IEnumerable<(string Path, TState State)> Range<TState>(ResourceKind<TState> kind, string prefix)
        where TState : class
    {
        _ranges.Add(kind.HeadKey(prefix));
        var opened = Opened(kind)
            .Where(resource => resource.Path.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(resource => resource.Path, StringComparer.Ordinal);
        var kept = Start.Range(kind, prefix).Where(resource => !opened.ContainsKey(resource.Path));
        return opened.Count == 0
            ? kept
            : kept.Concat(
                    opened
                        .Values.Where(resource => resource.State is not null)
                        .Select(resource => (resource.Path, resource.State!))
                )
                .OrderBy(resource => resource.Path, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public IEnumerable<string> Lookup<TState, TKey>(ResourceIndex<TState, TKey> index, TKey key)
        where TState : class
        where TKey : notnull
    {
        _ranges.Add(index.PrefixOf(key));
        var opened = Opened(index.Kind).ToList();
        return Start
            .Lookup(index, key)
            .Where(path => opened.TrueForAll(resource => resource.Path != path))
            .Concat(opened.Where(resource => index.Has(resource.State, key)).Select(resource => resource.Path));
    }

    /// <summary>An older version of a resource.</summary>
    /// <exception cref="ProblemException">There is no such version.</exception>
    public async ValueTask<Versioned<TState>> ReadVersionAsync<TState>(
        ResourceKind<TState> kind,
        string path,
        long version,
        CancellationToken ct
    )
        where TState : class =>
        await kind.ReadVersionAsync(store, path, version, ct)
        ?? throw new ProblemException(ProblemKind.NotFound, $"{kind.HeadKey(path)} has no version {version}.");

    /// <summary>What the commit depends on: all that was read, in at most so many conditions. Where single reads are
    /// more than that, those of one project are made one condition on all of it, which others' writes there then stand
    /// in the way of.</summary>
    /// <param name="written">The keys that the commit writes, which are among the conditions.</param>
    /// <param name="most">How many conditions there may be.</param>
    internal List<Condition> Conditions(IReadOnlySet<string> written, int most)
    {
        long revision = snapshot.Revision;
        List<Condition> conditions =
        [
            .. _reads.Values,
            .. _ranges.Select(prefix => new Condition.Unchanged(prefix, revision)),
        ];
        if (conditions.Count <= most)
            return conditions;
        var groups = conditions
            .Where(condition => !written.Contains(condition.Key))
            .GroupBy(condition => GroupOf(condition.Key))
            .Where(group => group.Count() > 1)
            .OrderByDescending(group => group.Count())
            .ToList();
        foreach (var group in groups.TakeWhile(_ => conditions.Count > most))
        {
            var members = group.ToHashSet();
            conditions.RemoveAll(members.Contains);
            conditions.Add(new Condition.Unchanged(group.Key, revision));
        }

        return conditions;
    }

    // "configs/payments/" of "configs/payments/database": a kind and a project.
    private static string GroupOf(string key)
    {
        int first = key.IndexOf('/', StringComparison.Ordinal);
        int second = key.IndexOf('/', first + 1);
        return key[..((second < 0 ? first : second) + 1)];
    }

    private DraftResource<TState>? Find<TState>(ResourceKind<TState> kind, string path)
        where TState : class
    {
        foreach (var known in _resources)
        {
            if (known is DraftResource<TState> resource && resource.Kind == kind && resource.Path == path)
                return resource;
        }

        return null;
    }

    private IEnumerable<DraftResource<TState>> Opened<TState>(ResourceKind<TState> kind)
        where TState : class => _resources.OfType<DraftResource<TState>>().Where(resource => resource.Kind == kind);
}

/// <summary>A resource of a draft.</summary>
public abstract class DraftResource
{
    public abstract string KindName { get; }
    public abstract string Path { get; }

    /// <summary>The version before the change; 0 when there was none.</summary>
    public abstract long VersionBefore { get; }

    /// <summary>The version the change will make.</summary>
    public long NextVersion => VersionBefore + 1;

    /// <summary>What was done to it, such as <c>put</c>; null when nothing was.</summary>
    public string? Action { get; protected set; }

    /// <summary>The environment whose part was written, when it was one only.</summary>
    public string? Environment { get; protected set; }

    /// <summary>The writes that make it so: head and version, and what its kind keeps beside them.</summary>
    internal abstract (IReadOnlyList<Write> Writes, string Digest) Encode(Change change);
}

/// <inheritdoc/>
public sealed class DraftResource<TState>(ResourceKind<TState> kind, string path, Versioned<TState>? before)
    : DraftResource
    where TState : class
{
    public ResourceKind<TState> Kind { get; } = kind;
    public override string KindName => Kind.Name;
    public override string Path { get; } = path;
    public override long VersionBefore => Before?.Version ?? 0;

    /// <summary>What is there before the change, deleted or not; null when nothing ever was.</summary>
    public Versioned<TState>? Before { get; } = before;

    /// <summary>What the change makes of it so far; null when it does not exist or is deleted.</summary>
    public TState? State { get; private set; } = before?.State;

    /// <summary>Writes a new state; null deletes.</summary>
    public void Set(TState? state, string action, string? environment = null)
    {
        State = state;
        Environment = Action is null || Environment == environment ? environment : null;
        Action = Action is null || Action == action ? action : "put";
    }

    /// <summary>Refuses when the resource is not at the version its writer knows.</summary>
    /// <exception cref="ProblemException">It is at another version.</exception>
    public void CheckVersion(VersionCondition? expected)
    {
        if (expected?.Unmet(Kind.HeadKey(Path), VersionBefore, Before?.Mark, Before?.State is not null) is { } why)
            throw new ProblemException(ProblemKind.PreconditionFailed, why);
    }

    /// <summary>Before and after, as part of a change.</summary>
    internal Written<TState> Of(Change change) =>
        new(
            Before,
            new Versioned<TState>(
                Path,
                NextVersion,
                State,
                change.CreatedAt,
                change.CreatedBy,
                change.Message,
                change.Id,
                change.Revision,
                change.CreatedById
            )
        );

    internal override (IReadOnlyList<Write> Writes, string Digest) Encode(Change change)
    {
        byte[] bytes = Kind.Encode(Of(change).After);
        return (
            [
                new Write.Put(Kind.HeadKey(Path), bytes),
                new Write.Put(Kind.VersionKey(Path, NextVersion), bytes),
                .. Kind.Marks(Path, Before?.State, State),
            ],
            ResourceKind<TState>.Digest(bytes)
        );
    }
}
