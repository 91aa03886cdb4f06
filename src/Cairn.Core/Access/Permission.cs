using System.Text.Json.Serialization;

namespace Cairn.Core.Access;

/// <summary>What a caller may do to a kind of resource. Each level includes those before it.</summary>
public enum PermissionLevel
{
    [JsonStringEnumMemberName("read")]
    Read,

    [JsonStringEnumMemberName("write")]
    Write,

    [JsonStringEnumMemberName("delete")]
    Delete,

    [JsonStringEnumMemberName("admin")]
    Admin,
}

/// <summary>What an operation needs: a level on a kind of resource, such as <c>write</c> on <c>configs</c>.</summary>
/// <param name="Kind">As in the API's paths: configs, environments, keys, audit, …; <c>*</c> for any kind.</param>
/// <param name="Level">The least level that will do.</param>
public readonly record struct Permission(string Kind, PermissionLevel Level)
{
    /// <summary>The kinds there are, beside <c>*</c> for any.</summary>
    public static readonly IReadOnlyList<string> Kinds =
    [
        "configs",
        "environments",
        "variables",
        "schemas",
        "schema-rules",
        "keys",
        "keyring",
        "audit",
        "cluster",
    ];

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}:{Name(Level)}";

    /// <summary>The level as it is written in the API.</summary>
    public static string Name(PermissionLevel level) =>
        level switch
        {
            PermissionLevel.Read => "read",
            PermissionLevel.Write => "write",
            PermissionLevel.Delete => "delete",
            PermissionLevel.Admin => "admin",
            _ => throw new ArgumentOutOfRangeException(nameof(level)),
        };

    /// <summary>Reads a level.</summary>
    public static bool TryParseLevel(string text, out PermissionLevel level)
    {
        foreach (var candidate in Enum.GetValues<PermissionLevel>())
        {
            if (Name(candidate) == text)
            {
                level = candidate;
                return true;
            }
        }

        level = default;
        return false;
    }
}
