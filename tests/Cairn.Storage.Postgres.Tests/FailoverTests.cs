using System.Collections.Concurrent;
using Cairn.Servers;
using Npgsql;

namespace Cairn.Storage.Postgres.Tests;

/// <summary>A database that breaks off connections, restarts, is full, or changes its place.</summary>
public sealed class FailoverTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));

    private CancellationToken Ct => _deadline.Token;

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task Two_nodes_share_one_order_of_commits_and_each_sees_all_of_it()
    {
        Assert.SkipWhen(fixture.Missing is not null, fixture.Missing ?? "");
        string address = fixture.Server.Address(fixture.NewSchema());
        await using var one = await OpenAsync(address);
        await using var two = await OpenAsync(address);
        var seen = new[] { one, two }.Select(store => WatchAsync(store, 400)).ToList();

        await Task.WhenAll(
            new[] { one, two }.SelectMany(
                (store, node) =>
                    Enumerable
                        .Range(0, 4)
                        .Select(async writer =>
                        {
                            for (int i = 0; i < 50; i++)
                            {
                                (
                                    await store.CommitAsync(Put($"{node}/{writer}/{i}"), Ct)
                                ).ShouldBeOfType<CommitResult.Committed>();
                            }
                        })
            )
        );

        var orders = await Task.WhenAll(seen);
        orders[0].Select(set => set.Revision).ShouldBe(Enumerable.Range(1, 400).Select(i => (long)i));
        orders[0].Select(set => set.Changes.Single().Key).ShouldBe(orders[1].Select(set => set.Changes.Single().Key));
    }

    [Fact]
    public async Task Sessions_ended_by_an_administrator_lose_nothing_and_repeat_nothing()
    {
        Assert.SkipWhen(fixture.Missing is not null, fixture.Missing ?? "");
        await using var store = await OpenAsync(fixture.Server.Address(fixture.NewSchema()));
        await using var administrator = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={fixture.Server.Port};Username=postgres;Pooling=false"
        );
        await LoadAsync(
            store,
            async acknowledged =>
            {
                for (int i = 0; i < 20; i++)
                {
                    int before = acknowledged.Count;
                    await using (
                        var command = administrator.CreateCommand(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cairn'"
                        )
                    )
                    {
                        await command.ExecuteNonQueryAsync(Ct);
                    }

                    await UntilAsync(() => acknowledged.Count > before + 20);
                }
            }
        );
    }

    [Fact]
    public async Task A_server_that_crashes_and_starts_again_loses_nothing()
    {
        Assert.SkipWhen(fixture.Missing is not null, fixture.Missing ?? "");
        using var server = await PostgresServer.StartAsync();
        await using var store = await OpenAsync(server.Address());
        await LoadAsync(
            store,
            async acknowledged =>
            {
                await server.Process.StopAsync(signal: 3); // immediate: without a checkpoint
                await server.StartAgainAsync();
                int before = acknowledged.Count;
                await UntilAsync(() => acknowledged.Count > before + 100);
            }
        );
    }

    [Fact]
    public async Task A_server_without_a_free_connection_is_waited_for()
    {
        Assert.SkipWhen(fixture.Missing is not null, fixture.Missing ?? "");
        using var server = await PostgresServer.StartAsync(
            "-c",
            "max_connections=6",
            "-c",
            "superuser_reserved_connections=0"
        );
        await using var store = await OpenAsync(server.Address());
        await using var crowd = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={server.Port};Username=postgres;Maximum Pool Size=20"
        );
        var others = new List<NpgsqlConnection>();
        try
        {
            while (true)
                others.Add(await crowd.OpenConnectionAsync(Ct));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            // Full.
        }

        var commits = Enumerable.Range(0, 20).Select(i => store.CommitAsync(Put($"{i}"), Ct).AsTask()).ToList();
        foreach (var other in others)
            await other.DisposeAsync();
        await crowd.DisposeAsync();
        (await Task.WhenAll(commits)).ShouldAllBe(result => result is CommitResult.Committed);
    }

    [Fact]
    public async Task A_synchronous_replica_takes_over_with_all_that_was_acknowledged()
    {
        Assert.SkipWhen(fixture.Missing is not null, fixture.Missing ?? "");
        using var primary = await PostgresServer.StartAsync("-c", "synchronous_standby_names=standby");
        using var replica = await PostgresServer.ReplicateAsync(primary, "standby");
        await using var store = await OpenAsync(
            $"postgres://postgres@127.0.0.1:{primary.Port},127.0.0.1:{replica.Port}/postgres"
        );
        await LoadAsync(
            store,
            async acknowledged =>
            {
                (await store.MembersAsync(Ct))
                    .Select(member => (member.Role, member.Problem))
                    .ShouldBe([("primary", null), ("replica", null)]);
                primary.Kill();
                await replica.PromoteAsync();
                int before = acknowledged.Count;
                await UntilAsync(() => acknowledged.Count > before + 100);
            }
        );
    }

    [Fact]
    public async Task A_database_that_lacks_what_a_node_has_seen_takes_no_commits_of_it()
    {
        Assert.SkipWhen(fixture.Missing is not null, fixture.Missing ?? "");
        string schema = fixture.NewSchema();
        await using var store = await OpenAsync(fixture.Server.Address(schema));
        await store.CommitAsync(Put("a"), Ct);
        await store.CommitAsync(Put("b"), Ct);
        await using var administrator = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={fixture.Server.Port};Username=postgres"
        );
        await using (
            var restore = administrator.CreateCommand(
                $"DELETE FROM {schema}.changes WHERE revision = 2; UPDATE {schema}.head SET revision = 1"
            )
        )
        {
            await restore.ExecuteNonQueryAsync(Ct);
        }

        (
            await Should.ThrowAsync<StoreUnavailableException>(async () => await store.CommitAsync(Put("c"), Ct))
        ).Message.ShouldContain("gone back to revision 1, from 2");
        await Should.ThrowAsync<StoreUnavailableException>(async () => await store.GetRevisionAsync(Ct));
    }

    [Fact]
    public async Task Tables_of_a_newer_format_are_left_alone()
    {
        Assert.SkipWhen(fixture.Missing is not null, fixture.Missing ?? "");
        string schema = fixture.NewSchema();
        await (await OpenAsync(fixture.Server.Address(schema))).DisposeAsync();
        await using var administrator = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={fixture.Server.Port};Username=postgres"
        );
        await using (var upgrade = administrator.CreateCommand($"UPDATE {schema}.meta SET version = 99"))
            await upgrade.ExecuteNonQueryAsync(Ct);

        (
            await Should.ThrowAsync<StoreUnusableException>(() => OpenAsync(fixture.Server.Address(schema)))
        ).Message.ShouldContain("99");
    }

    [Fact]
    public void An_address_is_read_with_all_its_parts()
    {
        var options = PostgresStoreOptions.Parse(
            "postgres://cairn:p%40ss@h1:5432,h2/config?schema=team_a&timeout=9&connections=20&sslmode=verify-full&ca=/ca.pem"
        );
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        (connection.Host, connection.Database, connection.Username, connection.Password).ShouldBe(
            ("h1:5432,h2", "config", "cairn", "p@ss")
        );
        (connection.SslMode, connection.RootCertificate).ShouldBe((SslMode.VerifyFull, "/ca.pem"));
        (options.Schema, options.Timeout, options.MaxConnections).ShouldBe(("team_a", TimeSpan.FromSeconds(9), 20));
    }

    [Theory]
    [InlineData("postgres://")]
    [InlineData("postgres://u:secret@h1")]
    [InlineData("postgres://u:secret@h1/db?schema=a;b")]
    [InlineData("postgres://u:secret@h1/db?sslmode=maybe")]
    [InlineData("postgres://u:secret@h1/db?speed=high")]
    public void An_address_that_cannot_be_read_is_refused_without_telling_the_password(string address) =>
        Should
            .Throw<StoreUnusableException>(() => PostgresStoreOptions.Parse(address))
            .Message.ShouldNotContain("secret");

    /// <summary>Writes while something happens; then all that was acknowledged must be there, once, and nothing that
    /// was refused.</summary>
    private async Task LoadAsync(PostgresStore store, Func<ConcurrentDictionary<string, long>, Task> happening)
    {
        var acknowledged = new ConcurrentDictionary<string, long>();
        var refused = new ConcurrentBag<string>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var writers = Enumerable
            .Range(0, 4)
            .Select(async writer =>
            {
                for (int i = 0; !enough.IsCancellationRequested; i++)
                {
                    string key = $"{writer}/{i}";
                    try
                    {
                        var result = await store.CommitAsync(
                            Put(key) with
                            {
                                Conditions = [new Condition.Absent(key)],
                            },
                            CancellationToken.None
                        );
                        if (result is CommitResult.Committed committed)
                            acknowledged[key] = committed.Revision;
                        else if (result is CommitResult.Refused)
                            refused.Add(key);
                    }
                    catch (StoreUnavailableException)
                    {
                        // The next key.
                    }
                }
            })
            .ToList();
        await UntilAsync(() => acknowledged.Count > 50);
        await happening(acknowledged);
        await enough.CancelAsync();
        await Task.WhenAll(writers);

        var listed = new Dictionary<string, long>();
        long head = await store.GetRevisionAsync(Ct);
        await foreach (var record in store.ListAsync("", head, Ct))
            listed.Add(record.Key, record.Revision);
        acknowledged.Where(entry => listed.GetValueOrDefault(entry.Key) != entry.Value).ShouldBeEmpty();
        refused.ShouldBeEmpty();
        var watched = await WatchAsync(store, (int)head);
        watched.Select(set => set.Revision).ShouldBe(Enumerable.Range(1, (int)head).Select(i => (long)i));
    }

    private async Task<PostgresStore> OpenAsync(string address) =>
        await PostgresStore.OpenAsync(PostgresStoreOptions.Parse(address), Ct);

    private static Transaction Put(string key) => new([], [new Write.Put(key, "x"u8.ToArray())]);

    private async Task<List<ChangeSet>> WatchAsync(PostgresStore store, int count)
    {
        var sets = new List<ChangeSet>();
        await foreach (var set in store.WatchAsync("", 0, Ct))
        {
            sets.Add(set);
            if (sets.Count == count)
                break;
        }
        return sets;
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(10, Ct);
    }
}
