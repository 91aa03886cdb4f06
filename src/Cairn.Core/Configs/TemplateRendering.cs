using Cairn.Core.Access;

namespace Cairn.Core.Configs;

internal static class TemplateRendering
{
    public delegate RenderedConfig? RenderReference(
        ConfigSource source, Caller caller, ConfigVersion config, string environment, IReadOnlyList<string> chain);

    public static RenderedConfig Render(
        ConfigRenderer renderer, ConfigSource source, Caller caller, ConfigVersion config, string environment,
        byte[] document, IReadOnlyList<string> chain, RenderReference renderReference) =>
        new(environment, document, config.Version, config.Revision);
}
