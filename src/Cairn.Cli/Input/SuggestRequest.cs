using System.Globalization;
using System.Text.RegularExpressions;

namespace Cairn.Cli.Input;

/// <summary>What a shell asks to complete: <c>[suggest:POSITION] "LINE"</c>. The parser completes a value behind a
/// space only, so that the equals sign of <c>--env=p</c> is taken for one, and put back before what is
/// suggested.</summary>
/// <param name="Arguments">The command line to parse.</param>
/// <param name="Prefix">What goes before each suggestion; null for nothing.</param>
internal sealed partial record SuggestRequest(string[] Arguments, string? Prefix)
{
    public static SuggestRequest Of(string[] arguments)
    {
        if (
            arguments is not [var directive, var line]
            || Directive().Match(directive) is not { Success: true } position
            || !int.TryParse(position.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int end)
            || Assigned().Match(line, 0, Math.Min(end, line.Length)) is not { Success: true } option
        )
        {
            return new SuggestRequest(arguments, null);
        }

        var name = option.Groups[1];
        return new SuggestRequest(
            [
                directive,
                string.Concat(line.AsSpan(0, name.Index + name.Length), " ", line.AsSpan(name.Index + name.Length + 1)),
            ],
            name.Value + "="
        );
    }

    /// <summary>Prints suggestions, one a line, with the prefix.</summary>
    public void Print(string suggestions)
    {
        foreach (
            string suggestion in suggestions.Split(
                '\n',
                StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
            )
        )
        {
            if (!suggestion.StartsWith('-'))
                Console.Out.WriteLine(Prefix + suggestion);
        }
    }

    [GeneratedRegex(@"^\[suggest:([0-9]+)\]$")]
    private static partial Regex Directive();

    [GeneratedRegex(@"\s(--?[A-Za-z][A-Za-z-]*)=[^\s=]*\z")]
    private static partial Regex Assigned();
}
