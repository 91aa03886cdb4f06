using System.Diagnostics;

namespace Cairn.Storage.Postgres;

/// <summary>Transactions that become durable together: each is applied to the state its predecessors left.</summary>
internal sealed class Batch(IReadOnlyList<PendingCommit> requests)
{
    private readonly Dictionary<string, State> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _newest = new(StringComparer.Ordinal);
    private int[] _lengths = [];

    /// <summary>Tells this batch from all others, however often it is sent.</summary>
    public Guid Token { get; } = Guid.NewGuid();

    public IReadOnlyList<PendingCommit> Requests => requests;

    /// <summary>Every key whose newest state has to be known.</summary>
    public List<string> Keys { get; } =
    [
        .. requests
            .SelectMany(request =>
                request
                    .Transaction.Conditions.Where(condition => condition is not Condition.Unchanged)
                    .Select(condition => condition.Key)
                    .Concat(request.Transaction.Writes.Select(write => write.Key))
            )
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Below which prefixes every record has to be known that was written after a revision.</summary>
    public List<(string Prefix, long After)> Prefixes { get; } =
    [
        .. requests
            .SelectMany(request => request.Transaction.Conditions.OfType<Condition.Unchanged>())
            .GroupBy(condition => condition.Prefix, StringComparer.Ordinal)
            .Select(group => (group.Key, group.Min(condition => condition.Revision))),
    ];

    public List<ChangeSet> ChangeSets { get; } = [];

    /// <summary>What each request will be told once the batch is durable.</summary>
    public List<CommitResult> Results { get; } = [];

    /// <summary>Works it out from the newest states, forgetting an earlier attempt.</summary>
    /// <param name="head">The newest revision.</param>
    /// <param name="states">Of <see cref="Keys"/> and below <see cref="Prefixes"/>: the revision that last wrote it,
    /// and the one that made it, 0 when it was deleted.</param>
    public void Apply(long head, IEnumerable<(string Key, long Revision, long Created)> states)
    {
        _states.Clear();
        ChangeSets.Clear();
        Results.Clear();
        _newest.Clear();
        foreach (var (prefix, _) in Prefixes)
            _newest[prefix] = 0;
        _lengths = [.. _newest.Keys.Select(prefix => prefix.Length).Distinct()];
        foreach (var (key, revision, created) in states)
            Set(key, new State(revision, created));
        foreach (var request in requests)
            Results.Add(Apply(request.Transaction, ref head));
    }

    private CommitResult Apply(Transaction transaction, ref long head)
    {
        for (int i = 0; i < transaction.Conditions.Count; i++)
        {
            if (!Holds(transaction.Conditions[i]))
                return new CommitResult.Refused(i, head);
        }

        long revision = head + 1;
        var changes = new List<StoreChange>(transaction.Writes.Count);
        foreach (var write in transaction.Writes)
        {
            var current = _states.GetValueOrDefault(write.Key);
            if (write is Write.Put put)
            {
                long created = current.Created != 0 ? current.Created : revision;
                // Watchers keep the record; the caller may use its buffer again once it has its answer.
                changes.Add(new StoreChange(put.Key, new StoreRecord(put.Key, put.Value.ToArray(), created, revision)));
                Set(put.Key, new State(revision, created));
            }
            else if (current.Created != 0)
            {
                changes.Add(new StoreChange(write.Key, null));
                Set(write.Key, new State(revision, 0));
            }
        }
        if (changes.Count == 0)
            return new CommitResult.Committed(head);
        ChangeSets.Add(new ChangeSet(revision, changes));
        head = revision;
        return new CommitResult.Committed(revision);
    }

    private void Set(string key, State state)
    {
        _states[key] = state;
        foreach (int length in _lengths)
        {
            if (key.Length >= length && key[..length] is var prefix && _newest.TryGetValue(prefix, out long newest))
            {
                _newest[prefix] =
                    state.Created != 0
                        ? Math.Max(newest, state.Revision)
                        : _states
                            .Where(other =>
                                other.Value.Created != 0 && other.Key.StartsWith(prefix, StringComparison.Ordinal)
                            )
                            .Select(other => other.Value.Revision)
                            .DefaultIfEmpty()
                            .Max();
            }
        }
    }

    private bool Holds(Condition condition)
    {
        if (condition is Condition.Unchanged unchanged)
            return _newest[unchanged.Prefix] <= unchanged.Revision;
        var current = _states.GetValueOrDefault(condition.Key);
        return condition switch
        {
            Condition.Absent => current.Created == 0,
            Condition.Exists => current.Created != 0,
            Condition.AtRevision at => current.Created != 0 && current.Revision == at.Revision,
            _ => throw new UnreachableException($"{condition}"),
        };
    }

    private readonly record struct State(long Revision, long Created);
}
