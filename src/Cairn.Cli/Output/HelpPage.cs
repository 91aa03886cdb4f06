using System.CommandLine;
using System.CommandLine.Invocation;

namespace Cairn.Cli.Output;

/// <summary>
/// What <c>--help</c> shows: what the command does, how it is called, examples, and what it takes. A command's
/// description is its summary, then optionally more paragraphs, then optionally <c>Examples:</c> and one example a
/// line.
/// </summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const string Examples = "\n\nExamples:\n";
    private const int WidestNames = 34;
    private const int WidestPage = 110;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, Console.Out);
        return ExitCodes.Success;
    }

    /// <summary>The command as one calls it, such as <c>cairn config get</c> or <c>cairn env vars &lt;name&gt;
    /// get</c>.</summary>
    public static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent
            ? string.Join(' ', [NameOf(parent), .. parent.Arguments.Select(Label), command.Name])
            : "cairn";

    public static void Write(Command command, TextWriter output)
    {
        string[] parts = (command.Description ?? "").Split(Examples);
        output.WriteLine(parts[0]);
        output.WriteLine();
        output.WriteLine("Usage:");
        output.WriteLine("  " + Usage(command));
        if (parts.Length > 1)
        {
            output.WriteLine();
            output.WriteLine("Examples:");
            output.WriteLine(parts[1]);
        }

        WriteSection(
            output,
            "Commands",
            command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (sub.Name, Summary(sub)))
        );
        WriteSection(
            output,
            "Arguments",
            command.Arguments.Select(argument => (Label(argument), argument.Description ?? ""))
        );
        WriteSection(output, "Options", command.Options.Where(option => !option.Recursive).Select(Row));
        WriteSection(output, "Options of every command", Recursive(command).Select(Row));
    }

    private static string Usage(Command command)
    {
        var words = new List<string> { NameOf(command) };
        if (command.Subcommands.Count > 0 && command.Action is null)
            words.Add("<command>");
        words.AddRange(
            command.Arguments.Select(argument =>
            {
                string label = Label(argument) + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");
                return argument.Arity.MinimumNumberOfValues == 0 ? $"[{label}]" : label;
            })
        );
        words.AddRange(
            command.Options.Where(option => option.Required).Select(option => Row(option).Item1.Split(", ")[^1])
        );
        words.Add("[options]");
        return string.Join(' ', words);
    }

    private static string Summary(Command command) =>
        (command.Description ?? "").Split("\n\n")[0].ReplaceLineEndings(" ");

    private static string Label(Argument argument) => $"<{argument.HelpName ?? argument.Name}>";

    private static IEnumerable<Option> Recursive(Command command) =>
        command
            .Parents.OfType<Command>()
            .SelectMany(Recursive)
            .Concat(command.Options.Where(option => option.Recursive))
            .Distinct();

    private static (string, string) Row(Option option)
    {
        var names = option.Aliases.Append(option.Name).OrderBy(name => name.Length);
        string value =
            option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0
                ? ""
                : $" <{option.HelpName ?? option.Name.TrimStart('-')}>";
        return (string.Join(", ", names) + value, option.Description ?? "");
    }

    private static void WriteSection(TextWriter output, string title, IEnumerable<(string Name, string Meaning)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine(title + ":");
        int column = Math.Min(all.Max(row => row.Name.Length), Math.Min(WidestNames, Width() / 2 - 4)) + 4;
        foreach (var (name, meaning) in all)
        {
            var lines = Wrap(meaning, Width() - column);
            bool apart = name.Length > column - 4;
            output.WriteLine(apart ? "  " + name : ("  " + name).PadRight(column) + lines[0]);
            foreach (string line in lines.Skip(apart ? 0 : 1))
                output.WriteLine(new string(' ', column) + line);
        }
    }

    private static int Width() => Math.Clamp(Terminal.Width ?? WidestPage, 40, WidestPage);

    private static List<string> Wrap(string text, int width)
    {
        var lines = new List<string> { "" };
        foreach (string word in text.Split(' '))
        {
            if (lines[^1].Length == 0)
                lines[^1] = word;
            else if (lines[^1].Length + 1 + word.Length <= width)
                lines[^1] += " " + word;
            else
                lines.Add(word);
        }

        return lines;
    }
}
