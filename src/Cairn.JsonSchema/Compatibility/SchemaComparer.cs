using Cairn.JsonSchema.Compatibility;

namespace Cairn.JsonSchema;

/// <summary>
/// Compares versions of a schema. The verdicts are sound: "compatible" is only said when it is proven that no document
/// contradicts it. What cannot be proven counts as broken and says that it is unknown.
/// </summary>
public static class SchemaComparer
{
    /// <summary>All differences, and what holds in both directions.</summary>
    public static SchemaComparison Compare(JsonSchemaValidator oldSchema, JsonSchemaValidator newSchema) =>
        new()
        {
            Differences = DifferenceFinder.Find(oldSchema.Root, newSchema.Root),
            BackwardBreaks = [.. BreaksOf(oldSchema, "the old schema", newSchema, "the new schema")],
            ForwardBreaks = [.. BreaksOf(newSchema, "the new schema", oldSchema, "the old schema")],
        };

    /// <summary>Whether a candidate may follow the earlier versions.</summary>
    /// <param name="mode">The promise to keep.</param>
    /// <param name="earlier">The earlier versions, oldest first; with none, every promise holds.</param>
    /// <param name="candidate">The next version.</param>
    public static CompatibilityVerdict Check(
        CompatibilityMode mode,
        IReadOnlyList<JsonSchemaValidator> earlier,
        JsonSchemaValidator candidate
    )
    {
        bool backward =
            mode
            is CompatibilityMode.Backward
                or CompatibilityMode.Full
                or CompatibilityMode.BackwardTransitive
                or CompatibilityMode.FullTransitive;
        bool forward =
            mode
            is CompatibilityMode.Forward
                or CompatibilityMode.Full
                or CompatibilityMode.ForwardTransitive
                or CompatibilityMode.FullTransitive;
        int first = mode >= CompatibilityMode.BackwardTransitive ? 0 : Math.Max(0, earlier.Count - 1);
        var breaks = new List<VersionBreak>();
        for (int i = first; i < earlier.Count; i++)
        {
            if (backward)
            {
                breaks.AddRange(
                    BreaksOf(earlier[i], "the earlier version", candidate, "the candidate")
                        .Select(reason => new VersionBreak(i, true, reason))
                );
            }

            if (forward)
            {
                breaks.AddRange(
                    BreaksOf(candidate, "the candidate", earlier[i], "the earlier version")
                        .Select(reason => new VersionBreak(i, false, reason))
                );
            }
        }

        return new CompatibilityVerdict { Mode = mode, Breaks = breaks };
    }

    /// <summary>Why not every document <paramref name="from"/> accepts is accepted by <paramref name="to"/>.</summary>
    private static IEnumerable<CompatibilityBreak> BreaksOf(
        JsonSchemaValidator from,
        string fromName,
        JsonSchemaValidator to,
        string toName
    )
    {
        if (SchemaIdentity.AreIdenticalRoots(from.Root, to.Root))
            return [];

        if (from.UsesDynamicScope || to.UsesDynamicScope)
        {
            return
            [
                new CompatibilityBreak(
                    "",
                    "unknown, treated as breaking: a schema with dynamic references changed",
                    true
                ),
            ];
        }

        return new SubsetProver(fromName, toName).Explain(from.Root, to.Root);
    }
}
