namespace Cairn.Storage.Etcd;

/// <summary>Transactions that etcd takes as one, because none reads or writes what another one writes: each has its own
/// outcome, and in whichever order they are thought of, the outcomes are the same. Those that are committed share a
/// revision.</summary>
internal sealed class CommitBatch(EtcdStoreOptions options)
{
    /// <summary>What etcd adds to a request in its log (an identifier, the user, the revision of its rights), and
    /// ours.</summary>
    public const int OverheadBytes = 1024;

    /// <summary>The head record takes one operation of each request.</summary>
    public const int OwnOperations = 1;

    /// <summary>What frames a transaction within another.</summary>
    private const int NestingBytes = 16;

    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private readonly List<string> _prefixes = [];
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly List<EtcdCommit> _commits = [];
    private int _bytes = OverheadBytes;
    private int _operations;

    public IReadOnlyList<EtcdCommit> Commits => _commits;

    /// <summary>Whether there is room for a transaction, and it is independent of the others. An empty batch takes
    /// any.</summary>
    public bool Takes(EtcdCommit commit) =>
        _commits.Count == 0
        || (
            _bytes + commit.Size + NestingBytes <= options.MaxRequestBytes
            // etcd counts what is on the way from the outer transaction to the end of the longest inner one.
            && _commits.Count + 1 + OwnOperations + Math.Max(_operations, commit.Operations)
                <= options.MaxTransactionOperations
            && IsIndependent(commit.Transaction)
        );

    public void Add(EtcdCommit commit)
    {
        _bytes += commit.Size + NestingBytes;
        _operations = Math.Max(_operations, commit.Operations);
        foreach (var condition in commit.Transaction.Conditions)
        {
            if (condition is Condition.Unchanged)
                _prefixes.Add(condition.Key);
            else
                _touched.Add(condition.Key);
        }

        foreach (var write in commit.Transaction.Writes)
        {
            _touched.Add(write.Key);
            _written.Add(write.Key);
        }
        _commits.Add(commit);
    }

    private bool IsIndependent(Transaction transaction)
    {
        foreach (var condition in transaction.Conditions)
        {
            if (
                condition is Condition.Unchanged
                    ? _written.Any(key => key.StartsWith(condition.Key, StringComparison.Ordinal))
                    : _written.Contains(condition.Key)
            )
            {
                return false;
            }
        }

        foreach (var write in transaction.Writes)
        {
            if (
                _touched.Contains(write.Key)
                || _prefixes.Exists(prefix => write.Key.StartsWith(prefix, StringComparison.Ordinal))
            )
            {
                return false;
            }
        }

        return true;
    }
}
