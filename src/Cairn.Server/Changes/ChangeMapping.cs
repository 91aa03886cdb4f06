using Cairn.Core.Audit;
using Cairn.Core.Changes;

namespace Cairn.Server.Changes;

/// <summary>How what Core knows is told by the API.</summary>
internal static class ChangeMapping
{
    extension(ChangedResource)
    {
        public static ChangedResource Of(AuditedResource resource) =>
            new(
                resource.Kind,
                resource.Path,
                resource.Environment,
                resource.Action,
                resource.VersionBefore,
                resource.VersionAfter,
                resource.Digest
            );
    }

    extension(ChangeView)
    {
        public static ChangeView Of(Change change) =>
            new(
                change.Id,
                change.Revision,
                change.CreatedAt,
                change.CreatedBy,
                change.CreatedById,
                change.Message,
                [.. change.Resources.Select(ChangedResource.Of)],
                change.Reverts,
                change.Intact
            );
    }

    extension(ChangePreviewView)
    {
        public static ChangePreviewView Of(ChangePreview preview) =>
            new(
                preview.Problems.Count == 0,
                [.. preview.Resources.Select(ChangedResource.Of)],
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
}
