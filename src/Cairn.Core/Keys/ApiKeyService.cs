using Cairn.Core.Access;
using Cairn.Core.Audit;
using Cairn.Core.Changes;
using Cairn.Core.Environments;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Keys;

/// <summary>Makes, rotates and revokes API keys.</summary>
/// <param name="textPrefix">What the text of new keys starts with, such as <c>cairn_live</c>.</param>
/// <param name="numbers">Gives keys their numbers.</param>
/// <param name="keys">The keys there are.</param>
/// <param name="kinds">Where the environments are.</param>
/// <param name="store">Where names are taken.</param>
/// <param name="catalogs">The state of this node.</param>
/// <param name="committer">Writes.</param>
/// <param name="ids">Names keys and entries.</param>
/// <param name="time">For expiry.</param>
public sealed class ApiKeyService(
    string textPrefix,
    IdSequence numbers,
    ApiKeyCatalog keys,
    ResourceKinds kinds,
    IStore store,
    CatalogSet catalogs,
    Committer committer,
    TimedIds ids,
    TimeProvider time
)
{
    /// <summary>How long an old secret may go on after a rotation.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(30);

    private const int MaxAttempts = 100;

    /// <summary>Gives keys their numbers.</summary>
    public IdSequence Numbers => numbers;

    /// <summary>Makes a key.</summary>
    /// <returns>The key and, this once, its text.</returns>
    /// <exception cref="ProblemException">The request is not acceptable; the errors say why.</exception>
    public async ValueTask<(ApiKey Key, string Text)> CreateAsync(
        CommitContext context,
        ApiKeyRequest request,
        CancellationToken ct
    )
    {
        string text = ApiKeyText.Generate(textPrefix);
        return (await CreateAsync(context, request, text, ct), text);
    }

    /// <summary>Makes a key of a text that was given, for automation.</summary>
    public async ValueTask<ApiKey> CreateAsync(
        CommitContext context,
        ApiKeyRequest request,
        string text,
        CancellationToken ct
    )
    {
        request.Validate(kinds.EnvironmentNames(catalogs.Current));
        RequireAtLeast(context.Caller, request.Permission);
        long number = await numbers.NextAsync(ct);
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var name = await TakeNameAsync(request.Name, ct);
            var now = time.GetUtcNow();
            var key = new ApiKey
            {
                Id = ids.New(),
                Number = number,
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
                Secrets = [SecretOf(text)],
            };
            if (
                await committer.CommitAsync(
                    context,
                    Entry("create", [key], null),
                    [new Condition.Absent(ApiKeyCatalog.Prefix + key.Id), name],
                    [keys.Put(key), Name(key.Name)],
                    ct
                )
                is not null
            )
            {
                return key;
            }
        }

        throw new ProblemException(ProblemKind.Conflict, "Others make keys of this name. Try again.");
    }

    /// <summary>Gives a key a new secret.</summary>
    /// <param name="context">Who and from where.</param>
    /// <param name="id">Which key.</param>
    /// <param name="overlap">How long the old secret still works; not at all when zero.</param>
    /// <param name="ct">Ends the waiting.</param>
    public async ValueTask<(ApiKey Key, string Text)> RotateAsync(
        CommitContext context,
        string id,
        TimeSpan overlap,
        CancellationToken ct
    )
    {
        if (overlap < TimeSpan.Zero || overlap > MaxOverlap)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                $"The overlap is 0 to {MaxOverlap.TotalSeconds:0} seconds."
            );
        }

        string text = ApiKeyText.Generate(textPrefix);
        var key = await ChangeAsync(
            context,
            id,
            "rotate",
            null,
            key =>
            {
                var now = time.GetUtcNow();
                var kept = key
                    .Secrets.Select(secret =>
                        secret.ExpiresAt is null ? secret with { ExpiresAt = now + overlap } : secret
                    )
                    .Where(secret => secret.ExpiresAt > now);
                return key with { RotatedAt = now, Secrets = [.. kept, SecretOf(text)] };
            },
            ct
        );
        return (key, text);
    }

    /// <summary>Ends a key for good.</summary>
    public ValueTask<ApiKey> RevokeAsync(CommitContext context, string id, string? reason, CancellationToken ct)
    {
        if (reason?.Length > 500)
            throw new ProblemException(ProblemKind.Invalid, "A reason has at most 500 characters.");
        return ChangeAsync(
            context,
            id,
            "revoke",
            reason,
            key => key with { RevokedAt = time.GetUtcNow(), RevokedBy = context.Caller.Name, RevokeReason = reason },
            ct
        );
    }

    /// <summary>Writes keys that were put together elsewhere, all of them or none.</summary>
    /// <param name="context">Who and from where.</param>
    /// <param name="action">For the audit.</param>
    /// <param name="written">As they are to be; those with a revision are changed, if they are still at it.</param>
    /// <param name="names">Names that no key has had so far, and that are taken with this.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <returns>False when one was changed, or a name taken, meanwhile.</returns>
    public async ValueTask<bool> StoreAsync(
        CommitContext context,
        string action,
        IReadOnlyList<ApiKey> written,
        IReadOnlyList<string> names,
        CancellationToken ct
    )
    {
        foreach (var key in written)
            RequireAtLeast(context.Caller, key.Permission);
        List<Condition> conditions =
        [
            .. written.Select(key =>
                key.Revision == 0
                    ? (Condition)new Condition.Absent(ApiKeyCatalog.Prefix + key.Id)
                    : new Condition.AtRevision(ApiKeyCatalog.Prefix + key.Id, key.Revision)
            ),
            .. names.Select(name => new Condition.Absent(NameKey(name))),
        ];
        return await committer.CommitAsync(
            context,
            Entry(action, written, null),
            conditions,
            [.. written.Select(keys.Put), .. names.Select(Name)],
            ct
        )
            is not null;
    }

    /// <summary>Removes a key and what is known of it, as if it had never been; the audit remembers.</summary>
    /// <param name="context">Who and from where.</param>
    /// <param name="usage">Where its uses are counted.</param>
    /// <param name="id">Which key.</param>
    /// <param name="ct">Ends the waiting.</param>
    public async ValueTask DeleteAsync(CommitContext context, KeyUsageRecorder usage, string id, CancellationToken ct)
    {
        while (true)
        {
            var key = Existing(id);
            RequireAtLeast(context.Caller, key.Permission);
            List<Write> writes =
            [
                new Write.Delete(ApiKeyCatalog.Prefix + id),
                new Write.Delete(NameKey(key.Name)),
                .. catalogs
                    .Current.Of(usage.Catalog)
                    .Range(id + "/")
                    .Select(pair => new Write.Delete(usage.Catalog.Prefix + pair.Key)),
            ];
            if (
                await committer.CommitAsync(
                    context,
                    Entry("delete", [key], null),
                    [new Condition.AtRevision(ApiKeyCatalog.Prefix + id, key.Revision)],
                    writes,
                    ct
                )
                is not null
            )
            {
                return;
            }
        }
    }

    /// <summary>A secret as it is kept.</summary>
    public static ApiKeySecret SecretOf(string text) => new(ApiKeyText.Hash(text).ToString(), text[^4..], null);

    /// <summary>Refuses a name that a key in use has, and answers what must hold for it to be taken: that nobody takes
    /// it first.</summary>
    private async ValueTask<Condition> TakeNameAsync(string name, CancellationToken ct)
    {
        var taken = await store.GetAsync(NameKey(name), ct);
        // Whoever took it has committed: their key has to be seen before this one is judged.
        if (taken is not null)
            await catalogs.WaitForAsync(taken.Revision, ct);
        var now = time.GetUtcNow();
        if (keys.Named(catalogs.Current, name).FirstOrDefault(key => key.StatusAt(now) == "active") is { } other)
        {
            throw new ProblemException(
                ProblemKind.Conflict,
                $"There is a key named '{name}' already: {other.Id}. The audit tells keys apart by name; rotate "
                    + "that one, revoke it first, or choose another name."
            );
        }

        return taken is null
            ? new Condition.Absent(NameKey(name))
            : new Condition.AtRevision(NameKey(name), taken.Revision);
    }

    // Written with every key of the name, so that of two that are made at once one is refused.
    private static string NameKey(string name) => "key-names/" + name;

    private static Write.Put Name(string name) => new(NameKey(name), "{}"u8.ToArray());

    private async ValueTask<ApiKey> ChangeAsync(
        CommitContext context,
        string id,
        string action,
        string? reason,
        Func<ApiKey, ApiKey> change,
        CancellationToken ct
    )
    {
        while (true)
        {
            var key = Existing(id);
            if (key.RevokedAt is not null)
                throw new ProblemException(ProblemKind.Conflict, $"The key '{id}' is revoked already.");
            RequireAtLeast(context.Caller, key.Permission);
            var changed = change(key);
            if (
                await committer.CommitAsync(
                    context,
                    Entry(action, [changed], reason),
                    [new Condition.AtRevision(ApiKeyCatalog.Prefix + id, key.Revision)],
                    [keys.Put(changed)],
                    ct
                )
                is not null
            )
            {
                return changed;
            }
        }
    }

    private ApiKey Existing(string id) =>
        keys.Get(catalogs.Current, id) ?? throw new ProblemException(ProblemKind.NotFound, $"There is no key '{id}'.");

    private AuditEntry Entry(string action, IReadOnlyList<ApiKey> written, string? reason) =>
        new()
        {
            Id = ids.New(),
            Time = time.GetUtcNow(),
            Actor = "",
            Action = "keys." + action,
            Outcome = "success",
            Reason = reason,
            Resources = [.. written.Select(key => new AuditedResource("keys", key.Id, null, action, null, null, null))],
        };

    // Whoever makes or rotates a key can use it: it must not reach further than they do.
    private static void RequireAtLeast(Principal caller, PermissionLevel level)
    {
        if (!Authorizer.MayHandOut(caller, level))
        {
            throw new ProblemException(
                ProblemKind.Denied,
                "A credential cannot hand out more than it has: this one is limited."
            );
        }
    }
}
