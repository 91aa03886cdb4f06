using System.Diagnostics;
using Cairn.Storage.Sqlite.Native;

namespace Cairn.Storage.Sqlite;

/// <summary>Compaction, in steps short enough for the writer to take between two batches.</summary>
/// <remarks>First the new limit is written down, then superseded rows are swept. The sweep visits each row that became
/// older than the limit since the last one, in log order, and removes what that row supersedes (and the row itself, if
/// it is a deletion). How far it came is stored with each step, so that after a crash the next one goes on
/// there.</remarks>
internal static class Compactor
{
    private const int StepRows = 1000;
    private static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(20);

    /// <summary>Raises the limit; the state at older revisions is unreadable from then on.</summary>
    public static void RaiseLimit(Database database, long throughRevision) =>
        database.Execute($"UPDATE compaction SET compacted = max(compacted, {throughRevision})");

    /// <summary>Removes some of what the limit makes useless.</summary>
    /// <returns>True when there is more.</returns>
    public static bool Sweep(Database database)
    {
        long began = Stopwatch.GetTimestamp();
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            long end = Position.After(database.QueryNumber("SELECT compacted FROM compaction"));
            long from = database.QueryNumber("SELECT swept FROM compaction");
            var rows = Rows(database, from, end);
            long swept = rows.Count < StepRows ? end - 1 : rows[^1].Position;

            using var supersede = database.PrepareOnce(
                "DELETE FROM changes WHERE position IN (SELECT position FROM changes INDEXED BY history WHERE "
                    + "key = ?1 AND position < ?2)"
            );
            using var forget = database.PrepareOnce("DELETE FROM changes WHERE position = ?1");
            foreach (var (position, key, isDeletion) in rows)
            {
                supersede.BindText(1, key);
                supersede.Bind(2, position);
                supersede.Run();
                if (isDeletion)
                {
                    forget.Bind(1, position);
                    forget.Run();
                }
                if (Stopwatch.GetElapsedTime(began) < StepTime)
                    continue;
                swept = position;
                break;
            }
            database.Execute($"UPDATE compaction SET swept = max(swept, {swept})");
            database.Execute("COMMIT");
            return swept < end - 1;
        }
        catch
        {
            if (!database.AutoCommit)
                database.Execute("ROLLBACK");
            throw;
        }
    }

    private static List<(long Position, string Key, bool IsDeletion)> Rows(Database database, long after, long before)
    {
        using var select = database.PrepareOnce(
            "SELECT position, key, created FROM changes WHERE position > ?1 AND position < ?2 ORDER BY "
                + "position LIMIT ?3"
        );
        select.Bind(1, after);
        select.Bind(2, before);
        select.Bind(3, StepRows);
        var rows = new List<(long, string, bool)>();
        while (select.Step())
            rows.Add((select.Number(0), select.Text(1), select.Number(2) == 0));
        return rows;
    }
}
