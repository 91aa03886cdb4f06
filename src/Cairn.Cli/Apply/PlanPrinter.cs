using System.Text;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;
using Cairn.Core.Documents;

namespace Cairn.Cli.Apply;

/// <summary>Shows a plan to the person who is to agree to it.</summary>
internal static class PlanPrinter
{
    public static void Print(Plan plan)
    {
        foreach (var step in plan.Steps)
        {
            Console.Out.WriteLine($"{Mark(step.Action)} {step.Action.ToString().ToLowerInvariant()} {Name(step)}");
            if (step.Action != StepAction.Delete)
                DiffText.Print(TextDiff.Of(Text(step.Before), Text(step.After)), "    ");
        }

        if (plan.Steps.Count > 0)
            Console.Out.WriteLine();
        Console.Out.WriteLine(plan.Summary + ".");
    }

    /// <summary>The same for programs.</summary>
    public static JsonObject ToJson(Plan plan) =>
        new()
        {
            ["create"] = plan.Count(StepAction.Create),
            ["change"] = plan.Count(StepAction.Change),
            ["delete"] = plan.Count(StepAction.Delete),
            ["unchanged"] = plan.Unchanged,
            ["steps"] = new JsonArray([
                .. plan.Steps.Select(step =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["action"] = step.Action.ToString().ToLowerInvariant(),
                            ["path"] = step.Path,
                            ["environment"] = step.Environment,
                            ["version"] = step.Version,
                            ["patch"] = step is { Before: { } before, After: { } after }
                                ? JsonPatch.Diff(JsonText.Element(before), JsonText.Element(after))
                                : null,
                        }
                ),
            ]),
        };

    private static string Name(PlanStep step) =>
        step.Environment is null ? step.Path : $"{step.Path} ({step.Environment})";

    private static string Text(byte[]? document) =>
        document is null ? "" : Encoding.UTF8.GetString(JsonText.Indent(document));

    private static char Mark(StepAction action) =>
        action switch
        {
            StepAction.Create => '+',
            StepAction.Change => '~',
            _ => '-',
        };
}
