using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cairn.Core.Documents;

/// <summary>Lines of <c>NAME=value</c>. What is written means the same to the dotenv libraries of JavaScript and Python
/// and, but for values that cannot be quoted alike, to a shell.</summary>
internal static partial class DotenvFormat
{
    private static readonly SearchValues<char> NotInDoubleQuotes = SearchValues.Create("\"\\$`");

    /// <summary>Writes an object as lines.</summary>
    /// <remarks>Members are joined by underscores in capitals. An object without nesting, whose names are those of
    /// variables and not all in small letters, keeps them: it was such a file before.</remarks>
    /// <exception cref="ProblemException">It is no object, a name cannot be a variable's, two members would have the
    /// same, or no way to write a value is read alike by all.</exception>
    public static void Write(JsonElement root, LimitedText text)
    {
        bool asNamed = IsEnvironment(root);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (steps, value) in DocumentFormat.Leaves(root))
        {
            text.CheckRoom(steps.Sum(step => step is string part ? part.Length + 1 : 6));
            string name = asNamed ? (string)steps[0] : Name(string.Join('_', steps));
            if (!names.Add(name))
                throw Unwritable($"Two members of the document would both be named {DocumentFormat.Shown(name)}.");
            text.Write(name);
            text.Write('=');
            WriteValue(text, name, DocumentFormat.LeafText(value));
            text.Write('\n');
        }
    }

    /// <summary>Reads lines into a flat object of text. <c>${NAME}</c> stays as it is.</summary>
    /// <exception cref="ProblemException">A line is no <c>NAME=value</c>, or a name is there twice.</exception>
    public static byte[] ToJson(string text, WorkBudget budget)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new DotenvReader(text);
        while (reader.Next() is var (name, value))
        {
            budget.Charge(1, name.Length + value.Length);
            if (!values.TryAdd(name, value))
                throw reader.Bad($"sets {DocumentFormat.Shown(name)} a second time");
        }

        return JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, value) in values)
                writer.WriteString(name, value);
            writer.WriteEndObject();
        });
    }

    private static bool IsEnvironment(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
        && root.EnumerateObject()
            .All(member =>
                member.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)
                && VariableName().IsMatch(member.Name)
            )
        && root.EnumerateObject().Any(member => member.Name.AsSpan().ContainsAnyInRange('A', 'Z'));

    private static string Name(string joined)
    {
        if (
            !joined.AsSpan().ContainsAnyExceptInRange('_', '_')
            || joined.AsSpan().ContainsAnyExceptInRange('\u0001', '\u007f')
        )
        {
            throw Unwritable(
                $"The member '{DocumentFormat.Shown(joined)}' cannot be a variable: names have letters of "
                    + "ASCII, digits and underscores."
            );
        }

        string name = NotInAName().Replace(joined, "_").ToUpperInvariant();
        return char.IsAsciiDigit(name[0]) ? "_" + name : name;
    }

    // JavaScript's dotenv takes quoted text as it stands but for \n and \r between double quotes; Python's takes the
    // backslashes out of both; a shell does that between double quotes only, and expands $ there.
    private static void WriteValue(LimitedText text, string name, string value)
    {
        if (value.Contains('\0', StringComparison.Ordinal))
            throw Unwritable($"The value of {DocumentFormat.Shown(name)} holds U+0000, which no variable can.");
        if (Bare().IsMatch(value))
        {
            Write(text, "", value, "");
        }
        else if (
            !value.AsSpan().ContainsAny('\'', '\r')
            && !value.EndsWith('\\')
            && !value.Contains("\\\\", StringComparison.Ordinal)
        )
        {
            Write(text, "'", value, "'");
        }
        else if (!value.AsSpan().ContainsAny(NotInDoubleQuotes))
        {
            Write(
                text,
                "\"",
                value.Contains('\r', StringComparison.Ordinal)
                    ? value
                        .Replace("\r", "\\r", StringComparison.Ordinal)
                        .Replace("\n", "\\n", StringComparison.Ordinal)
                    : value,
                "\""
            );
        }
        else if (OneLine().IsMatch(value))
        {
            Write(text, "", value, "");
        }
        else
        {
            throw Unwritable(
                $"The value of {DocumentFormat.Shown(name)} cannot be written so that all readers of dotenv "
                    + "agree: it has quotes or backslashes that none of them quotes alike. Ask for another format."
            );
        }
    }

    private static void Write(LimitedText text, string open, string value, string close)
    {
        text.Write(open);
        text.Write(value);
        text.Write(close);
    }

    private static ProblemException Unwritable(string why) => new(ProblemKind.Unprocessable, why);

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex VariableName();

    [GeneratedRegex("[^A-Za-z0-9_]")]
    private static partial Regex NotInAName();

    [GeneratedRegex(@"^[A-Za-z0-9_./:@%+,-]*\z")]
    private static partial Regex Bare();

    // Without a quote at the start, a comment, or white space that would be cut off.
    [GeneratedRegex("""^[^\s'"`#\p{Cc}](?:[^#\p{Cc}\p{Zl}\p{Zp}]*[^\s#\p{Cc}])?\z""")]
    private static partial Regex OneLine();
}
