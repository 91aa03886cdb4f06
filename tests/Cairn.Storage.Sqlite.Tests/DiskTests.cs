namespace Cairn.Storage.Sqlite.Tests;

/// <summary>Disks that are full or cannot be written.</summary>
public sealed class DiskTests
{
    [Fact]
    public async Task A_full_disk_fails_clearly_loses_nothing_and_works_again_when_there_is_space()
    {
        using var disk = SmallFileSystem.Mount(mebibytes: 4);
        string ballast = Path.Combine(disk.Path, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[2 << 20]);
        await using var store = await SqliteStore.OpenAsync(
            new SqliteStoreOptions { Path = Path.Combine(disk.Path, "cairn.db") },
            default
        );

        var results = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(writer => Task.Run(() => WriteUntilFullAsync(store, writer)))
        );

        results.ShouldContain(r => r.Error is StoreUnavailableException);
        results
            .Select(r => r.Error)
            .OfType<StoreUnavailableException>()
            .ShouldAllBe(e => e.Message.Contains("no space left"));
        var acknowledged = results.SelectMany(r => r.Acknowledged).ToList();
        await AssertKeptAsync();

        File.Delete(ballast);
        var more = await store.CommitAsync(new Transaction([], [new Write.Put("more", new byte[100])]), default);
        more.ShouldBe(new CommitResult.Committed(acknowledged.Count + 1));
        acknowledged.Add("more");
        await AssertKeptAsync();
        (await store.CheckAsync(default)).ShouldBeEmpty();

        async Task AssertKeptAsync()
        {
            var kept = new List<string>();
            await foreach (var record in store.ListAsync("", await store.GetRevisionAsync(default), default))
                kept.Add(record.Key);
            kept.ShouldBe(acknowledged, ignoreOrder: true);
            (await store.GetRevisionAsync(default)).ShouldBe(acknowledged.Count);
        }
    }

    [Fact]
    public async Task A_folder_on_a_read_only_disk_is_refused()
    {
        using var disk = SmallFileSystem.Mount(mebibytes: 1);
        disk.MakeReadOnly();
        await RefusesAsync(Path.Combine(disk.Path, "cairn.db"));
        await RefusesAsync(Path.Combine(disk.Path, "folder", "cairn.db"));
    }

    [Fact]
    public async Task A_database_on_a_read_only_disk_is_refused()
    {
        using var disk = SmallFileSystem.Mount(mebibytes: 1);
        string path = Path.Combine(disk.Path, "cairn.db");
        await using (var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path }, default))
            await store.CommitAsync(new Transaction([], [new Write.Put("a", default)]), default);
        disk.MakeReadOnly();
        await RefusesAsync(path);
    }

    [Fact]
    public async Task A_folder_without_write_permission_is_refused()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Root may write everywhere.");
            return;
        }
        using var folder = new TemporaryFolder();
        var locked = Directory.CreateDirectory(folder.File("locked"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await RefusesAsync(Path.Combine(locked.FullName, "cairn.db"));
    }

    private static async Task RefusesAsync(string path)
    {
        var error = await Should.ThrowAsync<StoreUnusableException>(() =>
            SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path }, default)
        );
        error.Message.ShouldContain("cannot be written");
        error.Message.ShouldContain(Path.GetDirectoryName(path)!);
    }

    private static async Task<(List<string> Acknowledged, Exception? Error)> WriteUntilFullAsync(
        SqliteStore store,
        int writer
    )
    {
        var acknowledged = new List<string>();
        for (int i = 0; ; i++)
        {
            string key = $"{writer}/{i}";
            try
            {
                var result = await store.CommitAsync(
                    new Transaction([], [new Write.Put(key, new byte[16 << 10])]),
                    default
                );
                result.ShouldBeOfType<CommitResult.Committed>();
                acknowledged.Add(key);
            }
            catch (StoreException e)
            {
                return (acknowledged, e);
            }
        }
    }
}
