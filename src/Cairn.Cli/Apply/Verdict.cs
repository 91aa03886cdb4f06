using System.Text.Json.Nodes;
using Cairn.Cli.Output;

namespace Cairn.Cli.Apply;

/// <summary>What the server answers to a dry run: what each environment would serve, and whether that is acceptable.</summary>
internal static class Verdict
{
    /// <summary>Prints it.</summary>
    /// <param name="preview">The answer.</param>
    /// <param name="printer">How.</param>
    /// <param name="place">Makes a name of a pointer into the request; null to show it as it is.</param>
    /// <returns>The exit code: success only when the change would be accepted.</returns>
    public static int Print(JsonNode preview, Printer printer, Func<string, string>? place = null)
    {
        bool acceptable = (bool)preview["acceptable"]!;
        if (!printer.IsTable)
        {
            printer.One(preview);
            return acceptable ? ExitCodes.Success : ExitCodes.Failure;
        }

        foreach (var environment in preview["effects"]!.AsArray().GroupBy(effect => (string)effect!["environment"]!))
        {
            Console.Out.WriteLine($"{environment.Key} would serve differently:");
            foreach (var effect in environment)
                Console.Out.WriteLine(SafeText.Of($"  {effect!["path"]}  {Effect(effect)}"));
        }

        if (preview["effects"]!.AsArray().Count == 0)
            Console.Out.WriteLine("No environment would serve anything differently.");
        if (acceptable)
            Console.Out.WriteLine("The server would accept this.");
        else
            PrintProblems(preview["problems"]!.AsArray(), place ?? (pointer => pointer));
        return acceptable ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static string Effect(JsonNode effect) =>
        effect["before"] is null ? "served for the first time"
        : effect["after"] is null ? "no longer served"
        : effect["patch"] is not JsonArray patch ? "too different to be listed"
        : string.Join(", ", patch.Select(Operation));

    private static string Operation(JsonNode? operation) =>
        $"{operation!["op"]} {operation["path"]}{(operation["value"] is { } value ? " " + value.ToJsonString(Printer.Compact) : "")}";

    private static void PrintProblems(JsonArray problems, Func<string, string> place)
    {
        Console.Out.WriteLine("The server would refuse this:");
        foreach (var problem in problems)
        {
            Console.Out.WriteLine(SafeText.Of($"  {problem!["detail"]}", lines: true));
            foreach (var error in problem["errors"]!.AsArray())
            {
                string environment = error!["environment"] is { } name ? $"[{name}] " : "";
                string pointer = place((string)error["pointer"]!);
                Console.Out.WriteLine(SafeText.Of($"    {environment}{(pointer.Length == 0 ? "" : pointer + ": ")}{error["message"]}", lines: true));
            }
        }
    }
}
