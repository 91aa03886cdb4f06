using Cairn.Core.Access;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Changes;

/// <summary>A change being planned: the state of one revision, and what the operations so far would make of it.</summary>
/// <param name="preview">Whether it is only looked at and never committed.</param>
public sealed class ChangeDraft(CatalogSnapshot snapshot, IStore store, Caller caller, bool preview = false)
{
    private readonly List<DraftResource> _resources = [];
    private readonly Dictionary<string, (Condition Condition, Write? Write)> _guards = new(StringComparer.Ordinal);

    /// <summary>The state it starts from.</summary>
    public CatalogSnapshot Snapshot { get; } = snapshot;

    /// <summary>Whether it will never be committed, so that nothing should be used up for it.</summary>
    public bool IsPreview { get; } = preview;

    /// <summary>Whose change it is.</summary>
    public Caller Caller { get; } = caller;

    /// <summary>The resources touched, in the order of their first touch.</summary>
    public IReadOnlyList<DraftResource> Resources => _resources;

    /// <summary>A resource to work on; the same object for the same resource.</summary>
    public DraftResource<TState> Open<TState>(ResourceKind<TState> kind, string path) where TState : class
    {
        foreach (var known in _resources)
            if (known is DraftResource<TState> resource && resource.Kind == kind && resource.Path == path)
                return resource;
        var opened = new DraftResource<TState>(kind, path, Snapshot.Of(kind.Catalog).Get(path));
        _resources.Add(opened);
        return opened;
    }

    /// <summary>The state of a resource as the draft has it, without touching it.</summary>
    public TState? Peek<TState>(ResourceKind<TState> kind, string path) where TState : class
    {
        foreach (var known in _resources)
            if (known is DraftResource<TState> resource && resource.Kind == kind && resource.Path == path)
                return resource.State;
        return Snapshot.Of(kind.Catalog).Get(path)?.State;
    }

    /// <summary>All resources of a kind that the draft has written or looked at, as it has them.</summary>
    public IEnumerable<DraftResource<TState>> Opened<TState>(ResourceKind<TState> kind) where TState : class =>
        _resources.OfType<DraftResource<TState>>().Where(resource => resource.Kind == kind);

    /// <summary>Makes the commit depend on a resource that is read, not written: when somebody else writes it first, the
    /// change is planned anew.</summary>
    public void DependOn<TState>(ResourceKind<TState> kind, string path) where TState : class
    {
        string key = kind.HeadKey(path);
        long? revision = Snapshot.Of(kind.Catalog).Get(path)?.Revision;
        _guards.TryAdd(key, (ConditionOf(key, revision), null));
    }

    /// <summary>Makes the commit depend on a mark that others write who must not be first, and perhaps writes it too.</summary>
    /// <param name="key">The mark's store key.</param>
    /// <param name="revision">The mark's revision in <see cref="Snapshot"/>; null when there is none.</param>
    /// <param name="claim">Whether those who depend on the mark must not commit at the same time.</param>
    public void Guard(string key, long? revision, bool claim)
    {
        if (claim || !_guards.ContainsKey(key))
            _guards[key] = (ConditionOf(key, revision), claim ? new Write.Put(key, "{}"u8.ToArray()) : null);
    }

    /// <summary>What the commit depends on beside the resources it writes.</summary>
    internal IEnumerable<(Condition Condition, Write? Write)> Guards(IReadOnlySet<string> written) =>
        _guards.Where(guard => !written.Contains(guard.Key)).Select(guard => guard.Value);

    private static Condition ConditionOf(string key, long? revision) =>
        revision is { } known ? new Condition.AtRevision(key, known) : new Condition.Absent(key);

    /// <summary>An older version of a resource.</summary>
    /// <exception cref="ProblemException">There is no such version.</exception>
    public async ValueTask<Versioned<TState>> ReadVersionAsync<TState>(
        ResourceKind<TState> kind, string path, long version, CancellationToken ct) where TState : class =>
        await kind.ReadVersionAsync(store, path, version, ct)
        ?? throw new ProblemException(ProblemKind.NotFound, $"{kind.HeadKey(path)} has no version {version}.");
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

    /// <summary>The condition and the writes that make it so.</summary>
    internal abstract (Condition Condition, Write Head, Write Version, string Digest) Encode(Change change);
}

/// <inheritdoc/>
public sealed class DraftResource<TState>(ResourceKind<TState> kind, string path, Versioned<TState>? before) : DraftResource
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

    internal override (Condition Condition, Write Head, Write Version, string Digest) Encode(Change change)
    {
        byte[] bytes = Kind.Encode(new Versioned<TState>(
            Path, NextVersion, State, change.CreatedAt, change.CreatedBy, change.Message, change.Id, Revision: 0));
        string head = Kind.HeadKey(Path);
        Condition condition = Before is { } before ? new Condition.AtRevision(head, before.Revision) : new Condition.Absent(head);
        return (condition, new Write.Put(head, bytes), new Write.Put(Kind.VersionKey(Path, NextVersion), bytes), ResourceKind<TState>.Digest(bytes));
    }
}
