using System.Text.Json.Nodes;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Testing;

/// <summary>Which expressions evaluations reached. For one evaluation after the other; not for several
/// threads.</summary>
public sealed class RegoCoverage
{
    private readonly HashSet<SourceLocation> _reached = [];
    private readonly HashSet<SourceLocation> _held = [];

    /// <summary>The places of the expressions that were reached and never held: why something failed.</summary>
    public IReadOnlyList<SourceLocation> Failed => [.. _reached.Except(_held).Order()];

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _reached.Clear();
        _held.Clear();
    }

    /// <summary>Adds what another one saw.</summary>
    public void Add(RegoCoverage other)
    {
        _reached.UnionWith(other._reached);
        _held.UnionWith(other._held);
    }

    /// <summary>
    /// The report in OPA's shape: <c>files</c> with ranges of lines <c>covered</c> and <c>not_covered</c>, and
    /// <c>coverage</c> in percent, for each file and for all.
    /// </summary>
    public JsonObject Report(RegoPolicy policy)
    {
        var files = new JsonObject();
        int allCovered = 0,
            allMissed = 0;
        foreach (
            var file in policy
                .TracePoints.GroupBy(point => point.Location.File)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
        )
        {
            var covered = file.Where(point => _reached.Contains(point.Location))
                .Select(point => point.Location.Row)
                .Distinct()
                .Order()
                .ToList();
            var missed = file.Select(point => point.Location.Row).Distinct().Except(covered).Order().ToList();
            allCovered += covered.Count;
            allMissed += missed.Count;
            var report = new JsonObject();
            if (covered.Count > 0)
                report["covered"] = Ranges(covered);
            if (missed.Count > 0)
                report["not_covered"] = Ranges(missed);
            Totals(report, covered.Count, missed.Count);
            files[file.Key] = report;
        }

        var all = new JsonObject { ["files"] = files };
        Totals(all, allCovered, allMissed);
        return all;
    }

    internal void Reached(TracePoint point, bool held)
    {
        if (string.IsNullOrEmpty(point.Location.File))
            return;
        _reached.Add(point.Location);
        if (held)
            _held.Add(point.Location);
    }

    private static void Totals(JsonObject report, int covered, int missed)
    {
        report["covered_lines"] = covered;
        report["not_covered_lines"] = missed;
        report["coverage"] = covered + missed == 0 ? 0 : Math.Round(100.0 * covered / (covered + missed), 2);
    }

    private static JsonArray Ranges(List<int> rows)
    {
        var ranges = new JsonArray();
        int i = 0;
        while (i < rows.Count)
        {
            int first = rows[i],
                last = first;
            while (++i < rows.Count && rows[i] == last + 1)
                last++;
            ranges.Add(
                new JsonObject
                {
                    ["start"] = new JsonObject { ["row"] = first },
                    ["end"] = new JsonObject { ["row"] = last },
                }
            );
        }

        return ranges;
    }
}
