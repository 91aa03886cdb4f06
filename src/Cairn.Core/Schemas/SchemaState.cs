using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Cairn.Core.Documents;

namespace Cairn.Core.Schemas;

/// <summary>What the text of a schema is.</summary>
public enum SchemaType
{
    /// <summary>JSON Schema: checked, compared, validated against.</summary>
    JsonSchema,

    /// <summary>An Avro schema in JSON: kept as it is.</summary>
    Avro,

    /// <summary>Any other text, such as Protocol Buffers: kept as it is, under its media type.</summary>
    Other,
}

/// <summary>The text of a schema.</summary>
/// <param name="Type">What it is.</param>
/// <param name="MediaType">What it is served as.</param>
/// <param name="Text">JSON without white space between its tokens, otherwise as it was written; or UTF-8 text as it was
/// written.</param>
public sealed record SchemaContent(SchemaType Type, string MediaType, byte[] Text)
{
    /// <summary>What JSON Schemas are served as.</summary>
    public const string JsonSchemaMediaType = "application/schema+json";

    /// <summary>SHA-256 of the text.</summary>
    public string Digest => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Text));

    /// <summary>Whether two texts say the same: JSON whatever the order of its members, all else byte for
    /// byte.</summary>
    public bool SameAs(SchemaContent other) =>
        Type == other.Type
        && MediaType == other.MediaType
        && (
            Text.AsSpan().SequenceEqual(other.Text)
            || (
                Type != SchemaType.Other && JsonElement.DeepEquals(JsonText.Element(Text), JsonText.Element(other.Text))
            )
        );
}

/// <summary>That a version should not be used any more.</summary>
/// <param name="At">Since when.</param>
/// <param name="Message">Why, and what to do.</param>
/// <param name="Replacement">What to use instead, as <see cref="SchemaSelector"/> reads it.</param>
public sealed record SchemaDeprecation(DateTimeOffset At, string? Message, string? Replacement);

/// <summary>One registered version of a schema.</summary>
public sealed record SchemaState
{
    public required SchemaAddress Address { get; init; }

    /// <summary>A number that no other schema has; higher for those registered later on the same node.</summary>
    public required long Id { get; init; }

    public required SchemaContent Content { get; init; }

    /// <summary>The same model in Avro, JSON, when it was registered with one.</summary>
    public byte[]? Avro { get; init; }

    /// <summary>What its owners note about it: a JSON object.</summary>
    public byte[] Meta { get; init; } = "{}"u8.ToArray();

    public required string RegisteredBy { get; init; }
    public required DateTimeOffset RegisteredAt { get; init; }
    public SchemaDeprecation? Deprecation { get; init; }

    /// <summary>The paths of all schemas it refers to, directly or through others.</summary>
    public ImmutableArray<string> References { get; init; } = [];

    /// <summary>What the schema calls itself; null when it says nothing, or has not been stored yet.</summary>
    public string? Title { get; private init; }

    internal static byte[] Encode(SchemaState state) =>
        JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("address", state.Address.Path);
            writer.WriteNumber("id", state.Id);
            writer.WriteString("type", NameOf(state.Content.Type));
            writer.WriteString("media_type", state.Content.MediaType);
            if (state.Content.Type == SchemaType.Other)
                writer.WriteString("text", state.Content.Text);
            else
                WriteRaw("text", state.Content.Text);
            if (state.Avro is not null)
                WriteRaw("avro", state.Avro);
            WriteRaw("meta", state.Meta);
            writer.WriteString("registered_by", state.RegisteredBy);
            WriteTime("registered_at", state.RegisteredAt);
            if (state.Deprecation is { } deprecation)
            {
                writer.WriteStartObject("deprecation");
                WriteTime("at", deprecation.At);
                if (deprecation.Message is not null)
                    writer.WriteString("message", deprecation.Message);
                if (deprecation.Replacement is not null)
                    writer.WriteString("replacement", deprecation.Replacement);
                writer.WriteEndObject();
            }

            if (state.References.Length > 0)
            {
                writer.WriteStartArray("references");
                foreach (string reference in state.References)
                    writer.WriteStringValue(reference);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();

            void WriteRaw(string name, byte[] json)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(json, skipInputValidation: true);
            }

            void WriteTime(string name, DateTimeOffset time) =>
                writer.WriteString(name, time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        });

    internal static SchemaState Decode(byte[] bytes)
    {
        var json = JsonText.Element(bytes);
        string path = json.GetProperty("address").GetString()!;
        int slash = path.LastIndexOf('/');
        int first = path.IndexOf('/');
        string space = path[..first];
        var model = new ModelName(
            space == ModelName.Global ? null : string.Intern(space),
            string.Intern(path[(first + 1)..slash])
        );
        var type = TypeOf(json.GetProperty("type").GetString()!);
        var text = json.GetProperty("text");
        return new SchemaState
        {
            Address = new SchemaAddress(model, SchemaVersion.Parse(path[(slash + 1)..])),
            Id = json.GetProperty("id").GetInt64(),
            Content = new SchemaContent(
                type,
                string.Intern(json.GetProperty("media_type").GetString()!),
                type == SchemaType.Other ? System.Text.Encoding.UTF8.GetBytes(text.GetString()!) : Raw(text)
            ),
            Avro = json.TryGetProperty("avro", out var avro) ? Raw(avro) : null,
            Meta = Raw(json.GetProperty("meta")),
            RegisteredBy = string.Intern(json.GetProperty("registered_by").GetString()!),
            RegisteredAt = json.GetProperty("registered_at").GetDateTimeOffset(),
            Title =
                type != SchemaType.Other
                && text.ValueKind == JsonValueKind.Object
                && text.TryGetProperty("title", out var title)
                && title.ValueKind == JsonValueKind.String
                    ? title.GetString()
                    : null,
            Deprecation = json.TryGetProperty("deprecation", out var deprecation)
                ? new SchemaDeprecation(
                    deprecation.GetProperty("at").GetDateTimeOffset(),
                    Text(deprecation, "message"),
                    Text(deprecation, "replacement")
                )
                : null,
            References = json.TryGetProperty("references", out var references)
                ? [.. references.EnumerateArray().Select(reference => reference.GetString()!)]
                : [],
        };
    }

    /// <summary>A type as the API has it.</summary>
    public static string NameOf(SchemaType type) =>
        type switch
        {
            SchemaType.JsonSchema => "json-schema",
            SchemaType.Avro => "avro",
            _ => "other",
        };

    private static SchemaType TypeOf(string name) =>
        name switch
        {
            "json-schema" => SchemaType.JsonSchema,
            "avro" => SchemaType.Avro,
            _ => SchemaType.Other,
        };

    private static byte[] Raw(JsonElement element) => JsonMarshal.GetRawUtf8Value(element).ToArray();

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
