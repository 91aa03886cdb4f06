using Cairn.Core.Audit;
using Cairn.Server.Changes;

namespace Cairn.Server.Audit;

/// <summary>How what Core knows is told by the API.</summary>
internal static class AuditMapping
{
    extension(AuditView)
    {
        public static AuditView Of(AuditEntry entry) =>
            new(
                entry.Id,
                entry.Time,
                entry.Actor,
                entry.ActorName,
                entry.Action,
                entry.Outcome,
                [.. entry.Resources.Select(ChangedResource.Of)],
                entry.Change,
                entry.Message,
                entry.Reason,
                entry.Address,
                entry.CorrelationId,
                entry.Count,
                entry.Revision,
                entry.Intact
            );
    }
}
