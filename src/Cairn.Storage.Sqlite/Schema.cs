using Cairn.Storage.Sqlite.Native;

namespace Cairn.Storage.Sqlite;

/// <summary>What lies in the file: an API of its own, changed only by a new migration.</summary>
/// <remarks>
/// <para><c>changes</c> is the log and, at the same time, the state: the newest row of a key says what is there. A
/// row's position is its revision × 65536 plus its number within the commit, so the table is clustered in revision
/// order and watchers read it front to back. <c>history</c> finds a key's newest row, or its newest up to a revision,
/// and says whether it is a deletion without touching the table.</para>
/// <para>Keys are TEXT compared byte by byte (BINARY, in a UTF-8 database). Values are blobs: of any bytes, but
/// <c>sqlite3</c> shows JSON as what it is.</para>
/// <para>A worked example: revision 1 puts a and b, 2 puts a again, 3 deletes b:</para>
/// <code>
/// position  key created value
/// 1·65536+0 a   1       v1
/// 1·65536+1 b   1       v1
/// 2·65536+0 a   1       v2
/// 3·65536+0 b   0       null
/// </code>
/// <para>Compacting through 3 leaves only the third row.</para>
/// </remarks>
internal static class Schema
{
    /// <summary>The file's application id (offset 68 of a SQLite header): "Carn" in ASCII.</summary>
    public const int ApplicationId = 0x4361726E;

    /// <summary>Step n takes a file from format n to n + 1; the format is the file's <c>user_version</c>.</summary>
    private static readonly string[] Migrations =
    [
        """
            CREATE TABLE changes (
                position INTEGER PRIMARY KEY, -- revision * 65536 + number within the commit
                key      TEXT NOT NULL,
                created  INTEGER NOT NULL,    -- the revision that made the key; 0: this row deletes it
                value    BLOB                 -- null where the key is deleted
            );
            CREATE UNIQUE INDEX history ON changes (key, position, created);
            CREATE TABLE compaction (
                one       INTEGER PRIMARY KEY CHECK (one = 1),
                compacted INTEGER NOT NULL,   -- the oldest revision that can be listed
                swept     INTEGER NOT NULL    -- the position through which superseded rows are gone
            );
            INSERT INTO compaction VALUES (1, 0, 0);
            """,
    ];

    public static int Format => Migrations.Length;

    /// <summary>Brings the file to the current format, each step whole or not at all.</summary>
    /// <exception cref="StoreUnusableException">It is of a newer format, or not Cairn's.</exception>
    public static void Migrate(Database database, string path)
    {
        long format = database.QueryNumber("PRAGMA user_version");
        long application = database.QueryNumber("PRAGMA application_id");
        bool isNew = format == 0 && application == 0 && database.QueryNumber("SELECT count(*) FROM sqlite_schema") == 0;
        if (!isNew && application != ApplicationId)
        {
            throw new StoreUnusableException(
                $"{path} is a SQLite database, but not one of Cairn's. Name another file."
            );
        }

        if (format > Format)
        {
            throw new StoreUnusableException(
                $"{path} has format {format}, written by a newer Cairn; this one reads up to format {Format}. "
                    + "Start the newer version."
            );
        }

        for (long step = format; step < Format; step++)
        {
            database.Execute(
                $"""
                BEGIN IMMEDIATE;
                {Migrations[step]}
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {step + 1};
                COMMIT;
                """
            );
        }
    }
}

/// <summary>Where a change is in the log.</summary>
internal static class Position
{
    // More than one commit may have: see the store's limits.
    private const int IndexBits = 16;

    public static long Of(long revision, int index) => (revision << IndexBits) + index;

    /// <summary>The first position behind a revision.</summary>
    public static long After(long revision) => Of(revision + 1, 0);

    public static long Revision(long position) => position >> IndexBits;
}
