using System.Diagnostics;
using System.Globalization;
using Cairn.Rego;
using Cairn.Rego.Values;

namespace Cairn.Benchmarks.Rego;

/// <summary>Decisions in process, and compiling.</summary>
internal static class RegoBenchmarks
{
    public static int Run(string[] args)
    {
        double seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 1;
        Console.WriteLine("decision                         µs         bytes");
        Decide(
            "RBAC (roles and grants in data)",
            RegoPolicies.Rbac,
            RegoPolicies.RbacData,
            "data.app.rbac.allow",
            RegoPolicies.RbacInput,
            seconds
        );
        Decide(
            "ABAC (attributes, time, tenure)",
            RegoPolicies.Abac,
            RegoPolicies.AbacData,
            "data.app.abac.allow",
            RegoPolicies.AbacInput,
            seconds
        );
        Decide(
            "IAM (1,000 rules)",
            RegoPolicies.Iam(1000),
            "{}",
            "data.iam.allow",
            """{"action":"s3:Get777","resource":"bucket-777","principal":"user-777"}""",
            seconds
        );
        Decide(
            "Kubernetes admission",
            RegoPolicies.Admission,
            "{}",
            "data.kubernetes.admission.deny",
            RegoPolicies.Pod(50),
            seconds
        );
        Decide("comprehension (100,000 pairs)", RegoPolicies.Comprehension, "{}", "data.heavy.pairs", "{}", seconds);
        Compile(1000);
        return 0;
    }

    private static void Decide(string name, string module, string data, string query, string input, double seconds)
    {
        var prepared = RegoPolicy.Compile(module, RegoValue.ParseJson(data)).Prepare(query);
        var document = RegoValue.ParseJson(input);
        if (prepared.Evaluate(document).IsUndefined)
            throw new InvalidOperationException($"{name} is undefined");
        Measure(prepared, document, seconds / 4, out _);
        double best = double.MaxValue;
        long bytes = 0;
        for (int round = 0; round < 5; round++)
            best = Math.Min(best, Measure(prepared, document, seconds / 5, out bytes));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name.PadRight(32)} {$"{best:0.00}".PadLeft(10)} {$"{bytes}".PadLeft(10)}"
            )
        );
    }

    private static double Measure(PreparedQuery query, RegoValue input, double seconds, out long bytes)
    {
        long count = 0;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        do
        {
            for (int i = 0; i < 16; i++)
                query.Evaluate(input);
            count += 16;
        } while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        double elapsed = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / count;
        return elapsed / count;
    }

    private static void Compile(int rules)
    {
        string module = RegoPolicies.Iam(rules);
        double best = double.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            long start = Stopwatch.GetTimestamp();
            RegoPolicy.Compile(module);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"compile {rules} rules: {best:0.0} ms"));
    }
}
