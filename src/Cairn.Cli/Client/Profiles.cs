using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Cli.Output;

namespace Cairn.Cli.Client;

/// <summary>Where a Cairn is, and with which key to ask it.</summary>
internal sealed record Profile(string Url, string? Key)
{
    /// <summary>Where the key comes from, for people.</summary>
    [JsonIgnore]
    public string? KeySource { get; init; }

    /// <summary>A file of certificates in PEM, which alone are trusted to vouch for the server; null for those of the
    /// system.</summary>
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
    public const string KeyVariable = "CAIRN_KEY";

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The file: <c>CAIRN_CONFIG</c>, or <c>cairn/profiles.json</c> in the user's configuration
    /// folder.</summary>
    public static string Path =>
        Variable("CAIRN_CONFIG")
        ?? System.IO.Path.Combine(
            Environment.GetFolderPath(
                Environment.SpecialFolder.ApplicationData,
                Environment.SpecialFolderOption.DoNotVerify
            ),
            "cairn",
            "profiles.json"
        );

    /// <summary>The name of the profile that is used when none is named.</summary>
    public static string Current => Variable("CAIRN_PROFILE") ?? Read().Current ?? "default";

    /// <summary>The names of all profiles, in their order.</summary>
    public static IEnumerable<string> Names => Read().Profiles.Keys.Order(StringComparer.Ordinal);

    /// <summary>The profile to use: options go before <c>CAIRN_URL</c> and <c>CAIRN_KEY</c>, those before the
    /// file.</summary>
    /// <param name="name">As <c>--profile</c> has it; null when it is not given.</param>
    /// <param name="url">As <c>--url</c> has it; null when it is not given.</param>
    /// <param name="withKey">Whether a key is looked for at all.</param>
    /// <remarks>What is in the file, the key above all, goes to the server it was saved for and to no other; another
    /// address that was saved brings its own.</remarks>
    /// <exception cref="UsageException">There is no such profile, or <c>CAIRN_KEY</c> is there and holds no
    /// key.</exception>
    public static Profile Resolve(string? name, string? url, bool withKey = true)
    {
        name ??= Variable("CAIRN_PROFILE");
        url ??= Variable("CAIRN_URL");
        var (current, saved) = Read();
        if (name is not null && !saved.ContainsKey(name))
            throw new UsageException($"There is no profile '{name}'. Make it with: cairn login --profile {name}");
        string used = name ?? current ?? "default";
        if (name is null && url is not null && !IsSame(url, saved.GetValueOrDefault(used)?.Url))
            used = saved.FirstOrDefault(profile => IsSame(url, profile.Value.Url)).Key ?? used;
        var profile = saved.GetValueOrDefault(used) ?? new Profile(DefaultUrl, null);
        profile =
            url is null || IsSame(url, profile.Url)
                ? profile with
                {
                    KeySource = profile.Key is null ? null : $"profile '{used}'",
                }
                : new Profile(url, null);
        if (!withKey)
            return profile with { Key = null };
        return Environment.GetEnvironmentVariable(KeyVariable) switch
        {
            null => profile,
            // Where a secret is missing, whatever key lies about must not take its place.
            var key when string.IsNullOrWhiteSpace(key) => throw new UsageException(
                $"{KeyVariable} is set and empty. Set it to a key, or unset it to use that of a profile."
            ),
            var key => profile with { Key = key.Trim(), KeySource = KeyVariable },
        };
    }

    /// <summary>A profile as it was saved; null when there is none.</summary>
    public static Profile? Find(string name) => Read().Profiles.GetValueOrDefault(name);

    /// <summary>Keeps a profile and makes it the current one.</summary>
    public static void Save(string name, Profile profile)
    {
        var file = Read();
        file.Profiles[name] = profile with
        {
            CaCert = FullPath(profile.CaCert),
            ClientCert = FullPath(profile.ClientCert),
            ClientKey = FullPath(profile.ClientKey),
        };
        Write(file with { Current = name });
    }

    /// <summary>Forgets a profile.</summary>
    /// <returns>False when there is none of that name.</returns>
    public static bool Remove(string name)
    {
        var file = Read();
        if (!file.Profiles.Remove(name))
            return false;
        Write(file.Current == name ? file with { Current = null } : file);
        return true;
    }

    /// <summary>A variable of the environment; null when it is missing or empty.</summary>
    public static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static bool IsSame(string one, string? other) =>
        Uri.TryCreate(one.TrimEnd('/') + "/", UriKind.Absolute, out var left)
        && Uri.TryCreate(other?.TrimEnd('/') + "/", UriKind.Absolute, out var right)
        && left == right;

    // The next command may run in another folder.
    private static string? FullPath(string? file) => file is null ? null : System.IO.Path.GetFullPath(file);

    private static void Write(Saved file)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
        string temporary = Path + ".new";
        File.Delete(temporary);
        using (var written = PrivateFile.Create(temporary))
            written.Write((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(file, Options), (byte)'\n']);
        File.Move(temporary, Path, overwrite: true);
    }

    private static Saved Read()
    {
        if (!File.Exists(Path))
            return new Saved(null, []);
        try
        {
            var (current, profiles) =
                JsonSerializer.Deserialize<Saved>(File.ReadAllBytes(Path), Options) ?? new Saved(null, []);
            // A file that somebody wrote by hand may lack anything.
            var usable = (profiles ?? []).Where(pair => (Profile?)pair.Value is not null);
            return new Saved(
                current,
                usable.ToDictionary(pair => pair.Key, pair => pair.Value with { Url = pair.Value.Url ?? DefaultUrl })
            );
        }
        catch (JsonException)
        {
            throw new UsageException(
                $"{Path} is not what 'cairn login' writes. Mend it, or remove it and log in again."
            );
        }
    }

    private sealed record Saved(string? Current, Dictionary<string, Profile> Profiles);
}
