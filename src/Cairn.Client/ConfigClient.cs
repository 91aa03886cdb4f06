using System.Net;

namespace Cairn.Client;

/// <summary>A document of a config.</summary>
/// <param name="Content">As it was asked for; JSON unless another format was.</param>
/// <param name="Version">The version.</param>
/// <param name="Revision">The store revision it was committed as.</param>
/// <param name="ETag">Its entity tag, for conditions.</param>
public sealed record ConfigDocument(byte[] Content, long Version, long Revision, string ETag);

/// <summary>Configs: <c>/api/v1/configs</c> and what belongs to it.</summary>
public sealed class ConfigClient
{
    private readonly CairnTransport _transport;

    internal ConfigClient(CairnTransport transport) => _transport = transport;

    /// <summary>Reads what an environment serves, or the base.</summary>
    /// <param name="path">The config.</param>
    /// <param name="environment">Which environment; the base when null.</param>
    /// <param name="known">The tag that the caller has already.</param>
    /// <param name="wait">With <paramref name="known"/>: waits so long, up to 5 minutes, for another answer.</param>
    /// <param name="ct">Ends the asking.</param>
    /// <returns>The document; null when it is the one that is known.</returns>
    public async Task<ConfigDocument?> GetAsync(
        string path,
        string? environment = null,
        string? known = null,
        TimeSpan? wait = null,
        CancellationToken ct = default
    )
    {
        string? patience = wait is { } time ? $"{(long)time.TotalMilliseconds}ms" : null;
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            CairnPath.Query(CairnPath.Resource("configs", path), ("environment", environment), ("wait", patience))
        );
        if (known is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
        using var response = await _transport.SendAsync(request, ct, HttpStatusCode.NotModified);
        if (response.StatusCode == HttpStatusCode.NotModified)
            return null;
        return new ConfigDocument(
            await response.Content.ReadAsByteArrayAsync(ct),
            Number(response, "Cairn-Version"),
            Number(response, "Cairn-Revision"),
            response.Headers.ETag?.ToString() ?? ""
        );
    }

    /// <summary>Writes the base, or an environment's overlay.</summary>
    /// <param name="path">The config.</param>
    /// <param name="json">The document.</param>
    /// <param name="environment">Whose overlay; the base when null.</param>
    /// <param name="options">On what conditions, and why.</param>
    /// <param name="ct">Ends the asking; what was sent may be committed all the same.</param>
    public Task<ConfigWritten> PutAsync(
        string path,
        byte[] json,
        string? environment = null,
        WriteOptions? options = null,
        CancellationToken ct = default
    ) => WriteAsync(HttpMethod.Put, path, environment, json, "application/json", options, ct);

    /// <summary>Changes parts of the base, or of an environment's overlay, by JSON Merge Patch (RFC 7396).</summary>
    /// <inheritdoc cref="PutAsync"/>
    public Task<ConfigWritten> MergeAsync(
        string path,
        byte[] json,
        string? environment = null,
        WriteOptions? options = null,
        CancellationToken ct = default
    ) => WriteAsync(HttpMethod.Patch, path, environment, json, "application/merge-patch+json", options, ct);

    /// <summary>Deletes a config, keeping its versions; or an environment's overlay.</summary>
    public Task<ConfigWritten> DeleteAsync(
        string path,
        string? environment = null,
        WriteOptions? options = null,
        CancellationToken ct = default
    ) => WriteAsync(HttpMethod.Delete, path, environment, null, "", options, ct);

    /// <summary>The configs that the caller may read, by path.</summary>
    /// <param name="prefix">Only paths that start with this.</param>
    /// <param name="ct">Ends the asking.</param>
    public IAsyncEnumerable<ConfigItem> ListAsync(string? prefix = null, CancellationToken ct = default) =>
        _transport.ListAsync<ConfigItem>(CairnPath.Query("api/v1/configs", ("prefix", prefix)), ct);

    /// <summary>A config's versions, the newest first.</summary>
    public IAsyncEnumerable<ConfigVersionItem> HistoryAsync(
        string path,
        string? environment = null,
        CancellationToken ct = default
    ) =>
        _transport.ListAsync<ConfigVersionItem>(
            CairnPath.Query(CairnPath.Resource("config-versions", path), ("environment", environment)),
            ct
        );

    /// <summary>Compares two versions.</summary>
    public Task<ConfigDiffView> DiffAsync(
        string path,
        long from,
        long to,
        string? environment = null,
        CancellationToken ct = default
    ) =>
        _transport.GetAsync<ConfigDiffView>(
            CairnPath.Query(
                CairnPath.Resource("config-diffs", path),
                ("from", from),
                ("to", to),
                ("environment", environment)
            ),
            ct
        );

    /// <summary>Makes a new version like an older one; also brings back what was deleted.</summary>
    public Task<ConfigWritten> RollBackAsync(
        string path,
        ConfigRollback rollback,
        WriteOptions? options = null,
        CancellationToken ct = default
    ) =>
        _transport.SendAsync<ConfigRollback, ConfigWritten>(
            HttpMethod.Post,
            CairnPath.Resource("config-rollbacks", path),
            rollback,
            options,
            ct
        );

    /// <summary>Sets which base an environment serves.</summary>
    public Task<ConfigWritten> PromoteAsync(
        string path,
        ConfigPromotion promotion,
        WriteOptions? options = null,
        CancellationToken ct = default
    ) =>
        _transport.SendAsync<ConfigPromotion, ConfigWritten>(
            HttpMethod.Post,
            CairnPath.Resource("config-promotions", path),
            promotion,
            options,
            ct
        );

    private static long Number(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values) && long.TryParse(values.First(), out long number)
            ? number
            : throw new CairnException((int)response.StatusCode, $"It answers without {header}, not as Cairn does.");

    private Task<ConfigWritten> WriteAsync(
        HttpMethod method,
        string path,
        string? environment,
        byte[]? body,
        string mediaType,
        WriteOptions? options,
        CancellationToken ct
    ) =>
        _transport.SendAsync<ConfigWritten>(
            method,
            CairnPath.Query(CairnPath.Resource("configs", path), ("environment", environment)),
            body,
            mediaType,
            options,
            ct
        );
}
