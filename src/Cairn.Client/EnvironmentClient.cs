namespace Cairn.Client;

/// <summary>Environments: <c>/api/v1/environments</c>.</summary>
public sealed class EnvironmentClient
{
    private readonly CairnTransport _transport;

    internal EnvironmentClient(CairnTransport transport) => _transport = transport;

    /// <summary>The environments that the caller may read.</summary>
    public IAsyncEnumerable<EnvironmentView> ListAsync(CancellationToken ct = default) =>
        _transport.ListAsync<EnvironmentView>("api/v1/environments", ct);

    /// <summary>Reads an environment.</summary>
    public Task<EnvironmentView> GetAsync(string name, CancellationToken ct = default) =>
        _transport.GetAsync<EnvironmentView>(CairnPath.Resource("environments", name), ct);

    /// <summary>Makes an environment, or changes it.</summary>
    public Task<EnvironmentView> PutAsync(
        string name,
        EnvironmentUpdate update,
        WriteOptions? options = null,
        CancellationToken ct = default
    ) =>
        _transport.SendAsync<EnvironmentUpdate, EnvironmentView>(
            HttpMethod.Put,
            CairnPath.Resource("environments", name),
            update,
            options,
            ct
        );

    /// <summary>Removes an environment that nothing uses.</summary>
    public Task DeleteAsync(string name, WriteOptions? options = null, CancellationToken ct = default) =>
        _transport.SendAsync(HttpMethod.Delete, CairnPath.Resource("environments", name), options, ct);
}
