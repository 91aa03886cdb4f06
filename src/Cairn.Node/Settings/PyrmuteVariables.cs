using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cairn.Node.Settings;

/// <summary>A setting of Cairn's, as a variable of Pyrmute Registry has it.</summary>
/// <param name="Value">As Cairn writes it.</param>
/// <param name="Source">Which variable, and where.</param>
public sealed record ForeignValue(string Value, string Source);

/// <summary>
/// Understands the environment variables <c>PYRMUTE_REGISTRY_*</c> of Pyrmute Registry, from the process or from a file
/// <c>.env</c>, as settings of Cairn. As there, their names may be in any case, unknown ones are ignored, and a bad
/// value stops the start.
/// </summary>
public static partial class PyrmuteVariables
{
    private const string Prefix = "PYRMUTE_REGISTRY_";

    /// <summary>Those that are checked and then change nothing here: what they are for is otherwise in Cairn, or not at
    /// all.</summary>
    private static readonly Dictionary<string, Action<string>> WithoutEffect = new()
    {
        ["DATABASE_ECHO"] = text => Flag(text),
        ["WORKERS"] = text => Number(text, 1, int.MaxValue),
        ["RELOAD"] = text => Flag(text),
        ["ENABLE_REQUEST_LOGGING"] = text => Flag(text),
        ["AUDIT_ENABLED"] = text => Flag(text),
        ["AUDIT_METHODS"] = text => List(text),
        ["AUDIT_PATHS"] = text => List(text),
        ["SENTRY_TRACES_SAMPLE_RATE"] = Rate,
        ["SENTRY_PROFILES_SAMPLE_RATE"] = Rate,
        ["OTEL_ENABLED"] = text => Flag(text),
    };

    /// <summary>The settings they stand for, by name.</summary>
    /// <param name="environment">Variables of the process, which go before the file.</param>
    /// <param name="file">The file's text; null when there is none.</param>
    /// <exception cref="SettingException">A value is malformed.</exception>
    public static IReadOnlyDictionary<string, ForeignValue> Read(
        IReadOnlyDictionary<string, string> environment,
        string? file
    )
    {
        var variables = new Dictionary<string, (string Text, string Source)>(StringComparer.Ordinal);
        foreach (var (name, text) in file is null ? [] : Lines(file))
            Add(name, text, name + " in .env");
        foreach (var (name, text) in environment)
            Add(name, text, name);
        var settings = new Dictionary<string, ForeignValue>(StringComparer.Ordinal);
        foreach (var (name, (text, source)) in variables)
        {
            Guarded(
                source,
                text,
                () =>
                {
                    if (WithoutEffect.TryGetValue(name, out var check))
                        check(text);
                    else if (Translate(name, text) is var (setting, value))
                        settings[setting] = new ForeignValue(value, source);
                    return 0;
                }
            );
        }

        Combine(variables, settings);
        return settings;

        void Add(string name, string text, string source)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && text.Length > 0)
                variables[name[Prefix.Length..].ToUpperInvariant()] = (text, source);
        }
    }

    private static (string Setting, string Value)? Translate(string name, string text) =>
        name switch
        {
            "DATABASE_URL" => ("store", Store(text)),
            "ENABLE_AUTH" => ("pyrmute-registry-auth", OnOff(text)),
            "ENVIRONMENT" => ("pyrmute-registry-environment", text),
            "APP_NAME" => ("pyrmute-registry-app-name", text),
            "APP_VERSION" => ("pyrmute-registry-app-version", text),
            "CORS_ORIGINS" => ("pyrmute-registry-cors-origins", List(text)),
            "CORS_ALLOW_METHODS" => ("pyrmute-registry-cors-methods", List(text)),
            "CORS_ALLOW_HEADERS" => ("pyrmute-registry-cors-headers", List(text)),
            "CORS_ALLOW_CREDENTIALS" => ("pyrmute-registry-cors-credentials", OnOff(text)),
            "LOG_FORMAT" => (
                "log-format",
                text.ToLowerInvariant() switch
                {
                    "json" => "json",
                    "console" => "text",
                    _ => throw new FormatException("json or console"),
                }
            ),
            "LOG_LEVEL" => (
                "log-level",
                text.ToUpperInvariant() switch
                {
                    "DEBUG" => "debug",
                    "INFO" => "info",
                    "WARNING" => "warn",
                    "ERROR" or "CRITICAL" => "error",
                    _ => throw new FormatException("DEBUG, INFO, WARNING, ERROR or CRITICAL"),
                }
            ),
            _ => null,
        };

    // What takes two variables to say.
    private static void Combine(
        Dictionary<string, (string Text, string Source)> variables,
        Dictionary<string, ForeignValue> settings
    )
    {
        (string Text, string Source) host = variables.GetValueOrDefault("HOST", ("0.0.0.0", ""));
        (string Text, string Source) port = variables.GetValueOrDefault("PORT", ("8000", ""));
        if (host.Source.Length + port.Source.Length > 0)
        {
            int number = Guarded(port.Source, port.Text, () => Number(port.Text, 1, 65535));
            string name = host.Text.Contains(':') ? $"[{host.Text}]" : host.Text;
            settings["listen"] = new ForeignValue(
                $"http://{name}:{number.ToString(CultureInfo.InvariantCulture)}",
                host.Source.Length > 0 ? host.Source : port.Source
            );
        }

        if (variables.TryGetValue("DEBUG", out var debug) && Guarded(debug.Source, debug.Text, () => Flag(debug.Text)))
            settings["log-level"] = new ForeignValue("debug", debug.Source);
        if (variables.TryGetValue("ENVIRONMENT", out var environment) && environment.Text == "production")
            settings["log-format"] = new ForeignValue("json", environment.Source);
        (string Text, string Source) limit = variables.GetValueOrDefault("RATE_LIMIT_PER_MINUTE", ("60", ""));
        int permits = Guarded(limit.Source, limit.Text, () => Number(limit.Text, 1, int.MaxValue));
        if (variables.TryGetValue("RATE_LIMIT_ENABLED", out var limited))
        {
            settings["pyrmute-registry-rate-limit"] = new ForeignValue(
                Guarded(limited.Source, limited.Text, () => Flag(limited.Text))
                    ? $"{permits.ToString(CultureInfo.InvariantCulture)}/minute"
                    : "off",
                limited.Source
            );
        }
    }

    private static T Guarded<T>(string source, string text, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException e)
        {
            throw new SettingException($"{source} '{text}' is not acceptable: it should be {e.Message}.");
        }
    }

    // sqlite:///./registry.db and postgresql://user:pw@host/db, also with SQLAlchemy's driver as
    // postgresql+psycopg2://.
    private static string Store(string url) =>
        SqlitePath().Match(url) is { Success: true } sqlite ? "sqlite:" + sqlite.Groups[1].Value
        : PostgresUrl().Match(url) is { Success: true } postgres ? "postgres://" + postgres.Groups[1].Value
        : throw new FormatException("sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/DATABASE");

    private static bool Flag(string text) =>
        text.ToLowerInvariant() switch
        {
            "true" or "1" or "yes" or "on" or "t" or "y" => true,
            "false" or "0" or "no" or "off" or "f" or "n" => false,
            _ => throw new FormatException("true or false"),
        };

    private static string OnOff(string text) => Flag(text) ? "on" : "off";

    private static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number >= least
        && number <= most
            ? number
            : throw new FormatException($"a whole number from {least} to {most}");

    private static void Rate(string text)
    {
        if (
            !double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate)
            || rate > 1
        )
        {
            throw new FormatException("a number from 0 to 1");
        }
    }

    // a,b as the original's guide writes it, or ["a","b"] as its program wants it.
    private static string List(string text)
    {
        if (!text.TrimStart().StartsWith('['))
            return text;
        try
        {
            using var list = JsonDocument.Parse(text);
            return string.Join(',', list.RootElement.EnumerateArray().Select(item => item.GetString()));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException("a,b or [\"a\",\"b\"]");
        }
    }

    private static IEnumerable<(string Name, string Text)> Lines(string file)
    {
        foreach (
            string line in file.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        )
        {
            if (line.StartsWith('#') || DotenvLine().Match(line) is not { Success: true } match)
                continue;
            string text = match.Groups[2].Value.Trim();
            bool quoted = text.Length > 1 && text[0] is '"' or '\'' && text.IndexOf(text[0], 1) > 0;
            yield return (
                match.Groups[1].Value,
                quoted ? text[1..text.IndexOf(text[0], 1)] : text.Split(" #")[0].TrimEnd()
            );
        }
    }

    [GeneratedRegex(@"^sqlite(?:\+\w+)?:///(.+)\z")]
    private static partial Regex SqlitePath();

    [GeneratedRegex(@"^postgres(?:ql)?(?:\+\w+)?://(.+)\z")]
    private static partial Regex PostgresUrl();

    [GeneratedRegex(@"^(?:export\s+)?(\w+)\s*=(.*)\z")]
    private static partial Regex DotenvLine();
}
