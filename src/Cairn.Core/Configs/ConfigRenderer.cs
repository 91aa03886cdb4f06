using Cairn.Core.Access;
using Cairn.Core.Changes;

namespace Cairn.Core.Configs;

/// <summary>Makes what an environment serves of a config: base, overlay, templates.</summary>
/// <param name="cacheBytes">How many bytes of what was rendered are remembered for the next time; a quarter of what
/// there is, at most 256 MiB, when not told.</param>
public sealed class ConfigRenderer(long? cacheBytes = null)
{
    /// <summary>How many configs may refer to each other in a row.</summary>
    public const int MaxReferenceDepth = 16;

    private readonly RenderCache _cache = new(
        cacheBytes ?? Math.Min(256L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4)
    );

    /// <summary>Renders, or answers what was rendered before when nothing it was made of has changed.</summary>
    /// <param name="source">Where other configs and variables come from.</param>
    /// <param name="caller">With whose permissions <c>config('…')</c> reads.</param>
    /// <param name="config">Which state, and of what.</param>
    /// <param name="environment">For which environment.</param>
    /// <param name="work">What the rendering may use.</param>
    /// <returns>Null when the environment serves nothing of it.</returns>
    /// <exception cref="ProblemException">A template fails; the error has the JSON Pointer of its string.</exception>
    public RenderedConfig? Render(
        ConfigSource source,
        Principal caller,
        ConfigVersion config,
        string environment,
        WorkBudget work
    ) => Render(source, caller, config, environment, [], null, work);

    /// <summary>What was rendered before, when nothing it was made of has changed; null when it has to be
    /// rendered.</summary>
    public RenderedConfig? Current(ConfigSource source, Principal caller, ConfigVersion config, string environment) =>
        _cache.Find(config.State, environment) is { } cached
        && cached.Version == config.Version
        && IsCurrent(cached, source, caller)
            ? cached
            : null;

    /// <summary>The base as it was written; null when there is none.</summary>
    public RenderedConfig? Base(ConfigVersion config)
    {
        if (_cache.Find(config.State, "") is { } cached)
            return cached;
        if (config.State.Base?.Document is not { } document)
            return null;
        var written = new RenderedConfig("", document, config.Version, config.Revision, config.Mark);
        _cache.Keep(config.State, written);
        return written;
    }

    /// <param name="chain">The configs whose templates led here, to notice a circle.</param>
    /// <param name="end">When the templates that led here have to be done; null for the first.</param>
    internal RenderedConfig? Render(
        ConfigSource source,
        Principal caller,
        ConfigVersion config,
        string environment,
        IReadOnlyList<string> chain,
        CancellationToken? end,
        WorkBudget work
    )
    {
        if (Current(source, caller, config, environment) is { } current)
            return current;
        if (config.State.Merge(environment) is not { } document)
            return null;
        work.Charge(1, document.Length);
        var rendered = config.State.Verbatim
            ? new RenderedConfig(environment, document, config.Version, config.Revision, config.Mark)
            : new TemplateRendering(this, source, caller, config, environment, chain, end, work).Render(document);
        // What is referred to or planned is rendered without its version, and is not what will be asked for again.
        if (config.Revision > 0)
            _cache.Keep(config.State, rendered);
        return rendered;
    }

    private static bool IsCurrent(RenderedConfig rendered, ConfigSource source, Principal caller)
    {
        if (rendered.EnvironmentVariables is null)
            return true;
        if (rendered.EnvironmentVariables != source.EnvironmentVariables(rendered.Environment))
            return false;
        foreach (var (project, variables) in rendered.ProjectVariables)
        {
            if (source.ProjectVariables(project) != variables)
                return false;
        }

        foreach (var (path, state) in rendered.References)
        {
            if (
                source.Config(path) != state
                || !Authorizer.Allows(caller, ConfigService.ReadPermission, path, rendered.Environment)
            )
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A state and what it is the state of.</summary>
/// <param name="Revision">The commit it was written in; 0 while it is planned, or when that does not matter.</param>
/// <param name="Mark">Its <see cref="Versioned{TState}.Mark"/>; null while it is planned, or when that does not
/// matter.</param>
public readonly record struct ConfigVersion(
    string Path,
    long Version,
    long Revision,
    ConfigState State,
    string? Mark = null
);
