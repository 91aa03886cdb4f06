using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;

namespace Cairn.Cli.Client;

/// <summary>Where a Cairn is, and with which key to ask it.</summary>
internal sealed record Profile(string Url, string? Key);

/// <summary>The profiles that <c>cairn login</c> keeps, in a file that only its owner can read.</summary>
internal static class Profiles
{
    public const string DefaultUrl = "http://127.0.0.1:8000";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The file: <c>CAIRN_CONFIG</c>, or <c>cairn/profiles.json</c> in the user's configuration folder.</summary>
    public static string Path => Environment.GetEnvironmentVariable("CAIRN_CONFIG") is { Length: > 0 } path
        ? path
        : System.IO.Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "cairn", "profiles.json");

    /// <summary>The name of the profile that is used when none is named.</summary>
    public static string Current => Variable("CAIRN_PROFILE") ?? (string?)Read()["current"] ?? "default";

    /// <summary>The profile to use: options go before <c>CAIRN_URL</c> and <c>CAIRN_KEY</c>, those before the file.</summary>
    public static Profile Resolve(string? name, string? url)
    {
        name ??= Variable("CAIRN_PROFILE");
        var saved = Read();
        string current = name ?? (string?)saved["current"] ?? "default";
        var profile = saved["profiles"]?[current];
        if (name is not null && profile is null)
            throw new UsageException($"There is no profile '{name}'. Make it with: cairn login --profile {name}");
        return new Profile(
            url ?? Variable("CAIRN_URL") ?? (string?)profile?["url"] ?? DefaultUrl,
            Variable("CAIRN_KEY") ?? (string?)profile?["key"]);
    }

    /// <summary>A profile as it was saved; null when there is none.</summary>
    public static Profile? Find(string name) =>
        Read()["profiles"]?[name] is { } profile ? new Profile((string?)profile["url"] ?? DefaultUrl, (string?)profile["key"]) : null;

    /// <summary>Keeps a profile and makes it the current one.</summary>
    public static void Save(string name, Profile profile)
    {
        var saved = Read();
        saved["current"] = name;
        if (saved["profiles"] is not JsonObject profiles)
            saved["profiles"] = profiles = [];
        profiles[name] = new JsonObject { ["url"] = profile.Url, ["key"] = profile.Key };
        Write(saved);
    }

    /// <summary>Forgets a profile.</summary>
    /// <returns>False when there is none of that name.</returns>
    public static bool Remove(string name)
    {
        var saved = Read();
        if (saved["profiles"] is not JsonObject profiles || !profiles.Remove(name))
            return false;
        if ((string?)saved["current"] == name)
            saved.Remove("current");
        Write(saved);
        return true;
    }

    private static void Write(JsonObject saved)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        string temporary = Path + ".new";
        File.Delete(temporary);
        using (var file = new StreamWriter(temporary, options))
            file.Write(saved.ToJsonString(Indented) + "\n");
        File.Move(temporary, Path, overwrite: true);
    }

    private static JsonObject Read()
    {
        if (!File.Exists(Path))
            return [];
        try
        {
            return JsonNode.Parse(File.ReadAllText(Path)) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            throw new UsageException($"{Path} is not valid JSON. Mend it, or remove it and log in again.");
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
