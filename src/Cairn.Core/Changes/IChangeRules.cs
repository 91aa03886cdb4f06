using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Core.Changes;

/// <summary>What a capability says of every change, whatever kinds it writes.</summary>
public interface IChangeRules
{
    /// <summary>All that is wrong with a draft; empty when it may be committed. May add to the draft what has to go
    /// with it.</summary>
    /// <param name="draft">The change.</param>
    /// <param name="work">What the looking may use.</param>
    IReadOnlyList<Problem> Problems(ChangeDraft draft, WorkBudget work);

    /// <summary>What the draft would make of what is served, as far as its author may see it.</summary>
    /// <param name="draft">The change.</param>
    /// <param name="work">What the telling may use.</param>
    /// <param name="hidden">How many more effects there are, which the author may not see.</param>
    IReadOnlyList<ChangeEffect> Effects(ChangeDraft draft, WorkBudget work, out int hidden);
}

/// <summary>What a change makes of one resource in one environment.</summary>
/// <param name="Path">The resource, a config.</param>
/// <param name="Environment">The environment.</param>
/// <param name="Before">What it serves now; null when nothing.</param>
/// <param name="After">What it would serve; null when nothing, or when that cannot be rendered.</param>
/// <param name="Patch">The difference, as RFC 6902 has it; null when one of them is nothing, or they are too
/// different.</param>
public sealed record ChangeEffect(
    string Path,
    string Environment,
    JsonElement? Before,
    JsonElement? After,
    JsonArray? Patch
);
