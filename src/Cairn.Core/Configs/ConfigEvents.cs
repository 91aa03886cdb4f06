using Cairn.Core.Changes;

namespace Cairn.Core.Configs;

/// <summary>What a watcher is told: that one part of one config was written or deleted, or that an environment serves
/// something else of it since something was written that it refers to.</summary>
/// <param name="Type"><c>put</c> or <c>delete</c>.</param>
/// <param name="Path">Which config.</param>
/// <param name="Environment">The environment whose overlay or pin it was; null for the base or the whole.</param>
/// <param name="Version">The version made, or the one that was there already.</param>
/// <param name="Revision">The commit.</param>
public sealed record ConfigEvent(string Type, string Path, string? Environment, long Version, long Revision)
{
    /// <summary>The events of a change to a config.</summary>
    /// <param name="before">The version before; null when there was none.</param>
    /// <param name="after">The version after.</param>
    public static IEnumerable<ConfigEvent> Of(Versioned<ConfigState>? before, Versioned<ConfigState> after)
    {
        ConfigEvent Event(string type, string? environment) =>
            new(type, after.Path, environment, after.Version, after.Revision);

        var (old, now) = (before?.State, after.State);
        if (now is null)
        {
            yield return Event("delete", null);
            yield break;
        }

        bool any = false;
        if (!ReferenceEquals(old?.Base, now.Base) && old?.Base?.Version != now.Base?.Version || old is null)
        {
            any = true;
            yield return Event("put", null);
        }

        foreach (
            string environment in now
                .Overlays.Keys.Union(now.Pins.Keys)
                .Union(old?.Overlays.Keys ?? [])
                .Union(old?.Pins.Keys ?? [])
        )
        {
            if (
                old?.Overlays.GetValueOrDefault(environment)?.Version
                    == now.Overlays.GetValueOrDefault(environment)?.Version
                && old?.Pins.GetValueOrDefault(environment)?.Version == now.Pins.GetValueOrDefault(environment)?.Version
            )
            {
                continue;
            }

            any = true;
            bool removed = old?.Overlays.ContainsKey(environment) == true && !now.Overlays.ContainsKey(environment);
            yield return Event(removed ? "delete" : "put", environment);
        }

        // A new schema binding changes no document, but whoever mirrors configs wants to know of the version.
        if (!any)
            yield return Event("put", null);
    }

    /// <summary>The event of a change to what one environment is made of; none when that stayed as it was.</summary>
    /// <param name="environment">Which environment.</param>
    /// <param name="before">The version before; null when there was none.</param>
    /// <param name="after">The version after.</param>
    public static IEnumerable<ConfigEvent> In(
        string environment,
        Versioned<ConfigState>? before,
        Versioned<ConfigState> after
    )
    {
        if (ConfigState.SameIn(environment, before?.State, after.State))
            return [];
        bool serves =
            after.State is { } state
            && (state.BaseOf(environment) is not null || state.Overlays.ContainsKey(environment));
        return [new ConfigEvent(serves ? "put" : "delete", after.Path, environment, after.Version, after.Revision)];
    }
}
