using System.Net;
using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Core.Cryptography;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Keys;

/// <summary>What became of a credential that was presented.</summary>
public abstract record Authentication
{
    private Authentication() { }

    /// <summary>It is good.</summary>
    public sealed record Accepted(Principal Caller) : Authentication;

    /// <summary>It is not; the reason is for the audit and the log, not for the caller.</summary>
    public sealed record Rejected(string Reason, Principal? Caller) : Authentication;
}

/// <summary>The API keys in memory, and the check of one that is presented.</summary>
public sealed class ApiKeyCatalog
{
    internal const string Prefix = "keys/";

    private static readonly Authentication.Rejected Unknown = new("the key is not known", null);

    private readonly Keyring _keyring;
    private readonly TimeProvider _time;
    private readonly CatalogIndex<ApiKeyCredential, KeyHash> _byHash;
    private readonly CatalogIndex<ApiKeyCredential, long> _byNumber;
    private readonly CatalogIndex<ApiKeyCredential, string> _byName;
    private readonly CatalogIndex<ApiKeyCredential, bool> _foreign;

    /// <param name="keyring">Stamps the records of keys: whoever can write to the store makes no key by it.</param>
    /// <param name="time">For expiry.</param>
    public ApiKeyCatalog(Keyring keyring, TimeProvider time)
    {
        (_keyring, _time) = (keyring, time);
        Catalog = new Catalog<ApiKeyCredential>(
            Prefix,
            record => new ApiKeyCredential(Read(record)),
            (before, after) =>
                after.Key.Version > before.Key.Version || IsSame(before.Key, after.Key)
                    ? null
                    : "it is an older state of the key."
        );
        _byNumber = Catalog.AddIndex<long>(credential => [credential.Key.Number]);
        _byName = Catalog.AddIndex<string>(credential => [credential.Key.Name]);
        _foreign = Catalog.AddIndex<bool>(credential => credential.Key.ForeignHash is null ? [] : [true]);
        _byHash = Catalog.AddIndex(credential => credential.Key.Secrets.Select(secret => KeyHash.Parse(secret.Hash)));
    }

    /// <summary>All keys.</summary>
    public Catalog<ApiKeyCredential> Catalog { get; }

    /// <summary>A key by its identifier.</summary>
    public ApiKey? Get(CatalogSnapshot snapshot, string id) => snapshot.Of(Catalog).Get(id)?.Key;

    /// <summary>A key by its identifier.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    public ApiKey Require(CatalogSnapshot snapshot, string id) =>
        Get(snapshot, id) ?? throw new ProblemException(ProblemKind.NotFound, $"There is no key '{id}'.");

    /// <summary>A key by its number.</summary>
    public ApiKey? Find(CatalogSnapshot snapshot, long number) =>
        snapshot.Of(Catalog).Lookup(_byNumber, number) is [var credential, ..] ? credential.Key : null;

    /// <summary>A key by its name; one of them when several have it.</summary>
    public ApiKey? Find(CatalogSnapshot snapshot, string name) => Named(snapshot, name).FirstOrDefault();

    /// <summary>All keys of a name.</summary>
    public IEnumerable<ApiKey> Named(CatalogSnapshot snapshot, string name) =>
        snapshot.Of(Catalog).Lookup(_byName, name).Select(credential => credential.Key);

    /// <summary>All keys that a caller may rule, oldest first.</summary>
    public IEnumerable<ApiKey> List(CatalogSnapshot snapshot, Principal caller, string? after = null) =>
        snapshot
            .Of(Catalog)
            .Range("", after)
            .Select(pair => pair.Value.Key)
            .Where(key => Authorizer.Allows(caller, new Permission("keys", PermissionLevel.Admin), key.Id, null));

    /// <summary>Imported keys that have not been used yet.</summary>
    public CatalogBucket<ApiKeyCredential> Foreign(CatalogSnapshot snapshot) =>
        snapshot.Of(Catalog).Lookup(_foreign, true);

    /// <summary>Whether there is a key of this text, valid or not.</summary>
    public bool Knows(CatalogSnapshot snapshot, ReadOnlySpan<char> text) =>
        snapshot.Of(Catalog).Lookup(_byHash, ApiKeyText.Hash(text)).Count > 0;

    /// <summary>Checks a key that was presented: one probe of a dictionary.</summary>
    /// <param name="snapshot">The state to check against.</param>
    /// <param name="hash">Of what was presented: <see cref="ApiKeyText.Hash"/>.</param>
    /// <param name="address">From where.</param>
    public Authentication Authenticate(CatalogSnapshot snapshot, KeyHash hash, IPAddress? address)
    {
        var found = snapshot.Of(Catalog).Lookup(_byHash, hash);
        if (found.Count == 0)
            return Unknown;
        var credential = found[0];
        var key = credential.Key;
        var now = _time.GetUtcNow();
        if (key.RevokedAt is not null)
            return new Authentication.Rejected("the key is revoked", credential.Caller);
        if (key.ExpiresAt <= now)
            return new Authentication.Rejected("the key has expired", credential.Caller);
        if (key.Secrets.Count > 1)
        {
            foreach (var secret in key.Secrets)
            {
                if (KeyHash.Parse(secret.Hash).Equals(hash) && secret.ExpiresAt <= now)
                {
                    return new Authentication.Rejected(
                        "the key was rotated and the overlap is over",
                        credential.Caller
                    );
                }
            }
        }

        if (!credential.AllowsAddress(address))
            return new Authentication.Rejected("the key is not allowed from this address", credential.Caller);
        return credential.Accepted;
    }

    /// <summary>The write of a key's next state.</summary>
    internal Write Put(ApiKey key)
    {
        key = key with { Version = key.Version + 1 };
        return new Write.Put(
            Prefix + key.Id,
            _keyring.Stamp(JsonSerializer.SerializeToUtf8Bytes(key, StoredJson.Default.ApiKey), Prefix + key.Id)
        );
    }

    // The same under another data key.
    private static bool IsSame(ApiKey before, ApiKey after) =>
        before.Version == after.Version && Json(before).AsSpan().SequenceEqual(Json(after));

    private static byte[] Json(ApiKey key) =>
        JsonSerializer.SerializeToUtf8Bytes(key with { Revision = 0 }, StoredJson.Default.ApiKey);

    private ApiKey Read(StoreRecord record)
    {
        try
        {
            if (_keyring.Stamps)
                _keyring.CheckStamp(record.Value.Span, record.Key);
            return JsonSerializer.Deserialize(record.Value.Span, StoredJson.Default.ApiKey)! with
            {
                Revision = record.Revision,
            };
        }
        catch (Exception e) when (e is TamperedException or JsonException)
        {
            throw new RecordRefusedException(
                e is TamperedException ? e.Message : "it is not a key's record.",
                mayBeLeftOut: true
            );
        }
    }
}
