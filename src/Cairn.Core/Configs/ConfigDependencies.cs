using System.Text.Json;
using Cairn.Core.Documents;

namespace Cairn.Core.Configs;

/// <summary>Something else that what a config serves may depend on.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The variable's name or the config's path; empty for any config.</param>
public readonly record struct ConfigDependency(ConfigDependencyKind Kind, string Name)
{
    /// <summary>Of templates that name the config they read by an expression: it may be any.</summary>
    public static readonly ConfigDependency AnyConfig = new(ConfigDependencyKind.Config, "");

    /// <summary>As part of a store key: <c>variable/REGION</c>, <c>config/payments/database</c>,
    /// <c>config/*</c>.</summary>
    public override string ToString() =>
        Kind == ConfigDependencyKind.Variable ? "variable/" + Name
        : Name.Length == 0 ? "config/*"
        : "config/" + Name;
}

/// <summary>The kinds of <see cref="ConfigDependency"/>.</summary>
public enum ConfigDependencyKind
{
    /// <summary>A variable of the environment or of the project.</summary>
    Variable,

    /// <summary>Another config, by <c>config('path')</c>.</summary>
    Config,
}

/// <summary>Finds what a config depends on by the text of its templates, without rendering them.</summary>
/// <remarks>It errs on the side of too much: every name in a tag counts as a variable, and every use of <c>config</c>
/// that is not the call with a literal path counts as one of any config. Who asks what a change affects renders what is
/// found here and compares; what is not found here cannot be affected.</remarks>
internal static class ConfigDependencies
{
    // They never change, or are no names of variables.
    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        "env",
        "environment",
        "project",
        "path",
        "and",
        "or",
        "not",
        "in",
        "is",
        "if",
        "else",
        "elif",
        "endif",
        "for",
        "endfor",
        "set",
        "endset",
        "true",
        "false",
        "none",
        "True",
        "False",
        "None",
        "raw",
        "endraw",
        "loop",
        "filter",
        "endfilter",
        "macro",
        "endmacro",
        "call",
        "endcall",
    };

    /// <summary>What the templates of all of a config's documents depend on, each once.</summary>
    public static IReadOnlyCollection<ConfigDependency> Of(ConfigState? state)
    {
        HashSet<ConfigDependency>? found = null;
        foreach (byte[] document in Documents(state))
        {
            if (MayHaveTemplates(document))
                Read(document, found ??= []);
        }

        return found ?? (IReadOnlyCollection<ConfigDependency>)[];
    }

    /// <summary>Whether any of a config's documents may be rendered to something else than it is.</summary>
    public static bool MayHaveTemplates(ConfigState state) =>
        Documents(state).Any(document => MayHaveTemplates(document));

    private static IEnumerable<byte[]> Documents(ConfigState? state)
    {
        if (state is null or { Verbatim: true })
            yield break;
        if (state.Base?.Document is { } shared)
            yield return shared;
        foreach (var (_, overlay) in state.Overlays)
            yield return overlay.Document!;
        foreach (var (_, pin) in state.Pins)
        {
            if (pin.Document is { } pinned && pinned != state.Base?.Document)
                yield return pinned;
        }
    }

    // A tag begins with two characters, of which the first may be an escape in JSON.
    private static bool MayHaveTemplates(ReadOnlySpan<byte> json) =>
        json.IndexOf("{{"u8) >= 0
        || json.IndexOf("{%"u8) >= 0
        || json.IndexOf("\\u007b"u8) >= 0
        || json.IndexOf("\\u007B"u8) >= 0;

    private static void Read(byte[] document, HashSet<ConfigDependency> found)
    {
        var reader = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = JsonText.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String)
                Read(reader.GetString()!, found);
        }
    }

    private static void Read(string text, HashSet<ConfigDependency> found)
    {
        int at = 0;
        while (NextTag(text, at) is { } tag)
        {
            // Where a quote holds what looks like the end of the tag, the rest of the text is read as if it were
            // inside.
            int end = text.IndexOf(tag.End, tag.Start, StringComparison.Ordinal);
            bool quoted = end >= 0 && text.AsSpan(tag.Start, end - tag.Start).IndexOfAny('\'', '"') >= 0;
            int stop = end < 0 || quoted ? text.Length : end;
            ReadNames(text.AsSpan(tag.Start, stop - tag.Start), found);
            at = stop;
        }
    }

    private static (int Start, string End)? NextTag(string text, int from)
    {
        for (int i = text.IndexOf('{', from); i >= 0 && i + 1 < text.Length; i = text.IndexOf('{', i + 1))
        {
            if (text[i + 1] == '{')
                return (i + 2, "}}");
            else if (text[i + 1] == '%')
                return (i + 2, "%}");
        }

        return null;
    }

    private static void ReadNames(ReadOnlySpan<char> code, HashSet<ConfigDependency> found)
    {
        int i = 0;
        while (i < code.Length)
        {
            if (!IsNameStart(code[i]))
            {
                i++;
                continue;
            }

            int start = i;
            while (i < code.Length && IsNamePart(code[i]))
                i++;
            // What comes after a dot or a bar is a member or a filter.
            if (code[..start].TrimEnd() is [.., '.' or '|'])
                continue;
            string name = code[start..i].ToString();
            if (name == "config")
            {
                found.Add(
                    Literal(code[i..], out int length) is { } path
                        ? new ConfigDependency(ConfigDependencyKind.Config, path)
                        : ConfigDependency.AnyConfig
                );
                i += length;
            }
            else if (!Ignored.Contains(name))
            {
                found.Add(new ConfigDependency(ConfigDependencyKind.Variable, name));
            }
        }
    }

    // The path in "('payments/database')", with spaces anywhere; null when it is anything but one plain literal.
    private static string? Literal(ReadOnlySpan<char> call, out int length)
    {
        length = 0;
        int open = call.IndexOfAnyExcept(' ', '\t', '\n');
        if (open < 0 || call[open] != '(')
            return null;
        int quote = open + 1 + call[(open + 1)..].IndexOfAnyExcept(' ', '\t', '\n');
        if (quote <= open || call[quote] is not ('\'' or '"'))
            return null;
        int end = call[(quote + 1)..].IndexOf(call[quote]);
        if (end < 0)
            return null;
        var path = call.Slice(quote + 1, end);
        if (path.Contains('\\') || call[(quote + end + 2)..].TrimStart() is not [')', ..])
            return null;
        length = quote + end + 2;
        return path.ToString();
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c == '_';

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c == '_';
}
