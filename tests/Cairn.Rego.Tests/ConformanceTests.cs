using System.Text.Json;
using Cairn.Core.Policies;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests;

/// <summary>
/// OPA's compliance suite. Its folder is that of the variable CAIRN_CONFORMANCE, or <c>shared/conformance</c> beside a
/// folder above the tests; without it the test is skipped.
/// </summary>
public class ConformanceTests
{
    /// <summary>How many cases pass. It may grow only.</summary>
    private const int Passing = 1241;

    /// <summary>Cases that do not pass, as file and position, with the reason.</summary>
    private static readonly Dictionary<string, string> Known = [];

    [Fact]
    public void Every_case_passes_or_is_named_with_its_reason()
    {
        if (Folder() is not { } folder)
        {
            Assert.Skip("the compliance suite is not here: CAIRN_CONFORMANCE names its folder");
            return;
        }

        var failures = new List<string>();
        var (passed, total) = (0, 0);
        var counts = new SortedDictionary<string, (int Passed, int Total)>();
        foreach (
            string file in Directory.GetFiles(Path.Combine(folder, "rego"), "*.json").Order(StringComparer.Ordinal)
        )
        {
            string category = Path.GetFileNameWithoutExtension(file);
            using var cases = JsonDocument.Parse(File.ReadAllBytes(file));
            int index = 0;
            foreach (var test in cases.RootElement.EnumerateArray())
            {
                string id = $"{category}#{index++}";
                total++;
                string? failure = Run(test);
                counts[category] = (counts.GetValueOrDefault(category).Passed + (failure is null ? 1 : 0), index);
                if (failure is null)
                {
                    passed++;
                    if (Known.ContainsKey(id))
                        failures.Add($"{id} passes now: take it off the list");
                }
                else if (!Known.ContainsKey(id))
                {
                    failures.Add($"{id} {test.GetProperty("note").GetString()}: {failure}");
                }
            }
        }

        foreach (var (category, count) in counts)
            TestContext.Current.TestOutputHelper?.WriteLine($"{category}: {count.Passed} of {count.Total}");
        TestContext.Current.TestOutputHelper?.WriteLine($"all: {passed} of {total}");
        if (Environment.GetEnvironmentVariable("CAIRN_REGO_FAILURES") is { } report)
            File.WriteAllLines(report, [.. failures, $"{passed} of {total}"]);
        failures.ShouldBeEmpty();
        passed.ShouldBe(Passing);
    }

    private static string? Run(JsonElement test)
    {
        string? wantedCode = Text(test, "want_error_code"),
            wantedError = Text(test, "want_error");
        List<string> got;
        try
        {
            got = Solutions(test);
        }
        catch (RegoEvaluationException e)
        {
            if (wantedCode is null && wantedError is null)
                return e.Message;
            return
                (wantedCode is null || e.Code == wantedCode)
                && (wantedError is null || e.Message.Contains(wantedError, StringComparison.Ordinal))
                ? null
                : $"wanted {wantedCode}: {wantedError}, got {e.Message}";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"{e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}";
        }

        if (wantedCode is not null || wantedError is not null)
            return $"wanted {wantedCode}: {wantedError}, got {string.Join(" ", got)}";
        if (!test.TryGetProperty("want_result", out var result))
            return null;
        bool sort = test.TryGetProperty("sort_bindings", out var s) && s.GetBoolean();
        var wanted = result
            .EnumerateArray()
            .Select(solution => Canonical(RegoValue.From(solution), sort))
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        got =
        [
            .. got.Select(solution => Canonical(RegoValue.ParseJson(solution), sort))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        return wanted.SequenceEqual(got) ? null : $"wanted {string.Join(" ", wanted)}, got {string.Join(" ", got)}";
    }

    /// <summary>What a case is about.</summary>
    internal static (RegoModule[] Modules, RegoValue Data, RegoValue? Input, string Query) Load(JsonElement test)
    {
        var modules =
            test.TryGetProperty("modules", out var m) && m.ValueKind == JsonValueKind.Array
                ? m.EnumerateArray()
                    .Select((source, i) => new RegoModule($"test-{i}.rego", source.GetString()!))
                    .ToArray()
                : [];
        var data =
            test.TryGetProperty("data", out var d) && d.ValueKind == JsonValueKind.Object
                ? RegoValue.From(d)
                : RegoObject.Empty;
        var input = test.TryGetProperty("input", out var i) ? RegoValue.From(i) : null;
        if (Text(test, "input_term") is { } term)
            input = RegoPolicy.Compile([]).Prepare(term).Evaluate().Value;
        return (modules, data, input, Text(test, "query")!);
    }

    private static List<string> Solutions(JsonElement test)
    {
        var (modules, data, input, text) = Load(test);
        var query = RegoPolicy
            .Compile(modules, data, new CompileOptions { Yaml = new PolicyYaml(metadata: true) })
            .PrepareBody(text);
        var options = PolicyHost.Evaluation with
        {
            StrictBuiltinErrors = test.TryGetProperty("strict_error", out var strict) && strict.GetBoolean(),
        };
        return
        [
            .. query
                .Evaluate(input, options, TestContext.Current.CancellationToken)
                .Solutions.Select(solution =>
                    RegoObject.Of([.. solution.Bindings.Select(b => ((RegoValue)b.Key, b.Value))]).ToJson()
                ),
        ];
    }

    // Numbers compare by value: 3.0 is 3.
    private static string Canonical(RegoValue value, bool sort)
    {
        var solution = (RegoObject)value;
        return RegoObject
            .Of([
                .. solution.Select(binding =>
                    (
                        binding.Key,
                        Plain(sort && binding.Value is RegoArray array ? RegoArray.Of(array.Order()) : binding.Value)
                    )
                ),
            ])
            .ToJson();
    }

    private static RegoValue Plain(RegoValue value) =>
        value switch
        {
            RegoNumber number => RegoNumber.Of(number.Scaled),
            RegoArray array => RegoArray.Of(array.Select(Plain)),
            RegoObject o => RegoObject.Of([.. o.Select(member => (member.Key, Plain(member.Value)))]),
            _ => value,
        };

    private static string? Text(JsonElement test, string name) =>
        test.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("CAIRN_CONFORMANCE") is { Length: > 0 } named)
            return Directory.Exists(Path.Combine(named, "rego")) ? named : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (
                Path.Combine(folder.FullName, "shared", "conformance") is var path
                && Directory.Exists(Path.Combine(path, "rego"))
            )
            {
                return path;
            }
        }

        return null;
    }
}
