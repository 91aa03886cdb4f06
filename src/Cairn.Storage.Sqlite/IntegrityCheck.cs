using Cairn.Storage.Sqlite.Native;

namespace Cairn.Storage.Sqlite;

/// <summary>Everything that can be checked of a file that is open.</summary>
internal static class IntegrityCheck
{
    public static IReadOnlyList<string> Run(StoreFile file)
    {
        try
        {
            using var database = file.Connect(readOnly: true);
            var problems = database.Query("PRAGMA integrity_check").Where(line => line != "ok").ToList();
            problems.AddRange(
                database.Query(
                    """
                    WITH revisions AS (
                        SELECT DISTINCT position >> 16 AS revision FROM changes
                        WHERE position >> 16 > (SELECT compacted FROM compaction)),
                    steps AS (
                        SELECT revision,
                               lag(revision, 1, (SELECT compacted FROM compaction)) OVER (ORDER BY revision) AS previous
                        FROM revisions)
                    SELECT 'Revision ' || (previous + 1) || ' is missing; the next one is ' || revision || '.'
                    FROM steps WHERE revision <> previous + 1
                    """
                )
            );
            return problems;
        }
        catch (SqliteError e) when (e.IsDamage)
        {
            return [e.Message];
        }
        catch (SqliteError e)
        {
            throw e.ToStoreException(file.Path);
        }
    }
}
