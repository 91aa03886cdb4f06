namespace Cairn.Rego.Partial;

/// <summary>What partial evaluation leaves open.</summary>
public sealed record PartialOptions
{
    /// <summary>Only <c>input</c> is unknown.</summary>
    public static PartialOptions Default { get; } = new();

    /// <summary>Documents that are not known yet, as references: <c>input</c>, <c>input.user</c>,
    /// <c>data.grants</c>.</summary>
    public IReadOnlyList<string> Unknowns { get; init; } = ["input"];

    /// <summary>
    /// Rules that are not put in place of references to them, as references; those below them neither. What is worked
    /// out of them becomes a rule of the support.
    /// </summary>
    public IReadOnlyList<string> DisableInlining { get; init; } = [];

    /// <summary>The package that rules of the support lie below; an underscore is added while the policy has it
    /// itself.</summary>
    public string Namespace { get; init; } = "partial";
}
