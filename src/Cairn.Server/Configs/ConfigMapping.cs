using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Core.Documents;

namespace Cairn.Server.Configs;

/// <summary>How what Core knows is told by the API.</summary>
internal static class ConfigMapping
{
    extension(ConfigWritten)
    {
        public static ConfigWritten Of(Versioned<ConfigState> config, string? environment, Principal caller) =>
            new(
                config.Path,
                environment,
                config.Version,
                config.Revision,
                environment is null || Authorizer.Allows(caller, ConfigService.ReadPermission, config.Path, null)
                    ? config.State?.Checksum()
                    : config.State?.ChecksumIn(environment),
                config.CreatedAt,
                config.CreatedBy,
                config.Message,
                config.ChangeId
            );
    }

    extension(ConfigItem)
    {
        public static ConfigItem Of(Versioned<ConfigState> config, byte[]? document, string? problem, Principal caller)
        {
            bool Sees(string? environment) =>
                Authorizer.Allows(caller, ConfigService.ReadPermission, config.Path, environment);

            return new ConfigItem(
                config.Path,
                config.Version,
                config.Revision,
                config.CreatedAt,
                config.CreatedBy,
                // What somebody wrote to another environment, and why, is not for a credential of this one.
                Sees(null) ? config.Message : null,
                config.State?.Base is not null,
                [.. config.State?.Overlays.Keys.Where(Sees) ?? []],
                config.State?.Pins.Where(pin => Sees(pin.Key)).ToDictionary(pin => pin.Key, pin => pin.Value.Version)
                    ?? [],
                config.State?.Schema is not null,
                config.State is null,
                document is null ? null : JsonText.Element(document),
                config.State?.Verbatim == true,
                problem
            );
        }
    }

    extension(ConfigVersionItem)
    {
        public static ConfigVersionItem Of(Versioned<ConfigState> config, string? environment)
        {
            var written = new List<string>();
            if (config.State?.Base?.Version == config.Version)
                written.Add("base");
            written.AddRange(
                config
                    .State?.Overlays.Where(overlay =>
                        overlay.Value.Version == config.Version && (environment is null || overlay.Key == environment)
                    )
                    .Select(overlay => overlay.Key)
                    ?? []
            );
            return new ConfigVersionItem(
                config.Version,
                config.Revision,
                config.CreatedAt,
                config.CreatedBy,
                config.CreatedById,
                config.Message,
                config.ChangeId,
                environment is null ? config.State?.Checksum() : config.State?.ChecksumIn(environment),
                config.State is null,
                written
            );
        }
    }
}
