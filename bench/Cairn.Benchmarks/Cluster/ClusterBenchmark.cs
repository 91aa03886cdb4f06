using System.Diagnostics;
using Cairn.Benchmarks.Http;
using Cairn.Servers;
using Cairn.Storage;
using Cairn.Storage.Etcd;
using Cairn.Storage.Etcd.Wire;
using Cairn.Storage.Postgres;
using Google.Protobuf;

namespace Cairn.Benchmarks.Cluster;

/// <summary>Writes through Cairn on a shared engine, as a share of what the engine itself takes from the same number of
/// writers: transactions of as many records as a write of Cairn's has, and single puts.</summary>
internal static class ClusterBenchmark
{
    /// <param name="args">The engine (etcd), seconds of a measurement (5).</param>
    public static async Task<int> RunAsync(string[] args)
    {
        string kind = args.Length > 0 ? args[0] : "etcd";
        int seconds = args.Length > 1 ? int.Parse(args[1]) : 5;
        var time = TimeSpan.FromSeconds(seconds);
        using var engine = await Engine.StartAsync(kind);
        Console.WriteLine(
            $"{kind}, one server with its data in memory, {seconds} s a measurement; load of the machine "
                + $"{File.ReadAllText("/proc/loadavg").Split(' ')[0]}"
        );
        Console.WriteLine(
            "| writers | Cairn writes/s | p50 ms | p99 ms | node µs/write | engine, same records/s | ratio | "
                + "engine, one record/s | ratio |"
        );
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (int writers in new[] { 1, 32, 128 })
        {
            Load load;
            await using (
                var cairn = await ChildServer.StartCairnAsync(pinned: false, store: engine.Address($"cairn{writers}"))
            )
            {
                await Wrk.PutAsync(cairn, writers, WriteBenchmark.WarmUpSeconds);
                load = await Wrk.PutAsync(cairn, writers, seconds);
            }
            foreach (int records in new[] { 4, 1 })
                await engine.CommitsAsync($"warm{writers}_{records}", writers, records, time);
            double same = await engine.CommitsAsync($"same{writers}", writers, records: 4, time);
            double one = await engine.CommitsAsync($"one{writers}", writers, records: 1, time);
            Console.WriteLine(
                $"| {writers} | {load.PerSecond:0} | {load.P50:0.00} | {load.P99:0.00} | {load.Cost:0} | "
                    + $"{same:0} | {load.PerSecond / same:0.00} | {one:0} | {load.PerSecond / one:0.00} |"
            );
        }
        return 0;
    }
}

/// <summary>A real engine for measurements.</summary>
internal sealed class Engine(EtcdCluster? etcd, PostgresServer? postgres) : IDisposable
{
    private const int RecordBytes = 350; // of a small config's records, on average

    public static async Task<Engine> StartAsync(string kind) =>
        kind switch
        {
            "etcd" => new Engine(await EtcdCluster.StartAsync(1), null),
            "postgres" => new Engine(null, await PostgresServer.StartAsync()),
            _ => throw new ArgumentException("etcd or postgres", nameof(kind)),
        };

    public string Address(string name) =>
        etcd is not null ? $"etcd://{etcd.Endpoints[0]}/{name}" : postgres!.Address(name);

    /// <summary>Transactions a second, each of so many puts with one condition, by so many writers at once, each
    /// sending its own: to etcd itself, without the store's batches; to PostgreSQL through the store.</summary>
    public async Task<double> CommitsAsync(string name, int writers, int records, TimeSpan time)
    {
        using var client = etcd is null ? null : new EtcdClient(EtcdStoreOptions.Parse(Address(name)));
        await using IStore? store = etcd is null
            ? await PostgresStore.OpenAsync(PostgresStoreOptions.Parse(Address(name)), CancellationToken.None)
            : null;
        var keys = new KeySpace(name);
        byte[] value = new byte[RecordBytes];
        Array.Fill(value, (byte)'x');
        var clock = Stopwatch.StartNew();
        int[] counts = await Task.WhenAll(
            Enumerable
                .Range(0, writers)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        int count = 0;
                        for (; clock.Elapsed < time; count++)
                        {
                            List<string> puts =
                            [
                                $"head/{writer}",
                                .. Enumerable.Range(1, records - 1).Select(i => $"log{i}/{writer}/{count}"),
                            ];
                            string absent = $"none/{writer}/{count}";
                            if (client is not null)
                            {
                                await client.WriteAsync(
                                    "etcdserverpb.KV/Txn",
                                    new TxnRequest
                                    {
                                        Compare =
                                        {
                                            new Compare
                                            {
                                                Key = keys.Of(absent),
                                                Target = Compare.Types.Target.Create,
                                                CreateRevision = 0,
                                            },
                                        },
                                        Success =
                                        {
                                            puts.Select(key => new RequestOp
                                            {
                                                Put = new PutRequest
                                                {
                                                    Key = keys.Of(key),
                                                    Value = UnsafeByteOperations.UnsafeWrap(value),
                                                },
                                            }),
                                        },
                                    },
                                    TxnResponse.Parser,
                                    CancellationToken.None
                                );
                            }
                            else
                            {
                                await store!.CommitAsync(
                                    new Transaction(
                                        [new Condition.Absent(absent)],
                                        [.. puts.Select(key => new Write.Put(key, value))]
                                    ),
                                    CancellationToken.None
                                );
                            }
                        }
                        return count;
                    })
                )
        );
        return counts.Sum() / clock.Elapsed.TotalSeconds;
    }

    public void Dispose()
    {
        etcd?.Dispose();
        postgres?.Dispose();
    }
}
