using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Benchmarks.Http;

namespace Cairn.Benchmarks.Schemas;

/// <summary>The schema registry with 100,000 versions of 10,000 models: lists, searches, comparisons and reads, beside
/// reads of a config from the same server; registrations beside writes of configs.</summary>
internal static class SchemaBenchmark
{
    private const int Connections = 4;
    private const int Rounds = 5;
    private const int BatchSize = 500;
    private const int Writers = 32;

    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(1);

    /// <param name="args">Models (10000), versions of each (10).</param>
    public static async Task<int> RunAsync(string[] args)
    {
        int models = args.Length > 0 ? int.Parse(args[0]) : 10_000,
            versions = args.Length > 1 ? int.Parse(args[1]) : 10;
        await using var cairn = await ChildServer.StartCairnAsync(pinned: false);
        long empty = cairn.Memory;
        var clock = Stopwatch.StartNew();
        for (int first = 0; first < models; first += BatchSize / versions)
            await RegisterAsync(cairn, first, Math.Min(first + BatchSize / versions, models), versions);
        Console.WriteLine(
            $"{models * versions:N0} versions of {models:N0} models registered in "
                + $"{clock.Elapsed.TotalSeconds:0.0} s, as change sets of {BatchSize}; "
                + $"{(cairn.Memory - empty) / (double)(models * versions):0} bytes of memory a version"
        );
        using var written = await cairn.Client.PutAsync(
            "/api/v1/configs/payments/database",
            new StringContent(Document(0, 0), Encoding.UTF8, "application/json")
        );
        written.EnsureSuccessStatusCode();

        var random = new Random(1);
        Console.WriteLine(
            $"{Connections} connections, {Rounds} rounds of {RoundTime.TotalSeconds} s, each connection with a "
                + $"request of its own; load of the machine {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"
        );
        Console.WriteLine("| | requests/s | p50 ms | p99 ms | p99 of the worst round |");
        Console.WriteLine("|---|---|---|---|---|");
        await MeasureAsync(
            cairn,
            "read a config (for comparison)",
            () => "/api/v1/configs/payments/database?environment=prod"
        );
        await MeasureAsync(
            cairn,
            "get a version",
            () => $"/api/v1/schemas/{Model(random.Next(models))}/1.{random.Next(versions)}.0"
        );
        await MeasureAsync(cairn, "get by range", () => $"/api/v1/schemas/{Model(random.Next(models))}/^1.2");
        await MeasureAsync(cairn, "list 100 models", () => $"/api/v1/schemas?namespace=space{random.Next(100):000}");
        await MeasureAsync(
            cairn,
            "list 100 models of all, from anywhere",
            () => $"/api/v1/schemas?cursor={Cursor(Model(random.Next(models)))}"
        );
        await MeasureAsync(
            cairn,
            "search all models by name",
            () => $"/api/v1/schemas?q=Model{random.Next(models):00000}"
        );
        await MeasureAsync(
            cairn,
            "search all models by title",
            () => $"/api/v1/schemas?q=number+{random.Next(models)}+of"
        );
        await MeasureAsync(
            cairn,
            "compare two versions",
            () => $"/api/v1/schema-comparisons/{Model(random.Next(models))}?from=1.0.0&to=1.{versions - 1}.0"
        );
        await MeasureAsync(
            cairn,
            "drop-in: get a version",
            () => $"/schemas/{Model(random.Next(models))}/versions/1.{random.Next(versions)}.0"
        );
        await MeasureAsync(
            cairn,
            "drop-in: list 100 versions, from anywhere",
            () => $"/schemas?offset={random.Next(models * versions - 100)}"
        );
        await MeasureAsync(
            cairn,
            "drop-in: list a namespace",
            () => $"/schemas?namespace=space{random.Next(100):000}&limit=1000"
        );
        await MeasureAsync(
            cairn,
            "drop-in: compare two versions",
            () => $"/schemas/{Model(random.Next(models))}/compare?from_version=1.0.0&to_version=1.{versions - 1}.0"
        );

        using (var writing = new CancellationTokenSource())
        {
            // What a write makes anew is paid for by whoever asks next.
            var writer = RegisterOnAndOnAsync(cairn, writing.Token);
            await MeasureAsync(
                cairn,
                "search while one writer registers without a pause",
                () => $"/api/v1/schemas?q=Model{random.Next(models):00000}"
            );
            await MeasureAsync(
                cairn,
                "drop-in: list 100 versions meanwhile",
                () => $"/schemas?offset={random.Next(models * versions - 100)}"
            );
            await writing.CancelAsync();
            await writer;
        }

        Console.WriteLine();
        Console.WriteLine($"| {Writers} writers, 5 s | writes/s | p50 ms | p99 ms |");
        Console.WriteLine("|---|---|---|---|");
        double configs = await WriteAsync(
            cairn,
            "write configs (for comparison)",
            i => ($"/api/v1/configs/payments/c{i}", Document(i, 0))
        );
        double schemas = await WriteAsync(
            cairn,
            "register schemas",
            i => ($"/api/v1/schemas/written/M{i}/1.0.0", Document(i, 0))
        );
        Console.WriteLine($"ratio: {schemas / configs:0.00}");
        return 0;
    }

    private static async Task RegisterAsync(ChildServer cairn, int first, int end, int versions)
    {
        var operations = new JsonArray();
        for (int model = first; model < end; model++)
        {
            for (int version = 0; version < versions; version++)
            {
                operations.Add(
                    new JsonObject
                    {
                        ["op"] = "register",
                        ["kind"] = "schemas",
                        ["path"] = $"{Model(model)}/1.{version}.0",
                        ["document"] = JsonNode.Parse(Document(model, version)),
                    }
                );
            }
        }

        using var answer = await cairn.Client.PostAsync(
            "/api/v1/changes",
            new StringContent(
                new JsonObject { ["operations"] = operations }.ToJsonString(),
                Encoding.UTF8,
                "application/json"
            )
        );
        answer.EnsureSuccessStatusCode();
    }

    private static async Task MeasureAsync(ChildServer cairn, string name, Func<string> path)
    {
        await LoadGenerator.RunAsync(cairn.Port, Connections, RoundTime, _ => LoadGenerator.Request("GET " + path()));
        var results = new List<LoadResult>();
        for (int round = 0; round < Rounds; round++)
        {
            results.Add(
                await LoadGenerator.RunAsync(
                    cairn.Port,
                    Connections,
                    RoundTime,
                    _ => LoadGenerator.Request("GET " + path())
                )
            );
        }

        double Median(Func<LoadResult, double> value) => results.Select(value).Order().ElementAt(Rounds / 2);
        Console.WriteLine(
            $"| {name} | {Median(result => result.PerSecond):0} | {Median(result => result.Median):0.00} | "
                + $"{Median(result => result.P99):0.00} | {results.Max(result => result.P99):0.00} |"
        );
    }

    private static async Task RegisterOnAndOnAsync(ChildServer cairn, CancellationToken ct)
    {
        for (int i = 0; !ct.IsCancellationRequested; i++)
        {
            using var answer = await cairn.Client.PutAsync(
                $"/api/v1/schemas/meanwhile/M{i}/1.0.0",
                new StringContent(Document(i, 0), Encoding.UTF8, "application/json"),
                CancellationToken.None
            );
            answer.EnsureSuccessStatusCode();
        }
    }

    private static async Task<double> WriteAsync(
        ChildServer cairn,
        string name,
        Func<int, (string Path, string Body)> write
    )
    {
        int next = 0;
        long end = Stopwatch.GetTimestamp() + 5 * Stopwatch.Frequency;
        var clock = Stopwatch.StartNew();
        var times = (
            await Task.WhenAll(
                Enumerable
                    .Range(0, Writers)
                    .Select(_ =>
                        Task.Run(async () =>
                        {
                            var own = new List<double>();
                            while (Stopwatch.GetTimestamp() < end)
                            {
                                var (path, body) = write(Interlocked.Increment(ref next));
                                long started = Stopwatch.GetTimestamp();
                                using var answer = await cairn.Client.PutAsync(
                                    path,
                                    new StringContent(body, Encoding.UTF8, "application/json")
                                );
                                answer.EnsureSuccessStatusCode();
                                own.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                            }

                            return own;
                        })
                    )
            )
        ).SelectMany(list => list).Order().ToList();
        double perSecond = times.Count / clock.Elapsed.TotalSeconds;
        Console.WriteLine(
            $"| {name} | {perSecond:0} | {times[times.Count / 2]:0.00} | {times[(int)(times.Count * 0.99)]:0.00} |"
        );
        return perSecond;
    }

    private static string Model(int model) => $"space{model / 100:000}/Model{model:00000}";

    private static string Cursor(string path) =>
        System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(path));

    // About 1 KB; each version has one more property than the one before.
    private static string Document(int model, int version) =>
        new JsonObject
        {
            ["type"] = "object",
            ["title"] = $"Model number {model} of the benchmark",
            ["required"] = new JsonArray("id"),
            ["properties"] = new JsonObject(
                Enumerable
                    .Range(0, 10 + version)
                    .Select(i =>
                        KeyValuePair.Create<string, JsonNode?>(
                            i == 0 ? "id" : $"property_{i}",
                            new JsonObject
                            {
                                ["type"] = i % 2 == 0 ? "string" : "integer",
                                ["description"] = $"Property number {i}",
                            }
                        )
                    )
            ),
            ["additionalProperties"] = false,
        }.ToJsonString();
}
