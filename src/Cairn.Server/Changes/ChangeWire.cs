using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Core.Audit;
using Cairn.Core.Changes;

namespace Cairn.Server.Changes;

/// <summary>A change set: many writes that happen together or not at all.</summary>
/// <param name="Operations">In the order in which they are applied.</param>
/// <param name="Message">Why.</param>
/// <param name="DryRun">Whether to answer what would happen instead of doing it.</param>
public sealed record ChangeSubmission(
    IReadOnlyList<OperationForm> Operations,
    string? Message = null,
    bool DryRun = false
);

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
    IReadOnlyList<AuditedResource> Resources,
    string? Reverts,
    bool Intact
)
{
    public static ChangeView Of(Change change) =>
        new(
            change.Id,
            change.Revision,
            change.CreatedAt,
            change.CreatedBy,
            change.CreatedById,
            change.Message,
            change.Resources,
            change.Reverts,
            change.Intact
        );
}

/// <summary>What a change set would do.</summary>
/// <param name="Acceptable">Whether it would be committed.</param>
/// <param name="Resources">What it would write.</param>
/// <param name="Effects">What each environment would serve, where that is not what it serves now.</param>
/// <param name="HiddenEffects">How many more there are, of configs that the credential may not read.</param>
/// <param name="Problems">Why it would be refused.</param>
public sealed record ChangePreviewView(
    bool Acceptable,
    IReadOnlyList<AuditedResource> Resources,
    IReadOnlyList<ChangeEffectView> Effects,
    int HiddenEffects,
    IReadOnlyList<ChangeProblemView> Problems
)
{
    public static ChangePreviewView Of(ChangePreview preview) =>
        new(
            preview.Problems.Count == 0,
            preview.Resources,
            [
                .. preview.Effects.Select(effect => new ChangeEffectView(
                    effect.Path,
                    effect.Environment,
                    effect.Before,
                    effect.After,
                    effect.Patch
                )),
            ],
            preview.HiddenEffects,
            [
                .. preview.Problems.Select(problem => new ChangeProblemView(
                    problem.Detail,
                    [
                        .. problem.Errors.Select(error => new ChangeErrorView(
                            error.Pointer,
                            error.Message,
                            error.Environment
                        )),
                    ]
                )),
            ]
        );
}

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
