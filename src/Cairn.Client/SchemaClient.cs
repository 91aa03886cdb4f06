namespace Cairn.Client;

/// <summary>The schema registry: <c>/api/v1/schemas</c>.</summary>
public sealed class SchemaClient
{
    private readonly CairnTransport _transport;

    internal SchemaClient(CairnTransport transport) => _transport = transport;

    /// <summary>The models that the caller may read, by path.</summary>
    /// <param name="search">Only models with this in their name, namespace or title.</param>
    /// <param name="ct">Ends the asking.</param>
    public IAsyncEnumerable<SchemaModelView> ListAsync(string? search = null, CancellationToken ct = default) =>
        _transport.ListAsync<SchemaModelView>(CairnPath.Query("api/v1/schemas", ("q", search)), ct);

    /// <summary>The versions of a model, the highest first.</summary>
    /// <param name="model"><c>namespace/Model</c>; <c>_/Model</c> when it is global.</param>
    /// <param name="ct">Ends the asking.</param>
    public IAsyncEnumerable<SchemaView> VersionsAsync(string model, CancellationToken ct = default) =>
        _transport.ListAsync<SchemaView>(CairnPath.Resource("schema-versions", model), ct);

    /// <summary>Reads the text of a version.</summary>
    /// <param name="path"><c>namespace/Model/version</c>; the version may be a range such as <c>^1.2</c>.</param>
    /// <param name="ct">Ends the asking.</param>
    public async Task<byte[]> GetAsync(string path, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, CairnPath.Resource("schemas", path));
        using var response = await _transport.SendAsync(request, ct);
        return await response.Content.ReadAsByteArrayAsync(ct);
    }

    /// <summary>Registers a version.</summary>
    /// <param name="path"><c>namespace/Model/version</c>.</param>
    /// <param name="text">The schema.</param>
    /// <param name="mediaType">What it is, such as <c>application/schema+json</c>.</param>
    /// <param name="options">On what conditions, and why.</param>
    /// <param name="ct">Ends the asking; what was sent may be committed all the same.</param>
    public Task<SchemaView> RegisterAsync(
        string path,
        byte[] text,
        string mediaType = "application/schema+json",
        WriteOptions? options = null,
        CancellationToken ct = default
    ) =>
        _transport.SendAsync<SchemaView>(
            HttpMethod.Put,
            CairnPath.Resource("schemas", path),
            text,
            mediaType,
            options,
            ct
        );

    /// <summary>Says what registering a version would be answered.</summary>
    /// <inheritdoc cref="RegisterAsync"/>
    public Task<SchemaCheckView> CheckAsync(
        string path,
        byte[] text,
        string mediaType = "application/schema+json",
        CancellationToken ct = default
    ) =>
        _transport.SendAsync<SchemaCheckView>(
            HttpMethod.Post,
            CairnPath.Resource("schema-checks", path),
            text,
            mediaType,
            null,
            ct
        );
}
