using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Client;

/// <summary>A change that was made.</summary>
/// <param name="CreatedById">The author's identifier, such as <c>key:0193…</c>; null in changes of before it was
/// kept.</param>
/// <param name="Intact">Whether its record is as Cairn wrote it; false when somebody altered it in the store.</param>
public sealed record ChangeView(
    string Id,
    long Revision,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    string? CreatedById,
    string? Message,
    IReadOnlyList<ChangedResource> Resources,
    string? Reverts,
    bool Intact
);

/// <summary>What a change set would do.</summary>
/// <param name="Acceptable">Whether it would be committed.</param>
/// <param name="Resources">What it would write.</param>
/// <param name="Effects">What each environment would serve, where that is not what it serves now.</param>
/// <param name="HiddenEffects">How many more there are, of configs that the credential may not read.</param>
/// <param name="Problems">Why it would be refused.</param>
public sealed record ChangePreviewView(
    bool Acceptable,
    IReadOnlyList<ChangedResource> Resources,
    IReadOnlyList<ChangeEffectView> Effects,
    int HiddenEffects,
    IReadOnlyList<ChangeProblemView> Problems
);

public sealed record ChangeEffectView(
    string Path,
    string Environment,
    JsonElement? Before,
    JsonElement? After,
    JsonArray? Patch
);

public sealed record ChangeProblemView(string Detail, IReadOnlyList<ChangeErrorView> Errors);

public sealed record ChangeErrorView(string Pointer, string Message, string? Environment);

/// <summary>A request to undo a change.</summary>
public sealed record ChangeReversal(string? Message = null, bool DryRun = false);

/// <summary>A resource of a change or of an entry of the audit.</summary>
/// <param name="Kind">As in the API's paths.</param>
/// <param name="Path">Which one.</param>
/// <param name="Environment">The environment whose part of it was meant; null for the whole.</param>
/// <param name="Action">What was done, such as <c>put</c> or <c>delete</c>.</param>
/// <param name="VersionBefore">0 when it was new; null for what has no versions.</param>
/// <param name="VersionAfter">The version that was made.</param>
/// <param name="Digest">SHA-256 of the version's record as it is stored, which is encrypted.</param>
public sealed record ChangedResource(
    string Kind,
    string Path,
    string? Environment,
    string Action,
    long? VersionBefore,
    long? VersionAfter,
    string? Digest
);
