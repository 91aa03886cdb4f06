using Cairn.Core.Access;
using Cairn.Core.Integrity;
using Cairn.Server.Http;

namespace Cairn.Server.Integrity;

/// <summary><c>/api/v1/integrity</c>: whether the store holds what Cairn wrote, and all of it.</summary>
internal static class IntegrityEndpoints
{
    public static void MapIntegrity(this IEndpointRouteBuilder app) =>
        app.OnGet("/api/v1/integrity", Check)
            .WithTags("Audit")
            .WithName("CheckIntegrity")
            .RequiresSome("audit", PermissionLevel.Admin)
            .Describe(
                "Looks through the whole store for records that somebody else wrote, altered, put back or removed"
            );

    private static async Task<Answer<IntegrityView>> Check(StoreIntegrity integrity, CancellationToken ct)
    {
        var report = await integrity.CheckAsync(ct);
        return new IntegrityView(
            report.Records,
            [.. report.Findings.Select(finding => new IntegrityFindingView(finding.Key, finding.Problem))]
        );
    }
}
