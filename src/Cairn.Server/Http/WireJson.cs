using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Cairn.Server.Changes;

namespace Cairn.Server.Http;

/// <summary>The API's JSON: snake_case members; a request with a member that is not known is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.Unspecified,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true,
    Converters = [typeof(UtcTimeConverter)]
)]
[JsonSerializable(typeof(ConfigWritten))]
[JsonSerializable(typeof(Page<ConfigItem>))]
[JsonSerializable(typeof(Page<ConfigVersionItem>))]
[JsonSerializable(typeof(ConfigDiffView))]
[JsonSerializable(typeof(ConfigRollback))]
[JsonSerializable(typeof(ConfigPromotion))]
[JsonSerializable(typeof(ConfigEventView))]
[JsonSerializable(typeof(IntegrityView))]
[JsonSerializable(typeof(EnvironmentView))]
[JsonSerializable(typeof(EnvironmentUpdate))]
[JsonSerializable(typeof(Page<EnvironmentView>))]
[JsonSerializable(typeof(KeyCreation))]
[JsonSerializable(typeof(KeyView))]
[JsonSerializable(typeof(Page<KeyView>))]
[JsonSerializable(typeof(KeyRotation))]
[JsonSerializable(typeof(KeyRevocation))]
[JsonSerializable(typeof(KeyUsageView))]
[JsonSerializable(typeof(CallerView))]
[JsonSerializable(typeof(ChangeSubmission))]
[JsonSerializable(typeof(ChangeView))]
[JsonSerializable(typeof(Page<ChangeView>))]
[JsonSerializable(typeof(ChangePreviewView))]
[JsonSerializable(typeof(ChangeReversal))]
[JsonSerializable(typeof(AuditView))]
[JsonSerializable(typeof(Page<AuditView>))]
[JsonSerializable(typeof(Page<IdempotencyKeysView>))]
[JsonSerializable(typeof(ForgottenKeysView))]
[JsonSerializable(typeof(KeyringView))]
[JsonSerializable(typeof(ResealingView))]
[JsonSerializable(typeof(SchemaView))]
[JsonSerializable(typeof(Page<SchemaView>))]
[JsonSerializable(typeof(Page<SchemaModelView>))]
[JsonSerializable(typeof(SchemaDeprecationRequest))]
[JsonSerializable(typeof(SchemaRuleView))]
[JsonSerializable(typeof(SchemaRuleUpdate))]
[JsonSerializable(typeof(SchemaCheckView))]
[JsonSerializable(typeof(SchemaComparisonView))]
[JsonSerializable(typeof(SchemaValidationView))]
[JsonSerializable(typeof(SchemaUsageView))]
[JsonSerializable(typeof(SchemaSampleView))]
[JsonSerializable(typeof(SchemaInferenceRequest))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(ClusterView))]
[JsonSerializable(typeof(Compatibility.ConfigManager.ConfigManagerWritten))]
internal sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>How a shape is written.</summary>
    /// <exception cref="InvalidOperationException">It is not among those above.</exception>
    public static JsonTypeInfo<T> Of<T>() => Shape<T>.Info;

    private static class Shape<T>
    {
        public static readonly JsonTypeInfo<T> Info =
            Default.GetTypeInfo(typeof(T)) as JsonTypeInfo<T>
            ?? throw new InvalidOperationException($"{typeof(T)} is not among the shapes of {nameof(WireJson)}.");
    }
}

/// <summary>Times as RFC 3339 has them, in UTC, to the millisecond.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(
            value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
        );
}
