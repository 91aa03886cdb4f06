namespace Cairn.Core.Documents;

/// <summary>What a document may not mean to all who read it.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Message">A sentence.</param>
public sealed record DocumentWarning(long Line, string Message);
