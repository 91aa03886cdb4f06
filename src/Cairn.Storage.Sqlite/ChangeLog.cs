using System.Diagnostics;
using System.Text;
using Cairn.Storage.Sqlite.Native;

namespace Cairn.Storage.Sqlite;

/// <summary>Applies transactions on the writing connection: rules, revisions and rows.</summary>
internal sealed class ChangeLog(Database database, long head)
{
    private readonly Statement _begin = database.Prepare("BEGIN IMMEDIATE");
    private readonly Statement _commit = database.Prepare("COMMIT");
    private readonly Statement _rollback = database.Prepare("ROLLBACK");
    private readonly Statement _newest = database.Prepare(
        "SELECT position, created FROM changes INDEXED BY history WHERE key = ?1 ORDER BY position DESC LIMIT 1"
    );
    private readonly Statement _newer = database.Prepare(
        """
        SELECT 1 FROM changes c WHERE position >= ?1 AND key >= ?2 AND key < ?3 AND created <> 0
        AND NOT EXISTS (SELECT 1 FROM changes n INDEXED BY history WHERE n.key = c.key AND n.position > c.position) LIMIT 1
        """
    );
    private readonly Statement _append = database.Prepare(
        "INSERT INTO changes (position, key, created, value) VALUES (?1, ?2, ?3, ?4)"
    );

    private List<ChangeSet> _changeSets = [];
    private long _revision = head;
    private long _committed = head;

    /// <summary>True while the outcome of a batch depends on its COMMIT.</summary>
    public bool IsCommitting { get; private set; }

    public void Begin() => _begin.Run();

    /// <summary>Applies one transaction to the state its predecessors in this batch left.</summary>
    public CommitResult Apply(Transaction transaction)
    {
        for (int i = 0; i < transaction.Conditions.Count; i++)
        {
            if (!Holds(transaction.Conditions[i]))
                return new CommitResult.Refused(i, _revision);
        }

        long revision = _revision + 1;
        var changes = new List<StoreChange>(transaction.Writes.Count);
        foreach (var write in transaction.Writes)
        {
            var current = Newest(write.Key);
            switch (write)
            {
                case Write.Put put:
                    long created = current.Exists ? current.Created : revision;
                    // Watchers keep the record; the caller may use its buffer again once it has its answer.
                    var record = new StoreRecord(put.Key, put.Value.ToArray(), created, revision);
                    Append(Position.Of(revision, changes.Count), record);
                    changes.Add(new StoreChange(put.Key, record));
                    break;
                case Write.Delete when current.Exists:
                    AppendDeletion(Position.Of(revision, changes.Count), write.Key);
                    changes.Add(new StoreChange(write.Key, null));
                    break;
                case Write.Delete:
                    break;
                default:
                    throw new UnreachableException($"{write}");
            }
        }
        if (changes.Count == 0)
            return new CommitResult.Committed(_revision);
        _changeSets.Add(new ChangeSet(revision, changes));
        _revision = revision;
        return new CommitResult.Committed(revision);
    }

    /// <summary>Makes the batch durable.</summary>
    public void Commit()
    {
        IsCommitting = true;
        _commit.Run();
        IsCommitting = false;
        _committed = _revision;
    }

    /// <summary>Forgets the batch. SQLite itself has rolled back after some errors.</summary>
    public void Rollback()
    {
        IsCommitting = false;
        _revision = _committed;
        _changeSets.Clear();
        if (!database.AutoCommit)
            _rollback.Run();
    }

    /// <summary>What the batch has committed, once.</summary>
    public List<ChangeSet> TakeChangeSets()
    {
        var taken = _changeSets;
        _changeSets = [];
        return taken;
    }

    private bool Holds(Condition condition)
    {
        if (condition is Condition.Unchanged unchanged)
            return unchanged.Revision >= _revision || !IsNewer(unchanged);
        var current = Newest(condition.Key);
        return condition switch
        {
            Condition.Absent => !current.Exists,
            Condition.Exists => current.Exists,
            Condition.AtRevision at => current.Exists && current.Revision == at.Revision,
            _ => throw new UnreachableException($"{condition}"),
        };
    }

    private bool IsNewer(Condition.Unchanged condition)
    {
        byte[] prefix = Encoding.UTF8.GetBytes(condition.Prefix);
        _newer.Bind(1, Position.After(condition.Revision));
        _newer.BindText(2, prefix);
        _newer.BindText(3, [.. prefix, Reader.AboveUtf8]);
        bool found = _newer.Step();
        _newer.Reset();
        return found;
    }

    private (bool Exists, long Created, long Revision) Newest(string key)
    {
        _newest.BindText(1, key);
        if (!_newest.Step())
            return default;
        var (position, created) = (_newest.Number(0), _newest.Number(1));
        _newest.Reset();
        return (created != 0, created, Position.Revision(position));
    }

    private void Append(long position, StoreRecord record)
    {
        _append.Bind(1, position);
        _append.BindText(2, record.Key);
        _append.Bind(3, record.CreatedRevision);
        _append.BindBlob(4, record.Value.Span);
        _append.Run();
    }

    private void AppendDeletion(long position, string key)
    {
        _append.Bind(1, position);
        _append.BindText(2, key);
        _append.Bind(3, 0);
        _append.BindNull(4);
        _append.Run();
    }
}
