using System.Runtime.CompilerServices;
using System.Text.Json;
using Cairn.Cli.Client;
using Cairn.Client;
using Cairn.Core.Documents;

namespace Cairn.Cli.Transfer;

/// <summary>A config of a server with all its documents as they were written.</summary>
/// <param name="Path">Which config.</param>
/// <param name="Version">Its newest version.</param>
/// <param name="Documents">Its base, if it has one, and its overlays.</param>
internal sealed record ServerConfig(string Path, long Version, IReadOnlyList<ConfigDocument> Documents)
{
    /// <summary>One of its documents; null when there is none of that environment.</summary>
    public ConfigDocument? Find(string? environment) =>
        Documents.FirstOrDefault(document => document.Environment == environment);
}

/// <summary>Reads many configs of a server.</summary>
internal sealed class ServerConfigs(ApiClient api)
{
    private const int PageSize = 250;
    private const int AtOnce = 8;

    /// <summary>The configs whose path starts with a prefix, by path.</summary>
    public async IAsyncEnumerable<ServerConfig> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        string? cursor = null;
        do
        {
            string address = CairnPath.Query(
                "api/v1/configs",
                ("prefix", prefix.Length == 0 ? null : prefix),
                ("include", "document"),
                ("limit", PageSize),
                ("cursor", cursor)
            );
            (var configs, cursor) = ReadPage(await api.PersistAsync(() => api.GetBytesAsync(address, ct), ct));
            await ReadOverlaysAsync(configs, ct);
            foreach (var (path, version, documents, _) in configs)
                yield return new ServerConfig(path, version, documents);
        } while (cursor is not null);
    }

    private async Task ReadOverlaysAsync(List<Listed> configs, CancellationToken ct)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct };
        await Parallel.ForEachAsync(
            configs,
            options,
            async (config, stop) =>
            {
                foreach (string environment in config.Overlays)
                {
                    string address = CairnPath.Query(
                        ApiClient.Resource("configs", config.Path),
                        ("environment", environment),
                        ("raw", true)
                    );
                    try
                    {
                        var (overlay, _) = await api.PersistAsync(() => api.GetDocumentAsync(address, stop), stop);
                        config.Documents.Add(new ConfigDocument(config.Path, environment, overlay));
                    }
                    catch (ApiException e) when (e.IsNotFound)
                    {
                        // It was deleted after the list was made.
                    }
                }
            }
        );
    }

    private (List<Listed> Configs, string? Next) ReadPage(byte[] answer)
    {
        try
        {
            using var page = JsonDocument.Parse(answer, new JsonDocumentOptions { MaxDepth = 128 });
            return (
                [.. page.RootElement.GetProperty("items").EnumerateArray().Select(Read)],
                page.RootElement.GetProperty("next_cursor").GetString()
            );
        }
        catch (Exception e)
            when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw ApiException.Foreign("what is no list of configs", api.Address);
        }
    }

    private static Listed Read(JsonElement item)
    {
        string path = item.GetProperty("path").GetString()!;
        var documents = new List<ConfigDocument>();
        if (item.GetProperty("has_base").GetBoolean())
            documents.Add(new ConfigDocument(path, null, JsonText.ToUtf8(item.GetProperty("document"))));
        string[] overlays =
        [
            .. item.GetProperty("overlays").EnumerateArray().Select(environment => environment.GetString()!),
        ];
        return new Listed(path, item.GetProperty("version").GetInt64(), documents, overlays);
    }

    private sealed record Listed(string Path, long Version, List<ConfigDocument> Documents, string[] Overlays);
}
