namespace Cairn.Client;

/// <summary>API keys: <c>/api/v1/keys</c>.</summary>
public sealed class KeyClient
{
    private readonly CairnTransport _transport;

    internal KeyClient(CairnTransport transport) => _transport = transport;

    /// <summary>Makes a key; its text is in this answer only.</summary>
    public Task<KeyView> CreateAsync(
        KeyCreation creation,
        WriteOptions? options = null,
        CancellationToken ct = default
    ) => _transport.SendAsync<KeyCreation, KeyView>(HttpMethod.Post, "api/v1/keys", creation, options, ct);

    /// <summary>The keys.</summary>
    public IAsyncEnumerable<KeyView> ListAsync(CancellationToken ct = default) =>
        _transport.ListAsync<KeyView>("api/v1/keys", ct);

    /// <summary>Reads a key.</summary>
    public Task<KeyView> GetAsync(string id, CancellationToken ct = default) =>
        _transport.GetAsync<KeyView>(CairnPath.Resource("keys", id), ct);

    /// <summary>Gives a key a new secret, whose text is in this answer only.</summary>
    public Task<KeyView> RotateAsync(
        string id,
        KeyRotation rotation,
        WriteOptions? options = null,
        CancellationToken ct = default
    ) =>
        _transport.SendAsync<KeyRotation, KeyView>(
            HttpMethod.Post,
            CairnPath.Resource("keys", id) + "/rotate",
            rotation,
            options,
            ct
        );

    /// <summary>Ends a key for good.</summary>
    public Task<KeyView> RevokeAsync(
        string id,
        string? reason = null,
        WriteOptions? options = null,
        CancellationToken ct = default
    ) =>
        _transport.SendAsync<KeyRevocation, KeyView>(
            HttpMethod.Post,
            CairnPath.Resource("keys", id) + "/revoke",
            new KeyRevocation(reason),
            options,
            ct
        );

    /// <summary>Reads how a key has been used.</summary>
    public Task<KeyUsageView> UsageAsync(string id, CancellationToken ct = default) =>
        _transport.GetAsync<KeyUsageView>(CairnPath.Resource("keys", id) + "/usage", ct);
}
