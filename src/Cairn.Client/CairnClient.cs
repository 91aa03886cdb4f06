namespace Cairn.Client;

/// <summary>Cairn's API, typed.</summary>
/// <remarks>It keeps no state and may be used by any number of threads. Every method throws a
/// <see cref="CairnException"/> when Cairn refuses, and a <see cref="HttpRequestException"/> when nothing answers; how
/// long one waits is the <see cref="HttpClient"/>'s matter.</remarks>
public sealed class CairnClient
{
    private readonly CairnTransport _transport;

    /// <param name="http">With the address of a Cairn, ending in a slash, as its base; and with a key among its default
    /// headers, such as <c>X-API-Key</c>.</param>
    public CairnClient(HttpClient http)
    {
        _transport = new CairnTransport(http);
        Configs = new ConfigClient(_transport);
        Environments = new EnvironmentClient(_transport);
        Schemas = new SchemaClient(_transport);
        Changes = new ChangeClient(_transport);
        Keys = new KeyClient(_transport);
    }

    public ConfigClient Configs { get; }

    public EnvironmentClient Environments { get; }

    public SchemaClient Schemas { get; }

    public ChangeClient Changes { get; }

    public KeyClient Keys { get; }

    /// <summary>Who the caller is, and what was granted to them.</summary>
    public Task<CallerView> WhoAmIAsync(CancellationToken ct = default) =>
        _transport.GetAsync<CallerView>("api/v1/auth/whoami", ct);

    /// <summary>How the node is.</summary>
    /// <exception cref="CairnException">It is unhealthy: 503.</exception>
    public Task<HealthView> HealthAsync(CancellationToken ct = default) =>
        _transport.GetAsync<HealthView>("health", ct);

    /// <summary>The entries of the audit, the newest first.</summary>
    /// <param name="resource">Only those of this kind and path; of all below when it ends in a slash.</param>
    /// <param name="since">Only those not older than this.</param>
    public IAsyncEnumerable<AuditView> AuditAsync(
        string? resource = null,
        DateTimeOffset? since = null,
        CancellationToken ct = default
    ) =>
        _transport.ListAsync<AuditView>(
            CairnPath.Query("api/v1/audit", ("resource", resource), ("since", since?.ToString("O"))),
            ct
        );
}
