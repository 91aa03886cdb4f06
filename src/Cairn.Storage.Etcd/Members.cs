using Cairn.Storage.Etcd.Grpc;
using Cairn.Storage.Etcd.Wire;

namespace Cairn.Storage.Etcd;

/// <summary>Asks members how they are. etcd answers without a token.</summary>
internal static class Members
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static async Task<EngineMember> AskAsync(Endpoint endpoint, CancellationToken ct)
    {
        try
        {
            var status = await endpoint.Channel.CallAsync(
                "etcdserverpb.Maintenance/Status",
                new StatusRequest(),
                StatusResponse.Parser,
                null,
                Patience,
                ct
            );
            string? problem =
                status.Errors.Count > 0 ? string.Join("; ", status.Errors)
                : status.Leader == 0 ? "It has no leader."
                : null;
            return new EngineMember(
                endpoint.Authority,
                status.Leader == status.Header?.MemberId ? "leader" : "follower",
                status.Version,
                status.DbSize,
                problem
            );
        }
        catch (GrpcException e)
        {
            return new EngineMember(endpoint.Authority, "unknown", "", 0, e.Message);
        }
    }
}
