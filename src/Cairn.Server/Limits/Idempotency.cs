using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Core.Cryptography;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Limits;

/// <summary>What is remembered of a request with an <c>Idempotency-Key</c>.</summary>
/// <param name="Request">SHA-256 of method, path, query and body.</param>
/// <param name="CreatedAt">When it came.</param>
/// <param name="Status">The answer's status; null while there is none yet.</param>
/// <param name="Answer">The answer, sealed: it may hold a key that is shown once.</param>
public sealed record IdempotentRequest(string Request, DateTimeOffset CreatedAt, int? Status, string? Answer)
{
    [JsonIgnore]
    public long Revision { get; init; }
}

/// <summary>
/// Remembers for a day what became of POST requests with an <c>Idempotency-Key</c>. The key is written in the very
/// transaction of the request's own writes, so a repeated request can never take effect twice, and its answer just after.
/// </summary>
public sealed class Idempotency
{
    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    /// <summary>How long a key may be, in characters.</summary>
    public const int MaxKeyLength = 255;

    private readonly IStore _store;
    private readonly Keyring _keyring;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, bool> _running = new();

    public Idempotency(IStore store, Keyring keyring, TimeProvider time)
    {
        (_store, _keyring, _time) = (store, keyring, time);
        Catalog = new Catalog<IdempotentRequest>("idempotency/", record =>
            JsonSerializer.Deserialize(record.Value.Span, IdempotencyJson.Default.IdempotentRequest)! with { Revision = record.Revision });
    }

    public Catalog<IdempotentRequest> Catalog { get; }

    /// <summary>The name under which a caller's key is kept: other callers' keys are other names.</summary>
    public static string NameOf(string caller, string key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller}\n{key}")));

    /// <summary>Whether this node may run the request now: false when the same is running already.</summary>
    public bool TryEnter(string name) => _running.TryAdd(name, true);

    /// <summary>The request has been answered.</summary>
    public void Leave(string name) => _running.TryRemove(name, out _);

    /// <summary>What goes into the request's own transaction.</summary>
    public (Condition Condition, Write Write) Marker(string name, string request) =>
        (new Condition.Absent(Catalog.Prefix + name), Put(name, new IdempotentRequest(request, _time.GetUtcNow(), null, null)));

    /// <summary>Keeps the answer.</summary>
    public async Task KeepAsync(string name, string request, int status, ReadOnlyMemory<byte> answer, CancellationToken ct)
    {
        string sealedAnswer = _keyring.Seal(answer.Span, Catalog.Prefix + name);
        await _store.CommitAsync(
            new Transaction([], [Put(name, new IdempotentRequest(request, _time.GetUtcNow(), status, sealedAnswer))]), ct);
    }

    /// <summary>The answer that was kept.</summary>
    public byte[] Open(string name, IdempotentRequest request) => _keyring.Open(request.Answer!, Catalog.Prefix + name);

    /// <summary>Forgets what is older than <see cref="Memory"/>.</summary>
    public async Task ForgetAsync(CatalogSnapshot snapshot, CancellationToken ct)
    {
        var oldest = _time.GetUtcNow() - Memory;
        foreach (var batch in snapshot.Of(Catalog).Range("").Where(pair => pair.Value.CreatedAt < oldest).Chunk(50))
            await _store.CommitAsync(new Transaction([], [.. batch.Select(pair => new Write.Delete(Catalog.Prefix + pair.Key))]), ct);
    }

    private Write.Put Put(string name, IdempotentRequest request) =>
        new(Catalog.Prefix + name, JsonSerializer.SerializeToUtf8Bytes(request, IdempotencyJson.Default.IdempotentRequest));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IdempotentRequest))]
internal sealed partial class IdempotencyJson : JsonSerializerContext;
