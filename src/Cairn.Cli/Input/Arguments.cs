using System.Text;
using System.Text.RegularExpressions;

namespace Cairn.Cli.Input;

/// <summary>The command line as the system gave it.</summary>
internal static partial class Arguments
{
    /// <summary>The number of the first argument that is not UTF-8, which would be read as something else; null when
    /// all are, or the system does not tell.</summary>
    public static int? Malformed()
    {
        const string Raw = "/proc/self/cmdline";
        if (!Environment.GetCommandLineArgs().Any(argument => argument.Contains('\uFFFD')) || !File.Exists(Raw))
            return null;
        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        byte[] all = File.ReadAllBytes(Raw);
        // The last ones are this program's: before them is how it was started.
        var raw = Encoding.Latin1.GetString(all).TrimEnd('\0').Split('\0').Select(Encoding.Latin1.GetBytes).ToList();
        int first = raw.Count - (Environment.GetCommandLineArgs().Length - 1);
        for (int i = Math.Max(0, first); i < raw.Count; i++)
        {
            try
            {
                strict.GetCharCount(raw[i]);
            }
            catch (DecoderFallbackException)
            {
                return i - first + 1;
            }
        }

        return null;
    }

    /// <summary>A complaint about the command line without the names that the program's own types have.</summary>
    public static string Explain(string message) =>
        TypeError()
            .Replace(
                message,
                match =>
                    match.Groups["type"].Value switch
                    {
                        var type when type.Contains("Int", StringComparison.Ordinal) =>
                            $"'{match.Groups["text"].Value}' is not a whole number: "
                                + $"{match.Groups["name"].Value} takes one.",
                        "System.Boolean" => $"'{match.Groups["text"].Value}' is not true or false, which "
                            + $"{match.Groups["name"].Value} takes.",
                        _ => $"'{match.Groups["text"].Value}' is not a number: {match.Groups["name"].Value} takes one.",
                    }
            );

    [GeneratedRegex(
        @"^Cannot parse argument '(?<text>.*?)' for (?:option|command) '(?<name>.*?)' as expected type '(?:System\.Nullable`1\[)?(?<type>[^\]']*)\]?'\.?.*$"
    )]
    private static partial Regex TypeError();
}
