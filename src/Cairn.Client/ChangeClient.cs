namespace Cairn.Client;

/// <summary>Change sets: <c>/api/v1/changes</c>.</summary>
public sealed class ChangeClient
{
    private readonly CairnTransport _transport;

    internal ChangeClient(CairnTransport transport) => _transport = transport;

    /// <summary>Commits many writes as one.</summary>
    /// <exception cref="ArgumentException">It is a dry run: <see cref="PreviewAsync"/>.</exception>
    public Task<ChangeView> CommitAsync(
        ChangeSet change,
        WriteOptions? options = null,
        CancellationToken ct = default
    ) =>
        change.DryRun
            ? throw new ArgumentException("A dry run commits nothing: ask for its preview.", nameof(change))
            : _transport.SendAsync<ChangeSet, ChangeView>(HttpMethod.Post, "api/v1/changes", change, options, ct);

    /// <summary>Answers what a change set would do.</summary>
    public Task<ChangePreviewView> PreviewAsync(ChangeSet change, CancellationToken ct = default) =>
        _transport.SendAsync<ChangeSet, ChangePreviewView>(
            HttpMethod.Post,
            "api/v1/changes",
            change with
            {
                DryRun = true,
            },
            null,
            ct
        );

    /// <summary>The changes that the caller may see, the newest first.</summary>
    public IAsyncEnumerable<ChangeView> ListAsync(DateTimeOffset? since = null, CancellationToken ct = default) =>
        _transport.ListAsync<ChangeView>(CairnPath.Query("api/v1/changes", ("since", since?.ToString("O"))), ct);

    /// <summary>Reads a change.</summary>
    public Task<ChangeView> GetAsync(string id, CancellationToken ct = default) =>
        _transport.GetAsync<ChangeView>(CairnPath.Resource("changes", id), ct);

    /// <summary>Undoes a change, unless somebody has moved on since.</summary>
    public Task<ChangeView> RevertAsync(
        string id,
        string? message = null,
        WriteOptions? options = null,
        CancellationToken ct = default
    ) =>
        _transport.SendAsync<ChangeReversal, ChangeView>(
            HttpMethod.Post,
            CairnPath.Resource("changes", id) + "/revert",
            new ChangeReversal(message),
            options,
            ct
        );
}
