namespace Cairn.Cli.Output;

/// <summary>Differences in lines with <c>+</c> and <c>-</c> before them; green and red on a terminal.</summary>
internal static class DiffText
{
    public static void Print(string text, string indent = "")
    {
        foreach (string line in text.TrimEnd('\n').Split('\n'))
            Console.Out.WriteLine(indent + Coloured(SafeText.Of(line, lines: true)));
    }

    private static string Coloured(string line) => !Printer.IsTerminal ? line : line switch
    {
        ['+', ..] => $"\e[32m{line}\e[0m",
        ['-', ..] => $"\e[31m{line}\e[0m",
        ['@', ..] => $"\e[36m{line}\e[0m",
        _ => line,
    };
}
