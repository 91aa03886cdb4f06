using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Storage;

namespace Cairn.Core.Cluster;

/// <summary>What a node says of itself every few seconds, as JSON at <c>nodes/{id}</c>.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Instance">Tells one start of it from the next, and two nodes that were given the same name.</param>
/// <param name="Version">Cairn's.</param>
/// <param name="StartedAt">By its own clock.</param>
/// <param name="SeenAt">When it said so, by its own clock.</param>
/// <param name="Revision">The newest it had in memory then.</param>
/// <param name="Lag">By how many revisions that was behind the store.</param>
public sealed record NodeRecord(
    string Id,
    Guid Instance,
    string Version,
    DateTimeOffset StartedAt,
    DateTimeOffset SeenAt,
    long Revision,
    long Lag
)
{
    internal const string Prefix = "nodes/";

    internal byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, NodeJson.Default.NodeRecord);

    internal static NodeRecord Parse(StoreRecord record) =>
        JsonSerializer.Deserialize(record.Value.Span, NodeJson.Default.NodeRecord)
        ?? throw new JsonException("It is null.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(NodeRecord))]
internal sealed partial class NodeJson : JsonSerializerContext;
