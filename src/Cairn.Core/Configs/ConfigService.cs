using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Documents;
using Cairn.Core.Environments;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Configs;

/// <summary>Two documents compared.</summary>
/// <param name="Patch">RFC 6902: turns the first into the second; null when they are too different.</param>
/// <param name="Text">The same for people; empty when they are equal.</param>
public sealed record ConfigDiff(JsonArray? Patch, string Text);

/// <summary>Reads configs. Writing is <see cref="ChangeService"/>'s.</summary>
public sealed class ConfigService(IStore store, ResourceKinds kinds, ConfigRenderer renderer)
{
    /// <summary>What reading a config takes.</summary>
    public static readonly Permission ReadPermission = new("configs", PermissionLevel.Read);

    /// <summary>The newest version of a config, deleted or not; null when there never was one.</summary>
    public Versioned<ConfigState>? Head(CatalogSnapshot snapshot, string path) =>
        snapshot.Of(kinds.Configs.Catalog).Get(path);

    /// <summary>What an environment serves now.</summary>
    /// <param name="snapshot">The state to read.</param>
    /// <param name="caller">With whose permissions templates read other configs.</param>
    /// <param name="path">Which config.</param>
    /// <param name="environment">Which environment; null for the base as written.</param>
    /// <param name="ct">Ends the rendering.</param>
    /// <returns>Null when there is nothing.</returns>
    /// <exception cref="ProblemException">There is no such environment, or a template fails.</exception>
    public RenderedConfig? Read(
        CatalogSnapshot snapshot,
        Principal caller,
        string path,
        string? environment,
        CancellationToken ct
    ) =>
        Head(snapshot, path) is { State: { } state } head
            ? Read(
                snapshot,
                caller,
                new ConfigVersion(path, head.Version, head.Revision, state, head.Mark),
                environment,
                ct
            )
            : null;

    /// <summary>The same for one of many, from a budget for all of them.</summary>
    public RenderedConfig? Read(
        CatalogSnapshot snapshot,
        Principal caller,
        Versioned<ConfigState> config,
        string environment,
        WorkBudget work
    ) =>
        config.State is { } state
            ? renderer.Render(
                new ConfigSource(kinds, new SnapshotView(snapshot)),
                caller,
                new ConfigVersion(config.Path, config.Version, config.Revision, state, config.Mark),
                environment,
                work
            )
            : null;

    /// <summary>The same as of an older version, with the variables of now.</summary>
    public async ValueTask<RenderedConfig?> ReadVersionAsync(
        CatalogSnapshot snapshot,
        Principal caller,
        string path,
        long version,
        string? environment,
        CancellationToken ct
    ) =>
        await VersionAsync(snapshot, path, version, ct) is { State: { } state } old
            ? Read(
                snapshot,
                caller,
                new ConfigVersion(path, old.Version, old.Revision, state, old.Mark),
                environment,
                ct
            )
            : null;

    /// <summary>A document as it was written: an environment's overlay, or the base.</summary>
    public async ValueTask<RenderedConfig?> ReadRawAsync(
        CatalogSnapshot snapshot,
        string path,
        long? version,
        string? environment,
        CancellationToken ct
    )
    {
        var config = version is { } old ? await VersionAsync(snapshot, path, old, ct) : Head(snapshot, path);
        if (environment is not null)
            kinds.RequireEnvironment(snapshot, environment);
        var layer = environment is null ? config?.State?.Base : config?.State?.Overlays.GetValueOrDefault(environment);
        return layer?.Document is { } document
            ? new RenderedConfig(environment ?? "", document, config!.Version, config.Revision, config.Mark)
            : null;
    }

    /// <summary>A version of a config; null when there is none.</summary>
    public async ValueTask<Versioned<ConfigState>?> VersionAsync(
        CatalogSnapshot snapshot,
        string path,
        long version,
        CancellationToken ct
    ) =>
        Head(snapshot, path) is not { } head ? null
        : head.Version == version ? head
        : version > head.Version ? null
        : await kinds.Configs.ReadVersionAsync(store, path, version, ct);

    /// <summary>The versions of a config, newest first, as far back as they are kept.</summary>
    /// <param name="snapshot">The state to start from.</param>
    /// <param name="path">Which config.</param>
    /// <param name="before">Only versions lower than this one; null for all.</param>
    /// <param name="environment">Only versions that changed what this environment is made of; null for all.</param>
    /// <param name="ct">Ends the reading.</param>
    public async IAsyncEnumerable<Versioned<ConfigState>> HistoryAsync(
        CatalogSnapshot snapshot,
        string path,
        long? before,
        string? environment,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        if (environment is not null)
            kinds.RequireEnvironment(snapshot, environment);
        long newest = Head(snapshot, path)?.Version ?? 0;
        Versioned<ConfigState>? newer = null;
        for (long version = before is { } limit ? Math.Min(limit - 1, newest) : newest; version > 0; version--)
        {
            if (await kinds.Configs.ReadVersionAsync(store, path, version, ct) is not { } old)
                break;
            if (environment is null)
                yield return old;
            else if (newer is not null && !ConfigState.SameIn(environment, old.State, newer.State))
                yield return newer;
            newer = old;
        }

        if (environment is not null && newer is not null && !ConfigState.SameIn(environment, null, newer.State))
            yield return newer;
    }

    /// <summary>The configs below a prefix that a caller may read, by path.</summary>
    /// <param name="snapshot">The state to read.</param>
    /// <param name="caller">Only what this caller may read in <paramref name="environment"/>.</param>
    /// <param name="prefix">Empty for all.</param>
    /// <param name="after">The last path of the page before.</param>
    /// <param name="environment">Only what this environment serves; null for all.</param>
    /// <param name="deleted">Whether deleted ones are wanted instead.</param>
    public IEnumerable<Versioned<ConfigState>> List(
        CatalogSnapshot snapshot,
        Principal caller,
        string prefix,
        string? after,
        string? environment,
        bool deleted
    )
    {
        if (environment is not null)
            kinds.RequireEnvironment(snapshot, environment);
        foreach (var (path, config) in snapshot.Of(kinds.Configs.Catalog).Range(prefix, after))
        {
            if (config.State is null != deleted || !Authorizer.Allows(caller, ReadPermission, path, environment))
                continue;
            if (
                environment is null
                || config.State?.BaseOf(environment) is not null
                || config.State?.Overlays.ContainsKey(environment) == true
                || deleted
            )
            {
                yield return config;
            }
        }
    }

    /// <summary>Compares two documents; null counts as an empty object.</summary>
    public static ConfigDiff Compare(RenderedConfig? from, RenderedConfig? to)
    {
        byte[] before = from?.Body ?? "{}"u8.ToArray();
        byte[] after = to?.Body ?? "{}"u8.ToArray();
        return new ConfigDiff(
            JsonPatch.Diff(JsonText.Element(before), JsonText.Element(after)),
            TextDiff.Of(
                Encoding.UTF8.GetString(JsonText.Indent(before)),
                Encoding.UTF8.GetString(JsonText.Indent(after))
            )
        );
    }

    private RenderedConfig? Read(
        CatalogSnapshot snapshot,
        Principal caller,
        ConfigVersion config,
        string? environment,
        CancellationToken ct
    )
    {
        if (environment is not null)
        {
            // Rendered before means that the environment existed; one with configs of its own cannot be deleted.
            if (!config.State.WasRendered(environment))
                kinds.RequireEnvironment(snapshot, environment);
            var source = new ConfigSource(kinds, new SnapshotView(snapshot));
            if (renderer.Current(source, caller, config, environment) is { } current)
                return current;
            using var work = new WorkBudget(ct);
            return renderer.Render(source, caller, config, environment, work);
        }

        return renderer.Base(config);
    }
}
