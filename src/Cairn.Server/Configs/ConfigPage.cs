using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Server.Http;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Configs;

/// <summary>One page of a list of configs, perhaps with their documents: as many as were asked for, or as
/// fit.</summary>
internal sealed class ConfigPage(
    ConfigService configs,
    CatalogSnapshot snapshot,
    Principal caller,
    string? environment,
    bool documents,
    CancellationToken ct
) : IDisposable
{
    /// <summary>How many bytes of documents a page holds at most, beside its last one.</summary>
    public const int MaxDocumentBytes = 4 << 20;

    private readonly WorkBudget _work = new(ct);

    /// <summary>Takes from the list what makes the page.</summary>
    public Page<ConfigItem> Take(IEnumerable<Versioned<ConfigState>> found, int limit)
    {
        var items = new List<ConfigItem>();
        long bytes = 0;
        foreach (var config in found)
        {
            if (items.Count == limit || bytes > MaxDocumentBytes)
                return Until(items);
            var (document, problem) = Document(config);
            if (_work.IsSpent && items.Count > 0)
                return Until(items);
            _work.Check();
            bytes += document?.Length ?? 0;
            items.Add(ConfigItem.Of(config, document, problem, caller));
        }

        return new Page<ConfigItem>(items, null);
    }

    public void Dispose() => _work.Dispose();

    private static Page<ConfigItem> Until(List<ConfigItem> items) => new(items, Query.MakeCursor(items[^1].Path));

    // What one config is missing is said at that config, and keeps nobody from reading the others.
    private (byte[]? Document, string? Problem) Document(Versioned<ConfigState> config)
    {
        if (!documents || config.State is not { } state)
            return (null, null);
        if (environment is null)
            return (state.Base?.Document, null);
        try
        {
            return (configs.Read(snapshot, caller, config, environment, _work)?.Body, null);
        }
        catch (ProblemException e)
        {
            return (null, e.Problem.Detail);
        }
    }
}
