using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cairn.Client;

/// <summary>How the contracts are read and written: as the server has them, but members that a newer server adds are
/// ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.Unspecified,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(CallerView))]
[JsonSerializable(typeof(ChangePreviewView))]
[JsonSerializable(typeof(ChangeReversal))]
[JsonSerializable(typeof(ChangeSet))]
[JsonSerializable(typeof(ChangeView))]
[JsonSerializable(typeof(ConfigDiffView))]
[JsonSerializable(typeof(ConfigEventView))]
[JsonSerializable(typeof(ConfigPromotion))]
[JsonSerializable(typeof(ConfigRollback))]
[JsonSerializable(typeof(ConfigWritten))]
[JsonSerializable(typeof(EnvironmentUpdate))]
[JsonSerializable(typeof(EnvironmentView))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(KeyCreation))]
[JsonSerializable(typeof(KeyRevocation))]
[JsonSerializable(typeof(KeyRotation))]
[JsonSerializable(typeof(KeyUsageView))]
[JsonSerializable(typeof(KeyView))]
[JsonSerializable(typeof(Page<AuditView>))]
[JsonSerializable(typeof(Page<ChangeView>))]
[JsonSerializable(typeof(Page<ConfigItem>))]
[JsonSerializable(typeof(Page<ConfigVersionItem>))]
[JsonSerializable(typeof(Page<EnvironmentView>))]
[JsonSerializable(typeof(Page<KeyView>))]
[JsonSerializable(typeof(Page<SchemaModelView>))]
[JsonSerializable(typeof(Page<SchemaView>))]
[JsonSerializable(typeof(SchemaCheckView))]
[JsonSerializable(typeof(SchemaView))]
internal sealed partial class CairnJson : JsonSerializerContext
{
    public static JsonTypeInfo<T> Of<T>() =>
        Default.GetTypeInfo(typeof(T)) as JsonTypeInfo<T>
        ?? throw new InvalidOperationException($"{typeof(T)} is not among the contracts.");
}
