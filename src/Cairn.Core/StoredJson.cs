using System.Text.Json.Serialization;
using Cairn.Core.Audit;
using Cairn.Core.Changes;
using Cairn.Core.Cryptography;
using Cairn.Core.Keys;

namespace Cairn.Core;

/// <summary>How values are written to the store: JSON with snake_case members, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.Unspecified,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(ApiKey))]
[JsonSerializable(typeof(ApiKeyUsage))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(Change))]
[JsonSerializable(typeof(StoredVersion))]
[JsonSerializable(typeof(WrappedDataKey))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class StoredJson : JsonSerializerContext;
