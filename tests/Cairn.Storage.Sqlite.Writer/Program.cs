using System.Text;
using Cairn.Storage;
using Cairn.Storage.Sqlite;

// Opens the database at args[0] and commits without end, as args[1] writers whose keys start with args[2]. Each commit
// that is acknowledged becomes a line on standard output: its revision and its name. Ends only when it is killed, or
// with code 2 and a sentence when the store cannot be opened.
var (path, writers, prefix) = (args[0], int.Parse(args[1]), args[2]);
SqliteStore store;
try
{
    store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path }, CancellationToken.None);
}
catch (StoreException e)
{
    Console.Error.WriteLine($"{e.GetType().Name}: {e.Message}");
    return 2;
}

await using var output = Console.OpenStandardOutput();
var gate = new Lock();
await Task.WhenAll(
    Enumerable
        .Range(0, writers)
        .Select(writer =>
            Task.Run(async () =>
            {
                for (int i = 0; ; i++)
                {
                    string name = $"{prefix}/{writer}/{i}";
                    byte[] value = Encoding.UTF8.GetBytes(name);
                    var result = await store.CommitAsync(
                        new Transaction(
                            [new Condition.Absent($"a/{name}")],
                            [
                                new Write.Put($"a/{name}", value),
                                new Write.Put($"b/{name}", value),
                                new Write.Put($"last/{writer}", value),
                            ]
                        ),
                        CancellationToken.None
                    );
                    byte[] line = Encoding.UTF8.GetBytes($"{((CommitResult.Committed)result).Revision} {name}\n");
                    lock (gate)
                        output.Write(line);
                }
            })
        )
);
return 0;
