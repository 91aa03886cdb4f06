using System.Text.Json.Nodes;
using Cairn.Cli.Output;

namespace Cairn.Cli.Client;

/// <summary>Finds the identifier that somebody means who types its beginning, or a key's name.</summary>
internal static class Identifiers
{
    private const int Length = 32;
    private const int NewestChanges = 1000;

    /// <summary>A key's.</summary>
    /// <param name="api">The server.</param>
    /// <param name="typed">The identifier, its beginning, or the key's name; of several keys of that name the active
    /// one is meant.</param>
    /// <param name="ct">Ends the looking.</param>
    /// <returns>The identifier; what was typed, when there is no such key.</returns>
    /// <exception cref="UsageException">It may be one of several.</exception>
    public static async Task<string> OfKeyAsync(ApiClient api, string typed, CancellationToken ct)
    {
        if (IsWhole(typed))
            return typed;
        var keys = await api.ListAsync("api/v1/keys?limit=1000", ct).ToListAsync(ct);
        var named = keys.Where(key => key.Text("name") == typed).ToList();
        return Single(
                named.FirstOrDefault(key => key.Text("status") == "active") is { } active ? [active] : named,
                typed,
                "key"
            )
            ?? Single(Beginning(keys, typed), typed, "key")
            ?? typed;
    }

    /// <summary>A change's, among the newest.</summary>
    /// <inheritdoc cref="OfKeyAsync"/>
    public static async Task<string> OfChangeAsync(ApiClient api, string typed, CancellationToken ct) =>
        IsWhole(typed)
            ? typed
            : Single(
                Beginning(
                    await api.ListAsync($"api/v1/changes?limit={NewestChanges}", ct)
                        .Take(NewestChanges)
                        .ToListAsync(ct),
                    typed
                ),
                typed,
                "change"
            ) ?? typed;

    private static bool IsWhole(string typed) => typed.Length == Length && typed.All(char.IsAsciiHexDigitLower);

    private static List<JsonNode> Beginning(List<JsonNode> items, string typed) =>
        typed.Length == 0 ? [] : items.FindAll(item => item.Text("id").StartsWith(typed, StringComparison.Ordinal));

    private static string? Single(List<JsonNode> found, string typed, string kind) =>
        found.Count <= 1
            ? found.FirstOrDefault()?.Text("id")
            : throw new UsageException(
                $"'{typed}' may be any of {found.Count} {kind}s: "
                    + $"{string.Join(", ", found.Take(5).Select(item => item.Text("id")))}{(found.Count > 5 ? ", …" : "")}. Type more of it."
            );
}
