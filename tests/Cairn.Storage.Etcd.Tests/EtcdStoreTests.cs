using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Servers;
using Cairn.Storage.Etcd.Grpc;

namespace Cairn.Storage.Etcd.Tests;

/// <summary>What is particular to etcd: addresses, signing in, TLS, other users of the cluster.</summary>
public sealed class EtcdStoreTests : IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));

    private CancellationToken Ct => _deadline.Token;

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public void An_address_is_read_with_all_its_parts()
    {
        var options = EtcdStoreOptions.Parse(
            "etcd://cairn:p%40ss@h1:2379,h2/teams/a?ca=/ca.pem&cert=/c.pem&key=/k.pem&timeout=9&max-txn-ops=512"
        );

        options.Endpoints.ShouldBe(["h1:2379", "h2:2379"]);
        (options.Prefix, options.User, options.Password).ShouldBe(("teams/a", "cairn", "p@ss"));
        (options.Tls, options.CertificateAuthority, options.Certificate, options.CertificateKey).ShouldBe(
            (true, "/ca.pem", "/c.pem", "/k.pem")
        );
        (options.Timeout, options.MaxTransactionOperations).ShouldBe((TimeSpan.FromSeconds(9), 512));
        EtcdStoreOptions.Parse("etcd://h1").Prefix.ShouldBe("cairn");
        EtcdStoreOptions
            .Parse("etcds://[::1]:1")
            .ShouldSatisfyAllConditions(o => o.Tls.ShouldBeTrue(), o => o.Endpoints.ShouldBe(["[::1]:1"]));
    }

    [Theory]
    [InlineData("etcd://")]
    [InlineData("etcd:///prefix")]
    [InlineData("http://h1:2379")]
    [InlineData("etcd://u:secret@h1:port")]
    [InlineData("etcd://u:secret@h1?speed=high")]
    [InlineData("etcd://u:secret@h1?timeout=0")]
    [InlineData("etcd://u:secret@h1?cert=/c.pem")]
    public void An_address_that_cannot_be_read_is_refused_without_telling_the_password(string address) =>
        Should.Throw<StoreUnusableException>(() => EtcdStoreOptions.Parse(address)).Message.ShouldNotContain("secret");

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a%20b%C3%A9", "a bé")]
    [InlineData("100%", "100%")]
    [InlineData("%zz%41", "%zzA")]
    public void Status_messages_are_percent_decoded_and_malformed_ones_kept(string sent, string read) =>
        GrpcStatus.Decode(sent).ShouldBe(read);

    [Fact]
    public async Task What_others_write_to_the_cluster_leaves_gaps_and_nothing_else()
    {
        using var cluster = await StartAsync();
        await using var mine = await OpenAsync(cluster, prefix: "mine");
        await using var other = await OpenAsync(cluster, prefix: "mine2");
        long start = await mine.GetRevisionAsync(Ct);
        await CommitAsync(other, "x");
        (await mine.GetRevisionAsync(Ct)).ShouldBe(start);
        long first = await CommitAsync(mine, "a");
        await CommitAsync(other, "y");
        long second = await CommitAsync(mine, "b");

        second.ShouldBe(first + 2);
        (await mine.GetRevisionAsync(Ct)).ShouldBe(second);
        var seen = new List<(long, string)>();
        await foreach (var set in mine.WatchAsync("", start, Ct))
        {
            seen.AddRange(set.Changes.Select(change => (set.Revision, change.Key)));
            if (set.Revision == second)
                break;
        }
        seen.ShouldBe([(first, "a"), (second, "b")]);
    }

    [Fact]
    public async Task Who_watches_every_key_reaches_the_newest_revision_though_all_who_went_together_were_refused()
    {
        using var cluster = await StartAsync();
        await using var store = await OpenAsync(cluster);
        long start = await CommitAsync(store, "a");
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(i =>
                    store
                        .CommitAsync(
                            new Transaction([new Condition.Absent("a")], [new Write.Put($"b{i}", new byte[1])]),
                            Ct
                        )
                        .AsTask()
                )
        );
        results.ShouldAllBe(result => result is CommitResult.Refused);

        long head = await store.GetRevisionAsync(Ct);
        head.ShouldBeGreaterThan(start);
        await foreach (var set in store.WatchAsync("", start, Ct))
        {
            set.Changes.ShouldBeEmpty();
            if (set.Revision == head)
                break;
        }
        long next = await CommitAsync(store, "b");
        await foreach (var set in store.WatchAsync("b", start, Ct))
        {
            set.Revision.ShouldBe(next);
            break;
        }
    }

    [Fact]
    public async Task An_etcd_that_takes_fewer_operations_than_it_was_said_to_still_takes_what_fits()
    {
        Assert.SkipWhen(EtcdCluster.Missing is not null, EtcdCluster.Missing ?? "");
        using var cluster = await EtcdCluster.StartAsync(1, "--max-txn-ops", "16");
        await using var store = await OpenAsync(cluster);
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 60)
                .Select(i => store.CommitAsync(new Transaction([], [new Write.Put($"b{i}", new byte[1])]), Ct).AsTask())
        );
        results.ShouldAllBe(result => result is CommitResult.Committed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_node_that_kept_running_while_etcd_was_restored_takes_part_no_more(int othersWrote)
    {
        using var cluster = await StartAsync();
        await using var store = await OpenAsync(cluster);
        await CommitAsync(store, "a");
        cluster.Kill(0);
        string backup = cluster.BackUp(0);
        await cluster.RestartAsync(0);
        long seen = await UntilAsync(() => CommitAsync(store, "b"));
        await foreach (var set in store.WatchAsync("", seen - 1, Ct))
            break;

        cluster.Kill(0);
        cluster.Restore(0, backup);
        await cluster.RestartAsync(0);
        await using (var other = await OpenAsync(cluster))
        {
            for (int i = 0; i < othersWrote; i++)
                await CommitAsync(other, $"c{i}");
        }

        // Though the revisions may have passed what it has seen, they are others.
        var watching = await Should.ThrowAsync<StoreUnavailableException>(async () =>
        {
            await foreach (var set in store.WatchAsync("", seen, Ct))
                set.Changes.ShouldBeEmpty();
        });
        watching.Message.ShouldContain("Restart the nodes");
        (
            await Should.ThrowAsync<StoreUnavailableException>(async () => await CommitAsync(store, "d"))
        ).Message.ShouldContain("restored");
        (
            await Should.ThrowAsync<StoreUnavailableException>(async () => await store.GetRevisionAsync(Ct))
        ).Message.ShouldContain("restored");
    }

    [Fact]
    public async Task A_request_that_etcd_would_not_take_is_not_sent()
    {
        using var cluster = await StartAsync();
        await using var store = await OpenAsync(cluster);
        // Within the limits of keys and values, but not with what conditions cost.
        string long1 = new string('k', 4000);
        var conditions = Enumerable.Range(0, 126).Select(i => (Condition)new Condition.Absent($"{long1}{i}")).ToList();
        var transaction = new Transaction(conditions, [new Write.Put("a", new byte[700_000])]);

        (
            await Should.ThrowAsync<TransactionTooLargeException>(async () => await store.CommitAsync(transaction, Ct))
        ).Message.ShouldContain("1572864");
    }

    [Fact]
    public async Task A_store_signs_in_and_again_when_its_token_is_no_longer_good()
    {
        using var cluster = await StartAsync("--auth-token-ttl", "2");
        foreach (string command in (string[])["user add root:secret", "user grant-role root root", "auth enable"])
            Etcdctl(cluster, command);
        (
            await Should.ThrowAsync<StoreUnavailableException>(() =>
                OpenAsync(cluster, user: "root", password: "wrong")
            )
        ).Message.ShouldContain("sign in");
        await using var store = await OpenAsync(cluster, user: "root", password: "secret");
        long revision = await CommitAsync(store, "a");
        var watch = NextAsync(store, revision);

        Etcdctl(cluster, "user add someone:else --user root:secret"); // every token is of an older auth revision now
        (await CommitAsync(store, "b")).ShouldBe(revision + 1);
        (await watch).Changes.Single().Key.ShouldBe("b");

        cluster.Kill(0); // tokens are gone with it
        await cluster.RestartAsync(0);
        (await store.GetRevisionAsync(Ct)).ShouldBe(revision + 1);
        (await CommitAsync(store, "c")).ShouldBe(revision + 2);
        (await NextAsync(store, revision + 1)).Changes.Single().Key.ShouldBe("c");
    }

    [Fact]
    public async Task A_store_speaks_tls_with_a_client_certificate_and_trusts_only_its_authority()
    {
        Assert.SkipWhen(EtcdCluster.Missing is not null, EtcdCluster.Missing ?? "");
        string folder = ServerProcess.TemporaryFolder("etcd-tls");
        try
        {
            var (authority, other) = (new Authority(folder, "ca"), new Authority(folder, "other"));
            var (server, serverKey) = authority.Issue("server", server: true);
            var (client, clientKey) = authority.Issue("client", server: false);
            var (port, peer) = (FreePort.Next(), FreePort.Next());
            using var etcd = new ServerProcess(
                ServerProcess.Find("etcd")!,
                [
                    "--data-dir",
                    Path.Combine(folder, "data"),
                    "--log-level",
                    "error",
                    "--listen-client-urls",
                    $"https://127.0.0.1:{port}",
                    "--advertise-client-urls",
                    $"https://127.0.0.1:{port}",
                    "--listen-peer-urls",
                    $"http://127.0.0.1:{peer}",
                    "--initial-advertise-peer-urls",
                    $"http://127.0.0.1:{peer}",
                    "--initial-cluster",
                    $"default=http://127.0.0.1:{peer}",
                    "--cert-file",
                    server,
                    "--key-file",
                    serverKey,
                    "--client-cert-auth",
                    "--trusted-ca-file",
                    authority.File,
                ]
            );
            var options = EtcdStoreOptions.Parse(
                $"etcds://127.0.0.1:{port}?ca={authority.File}&cert={client}&key={clientKey}&timeout=2"
            );
            await etcd.WaitUntilAsync(async () => await OpensAsync(options));

            await using (var store = await EtcdStore.OpenAsync(options, Ct))
                (await CommitAsync(store, "a")).ShouldBeGreaterThan(0);
            (await OpensAsync(options with { CertificateAuthority = other.File })).ShouldBeFalse();
            (await OpensAsync(options with { Certificate = null, CertificateKey = null })).ShouldBeFalse();
            (await OpensAsync(options with { Tls = false })).ShouldBeFalse();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_certificate_that_is_not_there_is_said_so() =>
        (
            await Should.ThrowAsync<StoreUnusableException>(() =>
                EtcdStore.OpenAsync(EtcdStoreOptions.Parse("etcds://127.0.0.1:1?ca=/not/there.pem"), Ct)
            )
        ).Message.ShouldContain("/not/there.pem");

    private static async Task<EtcdCluster> StartAsync(params string[] extra)
    {
        Assert.SkipWhen(EtcdCluster.Missing is not null, EtcdCluster.Missing ?? "");
        return await EtcdCluster.StartAsync(1, extra);
    }

    private Task<EtcdStore> OpenAsync(
        EtcdCluster cluster,
        string prefix = "cairn",
        string? user = null,
        string? password = null
    ) =>
        EtcdStore.OpenAsync(
            new EtcdStoreOptions
            {
                Endpoints = cluster.Endpoints,
                Prefix = prefix,
                User = user,
                Password = password,
            },
            Ct
        );

    private async Task<bool> OpensAsync(EtcdStoreOptions options)
    {
        try
        {
            await using var store = await EtcdStore.OpenAsync(options, Ct);
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    /// <summary>Tries again while etcd is away.</summary>
    private async Task<long> UntilAsync(Func<Task<long>> commit)
    {
        while (true)
        {
            try
            {
                return await commit();
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(50, Ct);
            }
        }
    }

    private async Task<long> CommitAsync(EtcdStore store, string key) =>
        (await store.CommitAsync(new Transaction([], [new Write.Put(key, "x"u8.ToArray())]), Ct))
            .ShouldBeOfType<CommitResult.Committed>()
            .Revision;

    private async Task<ChangeSet> NextAsync(EtcdStore store, long after)
    {
        await foreach (var set in store.WatchAsync("", after, Ct))
            return set;
        throw new InvalidOperationException("The watch ended.");
    }

    private static void Etcdctl(EtcdCluster cluster, string arguments)
    {
        var start = new ProcessStartInfo("etcdctl", $"--endpoints {cluster.Endpoints[0]} {arguments}")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["ETCDCTL_API"] = "3" },
        };
        using var process = Process.Start(start)!;
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, said);
    }

    /// <summary>Signs certificates for one test.</summary>
    private sealed class Authority
    {
        private readonly string _folder;
        private readonly X509Certificate2 _certificate;

        public Authority(string folder, string name)
        {
            _folder = folder;
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            var now = TimeProvider.System.GetUtcNow();
            _certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            File = Path.Combine(folder, name + ".pem");
            System.IO.File.WriteAllText(File, _certificate.ExportCertificatePem());
        }

        public string File { get; }

        public (string Certificate, string Key) Issue(string name, bool server)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            // etcd's own health checks use the server's certificate as a client's.
            request.CertificateExtensions.Add(
                new X509EnhancedKeyUsageExtension(
                    server
                        ? [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")]
                        : [new Oid("1.3.6.1.5.5.7.3.2")],
                    false
                )
            );
            byte[] serial = RandomNumberGenerator.GetBytes(8);
            using var certificate = request.Create(_certificate, _certificate.NotBefore, _certificate.NotAfter, serial);
            var paths = (Path.Combine(_folder, name + ".pem"), Path.Combine(_folder, name + ".key"));
            System.IO.File.WriteAllText(paths.Item1, certificate.ExportCertificatePem());
            System.IO.File.WriteAllText(paths.Item2, key.ExportPkcs8PrivateKeyPem());
            return paths;
        }
    }
}
