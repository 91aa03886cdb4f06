using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Cryptography;

/// <summary>A data key as it is stored: encrypted under a master key.</summary>
/// <param name="Id">Its name.</param>
/// <param name="CreatedAt">When it was made, for people: clocks go wrong.</param>
/// <param name="MasterKey">The name of the master key.</param>
/// <param name="Wrapped">The ciphertext, bound to name and number.</param>
/// <param name="Number">Counts from 1; the highest is the one in use. 0 in stores whose records were not stamped
/// yet.</param>
public sealed record WrappedDataKey(
    string Id,
    DateTimeOffset CreatedAt,
    string MasterKey,
    byte[] Wrapped,
    long Number = 0
);

/// <summary>A record is not what this keyring sealed for its place.</summary>
public sealed class TamperedException(string message) : CryptographicException(message);

/// <summary>What the keyring holds, without any key.</summary>
public sealed record KeyringStatus(
    string MasterKey,
    IReadOnlyList<string> MasterKeys,
    bool MasterKeyInFile,
    IReadOnlyList<DataKeyStatus> DataKeys
);

/// <summary>One data key's name, age, and the master key it is wrapped with.</summary>
public sealed record DataKeyStatus(string Id, DateTimeOffset CreatedAt, string MasterKey, bool Primary);

/// <summary>
/// Envelope encryption of what the store holds: data keys, kept in the store wrapped by a master key, seal values with
/// AES-256-GCM. What is sealed for one address cannot be opened at another. What is in clear is stamped: a seal of
/// nothing, bound to the record's address and to all that is in it.
/// </summary>
/// <remarks>A sealed value is text: <c>c1.</c>, the data key's name, a dot, and nonce, ciphertext and tag in base64url.
/// A stamp is the last member of a record's JSON, <c>"stamp"</c>.</remarks>
public sealed partial class Keyring
{
    private const string Prefix = "keyring/data-keys/";
    private const string Format = "c1.";
    private static readonly byte[] StampMember = ",\"stamp\":\""u8.ToArray();

    private readonly IStore _store;
    private readonly MasterKeys _masterKeys;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, DataKey> _dataKeys = new();
    private readonly SemaphoreSlim _rotating = new(1);
    private volatile DataKey? _primary;

    private Keyring(IStore store, MasterKeys masterKeys, TimeProvider time)
    {
        (_store, _masterKeys, _time) = (store, masterKeys, time);
        Catalog = new Catalog<WrappedDataKey>(Prefix, record => Accept(Read(record)).Stored);
    }

    /// <summary>Follows the data keys, so that what another node rotated is known here before it is needed. It has to
    /// come before every catalog whose records are sealed.</summary>
    public Catalog<WrappedDataKey> Catalog { get; }

    /// <summary>Whether the store already holds data that needs its master key.</summary>
    public static async Task<bool> ExistsAsync(IStore store, CancellationToken ct)
    {
        await foreach (var _ in store.ListAsync(Prefix, await store.GetRevisionAsync(ct), ct))
            return true;
        return false;
    }

    /// <summary>Unwraps the store's data keys, makes the first one, and wraps anew what an older master key
    /// wrapped.</summary>
    /// <exception cref="MasterKeyException">None of the master keys opens the store's data keys.</exception>
    public static async Task<Keyring> OpenAsync(
        IStore store,
        MasterKeys masterKeys,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var keyring = new Keyring(store, masterKeys, time);
        await keyring.LoadAsync(ct);
        if (keyring._primary is null)
            await keyring.CommitAsync(addDataKey: true, ct);
        else if (keyring._dataKeys.Values.Any(key => key.Stored.MasterKey != masterKeys.Primary.Id))
            await keyring.WrapAnewAsync(ct);
        return keyring;
    }

    /// <summary>Encrypts for one place only.</summary>
    /// <param name="plaintext">What to hide.</param>
    /// <param name="address">Where it belongs, such as <c>configs/payments/database@12</c>.</param>
    public string Seal(ReadOnlySpan<byte> plaintext, string address)
    {
        var key = _primary!;
        byte[] bytes = Sealing.Encrypt(key.Cipher, plaintext, Encoding.UTF8.GetBytes(address));
        return $"{Format}{key.Stored.Id}.{Base64Url.EncodeToString(bytes)}";
    }

    /// <summary>Decrypts what was sealed for this place.</summary>
    /// <exception cref="CryptographicException">It was not, or its data key is unknown.</exception>
    public byte[] Open(string sealedText, string address)
    {
        int dot = sealedText.IndexOf('.', Format.Length);
        if (!sealedText.StartsWith(Format, StringComparison.Ordinal) || dot < 0)
            throw new TamperedException("it is not a sealed value of a known format.");
        string id = sealedText[Format.Length..dot];
        if (!_dataKeys.TryGetValue(id, out var key))
            throw new CryptographicException($"The data key {id} is not in the keyring.");
        try
        {
            return Sealing.Decrypt(
                key.Cipher,
                Base64Url.DecodeFromChars(sealedText.AsSpan(dot + 1)),
                Encoding.UTF8.GetBytes(address)
            );
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            throw new TamperedException("it is not what was sealed for this place.");
        }
    }

    /// <summary>Whether every record that is to be stamped is: from the first data key with a number on.</summary>
    public bool Stamps => _dataKeys.Values.Any(key => key.Stored.Number > 0);

    /// <summary>Stamps a record whose content is in clear.</summary>
    /// <param name="json">A JSON object with members.</param>
    /// <param name="address">Where it belongs: its store key.</param>
    public byte[] Stamp(byte[] json, string address) =>
        [
            .. json.AsSpan(0, json.Length - 1),
            .. StampMember,
            .. Encoding.ASCII.GetBytes(Seal([], StampAddress(json, address))),
            (byte)'"',
            (byte)'}',
        ];

    /// <summary>Refuses a record that was not stamped for its place as it is.</summary>
    /// <param name="record">As it is stored.</param>
    /// <param name="address">Its store key.</param>
    /// <exception cref="TamperedException">It was not.</exception>
    /// <returns>The record without it.</returns>
    public byte[] CheckStamp(ReadOnlySpan<byte> record, string address)
    {
        int start = record.LastIndexOf(StampMember);
        if (start < 0 || !record.EndsWith("\"}"u8))
            throw new TamperedException("it has no stamp.");
        byte[] json = [.. record[..start], (byte)'}'];
        Open(Encoding.ASCII.GetString(record[(start + StampMember.Length)..^2]), StampAddress(json, address));
        return json;
    }

    /// <summary>A stamped record under the newest data key; null when it is already.</summary>
    /// <exception cref="TamperedException">It was not stamped for its place as it is.</exception>
    public byte[]? StampAnew(StoreRecord record)
    {
        byte[] json = CheckStamp(record.Value.Span, record.Key);
        string stamp = Encoding.ASCII.GetString(record.Value.Span[(json.Length - 1 + StampMember.Length)..^2]);
        return IsNewest(stamp) ? null : Stamp(json, record.Key);
    }

    /// <summary>Whether something is sealed under the data key in use.</summary>
    public bool IsNewest(string sealedText) =>
        sealedText.StartsWith($"{Format}{_primary!.Stored.Id}.", StringComparison.Ordinal);

    /// <summary>The names of the data keys that sealed something in a record.</summary>
    /// <remarks>Text that only looks like a seal may add a name.</remarks>
    public static IEnumerable<string> DataKeysOf(StoreRecord record) =>
        Seals().Matches(Encoding.UTF8.GetString(record.Value.Span)).Select(seal => seal.Groups[1].Value);

    /// <summary>Takes data keys out of the store. A node knows them until <see cref="Forget"/>.</summary>
    /// <param name="ids">None of them the one in use.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="StoreUnavailableException">The store did not take it.</exception>
    public async Task RetireAsync(IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        if (
            ids.Count > 0
            && await _store.CommitAsync(new Transaction([], [.. ids.Select(id => new Write.Delete(Prefix + id))]), ct)
                is not CommitResult.Committed
        )
        {
            throw new StoreUnavailableException(
                "It is not known whether the older data keys were taken out of the store. Try again."
            );
        }
    }

    /// <summary>Forgets the data keys that were taken out of the store, so that nothing sealed under them is accepted
    /// any more.</summary>
    /// <param name="seen">What this node has taken in: whatever was sealed under them before is read by then.</param>
    public void Forget(CatalogSnapshot seen)
    {
        var stored = seen.Of(Catalog);
        // A key made just now may not be in there yet; its number is the highest.
        long newest = stored.Range("").Select(entry => entry.Value.Number).DefaultIfEmpty().Max();
        foreach (
            var key in _dataKeys.Values.Where(key => key.Stored.Number < newest && stored.Get(key.Stored.Id) is null)
        )
        {
            _dataKeys.TryRemove(key.Stored.Id, out _);
        }
    }

    // The hash stands for the content, so that what is bound stays small.
    private static string StampAddress(ReadOnlySpan<byte> json, string address) =>
        $"stamp of {address} {Convert.ToHexStringLower(SHA256.HashData(json))}";

    /// <summary>Starts to use a new data key, and a new master key when it is kept in a file, and wraps every data key
    /// anew. Reads and writes go on meanwhile.</summary>
    /// <param name="together">What is written in the same transaction, such as the audit's entry, and on which
    /// conditions.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="ProblemException">A condition does not hold.</exception>
    public async Task<KeyringStatus> RotateAsync(Transaction together, CancellationToken ct)
    {
        await _rotating.WaitAsync(ct);
        try
        {
            if (_masterKeys.InFile)
                _masterKeys.Add();
            await CommitAsync(addDataKey: true, ct, together);
            return Status();
        }
        finally
        {
            _rotating.Release();
        }
    }

    /// <summary>The names and ages of the keys.</summary>
    public KeyringStatus Status() =>
        new(
            _masterKeys.Primary.Id,
            [.. _masterKeys.All.Select(key => key.Id)],
            _masterKeys.InFile,
            [
                .. _dataKeys
                    .Values.OrderByDescending(key => key.Stored.Number)
                    .ThenByDescending(key => key.Stored.CreatedAt)
                    .Select(key => new DataKeyStatus(
                        key.Stored.Id,
                        key.Stored.CreatedAt,
                        key.Stored.MasterKey,
                        ReferenceEquals(key, _primary)
                    )),
            ]
        );

    private async Task LoadAsync(CancellationToken ct)
    {
        await foreach (var record in _store.ListAsync(Prefix, await _store.GetRevisionAsync(ct), ct))
            Accept(Read(record));
    }

    private async Task WrapAnewAsync(CancellationToken ct)
    {
        try
        {
            await CommitAsync(addDataKey: false, ct);
        }
        catch (StoreUnavailableException)
        {
            // The node starts from its snapshot while the store is away. It opens everything as it is; its next start,
            // or that of any other node with the new key, wraps anew, and until then the status names the older master
            // key.
        }
    }

    /// <summary>Makes the first data key with a number: from then on a record without its stamp is refused.</summary>
    public Task BeginStampingAsync(CancellationToken ct) => CommitAsync(addDataKey: true, ct);

    private async Task CommitAsync(bool addDataKey, CancellationToken ct, Transaction? together = null)
    {
        while (true)
        {
            var conditions = new List<Condition>(together?.Conditions ?? []);
            var writes = new List<Write>();
            await foreach (var record in _store.ListAsync(Prefix, await _store.GetRevisionAsync(ct), ct))
            {
                var key = Accept(Read(record));
                if (key.Stored.MasterKey == _masterKeys.Primary.Id)
                    continue;
                conditions.Add(new Condition.AtRevision(record.Key, record.Revision));
                writes.Add(Put(Wrap(key.Bytes, key.Stored.Id, key.Stored.CreatedAt, key.Stored.Number)));
            }

            if (addDataKey)
            {
                long number = 1 + _dataKeys.Values.Select(key => key.Stored.Number).DefaultIfEmpty().Max();
                var added = Wrap(
                    RandomNumberGenerator.GetBytes(32),
                    RandomNumberGenerator.GetHexString(12, lowercase: true),
                    _time.GetUtcNow(),
                    number
                );
                conditions.Add(new Condition.Absent(Prefix + added.Id));
                writes.Add(Put(added));
            }

            if (writes.Count == 0)
                return;
            writes.AddRange(together?.Writes ?? []);
            switch (await _store.CommitAsync(new Transaction(conditions, writes), ct))
            {
                case CommitResult.Committed:
                    await LoadAsync(ct);
                    return;
                case CommitResult.Unknown unknown:
                    throw new StoreUnavailableException(
                        "It is not known whether the keyring was written. Try again.",
                        unknown.Cause
                    );
                case CommitResult.Refused refused when refused.Condition < (together?.Conditions.Count ?? 0):
                    throw new ProblemException(
                        ProblemKind.Conflict,
                        "Another request with this Idempotency-Key came first."
                    );
                case CommitResult.Refused:
                    continue;
            }
        }
    }

    private WrappedDataKey Wrap(byte[] dataKey, string id, DateTimeOffset createdAt, long number)
    {
        var master = _masterKeys.Primary;
        return new WrappedDataKey(id, createdAt, master.Id, master.Wrap(dataKey, BoundName(id, number)), number);
    }

    // The number decides which key is used, so nobody may change it.
    private static string BoundName(string id, long number) => number == 0 ? id : $"{id} {number}";

    private static Write.Put Put(WrappedDataKey key) =>
        new(Prefix + key.Id, JsonSerializer.SerializeToUtf8Bytes(key, StoredJson.Default.WrappedDataKey));

    private static WrappedDataKey Read(StoreRecord record) =>
        JsonSerializer.Deserialize(record.Value.Span, StoredJson.Default.WrappedDataKey)
        ?? throw new JsonException("null is not a data key.");

    private DataKey Accept(WrappedDataKey stored)
    {
        lock (_dataKeys)
        {
            if (_dataKeys.TryGetValue(stored.Id, out var known) && known.Stored.MasterKey == stored.MasterKey)
                return known;
            var key = known is null ? new DataKey(stored, Unwrap(stored)) : known with { Stored = stored };
            _dataKeys[stored.Id] = key;
            if (_primary is not { } primary || stored.Id == primary.Stored.Id || IsNewer(stored, primary.Stored))
                _primary = key;
            return key;
        }
    }

    // Two nodes that rotate at once may give the same number: then names decide, alike on every node.
    private static bool IsNewer(WrappedDataKey one, WrappedDataKey other) =>
        one.Number != other.Number ? one.Number > other.Number
        : one.Number == 0 ? one.CreatedAt > other.CreatedAt
        : string.CompareOrdinal(one.Id, other.Id) > 0;

    private byte[] Unwrap(WrappedDataKey stored)
    {
        var master =
            _masterKeys.Find(stored.MasterKey)
            ?? throw new MasterKeyException(
                $"The store was encrypted under master key {stored.MasterKey}, which is not among those given "
                    + $"({string.Join(", ", _masterKeys.All.Select(key => key.Id))}). Bring back the right master "
                    + "key: nothing can be read without it."
            );
        try
        {
            return master.Unwrap(stored.Wrapped, BoundName(stored.Id, stored.Number));
        }
        catch (CryptographicException)
        {
            throw new MasterKeyException(
                $"The data key {stored.Id} in the store is damaged: master key {stored.MasterKey} does not open it."
            );
        }
    }

    [GeneratedRegex(@"c1\.([0-9a-f]{12})\.")]
    private static partial Regex Seals();

    /// <summary>A data key in use. AesGcm is not safe for several threads, so each thread has its own.</summary>
    private sealed record DataKey(WrappedDataKey Stored, byte[] Bytes)
    {
        private readonly ThreadLocal<AesGcm> _cipher = new(() => new AesGcm(Bytes, Sealing.TagBytes));

        public AesGcm Cipher => _cipher.Value!;
    }
}
