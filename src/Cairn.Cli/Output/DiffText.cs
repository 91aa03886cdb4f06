namespace Cairn.Cli.Output;

/// <summary>Differences in lines with <c>+</c> and <c>-</c> before them; green and red on a terminal.</summary>
internal static class DiffText
{
    public static void Print(string text, string indent = "")
    {
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            Console.Out.Write(indent);
            if (Colour(line) is { } colour)
                Terminal.Write(line, colour);
            else
                Console.Out.Write(SafeText.Of(line));
            Console.Out.WriteLine();
        }
    }

    private static int? Colour(string line) =>
        line switch
        {
            ['+', ..] => 32,
            ['-', ..] => 31,
            ['@', ..] => 36,
            _ => null,
        };
}
