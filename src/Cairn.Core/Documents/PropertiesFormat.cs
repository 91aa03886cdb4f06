using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Core.Documents;

/// <summary>Java properties (java.util.Properties, line oriented format): <c>database.hosts[0]=db1</c>.</summary>
internal static class PropertiesFormat
{
    private const int MaxIndex = 10_000;

    public static void Write(JsonElement root, LimitedText text)
    {
        foreach (var (steps, value) in DocumentFormat.Leaves(root))
        {
            text.Write(Escape(Name(steps), isKey: true));
            text.Write('=');
            text.Write(Escape(DocumentFormat.LeafText(value), isKey: false));
            text.Write('\n');
        }
    }

    public static byte[] ToJson(string text, WorkBudget budget)
    {
        var root = new JsonObject();
        foreach (var (line, number) in LogicalLines(text))
        {
            var (key, value) = Split(line, number);
            try
            {
                Set(root, Steps(key), value);
            }
            catch (FormatException e)
            {
                throw new ProblemException(ProblemKind.Invalid, $"Line {number}: '{key}' {e.Message}");
            }
        }

        return JsonText.Normalize(Encoding.UTF8.GetBytes(root.ToJsonString()));
    }

    private static string Name(IReadOnlyList<object> steps)
    {
        var name = new StringBuilder();
        foreach (object step in steps)
            if (step is int index)
                name.Append(CultureInfo.InvariantCulture, $"[{index}]");
            else
                name.Append(name.Length > 0 ? "." : "").Append(step);
        return name.ToString();
    }

    private static string Escape(string text, bool isKey)
    {
        var escaped = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
            escaped.Append(text[i] switch
            {
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\f' => "\\f",
                ' ' when isKey || i == 0 => "\\ ",
                '=' or ':' when isKey => "\\" + text[i],
                '#' or '!' when isKey && i == 0 => "\\" + text[i],
                < ' ' or '\u007f' => $"\\u{(int)text[i]:x4}",
                _ => text[i].ToString(),
            });
        return escaped.ToString();
    }

    private static IEnumerable<(string Line, int Number)> LogicalLines(string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            int number = i + 1;
            string line = lines[i].TrimStart(' ', '\t', '\f');
            if (line.Length == 0 || line[0] is '#' or '!')
                continue;
            while (TrailingBackslashes(line) % 2 == 1 && i + 1 < lines.Length)
                line = line[..^1] + lines[++i].TrimStart(' ', '\t', '\f');
            yield return (line, number);
        }
    }

    private static int TrailingBackslashes(string line) => line.Length - line.TrimEnd('\\').Length;

    private static (string Key, string Value) Split(string line, int number)
    {
        int end = 0;
        while (end < line.Length && line[end] is not ('=' or ':' or ' ' or '\t' or '\f'))
            end += line[end] == '\\' ? 2 : 1;
        end = Math.Min(end, line.Length);
        string rest = line[end..].TrimStart(' ', '\t', '\f');
        if (rest.Length > 0 && rest[0] is '=' or ':')
            rest = rest[1..].TrimStart(' ', '\t', '\f');
        return (Unescape(line[..end], number), Unescape(rest, number));
    }

    private static string Unescape(string text, int number)
    {
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                if (text[i] != '\\')
                    plain.Append(text[i]);
                continue;
            }

            switch (text[++i])
            {
                case 'n': plain.Append('\n'); break;
                case 'r': plain.Append('\r'); break;
                case 't': plain.Append('\t'); break;
                case 'f': plain.Append('\f'); break;
                case 'u':
                    if (i + 4 >= text.Length
                        || !ushort.TryParse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit))
                        throw new ProblemException(ProblemKind.Invalid, $"Line {number}: \\u takes four hexadecimal digits.");
                    plain.Append((char)unit);
                    i += 4;
                    break;
                default: plain.Append(text[i]); break;
            }
        }

        return plain.ToString();
    }

    private static IEnumerable<object> Steps(string key)
    {
        foreach (string part in key.Split('.'))
        {
            int bracket = part.IndexOf('[', StringComparison.Ordinal);
            string name = bracket < 0 ? part : part[..bracket];
            if (name.Length > 0 || bracket != 0)
                yield return name;
            if (bracket < 0)
                continue;
            foreach (string index in part[(bracket + 1)..].TrimEnd(']').Split("]["))
                yield return int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= MaxIndex
                    ? number
                    : throw new FormatException($"has an index that is not a number from 0 to {MaxIndex}.");
        }
    }

    private static void Set(JsonObject root, IEnumerable<object> path, string value)
    {
        object[] steps = [.. path];
        JsonNode node = root;
        for (int i = 0; i < steps.Length; i++)
        {
            JsonNode? Next() => i == steps.Length - 1 ? JsonValue.Create(value) : steps[i + 1] is int ? new JsonArray() : new JsonObject();
            if (node is JsonObject members && steps[i] is string name)
            {
                if (members[name] is null)
                    members[name] = Next();
                else if (i == steps.Length - 1)
                    throw new FormatException("is there twice.");
                node = members[name]!;
            }
            else if (node is JsonArray items && steps[i] is int index)
            {
                while (items.Count <= index)
                    items.Add(null);
                if (items[index] is null)
                    items[index] = Next();
                else if (i == steps.Length - 1)
                    throw new FormatException("is there twice.");
                node = items[index]!;
            }
            else
            {
                throw new FormatException("is both a value and the name of others.");
            }
        }
    }
}
