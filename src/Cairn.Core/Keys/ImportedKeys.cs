using System.Collections.Concurrent;
using System.Text;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Keys;

/// <summary>
/// Keys that were imported with a bcrypt hash. The first time one is presented it is found by trying the hashes one by
/// one, as the system it came from does on every request; then its hash gives way to a SHA-256, and it is a key like
/// any other.
/// </summary>
/// <remarks>Trying costs processor time by the second, and anybody can present a text. So one text is tried at a time,
/// few wait, a text that was tried is remembered, and only what looks like such a key is tried at all.</remarks>
public sealed class ImportedKeys(ApiKeyCatalog keys, ApiKeyService service, CatalogSet catalogs, TimeProvider time)
{
    private const int MaxWaiting = 16;
    private const int MaxRemembered = 10_000;
    private const int ShortestText = 32;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<KeyHash, bool> _tried = new();
    private CatalogBucket<ApiKeyCredential> _triedAgainst = CatalogBucket<ApiKeyCredential>.Empty;
    private int _waiting;

    /// <summary>Whether there is anything to try for a text that no key is known by.</summary>
    public bool MayKnow(CatalogSnapshot snapshot, ReadOnlySpan<char> text)
    {
        var pending = keys.Foreign(snapshot);
        return pending.Count > 0
            && text.Length >= ShortestText
            && Encoding.UTF8.GetByteCount(text) <= BcryptHash.MaxTextBytes
            && !ApiKeyText.IsWellFormed(text)
            && !keys.Knows(snapshot, text)
            && !(SameAsTried(pending) && _tried.ContainsKey(ApiKeyText.Hash(text)));
    }

    /// <summary>Finds the key that <paramref name="text"/> is, if it is one, and makes it a key of Cairn's
    /// own.</summary>
    /// <exception cref="ProblemException">Too many wait already.</exception>
    public async ValueTask AdoptAsync(string text, Origin origin, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new ProblemException(
                ProblemKind.Unavailable,
                "Imported keys are being checked one by one. Try again."
            );
        }

        try
        {
            await _turn.WaitAsync(ct);
            try
            {
                if (MayKnow(catalogs.Current, text))
                    await TryAsync(text, origin, ct);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async ValueTask TryAsync(string text, Origin origin, CancellationToken ct)
    {
        var pending = keys.Foreign(catalogs.Current);
        var now = time.GetUtcNow();
        var found = await Task.Run(
            () =>
                pending
                    .Select(credential => credential.Key)
                    .FirstOrDefault(key => key.StatusAt(now) == "active" && BcryptHash.Verify(text, key.ForeignHash!)),
            ct
        );
        if (found is not null)
        {
            // When somebody changed the key meanwhile, the next request finds it as it is then.
            var adopted = found with
            {
                Secrets = [ApiKeyService.SecretOf(text)],
                ForeignHash = null,
            };
            await service.StoreAsync(new CommitContext(Principal.System, origin), "adopt", [adopted], [], ct);
            return;
        }

        if (!SameAsTried(pending) || _tried.Count >= MaxRemembered)
            _tried.Clear();
        _triedAgainst = pending;
        _tried[ApiKeyText.Hash(text)] = true;
    }

    private bool SameAsTried(CatalogBucket<ApiKeyCredential> pending) => _triedAgainst == pending;
}
