using Cairn.JsonSchema;

namespace Cairn.Core.Schemas;

/// <summary>A promise that a candidate would not keep.</summary>
/// <param name="Version">Towards which version.</param>
/// <param name="Direction"><c>backward</c>: documents of the older one are refused by the newer; <c>forward</c>: the
/// other way.</param>
/// <param name="Pointer">The keyword that refuses, in the schema that refuses.</param>
/// <param name="Reason">A sentence.</param>
/// <param name="IsUnknown">It could not be proven either way.</param>
public sealed record SchemaBreak(SchemaVersion Version, string Direction, string Pointer, string Reason, bool IsUnknown)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Version}, {Direction}: {Reason}";
}

/// <summary>What a check found.</summary>
/// <param name="Mode">The promise.</param>
/// <param name="Against">The versions it was judged against.</param>
/// <param name="Breaks">Where it would not hold; none when it holds.</param>
public sealed record CompatibilityFinding(
    CompatibilityMode Mode,
    IReadOnlyList<SchemaVersion> Against,
    IReadOnlyList<SchemaBreak> Breaks
);

/// <summary>Judges a candidate by its place among the versions of its model: it must keep the promise towards those
/// before it, and those after it must keep it towards the candidate. Pre-releases make and are given no
/// promises.</summary>
public static class CompatibilityCheck
{
    /// <summary>Judges.</summary>
    /// <param name="source">Where the other versions are.</param>
    /// <param name="mode">The promise.</param>
    /// <param name="address">Where the candidate is to be.</param>
    /// <param name="candidate">The candidate.</param>
    public static CompatibilityFinding Run(
        SchemaSource source,
        CompatibilityMode mode,
        SchemaAddress address,
        CompiledSchema candidate
    )
    {
        var others = source
            .Versions(address.Model)
            .Where(state =>
                !state.Address.Version.IsPreRelease
                && state.Address != address
                && state.Content.Type == SchemaType.JsonSchema
            )
            .ToList();
        var before = others.Where(state => state.Address.Version.CompareTo(address.Version) < 0).ToList();
        var after = others.Where(state => state.Address.Version.CompareTo(address.Version) > 0).ToList();
        if (mode < CompatibilityMode.BackwardTransitive)
            (before, after) = ([.. before.TakeLast(1)], [.. after.Take(1)]);
        var breaks = new List<SchemaBreak>();
        if (mode != CompatibilityMode.None)
        {
            foreach (var other in before)
                Judge(source, mode, other, older: true, candidate, breaks);
            foreach (var other in after)
                Judge(source, mode, other, older: false, candidate, breaks);
        }

        return new CompatibilityFinding(
            mode,
            mode == CompatibilityMode.None ? [] : [.. before.Concat(after).Select(state => state.Address.Version)],
            breaks
        );
    }

    private static void Judge(
        SchemaSource source,
        CompatibilityMode mode,
        SchemaState other,
        bool older,
        CompiledSchema candidate,
        List<SchemaBreak> breaks
    )
    {
        var version = other.Address.Version;
        var compiled = source.Schemas.Compiler.Compile(source, other);
        if (compiled.Validator is not { } otherSchema || candidate.Validator is not { } candidateSchema)
        {
            string which = candidate.Validator is null ? "the candidate" : version.Text;
            breaks.Add(
                new SchemaBreak(version, "both", "", $"unknown, treated as breaking: {which} cannot be compiled", true)
            );
            return;
        }

        var (first, second) = older ? (otherSchema, candidateSchema) : (candidateSchema, otherSchema);
        breaks.AddRange(
            SchemaComparer
                .Check(mode, [first], second)
                .Breaks.Select(item => new SchemaBreak(
                    version,
                    item.IsBackward ? "backward" : "forward",
                    item.Break.Pointer,
                    item.Break.Reason,
                    item.Break.IsUnknown
                ))
        );
    }
}
