using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;

namespace Cairn.Cli.Client;

/// <summary>Where a Cairn is, and with which key to ask it.</summary>
internal sealed record Profile(string Url, string? Key)
{
    /// <summary>Where the key comes from, for people.</summary>
    public string? KeySource { get; init; }

    /// <summary>A file of certificates in PEM, which alone are trusted to vouch for the server; null for those of the system.</summary>
    public string? CaCert { get; init; }

    /// <summary>The certificate in PEM to show to the server, and its key; null for none.</summary>
    public string? ClientCert { get; init; }

    /// <inheritdoc cref="ClientCert"/>
    public string? ClientKey { get; init; }
}

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
    /// <remarks>A key in the file goes to the server it was saved for and to no other; another address that was saved brings its own.</remarks>
    public static Profile Resolve(string? name, string? url)
    {
        name ??= Variable("CAIRN_PROFILE");
        url ??= Variable("CAIRN_URL");
        var saved = Saved();
        string current = name ?? (string?)Read()["current"] ?? "default";
        if (name is not null && !saved.ContainsKey(name))
            throw new UsageException($"There is no profile '{name}'. Make it with: cairn login --profile {name}");
        if (name is null && url is not null && !IsSame(url, saved.GetValueOrDefault(current)?.Url))
            current = saved.FirstOrDefault(profile => IsSame(url, profile.Value.Url)).Key ?? "";
        var profile = saved.GetValueOrDefault(current) ?? new Profile(DefaultUrl, null);
        if (url is not null && !IsSame(url, profile.Url))
            profile = new Profile(url, null);
        else if (profile.Key is not null)
            profile = profile with { KeySource = $"profile '{current}'" };
        return Environment.GetEnvironmentVariable("CAIRN_KEY") switch
        {
            // Where a secret is missing, whatever key lies about must not take its place.
            "" => throw new UsageException("CAIRN_KEY is set and empty. Set it to a key, or unset it to use that of a profile."),
            { } key => profile with { Key = key, KeySource = "CAIRN_KEY" },
            null => profile,
        };
    }

    /// <summary>A profile as it was saved; null when there is none.</summary>
    public static Profile? Find(string name) => Saved().GetValueOrDefault(name);

    /// <summary>The profiles in the file, by name.</summary>
    public static IReadOnlyDictionary<string, Profile> Saved() => Read()["profiles"] is not JsonObject profiles ? new Dictionary<string, Profile>() : profiles
        .Where(pair => pair.Value is JsonObject).ToDictionary(pair => pair.Key, pair => new Profile((string?)pair.Value!["url"] ?? DefaultUrl, (string?)pair.Value["key"])
        {
            CaCert = (string?)pair.Value["ca_cert"],
            ClientCert = (string?)pair.Value["client_cert"],
            ClientKey = (string?)pair.Value["client_key"],
        });

    private static bool IsSame(string one, string? other) =>
        Uri.TryCreate(one.TrimEnd('/') + "/", UriKind.Absolute, out var left) && Uri.TryCreate(other?.TrimEnd('/') + "/", UriKind.Absolute, out var right)
        && left == right;

    /// <summary>Keeps a profile and makes it the current one.</summary>
    public static void Save(string name, Profile profile)
    {
        var saved = Read();
        saved["current"] = name;
        if (saved["profiles"] is not JsonObject profiles)
            saved["profiles"] = profiles = [];
        profiles[name] = new JsonObject
        {
            ["url"] = profile.Url,
            ["key"] = profile.Key,
            ["ca_cert"] = FullPath(profile.CaCert),
            ["client_cert"] = FullPath(profile.ClientCert),
            ["client_key"] = FullPath(profile.ClientKey),
        };
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

    // The next command may run in another folder.
    private static string? FullPath(string? file) => file is null ? null : System.IO.Path.GetFullPath(file);

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
