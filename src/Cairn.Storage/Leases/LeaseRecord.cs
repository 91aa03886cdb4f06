using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn.Storage.Leases;

/// <summary>What is stored of a lease, as JSON at <c>leases/{name}</c>. No record: nobody holds it.</summary>
/// <param name="Holder">Who holds it, for people to read.</param>
/// <param name="Token">Tells this acquisition from all others, also of the same holder.</param>
/// <param name="TtlSeconds">How long it is valid after a renewal.</param>
/// <param name="ExpiresAt">When that ends, by the holder's clock.</param>
public sealed record LeaseRecord(string Holder, Guid Token, double TtlSeconds, DateTimeOffset ExpiresAt)
{
    internal TimeSpan Ttl => TimeSpan.FromSeconds(TtlSeconds);

    internal static string Key(string name) => "leases/" + name;

    /// <exception cref="StoreException">Something else is stored there.</exception>
    internal static LeaseRecord Parse(StoreRecord record)
    {
        try
        {
            return JsonSerializer.Deserialize(record.Value.Span, LeaseJson.Default.LeaseRecord)
                ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new StoreException($"The record {record.Key} is not a lease: {e.Message}", e);
        }
    }

    internal byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, LeaseJson.Default.LeaseRecord);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LeaseRecord))]
internal sealed partial class LeaseJson : JsonSerializerContext;
