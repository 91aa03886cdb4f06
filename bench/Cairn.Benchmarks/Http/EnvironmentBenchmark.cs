using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Cairn.Benchmarks.Http;

/// <summary>What a write costs with more environments: a document that is the same everywhere, one that is rendered for
/// each, and one that is checked against a schema for each.</summary>
internal static class EnvironmentBenchmark
{
    private const int Writes = 300;
    private const int WarmUp = 100;
    private const string List = "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31";

    private static readonly (string Name, Func<int, string> Document)[] Configs =
    [
        ("plain", i => $$"""{"host":"db","port":5432,"i":{{i}},"list":[{{List}}]}"""),
        (
            "templates",
            i =>
                $$$"""{"host":"{{ env }}-db","url":"{% if env == 'prod' %}p{% else %}d{% endif %}","i":{{{i}}},"list":[{{{List}}}]}"""
        ),
        (
            "templates and schema",
            i =>
                $$$"""{"host":"{{ env }}-db","url":"{% if env == 'prod' %}p{% else %}d{% endif %}","i":{{{i}}},"list":[{{{List}}}]}"""
        ),
    ];

    public static async Task<int> RunAsync()
    {
        await using var cairn = await ChildServer.StartCairnAsync(pinned: false);
        for (int c = 0; c < Configs.Length; c++)
            await PutAsync(cairn, $"configs/load/{c}", Configs[c].Document(0));
        await PutAsync(
            cairn,
            "config-schemas/load/2",
            """{"type":"object","properties":{"host":{"type":"string"},"i":{"type":"integer"}}}"""
        );

        Console.WriteLine($"load of the machine {File.ReadAllText("/proc/loadavg").Split(' ')[0]}");
        Console.WriteLine(
            "| environments | " + string.Join(" | ", Configs.Select(config => config.Name + " p50 ms | × 3")) + " |"
        );
        Console.WriteLine("|---|" + string.Concat(Enumerable.Repeat("---|", Configs.Length * 2)));
        double[]? few = null;
        int environments = 3;
        foreach (int wanted in new[] { 3, 32, 100, 500 })
        {
            for (; environments < wanted; environments++)
                await PutAsync(cairn, $"environments/e{environments:D3}", "{}");
            double[] medians = new double[Configs.Length];
            for (int c = 0; c < Configs.Length; c++)
                medians[c] = await MedianAsync(cairn, c);
            few ??= medians;
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"| {wanted} | ")
                    + string.Join(
                        " | ",
                        medians.Select(
                            (median, c) =>
                                string.Create(CultureInfo.InvariantCulture, $"{median:F2} | {median / few[c]:F1}")
                        )
                    )
                    + " |"
            );
        }

        return 0;
    }

    private static async Task<double> MedianAsync(ChildServer cairn, int config)
    {
        var times = new List<double>();
        for (int i = 0; i < WarmUp + Writes; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await PutAsync(cairn, $"configs/load/{config}", Configs[config].Document(i));
            if (i >= WarmUp)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times.Order().ElementAt(Writes / 2);
    }

    private static async Task PutAsync(ChildServer cairn, string path, string body)
    {
        using var answer = await cairn.Client.PutAsync(
            "/api/v1/" + path,
            new StringContent(body, Encoding.UTF8, "application/json")
        );
        answer.EnsureSuccessStatusCode();
    }
}
