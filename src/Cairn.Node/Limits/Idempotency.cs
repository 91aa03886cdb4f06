using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Core.Cryptography;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Node.Limits;

/// <summary>That a request with an <c>Idempotency-Key</c> took effect.</summary>
/// <param name="Caller">Who sent it.</param>
/// <param name="Request">A hash of all that makes the request what it is, sealed: guesses at it cannot be
/// checked.</param>
/// <param name="CreatedAt">When it came.</param>
public sealed record IdempotentRequest(string Caller, string Request, DateTimeOffset CreatedAt)
{
    /// <summary>Under which it is kept.</summary>
    [JsonIgnore]
    public string Name { get; init; } = "";
}

/// <summary>What it was answered.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers that say something about the answer.</param>
/// <param name="Body">The body, sealed: it may hold a key that is shown once.</param>
public sealed record IdempotentAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>How many keys of a caller are remembered.</summary>
public sealed record RememberedKeys(string Caller, int Keys, DateTimeOffset Oldest);

/// <summary>
/// Remembers for a day which POST requests with an <c>Idempotency-Key</c> took effect, and what they were answered.
/// That one did is a small record, written in the very transaction of the request's own writes, so that it can never
/// take effect twice; every node has these in memory. The answer follows just after and is in the store only. What
/// wrote nothing, such as a dry run, is not remembered.
/// </summary>
public sealed class Idempotency
{
    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    /// <summary>How long a key may be, in characters.</summary>
    public const int MaxKeyLength = 255;

    /// <summary>How many keys of one caller are remembered at a time.</summary>
    public const int MaxKeysPerCaller = 10_000;

    /// <summary>How large an answer may be that is kept, in bytes: that of a change of 1,000 resources fits.</summary>
    public const int MaxAnswerBytes = 512 << 10;

    private const string Answers = "idempotency-answers/";
    private const int RecordsPerDeletion = 40;

    private readonly IStore _store;
    private readonly Keyring _keyring;
    private readonly TimeProvider _time;
    private readonly CatalogOrder<IdempotentRequest, CallerOrder> _byCaller;
    private readonly ConcurrentDictionary<string, bool> _running = new();

    public Idempotency(IStore store, Keyring keyring, TimeProvider time)
    {
        (_store, _keyring, _time) = (store, keyring, time);
        Catalog = new Catalog<IdempotentRequest>("idempotency-keys/", Read);
        _byCaller = Catalog.AddOrder<CallerOrder>(request =>
            [new CallerOrder(request.Caller, request.CreatedAt, request.Name)]
        );
    }

    /// <summary>What took effect.</summary>
    public Catalog<IdempotentRequest> Catalog { get; }

    /// <summary>The name under which a caller's key is kept: other callers' keys are other names.</summary>
    public static string NameOf(string caller, string key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller}\n{key}")));

    /// <summary>Whether this node may run the request now: false when the same is running already.</summary>
    public bool TryEnter(string name) => _running.TryAdd(name, true);

    /// <summary>The request has been answered.</summary>
    public void Leave(string name) => _running.TryRemove(name, out _);

    /// <summary>When a caller who has as many keys as are remembered may use the next one; null while there is
    /// room.</summary>
    public DateTimeOffset? FullUntil(CatalogSnapshot snapshot, string caller)
    {
        var (from, to) = (
            new CallerOrder(caller, DateTimeOffset.MinValue, ""),
            new CallerOrder(caller, DateTimeOffset.MaxValue, "")
        );
        var view = snapshot.Of(Catalog);
        return view.CountRange(_byCaller, from, to) >= MaxKeysPerCaller
            ? view.Range(_byCaller, from, to).First().CreatedAt + Memory
            : null;
    }

    /// <summary>What goes into the request's own transaction.</summary>
    public (Condition Condition, Write Write) Marker(string name, string caller, ReadOnlySpan<byte> digest)
    {
        var marker = new IdempotentRequest(caller, _keyring.Seal(digest, Catalog.Prefix + name), _time.GetUtcNow());
        return (
            new Condition.Absent(Catalog.Prefix + name),
            new Write.Put(
                Catalog.Prefix + name,
                JsonSerializer.SerializeToUtf8Bytes(marker, IdempotencyJson.Default.IdempotentRequest)
            )
        );
    }

    /// <summary>Whether a request is the one that took effect.</summary>
    public bool IsSame(IdempotentRequest earlier, ReadOnlySpan<byte> digest) =>
        digest.SequenceEqual(_keyring.Open(earlier.Request, Catalog.Prefix + earlier.Name));

    /// <summary>Keeps an answer, unless it is too large for that.</summary>
    public async Task KeepAsync(
        string name,
        int status,
        IReadOnlyDictionary<string, string> headers,
        ReadOnlyMemory<byte> body,
        CancellationToken ct
    )
    {
        if (body.Length > MaxAnswerBytes)
            return;
        var answer = new IdempotentAnswer(status, headers, _keyring.Seal(body.Span, Answers + name));
        byte[] value = JsonSerializer.SerializeToUtf8Bytes(answer, IdempotencyJson.Default.IdempotentAnswer);
        // Were the key forgotten meanwhile, nothing would ever forget the answer.
        await _store.CommitAsync(
            new Transaction([new Condition.Exists(Catalog.Prefix + name)], [new Write.Put(Answers + name, value)]),
            ct
        );
    }

    /// <summary>The answer that was kept, and its body in clear; null when there is none.</summary>
    public async Task<(IdempotentAnswer Answer, byte[] Body)?> FindAsync(string name, CancellationToken ct)
    {
        if (await _store.GetAsync(Answers + name, ct) is not { } record)
            return null;
        var answer = JsonSerializer.Deserialize(record.Value.Span, IdempotencyJson.Default.IdempotentAnswer)!;
        return (answer, _keyring.Open(answer.Body, Answers + name));
    }

    /// <summary>Whose keys are remembered, and how many.</summary>
    public IReadOnlyList<RememberedKeys> Summary(CatalogSnapshot snapshot) =>
        [
            .. snapshot
                .Of(Catalog)
                .Range("")
                .GroupBy(pair => pair.Value.Caller, pair => pair.Value.CreatedAt)
                .Select(keys => new RememberedKeys(keys.Key, keys.Count(), keys.Min()))
                .OrderBy(keys => keys.Caller, StringComparer.Ordinal),
        ];

    /// <summary>Forgets what is older than <see cref="Memory"/>.</summary>
    public Task ForgetAsync(CatalogSnapshot snapshot, CancellationToken ct)
    {
        var oldest = _time.GetUtcNow() - Memory;
        return ForgetAsync(snapshot, request => request.CreatedAt < oldest, ct);
    }

    /// <summary>Forgets all keys that fit, with their answers.</summary>
    /// <returns>How many they were.</returns>
    public async Task<int> ForgetAsync(
        CatalogSnapshot snapshot,
        Func<IdempotentRequest, bool> which,
        CancellationToken ct
    )
    {
        int forgotten = 0;
        foreach (var batch in snapshot.Of(Catalog).Range("").Where(pair => which(pair.Value)).Chunk(RecordsPerDeletion))
        {
            await _store.CommitAsync(
                new Transaction(
                    [],
                    [
                        .. batch.SelectMany(pair =>
                            new[] { Catalog.Prefix, Answers }.Select(prefix => new Write.Delete(prefix + pair.Key))
                        ),
                    ]
                ),
                ct
            );
            forgotten += batch.Length;
        }

        return forgotten;
    }

    /// <summary>Removes the records of versions of Cairn that kept whole answers beside the keys, whatever was
    /// answered. They can be large: few are read at a time, and no start reads them.</summary>
    public async Task ForgetFormerAsync(CancellationToken ct)
    {
        for (int start = 0; start < 256; start++)
        {
            string prefix = $"idempotency/{start:x2}";
            var keys = new List<string>();
            await foreach (var record in _store.ListAsync(prefix, await _store.GetRevisionAsync(ct), ct))
                keys.Add(record.Key);
            foreach (string[] batch in keys.Chunk(RecordsPerDeletion))
                await _store.CommitAsync(new Transaction([], [.. batch.Select(key => new Write.Delete(key))]), ct);
        }
    }

    private IdempotentRequest Read(StoreRecord record) =>
        JsonSerializer.Deserialize(record.Value.Span, IdempotencyJson.Default.IdempotentRequest)! with
        {
            Name = record.Key[Catalog.Prefix.Length..],
        };

    /// <summary>Callers, and of each the oldest keys first.</summary>
    private readonly record struct CallerOrder(string Caller, DateTimeOffset CreatedAt, string Name)
        : IComparable<CallerOrder>
    {
        public int CompareTo(CallerOrder other) =>
            string.CompareOrdinal(Caller, other.Caller) is not 0 and var callers ? callers
            : CreatedAt != other.CreatedAt ? CreatedAt.CompareTo(other.CreatedAt)
            : string.CompareOrdinal(Name, other.Name);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(IdempotentRequest))]
[JsonSerializable(typeof(IdempotentAnswer))]
internal sealed partial class IdempotencyJson : JsonSerializerContext;
