using System.Net;
using System.Text.Json;
using Cairn.Core.Audit;
using Cairn.Core.Changes;
using Cairn.Core.Cryptography;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Access;

/// <summary>What a new key is to be.</summary>
public sealed record ApiKeyRequest
{
    public required string Name { get; init; }
    public PermissionLevel Permission { get; init; } = PermissionLevel.Read;
    public IReadOnlyList<string> Scopes { get; init; } = [];
    public IReadOnlyList<string> Environments { get; init; } = [];
    public IReadOnlyList<string> AllowedIps { get; init; } = [];
    public int? ExpiresInDays { get; init; }
    public string? RateLimit { get; init; }
    public string? Description { get; init; }
}

/// <summary>What became of a credential that was presented.</summary>
public abstract record Authentication
{
    private Authentication() { }

    /// <summary>It is good.</summary>
    public sealed record Accepted(Caller Caller, ApiKey Key) : Authentication;

    /// <summary>It is not; the reason is for the audit and the log, not for the caller.</summary>
    public sealed record Rejected(string Reason, Caller? Caller) : Authentication;
}

/// <summary>Makes, lists, rotates, revokes and checks API keys.</summary>
public sealed class ApiKeyService
{
    /// <summary>How long an old secret may go on after a rotation.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(30);

    private const string Prefix = "keys/";
    private readonly CatalogIndex<ApiKeyCredential, KeyHash> _byHash;
    private readonly Keyring _keyring;
    private readonly TimeProvider _time;
    private readonly string _textPrefix;
    private readonly CatalogIndex<ApiKeyCredential, long> _byNumber;
    private readonly CatalogIndex<ApiKeyCredential, string> _byName;
    private readonly CatalogIndex<ApiKeyCredential, bool> _foreign;

    /// <param name="textPrefix">What the text of new keys starts with, such as <c>cairn_live</c>.</param>
    /// <param name="numbers">Gives keys their numbers.</param>
    /// <param name="keyring">Stamps the records of keys: whoever can write to the store makes no key by it.</param>
    /// <param name="time">For expiry.</param>
    public ApiKeyService(string textPrefix, IdSequence numbers, Keyring keyring, TimeProvider time)
    {
        (_textPrefix, Numbers, _keyring, _time) = (textPrefix, numbers, keyring, time);
        Catalog = new Catalog<ApiKeyCredential>(
            Prefix, record => new ApiKeyCredential(Read(record)),
            (before, after) => after.Key.Version > before.Key.Version ? null : "it is an older state of the key.");
        _byNumber = Catalog.AddIndex<long>(credential => [credential.Key.Number]);
        _byName = Catalog.AddIndex<string>(credential => [credential.Key.Name]);
        _foreign = Catalog.AddIndex<bool>(credential => credential.Key.ForeignHash is null ? [] : [true]);
        _byHash = Catalog.AddIndex(credential => credential.Key.Secrets.Select(secret => KeyHash.Parse(secret.Hash)));
    }

    /// <summary>All keys.</summary>
    public Catalog<ApiKeyCredential> Catalog { get; }

    /// <summary>Gives keys their numbers.</summary>
    public IdSequence Numbers { get; }

    /// <summary>A key by its number.</summary>
    public ApiKey? Find(CatalogSnapshot snapshot, long number) =>
        snapshot.Of(Catalog).Lookup(_byNumber, number) is [var credential, ..] ? credential.Key : null;

    /// <summary>A key by its name; one of them when several have it.</summary>
    public ApiKey? Find(CatalogSnapshot snapshot, string name) =>
        snapshot.Of(Catalog).Lookup(_byName, name) is [var credential, ..] ? credential.Key : null;

    /// <summary>Imported keys that have not been used yet.</summary>
    public CatalogBucket<ApiKeyCredential> Foreign(CatalogSnapshot snapshot) => snapshot.Of(Catalog).Lookup(_foreign, true);

    /// <summary>Whether a text is one of a key, valid or not.</summary>
    public bool Knows(CatalogSnapshot snapshot, ReadOnlySpan<char> text) =>
        snapshot.Of(Catalog).Lookup(_byHash, ApiKeyText.Hash(text)).Count > 0;

    /// <summary>Checks a key that was presented: one hash and one probe of a dictionary.</summary>
    /// <param name="snapshot">The state to check against.</param>
    /// <param name="text">What was presented.</param>
    /// <param name="address">From where.</param>
    public Authentication Authenticate(CatalogSnapshot snapshot, ReadOnlySpan<char> text, IPAddress? address)
    {
        var hash = ApiKeyText.Hash(text);
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
            foreach (var secret in key.Secrets)
                if (KeyHash.Parse(secret.Hash).Equals(hash) && secret.ExpiresAt <= now)
                    return new Authentication.Rejected("the key was rotated and the overlap is over", credential.Caller);
        if (!credential.AllowsAddress(address))
            return new Authentication.Rejected("the key is not allowed from this address", credential.Caller);
        return credential.Accepted;
    }

    private static readonly Authentication.Rejected Unknown = new("the key is not known", null);

    /// <summary>A key by its identifier.</summary>
    public ApiKey? Get(CatalogSnapshot snapshot, string id) => snapshot.Of(Catalog).Get(id)?.Key;

    /// <summary>All keys, oldest first.</summary>
    public IEnumerable<ApiKey> List(CatalogSnapshot snapshot, string? after) =>
        snapshot.Of(Catalog).Range("", after).Select(pair => pair.Value.Key);

    /// <summary>Makes a key.</summary>
    /// <returns>The key and, this once, its text.</returns>
    /// <exception cref="ProblemException">The request is not acceptable; the errors say why.</exception>
    public async ValueTask<(ApiKey Key, string Text)> CreateAsync(
        Committer committer, CommitContext context, ApiKeyRequest request, CancellationToken ct)
    {
        string text = ApiKeyText.Generate(_textPrefix);
        return (await CreateAsync(committer, context, request, text, ct), text);
    }

    /// <summary>Makes a key of a text that was given, for automation.</summary>
    public async ValueTask<ApiKey> CreateAsync(
        Committer committer, CommitContext context, ApiKeyRequest request, string text, CancellationToken ct)
    {
        Validate(request);
        RequireAtLeast(context.Caller, request.Permission);
        var now = _time.GetUtcNow();
        var key = new ApiKey
        {
            Id = TimedId.New(_time),
            Number = await Numbers.NextAsync(ct),
            Name = request.Name,
            Description = request.Description,
            Permission = request.Permission,
            Scopes = request.Scopes,
            Environments = request.Environments,
            AllowedIps = request.AllowedIps,
            RateLimit = request.RateLimit,
            CreatedAt = now,
            CreatedBy = context.Caller.Name,
            ExpiresAt = request.ExpiresInDays is { } days ? now.AddDays(days) : null,
            Secrets = [Secret(text)],
        };
        await WriteAsync(committer, context, key, "create", null, new Condition.Absent(Prefix + key.Id), ct);
        return key;
    }

    /// <summary>Gives a key a new secret.</summary>
    /// <param name="committer">Writes.</param>
    /// <param name="context">Who and from where.</param>
    /// <param name="catalogs">Where the key is looked up.</param>
    /// <param name="id">Which key.</param>
    /// <param name="overlap">How long the old secret still works; not at all when zero.</param>
    /// <param name="ct">Ends the waiting.</param>
    public async ValueTask<(ApiKey Key, string Text)> RotateAsync(
        Committer committer, CommitContext context, CatalogSet catalogs, string id, TimeSpan overlap, CancellationToken ct)
    {
        if (overlap < TimeSpan.Zero || overlap > MaxOverlap)
            throw new ProblemException(ProblemKind.Invalid, $"The overlap is 0 to {MaxOverlap.TotalSeconds:0} seconds.");
        string text = ApiKeyText.Generate(_textPrefix);
        var key = await ChangeAsync(committer, context, catalogs, id, "rotate", null, key =>
        {
            var now = _time.GetUtcNow();
            var kept = key.Secrets
                .Select(secret => secret.ExpiresAt is null ? secret with { ExpiresAt = now + overlap } : secret)
                .Where(secret => secret.ExpiresAt > now);
            return key with { RotatedAt = now, Secrets = [.. kept, Secret(text)] };
        }, ct);
        return (key, text);
    }

    /// <summary>Ends a key for good.</summary>
    public ValueTask<ApiKey> RevokeAsync(
        Committer committer, CommitContext context, CatalogSet catalogs, string id, string? reason, CancellationToken ct)
    {
        if (reason?.Length > 500)
            throw new ProblemException(ProblemKind.Invalid, "A reason has at most 500 characters.");
        return ChangeAsync(committer, context, catalogs, id, "revoke", reason, key => key with
        {
            RevokedAt = _time.GetUtcNow(),
            RevokedBy = context.Caller.Name,
            RevokeReason = reason,
        }, ct);
    }

    /// <summary>Puts keys made elsewhere beside or into those that are here, together.</summary>
    /// <param name="committer">Writes.</param>
    /// <param name="context">Who and from where.</param>
    /// <param name="action">For the audit.</param>
    /// <param name="keys">As they are to be; those with a revision are changed, if they are still at it.</param>
    /// <param name="names">Names that must not be taken meanwhile, and are taken with this.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <returns>False when one was changed, or a name taken, meanwhile.</returns>
    public async ValueTask<bool> StoreAsync(
        Committer committer, CommitContext context, string action, IReadOnlyList<ApiKey> keys, IReadOnlyList<string> names, CancellationToken ct)
    {
        foreach (var key in keys)
            RequireAtLeast(context.Caller, key.Permission);
        List<Condition> conditions =
        [
            .. keys.Select(key => key.Revision == 0 ? (Condition)new Condition.Absent(Prefix + key.Id) : new Condition.AtRevision(Prefix + key.Id, key.Revision)),
            .. names.Select(name => new Condition.Absent(NameKey(name))),
        ];
        List<Write> writes =
        [
            .. keys.Select(key => Put(key)),
            .. names.Select(name => new Write.Put(NameKey(name), "{}"u8.ToArray())),
        ];
        return await committer.CommitAsync(context, Entry(action, keys, null), conditions, writes, ct) is not null;
    }

    /// <summary>Removes a key and what is known of it, as if it had never been; the audit remembers.</summary>
    /// <param name="usage">Where its uses are counted.</param>
    public async ValueTask DeleteAsync(
        Committer committer, CommitContext context, CatalogSet catalogs, KeyUsageRecorder usage, string id, CancellationToken ct)
    {
        while (true)
        {
            var key = Get(catalogs.Current, id) ?? throw new ProblemException(ProblemKind.NotFound, $"There is no key '{id}'.");
            RequireAtLeast(context.Caller, key.Permission);
            List<Write> writes =
            [
                new Write.Delete(Prefix + id), new Write.Delete(NameKey(key.Name)),
                .. catalogs.Current.Of(usage.Catalog).Range(id + "/").Select(pair => new Write.Delete(usage.Catalog.Prefix + pair.Key)),
            ];
            if (await committer.CommitAsync(context, Entry("delete", [key], null), [new Condition.AtRevision(Prefix + id, key.Revision)], writes, ct) is not null)
                return;
        }
    }

    /// <summary>A secret as it is kept.</summary>
    public static ApiKeySecret SecretOf(string text) => Secret(text);

    // Taken by those who may not have two keys of one name.
    private static string NameKey(string name) => "key-names/" + name;

    private async ValueTask<ApiKey> ChangeAsync(
        Committer committer, CommitContext context, CatalogSet catalogs, string id, string action, string? reason,
        Func<ApiKey, ApiKey> change, CancellationToken ct)
    {
        while (true)
        {
            var key = Get(catalogs.Current, id) ?? throw new ProblemException(ProblemKind.NotFound, $"There is no key '{id}'.");
            if (key.RevokedAt is not null)
                throw new ProblemException(ProblemKind.Conflict, $"The key '{id}' is revoked already.");
            RequireAtLeast(context.Caller, key.Permission);
            var changed = change(key);
            if (await WriteAsync(committer, context, changed, action, reason, new Condition.AtRevision(Prefix + id, key.Revision), ct))
                return changed;
        }
    }

    private async ValueTask<bool> WriteAsync(
        Committer committer, CommitContext context, ApiKey key, string action, string? reason, Condition condition, CancellationToken ct)
    {
        var entry = Entry(action, [key], reason);
        return await committer.CommitAsync(context, entry, [condition], [Put(key)], ct) is not null;
    }

    private AuditEntry Entry(string action, IReadOnlyList<ApiKey> keys, string? reason) => new()
    {
        Id = TimedId.New(_time),
        Time = _time.GetUtcNow(),
        Actor = "",
        Action = "keys." + action,
        Outcome = "success",
        Reason = reason,
        Resources = [.. keys.Select(key => new AuditedResource("keys", key.Id, null, action, null, null, null))],
    };

    // Whoever makes or rotates a key can use it: it must not reach further than they do.
    private static void RequireAtLeast(Caller caller, PermissionLevel level)
    {
        if (level > caller.Level || caller.Scopes.Count > 0 || caller.Environments.Count > 0)
            throw new ProblemException(ProblemKind.Denied, "A credential cannot hand out more than it has: this one is limited.");
    }

    private static ApiKeySecret Secret(string text) => new(ApiKeyText.Hash(text).ToString(), text[^4..], null);

    private Write Put(ApiKey key)
    {
        key = key with { Version = key.Version + 1 };
        return new Write.Put(Prefix + key.Id, _keyring.Stamp(JsonSerializer.SerializeToUtf8Bytes(key, StoredJson.Default.ApiKey), Prefix + key.Id));
    }

    private ApiKey Read(StoreRecord record)
    {
        try
        {
            if (_keyring.Stamps)
                _keyring.CheckStamp(record.Value.Span, record.Key);
            return JsonSerializer.Deserialize(record.Value.Span, StoredJson.Default.ApiKey)! with { Revision = record.Revision };
        }
        catch (Exception e) when (e is TamperedException or JsonException)
        {
            throw new RecordRefusedException(e is TamperedException ? e.Message : "it is not a key's record.", mayBeLeftOut: true);
        }
    }

    private static void Validate(ApiKeyRequest request)
    {
        var errors = new List<ProblemError>();
        if (request.Name.Trim().Length is 0 or > 255)
            errors.Add(new ProblemError("/name", "A name has 1 to 255 characters."));
        if (request.Description?.Length > 1000)
            errors.Add(new ProblemError("/description", "A description has at most 1000 characters."));
        if (request.ExpiresInDays is < 1 or > 3650)
            errors.Add(new ProblemError("/expires_in_days", "A key expires in 1 to 3650 days, or never when this is left out."));
        if (request.RateLimit is { } limit && (!RateLimit.TryParse(limit, out var parsed) || parsed is null))
            errors.Add(new ProblemError("/rate_limit", $"'{limit}' is not a limit such as 200/minute (second, minute, hour or day)."));
        for (int i = 0; i < request.Scopes.Count; i++)
            if (Scope.TryParse(request.Scopes[i], out string? problem) is null)
                errors.Add(new ProblemError($"/scopes/{i}", problem!));
        for (int i = 0; i < request.AllowedIps.Count; i++)
            if (!Networks.TryParse(request.AllowedIps[i], out _))
                errors.Add(new ProblemError($"/allowed_ips/{i}", $"'{request.AllowedIps[i]}' is not a network such as 10.0.0.0/8 or 2001:db8::/32."));
        for (int i = 0; i < request.Environments.Count; i++)
            try
            {
                Cairn.Core.Environments.EnvironmentState.CheckName(request.Environments[i]);
            }
            catch (ProblemException e)
            {
                errors.Add(new ProblemError($"/environments/{i}", e.Message));
            }

        if (errors.Count > 0)
            throw new ProblemException(ProblemKind.Invalid, "This key cannot be made.", errors);
    }

    /// <summary>A network, or a single address as a network of one.</summary>
    internal static string Network(string text) =>
        IPAddress.TryParse(text, out var address)
            ? $"{text}/{(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128)}"
            : text;
}
