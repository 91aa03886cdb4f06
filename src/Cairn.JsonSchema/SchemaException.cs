namespace Cairn.JsonSchema;

/// <summary>A schema that cannot be used. <see cref="Problems"/> has everything found wrong, not only the
/// first.</summary>
public sealed class SchemaException : Exception
{
    /// <param name="problems">At least one.</param>
    public SchemaException(IReadOnlyList<SchemaProblem> problems)
        : base(
            problems.Count == 1
                ? $"The schema is not valid: {problems[0]}"
                : $"The schema is not valid ({problems.Count} problems): {string.Join("; ", problems.Take(5))}"
        ) => Problems = problems;

    /// <summary>In the order of the document.</summary>
    public IReadOnlyList<SchemaProblem> Problems { get; }

    /// <summary>Where the first problem is; see <see cref="SchemaProblem.SchemaPointer"/>.</summary>
    public string SchemaPointer => Problems[0].SchemaPointer;

    /// <summary>The keyword of the first problem.</summary>
    public string Keyword => Problems[0].Keyword;
}
