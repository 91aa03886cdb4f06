using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Output;

namespace Cairn.Cli.Apply;

/// <summary>What the server answers to a dry run: what each environment would serve, and whether that is
/// acceptable.</summary>
internal static class Verdict
{
    /// <summary>Prints it.</summary>
    /// <param name="preview">The answer.</param>
    /// <param name="printer">How.</param>
    /// <param name="place">Makes a name of a pointer into the request; null to show it as it is.</param>
    /// <returns>The exit code: success only when the change would be accepted.</returns>
    public static int Print(JsonNode preview, Printer printer, Func<string, string>? place = null)
    {
        bool acceptable = preview.Flag("acceptable");
        if (!printer.IsTable)
        {
            printer.One(preview);
            return acceptable ? ExitCodes.Success : ExitCodes.Failure;
        }

        foreach (var environment in preview.Items("effects").GroupBy(effect => effect.Text("environment")))
        {
            Console.Out.WriteLine($"{environment.Key} would serve differently:");
            foreach (var effect in environment)
                Console.Out.WriteLine($"  {effect["path"]}  {Effect(effect)}");
        }

        if (preview.Items("effects").Count == 0)
            Console.Out.WriteLine("No environment would serve anything differently.");
        if (acceptable)
            Console.Out.WriteLine("The server would accept this.");
        else
            PrintProblems(preview.Items("problems"), place ?? (pointer => pointer));
        return acceptable ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static string Effect(JsonNode effect) =>
        effect["before"] is null ? "served for the first time"
        : effect["after"] is null ? "no longer served"
        : effect["patch"] is not JsonArray ? "too different to be listed"
        : string.Join(", ", effect.Items("patch").Select(Operation));

    private static string Operation(JsonNode operation) =>
        $"{operation["op"]} "
        + $"{operation["path"]}{(operation["value"] is { } value ? " " + value.ToJsonString(Printer.Compact) : "")}";

    private static void PrintProblems(IReadOnlyList<JsonNode> problems, Func<string, string> place)
    {
        Console.Out.WriteLine("The server would refuse this:");
        foreach (var problem in problems)
        {
            Console.Out.WriteLine($"  {problem["detail"]}");
            foreach (var error in problem.Items("errors"))
            {
                string environment = error["environment"] is { } name ? $"[{name}] " : "";
                string pointer = place(error.Text("pointer"));
                Console.Out.WriteLine(
                    $"    {environment}{(pointer.Length == 0 ? "" : pointer + ": ")}{error["message"]}"
                );
            }
        }
    }
}
