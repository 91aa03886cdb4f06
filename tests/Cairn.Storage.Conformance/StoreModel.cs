using System.Collections.Immutable;
using System.Text;

namespace Cairn.Storage.Conformance;

/// <summary>The contract in its simplest form: all states there ever were, each an immutable dictionary.</summary>
public sealed class StoreModel(long start)
{
    private readonly List<ImmutableSortedDictionary<string, Entry>> _states =
    [
        ImmutableSortedDictionary.Create<string, Entry>(KeyOrder.Instance),
    ];

    private sealed record Entry(string Value, long Created, long Revision);

    public long Head => start + _states.Count - 1;

    /// <summary>A line for each change set, in revision order.</summary>
    public List<string> ChangeSets { get; } = [];

    /// <summary>Leaves the state as it is for the revisions up to this one, which an engine took for nothing.</summary>
    public void SkipTo(long revision)
    {
        while (Head < revision)
            _states.Add(_states[^1]);
    }

    public CommitResult Apply(Transaction transaction)
    {
        if (FirstFailure(transaction, Head) is { } condition)
            return new CommitResult.Refused(condition, Head);
        var state = _states[^1];
        long revision = Head + 1;
        var changes = new List<string>();
        foreach (var write in transaction.Writes)
        {
            var existing = state.GetValueOrDefault(write.Key);
            if (write is Write.Put put)
            {
                var entry = new Entry(Encoding.UTF8.GetString(put.Value.Span), existing?.Created ?? revision, revision);
                state = state.SetItem(write.Key, entry);
                changes.Add(Line(write.Key, entry));
            }
            else if (existing is not null)
            {
                state = state.Remove(write.Key);
                changes.Add($"{write.Key} deleted");
            }
        }
        if (changes.Count == 0)
            return new CommitResult.Committed(Head);
        _states.Add(state);
        ChangeSets.Add(Line(revision, changes));
        return new CommitResult.Committed(revision);
    }

    /// <summary>Which condition is the first that does not hold after a revision; null when all hold.</summary>
    public int? FirstFailure(Transaction transaction, long atRevision)
    {
        var state = _states[(int)(atRevision - start)];
        for (int i = 0; i < transaction.Conditions.Count; i++)
        {
            var entry = state.GetValueOrDefault(transaction.Conditions[i].Key);
            bool holds = transaction.Conditions[i] switch
            {
                Condition.Absent => entry is null,
                Condition.Exists => entry is not null,
                Condition.AtRevision at => entry?.Revision == at.Revision,
                Condition.Unchanged unchanged => !state.Any(pair =>
                    pair.Key.StartsWith(unchanged.Prefix, StringComparison.Ordinal)
                    && pair.Value.Revision > unchanged.Revision
                ),
                _ => throw new ArgumentException("Unknown condition", nameof(transaction)),
            };
            if (!holds)
                return i;
        }
        return null;
    }

    public IEnumerable<string> List(string prefix, long atRevision, string? after = null) =>
        from pair in _states[(int)(atRevision - start)]
        where
            pair.Key.StartsWith(prefix, StringComparison.Ordinal)
            && (after is null || KeyOrder.Instance.Compare(pair.Key, after) > 0)
        select Line(pair.Key, pair.Value);

    public static string Line(StoreRecord record) =>
        Line(
            record.Key,
            new Entry(Encoding.UTF8.GetString(record.Value.Span), record.CreatedRevision, record.Revision)
        );

    public static string Line(ChangeSet set) =>
        Line(set.Revision, set.Changes.Select(c => c.Record is null ? $"{c.Key} deleted" : Line(c.Record)));

    /// <summary>The changes in the order of their keys: that of transactions that share a revision is the engine's
    /// affair.</summary>
    private static string Line(long revision, IEnumerable<string> changes) =>
        $"{revision}: {string.Join(", ", changes.Order(StringComparer.Ordinal))}";

    private static string Line(string key, Entry entry) => $"{key}={entry.Value} ({entry.Created}..{entry.Revision})";
}
