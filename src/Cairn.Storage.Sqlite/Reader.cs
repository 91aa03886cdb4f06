using System.Text;
using Cairn.Storage.Sqlite.Native;
using Cairn.Storage.Watching;

namespace Cairn.Storage.Sqlite;

/// <summary>A read-only connection and what is asked of it. Every question is one short read transaction, so that a
/// slow consumer never holds up a checkpoint.</summary>
internal sealed class Reader(Database database) : IDisposable
{
    private const int PageRecords = 512;
    private const int PageBytes = 1 << 20;

    /// <summary>No UTF-8 has this byte: whatever starts with a prefix is before prefix + 0xFF.</summary>
    internal const byte AboveUtf8 = 0xFF;

    private readonly Statement _begin = database.Prepare("BEGIN");
    private readonly Statement _end = database.Prepare("COMMIT");
    private readonly Statement _state = database.Prepare(
        "SELECT compacted, max(compacted, (SELECT coalesce(max(position), 0) FROM changes) >> 16) FROM compaction"
    );
    private readonly Statement _get = database.Prepare(
        """
        SELECT position, created, value FROM changes
        WHERE position = (SELECT max(position) FROM changes INDEXED BY history WHERE key = ?1)
        """
    );
    private readonly Statement _list = database.Prepare(
        """
        SELECT c.key, c.position, c.created, c.value
        FROM (SELECT max(position) AS position, created FROM changes INDEXED BY history
              WHERE key >= ?1 AND key < ?2 AND position < ?3 GROUP BY key) newest
        CROSS JOIN changes c ON c.position = newest.position
        WHERE newest.created <> 0
        """
    );
    private readonly Statement _since = database.Prepare(
        """
        SELECT position, key, created, value FROM changes
        WHERE position >= ?1 AND key >= ?2 AND key < ?3 ORDER BY position
        """
    );

    /// <summary>The oldest revision that can be listed, and the newest.</summary>
    public (long Compacted, long Head) State()
    {
        _state.Step();
        var state = (_state.Number(0), _state.Number(1));
        _state.Reset();
        return state;
    }

    public StoreRecord? Get(string key)
    {
        _get.BindText(1, key);
        if (!_get.Step())
            return null;
        var (position, created) = (_get.Number(0), _get.Number(1));
        var record = created == 0 ? null : new StoreRecord(key, _get.Blob(2), created, Position.Revision(position));
        _get.Reset();
        return record;
    }

    /// <summary>The records below a prefix from a key on, as they were after a commit.</summary>
    /// <returns>A page, and the key of the next one, null at the end.</returns>
    public (List<StoreRecord> Records, byte[]? Next) List(
        ReadOnlySpan<byte> prefix,
        ReadOnlySpan<byte> fromKey,
        long atRevision
    )
    {
        _begin.Run();
        try
        {
            var (compacted, _) = State();
            if (atRevision < compacted)
                throw new RevisionCompactedException(atRevision, compacted);

            _list.BindText(1, fromKey);
            _list.BindText(2, [.. prefix, AboveUtf8]);
            _list.Bind(3, Position.After(atRevision));
            var (records, bytes) = (new List<StoreRecord>(), 0);
            while (_list.Step())
            {
                byte[] value = _list.Blob(3);
                var record = new StoreRecord(_list.Text(0), value, _list.Number(2), Position.Revision(_list.Number(1)));
                records.Add(record);
                bytes += value.Length;
                if (records.Count < PageRecords && bytes < PageBytes)
                    continue;
                _list.Reset();
                return (records, [.. Encoding.UTF8.GetBytes(record.Key), 0]); // the smallest key behind it
            }
            return (records, null);
        }
        finally
        {
            _end.Run();
        }
    }

    /// <summary>Whole change sets from a revision on, as many as fit a page.</summary>
    public HistoryPage ReadHistory(string prefix, long fromRevision)
    {
        _begin.Run();
        try
        {
            var (compacted, head) = State();
            if (fromRevision <= compacted)
                throw new RevisionCompactedException(fromRevision, compacted);

            _since.Bind(1, Position.Of(fromRevision, 0));
            _since.BindText(2, prefix);
            _since.BindText(3, [.. Encoding.UTF8.GetBytes(prefix), AboveUtf8]);
            var (sets, changes, count, bytes) = (new List<ChangeSet>(), new List<StoreChange>(), 0, 0);
            long revision = 0;
            while (_since.Step())
            {
                long next = Position.Revision(_since.Number(0));
                if (next != revision && changes.Count > 0)
                {
                    sets.Add(new ChangeSet(revision, changes));
                    changes = [];
                    if (count >= PageRecords || bytes >= PageBytes)
                    {
                        _since.Reset();
                        return new HistoryPage(sets, next - 1);
                    }
                }
                revision = next;
                var (key, created) = (_since.Text(1), _since.Number(2));
                var record = created == 0 ? null : new StoreRecord(key, _since.Blob(3), created, revision);
                changes.Add(new StoreChange(key, record));
                count++;
                bytes += record?.Value.Length ?? 0;
            }
            if (changes.Count > 0)
                sets.Add(new ChangeSet(revision, changes));
            return new HistoryPage(sets, head);
        }
        finally
        {
            _end.Run();
        }
    }

    public void Dispose() => database.Dispose();
}
