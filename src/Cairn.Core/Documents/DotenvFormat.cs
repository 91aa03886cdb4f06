using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cairn.Core.Documents;

/// <summary>Lines of <c>NAME="value"</c>, as shells and container runtimes read them. Read, it gives a flat object.</summary>
internal static partial class DotenvFormat
{
    public static void Write(JsonElement root, LimitedText text)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (steps, value) in DocumentFormat.Leaves(root))
        {
            string name = NotInAName().Replace(string.Join('_', steps), "_").ToUpperInvariant();
            if (name.Length == 0 || char.IsAsciiDigit(name[0]))
                name = "_" + name;
            if (!names.Add(name))
                throw new ProblemException(ProblemKind.Unprocessable, $"Two members of the document would both be named {name}.");
            text.Write(name);
            text.Write("=\"");
            foreach (char c in DocumentFormat.LeafText(value))
                text.Write(c switch { '\\' => "\\\\", '"' => "\\\"", '$' => "\\$", '`' => "\\`", '\n' => "\\n", '\r' => "\\r", _ => c.ToString() });
            text.Write("\"\n");
        }
    }

    public static byte[] ToJson(string text, WorkBudget budget)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        int at = 0;
        while (at < text.Length)
        {
            var match = Line().Match(text, at);
            if (!match.Success)
                throw Bad(text, at, "is not NAME=value");
            at += match.Length;
            if (!match.Groups["name"].Success)
                continue;
            string name = match.Groups["name"].Value;
            string value = match.Groups["single"].Success ? match.Groups["single"].Value
                : match.Groups["double"].Success ? Unescape(match.Groups["double"].Value)
                : match.Groups["bare"].Value.TrimEnd();
            if (!values.TryAdd(name, value))
                throw Bad(text, match.Index, $"sets {name} a second time");
        }

        return JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, value) in values)
                writer.WriteString(name, value);
            writer.WriteEndObject();
        });
    }

    private static ProblemException Bad(string text, int at, string what) =>
        new(ProblemKind.Invalid, $"Line {text.AsSpan(0, at).Count('\n') + 1} {what}.");

    private static string Unescape(string value) => Escaped().Replace(value, match => match.Groups[1].Value switch
    {
        "n" => "\n",
        "r" => "\r",
        "t" => "\t",
        var other => other,
    });

    [GeneratedRegex("""\G[ \t]*(?:(?:export[ \t]+)?(?<name>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*(?:'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\.)*)"|(?<bare>(?:(?![ \t]\#)[^\r\n'"])*))[ \t]*)?(?:\#[^\r\n]*)?(?:\r?\n|\z)""", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();

    [GeneratedRegex(@"\\(.)", RegexOptions.Singleline)]
    private static partial Regex Escaped();

    [GeneratedRegex("[^A-Za-z0-9_]")]
    private static partial Regex NotInAName();
}
