using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Cairn.Core.Documents;

namespace Cairn.Core.Configs;

/// <summary>A document of a config, and the version in which it was written.</summary>
/// <param name="Version">The config's version that wrote it.</param>
/// <param name="Document">JSON, compact, as written otherwise; null in a pin to "nothing yet".</param>
public sealed record ConfigLayer(long Version, byte[]? Document);

/// <summary>
/// All of a config in one version: a base document, and for each environment an overlay (a JSON Merge Patch, RFC 7396)
/// and a pin.
/// </summary>
/// <remarks>
/// An environment serves the base with its overlay applied. Pinned, it serves the base as of an earlier version, until
/// it is promoted; its own overlay takes effect at once in either case. A pin holds the document, so that what an
/// environment serves never depends on how long versions are kept.
/// </remarks>
public sealed class ConfigState
{
    private RenderedConfig[] _rendered = [];

    /// <summary>What all environments share; null when there are overlays only.</summary>
    public ConfigLayer? Base { get; init; }

    /// <summary>By environment.</summary>
    public ImmutableSortedDictionary<string, ConfigLayer> Overlays { get; init; } = NoLayers;

    /// <summary>By environment; the layer's document is null where the environment serves nothing yet.</summary>
    public ImmutableSortedDictionary<string, ConfigLayer> Pins { get; init; } = NoLayers;

    /// <summary>The schema it is bound to.</summary>
    public SchemaBinding? Schema { get; init; }

    /// <summary>Whether its documents are served as written: what looks like a template in them is text, for somebody
    /// else's templates.</summary>
    public bool Verbatim { get; init; }

    /// <summary>No layers, ordered by ordinal environment name.</summary>
    public static ImmutableSortedDictionary<string, ConfigLayer> NoLayers { get; } =
        ImmutableSortedDictionary.Create<string, ConfigLayer>(StringComparer.Ordinal);

    /// <summary>A copy with other parts.</summary>
    public ConfigState With(
        ConfigLayer? @base = null,
        ImmutableSortedDictionary<string, ConfigLayer>? overlays = null,
        ImmutableSortedDictionary<string, ConfigLayer>? pins = null
    ) =>
        new()
        {
            Base = @base ?? Base,
            Overlays = overlays ?? Overlays,
            Pins = pins ?? Pins,
            Schema = Schema,
            Verbatim = Verbatim,
        };

    /// <summary>A copy bound to another schema, or to none.</summary>
    public ConfigState Bind(SchemaBinding? schema) =>
        new()
        {
            Base = Base,
            Overlays = Overlays,
            Pins = Pins,
            Schema = schema,
            Verbatim = Verbatim,
        };

    /// <summary>A copy whose documents are served as written, or are templates again.</summary>
    public ConfigState AsVerbatim(bool verbatim) =>
        new()
        {
            Base = Base,
            Overlays = Overlays,
            Pins = Pins,
            Schema = Schema,
            Verbatim = verbatim,
        };

    /// <summary>The base that an environment builds on: the pinned one, or the newest. Null when there is
    /// none.</summary>
    public ConfigLayer? BaseOf(string environment)
    {
        var layer = Pins.GetValueOrDefault(environment, Base!);
        return layer?.Document is null ? null : layer;
    }

    /// <summary>The document of an environment before templates are rendered; null when it serves nothing.</summary>
    public byte[]? Merge(string environment)
    {
        byte[]? document = BaseOf(environment)?.Document;
        if (!Overlays.TryGetValue(environment, out var overlay))
            return document;
        return MergePatch.Apply(document, overlay.Document!);
    }

    /// <summary>Whether an environment would serve the same documents in both states.</summary>
    public static bool SameIn(string environment, ConfigState? one, ConfigState? other) =>
        (one is null || other is null || one.Verbatim == other.Verbatim)
        && Same(one?.BaseOf(environment), other?.BaseOf(environment))
        && Same(one?.Overlays.GetValueOrDefault(environment), other?.Overlays.GetValueOrDefault(environment));

    /// <summary>Bytes of all documents.</summary>
    public long Size =>
        (Base?.Document?.Length ?? 0)
        + Overlays.Sum(layer => (long)layer.Value.Document!.Length)
        + Pins.Sum(layer => (long)(layer.Value.Document?.Length ?? 0));

    /// <summary>SHA-256 of the whole state, which two versions share only if they are the same in every
    /// environment.</summary>
    public string Checksum()
    {
        byte[] content = JsonText.Write(writer => Write(writer, versions: false));
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>SHA-256 of what one environment is made of, which tells nothing about the others.</summary>
    public string ChecksumIn(string environment)
    {
        byte[] content = JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            if (BaseOf(environment) is { } layer)
                WriteLayer(writer, "base", layer, versions: false);
            if (Overlays.GetValueOrDefault(environment) is { } overlay)
                WriteLayer(writer, "overlay", overlay, versions: false);
            writer.WriteEndObject();
        });
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>What an environment served when it was last asked, if nothing of this state has changed
    /// since.</summary>
    internal RenderedConfig? Rendered(string environment)
    {
        foreach (var rendered in Volatile.Read(ref _rendered))
        {
            if (rendered.Environment == environment)
                return rendered;
        }

        return null;
    }

    /// <summary>Whether something is remembered for an environment.</summary>
    internal bool WasRendered(string environment) => Rendered(environment) is not null;

    /// <summary>Remembers what an environment serves. Two at once may overwrite each other, which costs a
    /// rendering.</summary>
    internal void Remember(RenderedConfig rendered)
    {
        var others = Volatile.Read(ref _rendered).Where(other => other.Environment != rendered.Environment);
        Volatile.Write(ref _rendered, [.. others, rendered]);
    }

    /// <summary>Forgets it again.</summary>
    internal void Forget(RenderedConfig rendered) =>
        Volatile.Write(ref _rendered, [.. Volatile.Read(ref _rendered).Where(other => other != rendered)]);

    internal static byte[] Encode(ConfigState state) => JsonText.Write(writer => state.Write(writer, versions: true));

    internal static ConfigState Decode(byte[] bytes)
    {
        var json = JsonText.Element(bytes);
        return new ConfigState
        {
            Base = json.TryGetProperty("base", out var layer) ? ReadLayer(layer) : null,
            Overlays = ReadLayers(json, "overlays"),
            Pins = ReadLayers(json, "pins"),
            Verbatim = json.TryGetProperty("verbatim", out var verbatim) && verbatim.GetBoolean(),
            Schema = json.TryGetProperty("schema", out var schema)
                ? new SchemaBinding(
                    JsonMarshal.GetRawUtf8Value(schema).ToArray(),
                    json.TryGetProperty("assert_format", out var asserts) && asserts.GetBoolean()
                )
                : null,
        };
    }

    private void Write(Utf8JsonWriter writer, bool versions)
    {
        writer.WriteStartObject();
        if (Base is not null)
            WriteLayer(writer, "base", Base, versions);
        WriteLayers(writer, "overlays", Overlays, versions);
        WriteLayers(writer, "pins", Pins, versions);
        if (Verbatim)
            writer.WriteBoolean("verbatim", true);
        if (Schema is not null)
        {
            writer.WritePropertyName("schema");
            writer.WriteRawValue(Schema.Schema, skipInputValidation: true);
            if (Schema.AssertFormat)
                writer.WriteBoolean("assert_format", true);
        }

        writer.WriteEndObject();
    }

    private static void WriteLayers(
        Utf8JsonWriter writer,
        string name,
        ImmutableSortedDictionary<string, ConfigLayer> layers,
        bool versions
    )
    {
        if (layers.Count == 0)
            return;
        writer.WriteStartObject(name);
        foreach (var (environment, layer) in layers)
            WriteLayer(writer, environment, layer, versions);
        writer.WriteEndObject();
    }

    private static void WriteLayer(Utf8JsonWriter writer, string name, ConfigLayer layer, bool versions)
    {
        writer.WriteStartObject(name);
        if (versions)
            writer.WriteNumber("version", layer.Version);
        if (layer.Document is not null)
        {
            writer.WritePropertyName("document");
            writer.WriteRawValue(layer.Document, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }

    private static ImmutableSortedDictionary<string, ConfigLayer> ReadLayers(JsonElement json, string name) =>
        json.TryGetProperty(name, out var layers)
            ? layers
                .EnumerateObject()
                .ToImmutableSortedDictionary(
                    member => member.Name,
                    member => ReadLayer(member.Value),
                    StringComparer.Ordinal
                )
            : NoLayers;

    private static ConfigLayer ReadLayer(JsonElement layer) =>
        new(
            layer.GetProperty("version").GetInt64(),
            layer.TryGetProperty("document", out var document) ? JsonMarshal.GetRawUtf8Value(document).ToArray() : null
        );

    private static bool Same(ConfigLayer? one, ConfigLayer? other) =>
        one is null || other is null
            ? one is null && other is null
            : one.Version == other.Version || one.Document.AsSpan().SequenceEqual(other.Document);
}
