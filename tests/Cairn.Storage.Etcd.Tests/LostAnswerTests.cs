using System.Net;
using System.Net.Sockets;
using System.Text;
using Cairn.Servers;

namespace Cairn.Storage.Etcd.Tests;

/// <summary>Transactions that went to etcd together, and whose answer never came.</summary>
public sealed class LostAnswerTests : IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));

    private CancellationToken Ct => _deadline.Token;

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task Each_transaction_of_a_batch_whose_answer_was_lost_gets_its_own_outcome()
    {
        Assert.SkipWhen(EtcdCluster.Missing is not null, EtcdCluster.Missing ?? "");
        using var cluster = await EtcdCluster.StartAsync(members: 1);
        await using var proxy = new Proxy(cluster.Endpoints[0]);
        await using var store = await EtcdStore.OpenAsync(
            new EtcdStoreOptions { Endpoints = [proxy.Address], Timeout = TimeSpan.FromSeconds(1) },
            Ct
        );
        await using var witness = await EtcdStore.OpenAsync(new EtcdStoreOptions { Endpoints = cluster.Endpoints }, Ct);
        await store.CommitAsync(Put("there", []), Ct);

        proxy.IsSilent = true;
        var outcomes = Enumerable
            .Range(0, 60)
            .Select(i =>
                store
                    .CommitAsync(
                        Put($"k/{i}", i % 3 == 1 ? [new Condition.Absent("there")] : [new Condition.Exists("there")]),
                        Ct
                    )
                    .AsTask()
            )
            .ToList();
        // The first two go alone, and nobody tells in time what became of them. The others wait for that, and so go
        // together.
        while (await witness.GetAsync("k/59", Ct) is null)
            await Task.Delay(10, Ct);
        proxy.IsSilent = false;
        proxy.Cut();
        var results = await Task.WhenAll(outcomes);

        for (int i = 0; i < results.Length; i++)
        {
            var record = await store.GetAsync($"k/{i}", Ct);
            if (i % 3 == 1)
            {
                record.ShouldBeNull();
                (results[i] is CommitResult.Refused { Condition: 0 } or CommitResult.Unknown).ShouldBeTrue(
                    $"{i}: {results[i]}"
                );
            }
            else if (results[i] is not CommitResult.Unknown)
            {
                results[i].ShouldBe(new CommitResult.Committed(record.ShouldNotBeNull().Revision));
            }
        }
        results
            .OfType<CommitResult.Committed>()
            .GroupBy(committed => committed.Revision)
            .ShouldContain(shared => shared.Count() > 10);
        results.OfType<CommitResult.Refused>().ShouldNotBeEmpty();
    }

    private static Transaction Put(string key, IReadOnlyList<Condition> conditions) =>
        new(conditions, [new Write.Put(key, Encoding.UTF8.GetBytes(key))]);

    /// <summary>Passes on what etcd is sent, and its answers unless it is silent.</summary>
    private sealed class Proxy : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stopping = new();
        private readonly string _target;
        private readonly Task _accepting;
        private volatile TcpClient? _client;

        public Proxy(string target)
        {
            _target = target;
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public string Address => _listener.LocalEndpoint.ToString()!;

        public volatile bool IsSilent;

        public void Cut() => _client?.Close();

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            _client?.Close();
            _listener.Stop();
            await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stopping.Dispose();
        }

        private async Task AcceptAsync()
        {
            while (true)
            {
                var client = _client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                var server = new TcpClient();
                await server.ConnectAsync(IPEndPoint.Parse(_target), _stopping.Token);
                _ = PassAsync(client, server, answers: false);
                _ = PassAsync(server, client, answers: true);
            }
        }

        private async Task PassAsync(TcpClient from, TcpClient to, bool answers)
        {
            byte[] buffer = new byte[65536];
            try
            {
                while (await from.GetStream().ReadAsync(buffer, _stopping.Token) is > 0 and var read)
                {
                    if (!answers || !IsSilent)
                        await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stopping.Token);
                }
            }
            catch (Exception e)
                when (e
                        is IOException
                            or ObjectDisposedException
                            or InvalidOperationException
                            or OperationCanceledException
                )
            {
                // Either side is gone: so is the other.
            }
            finally
            {
                from.Close();
                to.Close();
            }
        }
    }
}
