using Cairn.Storage.Etcd.Grpc;
using Cairn.Storage.Etcd.Wire;

namespace Cairn.Storage.Etcd;

/// <summary>How one etcd member is.</summary>
/// <param name="Endpoint">Its address, as configured.</param>
/// <param name="Version">etcd's; empty when it does not answer.</param>
/// <param name="IsLeader">Whether it leads.</param>
/// <param name="DatabaseBytes">The size of its database file.</param>
/// <param name="Lag">Log entries it has not applied yet.</param>
/// <param name="Problem">What is wrong: no answer, no leader, an alarm. Null when all is well.</param>
public sealed record EtcdMemberStatus(
    string Endpoint, string Version, bool IsLeader, long DatabaseBytes, long Lag, string? Problem)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    internal static async Task<EtcdMemberStatus> OfAsync(Endpoint endpoint, CancellationToken ct)
    {
        try
        {
            var status = await endpoint.Channel.CallAsync(
                "etcdserverpb.Maintenance/Status", new StatusRequest(), StatusResponse.Parser, null, Patience, ct);
            var problem = status.Errors.Count > 0 ? string.Join("; ", status.Errors) : status.Leader == 0 ? "It has no leader." : null;
            return new EtcdMemberStatus(endpoint.Authority, status.Version, status.Leader == status.Header?.MemberId,
                status.DbSize, (long)(status.RaftIndex - status.RaftAppliedIndex), problem);
        }
        catch (GrpcException e)
        {
            return new EtcdMemberStatus(endpoint.Authority, "", false, 0, 0, e.Message);
        }
    }
}
