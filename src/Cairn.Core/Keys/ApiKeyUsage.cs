using System.Collections.Concurrent;
using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Keys;

/// <summary>How a key has been used on one node.</summary>
public sealed record ApiKeyUsage
{
    public long Count { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }
    public string? LastAddress { get; init; }

    /// <summary>Uses by endpoint name, and by status code.</summary>
    public IReadOnlyDictionary<string, long> Endpoints { get; init; } = new Dictionary<string, long>();
    public IReadOnlyDictionary<string, long> StatusCodes { get; init; } = new Dictionary<string, long>();

    internal ApiKeyUsage Add(ApiKeyUsage other) =>
        new()
        {
            Count = Count + other.Count,
            LastUsedAt = LastUsedAt > other.LastUsedAt ? LastUsedAt : other.LastUsedAt ?? LastUsedAt,
            LastAddress = LastUsedAt > other.LastUsedAt ? LastAddress : other.LastAddress ?? LastAddress,
            Endpoints = Add(Endpoints, other.Endpoints),
            StatusCodes = Add(StatusCodes, other.StatusCodes),
        };

    private static Dictionary<string, long> Add(
        IReadOnlyDictionary<string, long> one,
        IReadOnlyDictionary<string, long> other
    )
    {
        var sum = new Dictionary<string, long>(one);
        foreach (var (name, count) in other)
            sum[name] = sum.GetValueOrDefault(name) + count;
        return sum;
    }
}

/// <summary>Counts the uses of keys in memory and writes the sums to the store now and then: each node its own record,
/// <c>key-usage/{key}/{node}</c>.</summary>
public sealed class KeyUsageRecorder(IStore store, string node, TimeProvider time)
{
    private const int MaxKeysPerCommit = 50;

    private readonly ConcurrentDictionary<string, Counters> _counters = new();

    /// <summary>What all nodes have written.</summary>
    public Catalog<ApiKeyUsage> Catalog { get; } =
        new("key-usage/", record => JsonSerializer.Deserialize(record.Value.Span, StoredJson.Default.ApiKeyUsage)!);

    /// <summary>Notes a use. Never waits and, once a key has been seen with an endpoint, allocates nothing.</summary>
    public void Record(string keyId, string endpoint, int status, Origin origin)
    {
        var counters = _counters.GetOrAdd(keyId, static _ => new Counters());
        counters.Count(endpoint, status);
        counters.LastUsed = time.GetUtcNow().UtcTicks;
        counters.LastAddress = origin.Address;
    }

    /// <summary>How a key has been used on all nodes, including here what is not written yet.</summary>
    public ApiKeyUsage Of(CatalogSnapshot snapshot, string keyId)
    {
        var sum = new ApiKeyUsage();
        foreach (var (_, usage) in snapshot.Of(Catalog).Range(keyId + "/"))
            sum = sum.Add(usage);
        return _counters.TryGetValue(keyId, out var counters) ? sum.Add(counters.Read()) : sum;
    }

    /// <summary>Takes over how a key was used elsewhere.</summary>
    public async Task ImportAsync(string keyId, long count, DateTimeOffset? lastUsed, CancellationToken ct)
    {
        if (count == 0 && lastUsed is null)
            return;
        var usage = new ApiKeyUsage { Count = count, LastUsedAt = lastUsed };
        var write = new Write.Put(
            $"{Catalog.Prefix}{keyId}/imported",
            JsonSerializer.SerializeToUtf8Bytes(usage, StoredJson.Default.ApiKeyUsage)
        );
        await store.CommitSurelyAsync(new Transaction([], [write]), write, time, ct);
    }

    /// <summary>Writes what was counted. When the store cannot be reached, counting goes on.</summary>
    public async Task FlushAsync(CatalogSnapshot snapshot, CancellationToken ct)
    {
        foreach (var batch in _counters.Where(pair => pair.Value.Any).Chunk(MaxKeysPerCommit))
        {
            var taken = batch.Select(pair => (Key: pair.Key, Usage: pair.Value.Take())).ToList();
            var writes = taken.Select(pair =>
            {
                string key = $"{pair.Key}/{node}";
                var sum = (snapshot.Of(Catalog).Get(key) ?? new ApiKeyUsage()).Add(pair.Usage);
                return (Write)
                    new Write.Put(
                        Catalog.Prefix + key,
                        JsonSerializer.SerializeToUtf8Bytes(sum, StoredJson.Default.ApiKeyUsage)
                    );
            });
            try
            {
                List<Write> sums = [.. writes];
                await store.CommitSurelyAsync(new Transaction([], sums), (Write.Put)sums[0], time, ct);
            }
            catch (Exception e) when (e is StoreException or OperationCanceledException)
            {
                foreach (var (key, usage) in taken)
                    _counters.GetOrAdd(key, static _ => new Counters()).Return(usage);
                throw;
            }
        }
    }

    private sealed class Counters
    {
        private readonly ConcurrentDictionary<(string Endpoint, int Status), StrongBox> _counts = new();

        public long LastUsed;
        public volatile System.Net.IPAddress? LastAddress;

        public bool Any => _counts.Values.Any(box => Volatile.Read(ref box.Value) > 0);

        public void Count(string endpoint, int status) =>
            Interlocked.Increment(ref _counts.GetOrAdd((endpoint, status), static _ => new StrongBox()).Value);

        public ApiKeyUsage Read() => Sum(static box => Volatile.Read(ref box.Value));

        public ApiKeyUsage Take() => Sum(static box => Interlocked.Exchange(ref box.Value, 0));

        public void Return(ApiKeyUsage usage)
        {
            // Which endpoint had which status is not known any more; the sums by either are kept right.
            foreach (var (endpoint, count) in usage.Endpoints)
                Interlocked.Add(ref _counts.GetOrAdd((endpoint, 0), static _ => new StrongBox()).Value, count);
        }

        private ApiKeyUsage Sum(Func<StrongBox, long> read)
        {
            long total = 0;
            var endpoints = new Dictionary<string, long>();
            var statuses = new Dictionary<string, long>();
            foreach (var ((endpoint, status), box) in _counts)
            {
                if (read(box) is var count and > 0)
                {
                    total += count;
                    endpoints[endpoint] = endpoints.GetValueOrDefault(endpoint) + count;
                    string code = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
                    statuses[code] = statuses.GetValueOrDefault(code) + count;
                }
            }

            return new ApiKeyUsage
            {
                Count = total,
                LastUsedAt = LastUsed == 0 ? null : new DateTimeOffset(LastUsed, TimeSpan.Zero),
                LastAddress = LastAddress?.ToString(),
                Endpoints = endpoints,
                StatusCodes = statuses,
            };
        }

        public sealed class StrongBox
        {
            public long Value;
        }
    }
}
