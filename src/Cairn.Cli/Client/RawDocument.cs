using Cairn.Client;

namespace Cairn.Cli.Client;

/// <summary>A base or an overlay as it was written, to be changed and written again.</summary>
/// <param name="Json">The document; null when there is none yet.</param>
/// <param name="Unchanged">The header with which a write replaces this one and no later one.</param>
internal sealed record RawDocument(byte[]? Json, (string Name, string? Value) Unchanged)
{
    /// <summary>Reads it.</summary>
    /// <param name="api">The server.</param>
    /// <param name="path">The config.</param>
    /// <param name="environment">Whose overlay; null for the base.</param>
    /// <param name="ct">Ends the reading.</param>
    public static async Task<RawDocument> ReadAsync(
        ApiClient api,
        string path,
        string? environment,
        CancellationToken ct
    )
    {
        string address = CairnPath.Query(
            ApiClient.Resource("configs", path),
            ("environment", environment),
            ("raw", environment is not null)
        );
        try
        {
            var (document, version) = await api.GetDocumentAsync(address, ct);
            return new RawDocument(document, Is(version));
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // The config may be there although it has no such document.
            return new RawDocument(
                null,
                await NewestAsync(api, path, ct) is { } version ? Is(version) : ("If-None-Match", "*")
            );
        }
    }

    private static (string, string?) Is(long version) => ("If-Match", $"\"{version}\"");

    private static async Task<long?> NewestAsync(ApiClient api, string path, CancellationToken ct)
    {
        try
        {
            var versions = await api.GetAsync(
                CairnPath.Query(ApiClient.Resource("config-versions", path), ("limit", 1)),
                ct
            );
            return versions.Items("items") is [var newest, ..] ? newest.Number("version") : null;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }
}
