using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Core.Documents;

/// <summary>Java properties (java.util.Properties, line oriented format): <c>database.hosts[0]=db1</c>.</summary>
internal static class PropertiesFormat
{
    private const int MaxIndex = 10_000;

    // Items that nothing was said about, in all lists of a document.
    private const int MaxGaps = 10_000;

    /// <summary>Writes an object, in ASCII: what reads properties takes their bytes for ISO 8859-1.</summary>
    /// <exception cref="ProblemException">It is no object, or two of its members would have the same name.</exception>
    public static void Write(JsonElement root, LimitedText text)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (steps, value) in DocumentFormat.Leaves(root))
        {
            string name = Name(steps, text);
            if (!names.Add(name))
            {
                throw new ProblemException(
                    ProblemKind.Unprocessable,
                    $"Two members of the document would both be named '{DocumentFormat.Shown(name)}'."
                );
            }

            Escape(text, name, isKey: true);
            text.Write('=');
            Escape(text, DocumentFormat.LeafText(value), isKey: false);
            text.Write('\n');
        }
    }

    /// <summary>Reads properties into objects and lists of text.</summary>
    /// <exception cref="ProblemException">A line is malformed, a key is there twice, or keys contradict each
    /// other.</exception>
    public static byte[] ToJson(string text, WorkBudget budget)
    {
        var lines = new Dictionary<string, (string Value, int Line)>(StringComparer.Ordinal);
        foreach (var (line, number) in LogicalLines(text))
        {
            budget.Charge(1, line.Length);
            var (key, value) = Split(line, number);
            JsonText.CheckText(key);
            JsonText.CheckText(value);
            if (!lines.TryAdd(key, (value, number)))
                throw Bad(number, key, "is there twice.");
        }

        var root = new JsonObject();
        int gaps = 0;
        foreach (var (key, (value, number)) in lines)
        {
            object[] steps = Steps(key, number, lines);
            budget.Charge(steps.Length);
            gaps += Set(root, steps, JsonValue.Create(value), key, number, MaxGaps - gaps);
        }

        return JsonText.Write(writer => root.WriteTo(writer));
    }

    private static string Name(IReadOnlyList<object> steps, LimitedText text)
    {
        var name = new StringBuilder();
        for (int i = 0; i < steps.Count; i++)
        {
            string part =
                steps[i] is int index ? string.Create(CultureInfo.InvariantCulture, $"[{index}]")
                : i > 0 ? "." + steps[i]
                : (string)steps[i];
            text.CheckRoom(name.Length + part.Length);
            name.Append(part);
        }

        return name.ToString();
    }

    private static void Escape(LimitedText text, string plain, bool isKey)
    {
        for (int i = 0; i < plain.Length; i++)
        {
            text.Write(
                plain[i] switch
                {
                    '\\' => "\\\\",
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    '\f' => "\\f",
                    ' ' when isKey || i == 0 => "\\ ",
                    '=' or ':' when isKey => "\\" + plain[i],
                    '#' or '!' when isKey && i == 0 => "\\" + plain[i],
                    < ' ' or > '~' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)plain[i]:x4}"),
                    _ => plain.AsSpan(i, 1),
                }
            );
        }
    }

    private static IEnumerable<(string Line, int Number)> LogicalLines(string text)
    {
        string[] lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n', '\r');
        var logical = new StringBuilder();
        for (int i = 0; i < lines.Length; i++)
        {
            int number = i + 1;
            string line = WithoutIndent(lines[i]);
            if (line.Length == 0 || line[0] is '#' or '!')
                continue;
            logical.Clear();
            while (GoesOn(line) && i + 1 < lines.Length)
            {
                logical.Append(line, 0, line.Length - 1);
                line = WithoutIndent(lines[++i]);
            }

            yield return (logical.Append(line).ToString(), number);
        }
    }

    private static string WithoutIndent(string line) => line.TrimStart(' ', '\t', '\f');

    // An odd number of backslashes at the end: the last one is not escaped.
    private static bool GoesOn(string line) => (line.Length - line.AsSpan().TrimEnd('\\').Length) % 2 == 1;

    private static (string Key, string Value) Split(string line, int number)
    {
        int end = 0;
        while (end < line.Length && line[end] is not ('=' or ':' or ' ' or '\t' or '\f'))
            end += line[end] == '\\' ? 2 : 1;
        end = Math.Min(end, line.Length);
        string rest = WithoutIndent(line[end..]);
        if (rest.Length > 0 && rest[0] is '=' or ':')
            rest = WithoutIndent(rest[1..]);
        return (Unescape(line[..end], number), Unescape(rest, number));
    }

    private static string Unescape(string text, int number)
    {
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }

            if (++i == text.Length)
                break;
            switch (text[i])
            {
                case 'n':
                    plain.Append('\n');
                    break;
                case 'r':
                    plain.Append('\r');
                    break;
                case 't':
                    plain.Append('\t');
                    break;
                case 'f':
                    plain.Append('\f');
                    break;
                case 'u':
                    if (
                        i + 4 >= text.Length
                        || !ushort.TryParse(
                            text.AsSpan(i + 1, 4),
                            NumberStyles.AllowHexSpecifier,
                            CultureInfo.InvariantCulture,
                            out ushort unit
                        )
                    )
                    {
                        throw new ProblemException(
                            ProblemKind.Invalid,
                            $"Line {number}: \\u takes four hexadecimal digits."
                        );
                    }

                    plain.Append((char)unit);
                    i += 4;
                    break;
                default:
                    plain.Append(text[i]);
                    break;
            }
        }

        return plain.ToString();
    }

    // Names and indexes. Below a key that has a value of its own, the rest is one literal name: server.ssl=true beside
    // server.ssl.key-store=/k.
    private static object[] Steps(string key, int number, Dictionary<string, (string Value, int Line)> keys)
    {
        if (key.AsSpan().Count('.') + key.AsSpan().Count('[') >= JsonText.MaxDepth)
            throw Bad(number, key, $"nests deeper than {JsonText.MaxDepth} levels.");
        var steps = new List<object>();
        int start = 0;
        while (start <= key.Length)
        {
            int end = key.IndexOf('.', start) is >= 0 and var dot ? dot : key.Length;
            int name = NameEnd(key.AsSpan(start, end - start)) + start;
            if (Literal(name))
                break;
            steps.Add(key[start..name]);
            for (int bracket = name, close; bracket < end; bracket = close)
            {
                close = key.IndexOf(']', bracket) + 1;
                steps.Add(
                    int.TryParse(
                        key.AsSpan((bracket + 1)..(close - 1)),
                        NumberStyles.None,
                        CultureInfo.InvariantCulture,
                        out int index
                    )
                    && index <= MaxIndex
                        ? index
                        : throw Bad(number, key, $"has an index that is not a number from 0 to {MaxIndex}.")
                );
                if (close < key.Length && keys.ContainsKey(key[..close]))
                    throw Bad(number, key, "is below an item that has a value of its own.");
            }

            start = end + 1;

            bool Literal(int nameEnd)
            {
                if (nameEnd == key.Length || !keys.ContainsKey(key[..nameEnd]))
                    return false;
                steps.Add(key[start..]);
                return true;
            }
        }

        return [.. steps];
    }

    // Where indexes begin: "a[0][1]" has them, "[0]", "a[b]" and "a[0]b" are names.
    private static int NameEnd(ReadOnlySpan<char> part)
    {
        int end = part.Length;
        while (
            end > 0
            && part[end - 1] == ']'
            && part[..end].LastIndexOf('[') is > 0 and var open
            && open < end - 2
            && !part[(open + 1)..(end - 1)].ContainsAnyExceptInRange('0', '9')
        )
        {
            end = open;
        }

        return end;
    }

    // Gives back how many items it had to make up.
    private static int Set(JsonObject root, object[] steps, JsonValue value, string key, int number, int maxGaps)
    {
        int gaps = 0;
        JsonNode node = root;
        for (int i = 0; i < steps.Length; i++)
        {
            JsonNode Next() =>
                i == steps.Length - 1 ? value
                : steps[i + 1] is int ? new JsonArray()
                : new JsonObject();
            if (node is JsonObject members && steps[i] is string name)
            {
                node = members[name] ??= Next();
            }
            else if (node is JsonArray items && steps[i] is int index)
            {
                if (index - items.Count > maxGaps - gaps)
                {
                    throw new ProblemException(
                        ProblemKind.TooLarge,
                        $"Line {number}: the lists of the document have more than {MaxGaps} items without a value."
                    );
                }

                for (; items.Count < index; gaps++)
                    items.Add(null);
                if (items.Count == index)
                    items.Add(null);
                node = items[index] ??= Next();
            }
            else
            {
                throw Bad(number, key, "makes a list and names of the same.");
            }
        }

        return node == value ? gaps : throw Bad(number, key, "is both a value and the name of others.");
    }

    private static ProblemException Bad(int number, string key, string what) =>
        new(ProblemKind.Invalid, $"Line {number}: '{DocumentFormat.Shown(key)}' {what}");
}
