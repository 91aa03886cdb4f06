namespace Cairn.Cli.Diagnostics;

/// <summary>What came of looking at one thing.</summary>
internal enum CheckResult
{
    Good,
    Bad,

    /// <summary>There is nothing to look at here.</summary>
    Skipped,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Result">Whether it is as it should be.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Cure">What to do about it, when it is bad.</param>
internal sealed record Check(string Name, CheckResult Result, string Finding, string? Cure = null)
{
    public static Check Good(string name, string finding) => new(name, CheckResult.Good, finding);

    public static Check Bad(string name, string finding, string cure) => new(name, CheckResult.Bad, finding, cure);

    public static Check Skipped(string name, string finding) => new(name, CheckResult.Skipped, finding);
}
