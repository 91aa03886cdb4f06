using YamlDotNet.RepresentationModel;

namespace Cairn.Node.Settings;

/// <summary>A setting's value and where it came from.</summary>
/// <param name="Value">As text; null when the default holds.</param>
/// <param name="Source">Such as <c>--store</c>, <c>CAIRN_STORE</c> or <c>cairn.yaml</c>.</param>
public sealed record EffectiveSetting(Setting Setting, string? Value, string Source)
{
    /// <summary>The value as it may be shown.</summary>
    public string Shown =>
        Value is null ? Setting.Default
        : Setting.Secret ? "********"
        : WithoutPassword(Value);

    private static string WithoutPassword(string value)
    {
        int at = value.LastIndexOf('@');
        int scheme = value.IndexOf("://", StringComparison.Ordinal);
        return scheme > 0 && at > scheme ? value[..(scheme + 3)] + "********" + value[at..] : value;
    }
}

/// <summary>A setting is unknown or malformed. The message names it and says what would be right.</summary>
public sealed class SettingException(string message) : Exception(message);

/// <summary>The settings of a start: the command line goes before the environment, the environment before the
/// file.</summary>
public static class EffectiveSettings
{
    /// <summary>Environment variables that begin like settings but are the client's, not the server's.</summary>
    private static readonly HashSet<string> OtherVariables =
    [
        "CAIRN_URL",
        "CAIRN_KEY",
        "CAIRN_PROFILE",
        "CAIRN_CONFIG",
        "CAIRN_CONFORMANCE",
    ];

    /// <summary>Puts the settings together.</summary>
    /// <param name="arguments">Of the command line, by setting name.</param>
    /// <param name="environment">Variables of the process.</param>
    /// <param name="file">A YAML file; null for <c>cairn.yaml</c> where there is one.</param>
    /// <exception cref="SettingException">One is unknown or malformed, or the file cannot be read.</exception>
    public static (ServeOptions Options, IReadOnlyList<EffectiveSetting> Settings) Load(
        IReadOnlyDictionary<string, string> arguments,
        IReadOnlyDictionary<string, string> environment,
        string? file
    )
    {
        var inFile = ReadFile(file ?? "cairn.yaml", required: file is not null);
        CheckVariables(environment);
        var foreign = PyrmuteVariables.Read(environment, File.Exists(".env") ? File.ReadAllText(".env") : null);
        var options = new ServeOptions();
        var effective = new List<EffectiveSetting>();
        foreach (var setting in SettingTable.All)
        {
            var found = Find(setting, arguments, environment, inFile, file ?? "cairn.yaml");
            if (found.Value is null && foreign.TryGetValue(setting.Name, out var translated))
                found = new EffectiveSetting(setting, translated.Value, translated.Source);
            effective.Add(found);
            if (found.Value is not { } value)
                continue;
            try
            {
                setting.Apply(options, value);
            }
            catch (FormatException e)
            {
                // What has an @ may be an address with a password.
                string shown = setting.Secret || value.Contains('@') ? "" : $" '{value}'";
                throw new SettingException($"{found.Source}{shown} is not acceptable: it should be {e.Message}.");
            }
        }

        return (options, effective);
    }

    private static EffectiveSetting Find(
        Setting setting,
        IReadOnlyDictionary<string, string> arguments,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyDictionary<string, string> inFile,
        string file
    )
    {
        if (arguments.TryGetValue(setting.Name, out string? value))
            return new EffectiveSetting(setting, value, "--" + setting.Name);
        foreach (string variable in setting.Aliases.Prepend(setting.Variable))
        {
            if (environment.TryGetValue(variable, out value) && value.Length > 0)
                return new EffectiveSetting(setting, value, variable);
        }

        return inFile.TryGetValue(setting.Name, out value)
            ? new EffectiveSetting(setting, value, $"{setting.Name} in {file}")
            : new EffectiveSetting(setting, null, "default");
    }

    private static void CheckVariables(IReadOnlyDictionary<string, string> environment)
    {
        var known = SettingTable.All.Select(setting => setting.Variable).ToHashSet(StringComparer.Ordinal);
        foreach (string variable in environment.Keys.Where(name => name.StartsWith("CAIRN_", StringComparison.Ordinal)))
        {
            if (!known.Contains(variable) && !OtherVariables.Contains(variable))
                throw new SettingException($"{variable} is not a setting.{Suggest(variable, known)}");
        }
    }

    private static Dictionary<string, string> ReadFile(string path, bool required)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(path))
            return required ? throw new SettingException($"There is no settings file '{path}'.") : values;
        var stream = new YamlStream();
        try
        {
            using var reader = new StreamReader(path);
            stream.Load(reader);
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            throw new SettingException($"{path} is not valid YAML: {e.Message} (line {e.Start.Line}).");
        }

        if (stream.Documents.Count == 0)
            return values;
        if (stream.Documents[0].RootNode is not YamlMappingNode root)
            throw new SettingException($"{path} should hold settings, one a line: name: value.");
        var known = SettingTable.All.Select(setting => setting.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, value) in root.Children)
        {
            string name = ((key as YamlScalarNode)?.Value ?? "").Replace('_', '-');
            if (!known.Contains(name))
            {
                throw new SettingException(
                    $"'{name}' in {path} (line {key.Start.Line}) is not a setting.{Suggest(name, known)}"
                );
            }

            values[name] = value switch
            {
                YamlScalarNode scalar => scalar.Value ?? "",
                YamlSequenceNode items => string.Join(
                    ',',
                    items.Children.OfType<YamlScalarNode>().Select(item => item.Value)
                ),
                _ => throw new SettingException(
                    $"'{name}' in {path} (line {value.Start.Line}) should be a value or a list."
                ),
            };
        }

        return values;
    }

    private static string Suggest(string name, IEnumerable<string> known) =>
        Nearest.To(name, known) is { } nearest ? $" Did you mean {nearest}?" : " See: cairn settings";
}
