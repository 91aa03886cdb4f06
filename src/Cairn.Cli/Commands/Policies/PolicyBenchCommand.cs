using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;
using Cairn.Core.Policies;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Syntax;

namespace Cairn.Cli.Commands.Policies;

/// <summary><c>cairn policy bench</c>: how long a query takes, each evaluation for itself.</summary>
internal static class PolicyBenchCommand
{
    private const int WarmUp = 1_000;

    private static readonly double[] Percentiles = [75, 90, 95, 99, 99.9];
    private static readonly Option<int> Count = new("--count")
    {
        Description = "How many evaluations to time",
        DefaultValueFactory = _ => 10_000,
    };

    public static Command Create()
    {
        var bench = new Command(
            "bench",
            "Time a query\n\nEach evaluation is timed for itself, after some that are not. The median says "
                + "what a decision takes; the mean has pauses in it.\n\nExamples:\n"
                + "  cairn policy bench -d policy.rego -d data.json -i input.json data.app.allow\n"
                + "  cairn policy bench -d policies data.app.allow --count 100000 -o json"
        )
        {
            PolicyCommand.DataFiles,
            PolicyCommand.Input,
            Count,
            PolicyCommand.V0,
            PolicyCommand.Query,
        };
        bench.SetAction(BenchAsync);
        return bench;
    }

    private static async Task<int> BenchAsync(ParseResult result, CancellationToken ct)
    {
        try
        {
            var (query, input) = await PolicyCommand.PrepareAsync(result, ct);
            var options = PolicyHost.Evaluation;
            long[] ticks = new long[Math.Clamp(result.GetValue(Count), 1, 100_000_000)];
            for (int i = 0; i < Math.Min(ticks.Length, WarmUp); i++)
                query.Evaluate(input, options, ct);
            GC.Collect();
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < ticks.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                query.Evaluate(input, options, ct);
                ticks[i] = Stopwatch.GetTimestamp() - start;
            }

            bytes = (GC.GetAllocatedBytesForCurrentThread() - bytes) / ticks.Length;
            CairnCommand.Printer(result).One(Report(ticks, bytes));
            return ExitCodes.Success;
        }
        catch (RegoCompilationException e)
        {
            return PolicyCommand.Report(e);
        }
        catch (RegoEvaluationException e)
        {
            Console.Error.WriteLine($"1 error occurred: {e.Message}");
            return ExitCodes.Failure;
        }
    }

    private static JsonObject Report(long[] ticks, long bytes)
    {
        Array.Sort(ticks);
        long Nanoseconds(double value) => (long)Math.Round(value * 1e9 / Stopwatch.Frequency);
        // The smallest time that so many of the evaluations did not exceed.
        long At(double percent) => Nanoseconds(ticks[Math.Max(0, (int)Math.Ceiling(ticks.Length * percent / 100) - 1)]);
        var report = new JsonObject
        {
            ["samples"] = ticks.Length,
            ["ns_min"] = At(0),
            ["ns_median"] = At(50),
        };
        foreach (double percent in Percentiles)
            report[string.Create(CultureInfo.InvariantCulture, $"ns_p{percent}")] = At(percent);
        report["ns_max"] = At(100);
        report["ns_mean"] = Nanoseconds(ticks.Average());
        report["bytes_per_op"] = bytes;
        return report;
    }
}
