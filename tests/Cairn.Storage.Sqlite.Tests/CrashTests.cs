namespace Cairn.Storage.Sqlite.Tests;

public sealed class CrashTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(2));

    public void Dispose()
    {
        _deadline.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Killed_20_times_while_32_writers_write_it_has_lost_nothing_it_acknowledged()
    {
        var ct = _deadline.Token;
        string path = _folder.File("cairn.db");
        var random = new Random(20);
        long before = 0;
        for (int round = 0; round < 20; round++)
        {
            List<(long Revision, string Name)> acknowledged;
            using (var writer = new WriterProcess(path, writers: 32, prefix: $"r{round}"))
                acknowledged = await writer.KillAfterAsync(random.Next(100, 3000));

            await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path }, ct);
            (await store.CheckAsync(ct)).ShouldBeEmpty();
            long head = await store.GetRevisionAsync(ct);
            var kept = new Dictionary<long, string>();
            await foreach (var set in store.WatchAsync("", before, ct))
            {
                set.Revision.ShouldBe(before + kept.Count + 1);
                string name = set.Changes[0].Key[2..];
                set.Changes.Select(c => c.Key).ShouldBe([$"a/{name}", $"b/{name}", $"last/{name.Split('/')[1]}"]);
                kept.Add(set.Revision, name);
                if (set.Revision == head)
                    break;
            }
            foreach (var (revision, name) in acknowledged)
                kept.GetValueOrDefault(revision).ShouldBe(name);
            // Each writer has at most one commit under way.
            (kept.Count - acknowledged.Count).ShouldBeInRange(0, 33);
            before = head;
        }
    }

    [Fact]
    public async Task A_second_process_is_told_that_the_file_is_in_use()
    {
        string path = _folder.File("cairn.db");
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path }, _deadline.Token);

        using var second = new WriterProcess(path, writers: 1, prefix: "x");
        var (code, error) = await second.ExitAsync();

        code.ShouldBe(2);
        error.ShouldContain($"{path} is in use by another process");
        (await store.GetRevisionAsync(_deadline.Token)).ShouldBe(0);
    }

    [Theory]
    [InlineData("symbolic link")]
    [InlineData("hard link")]
    [InlineData("link to the folder")]
    public async Task A_second_process_is_told_so_whatever_name_it_knows_the_file_by(string kind)
    {
        string path = _folder.File("cairn.db");
        await using (await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path }, _deadline.Token)) { }
        string other = Directory.CreateDirectory(_folder.File("elsewhere")).FullName + "/cairn.db";
        if (kind == "symbolic link")
        {
            File.CreateSymbolicLink(other, path);
        }
        else if (kind == "hard link")
        {
            System.Diagnostics.Process.Start("ln", [path, other]).WaitForExit();
        }
        else
        {
            other =
                Directory.CreateSymbolicLink(_folder.File("link"), Path.GetDirectoryName(path)!).FullName + "/cairn.db";
        }

        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path }, _deadline.Token);

        using var second = new WriterProcess(other, writers: 1, prefix: "x");
        var (code, error) = await second.ExitAsync();

        code.ShouldBe(2);
        error.ShouldContain("in use by another process");
        await store.CommitAsync(new Transaction([], [new Write.Put("still", new byte[1])]), _deadline.Token);
    }

    [Fact]
    public async Task A_second_store_in_the_same_process_is_told_the_same_and_gets_the_file_afterwards()
    {
        var options = new SqliteStoreOptions { Path = _folder.File("cairn.db") };
        var first = await SqliteStore.OpenAsync(options, _deadline.Token);
        (
            await Should.ThrowAsync<StoreUnusableException>(() => SqliteStore.OpenAsync(options, _deadline.Token))
        ).Message.ShouldContain("in use");
        await first.DisposeAsync();

        await using var second = await SqliteStore.OpenAsync(options, _deadline.Token);
    }
}
