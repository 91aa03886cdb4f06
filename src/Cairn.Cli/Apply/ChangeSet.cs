using System.Text.Json;
using Cairn.Cli.Client;
using Cairn.Core.Documents;

namespace Cairn.Cli.Apply;

/// <summary>Steps of a plan as a change set for <c>POST /api/v1/changes</c>.</summary>
internal static class ChangeSet
{
    /// <summary>The request's body.</summary>
    /// <param name="steps">The steps, in their order.</param>
    /// <param name="message">Why; null for no reason.</param>
    /// <param name="guarded">Whether it is refused when a config is no longer at the version the plan was made
    /// with.</param>
    /// <param name="dryRun">Whether only to say what would happen.</param>
    /// <param name="verbatim">Whether what is written is served as it is; null to leave that as it is.</param>
    public static byte[] Write(
        IReadOnlyList<PlanStep> steps,
        string? message,
        bool guarded,
        bool dryRun = false,
        bool? verbatim = null
    ) =>
        JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("operations");
            foreach (var step in steps)
                WriteStep(writer, step, guarded, verbatim);
            writer.WriteEndArray();
            if (message is not null)
                writer.WriteString("message", message);
            if (dryRun)
                writer.WriteBoolean("dry_run", true);
            writer.WriteEndObject();
        });

    /// <summary>The same refusal, with configs named in the place of <c>/operations/17</c>.</summary>
    public static ApiException Explain(ApiException refusal, IReadOnlyList<PlanStep> steps) =>
        new(
            refusal.Status,
            refusal.Message,
            [.. refusal.Errors.Select(error => (Explain(error.Pointer, steps), error.Message))]
        )
        {
            IsOfCairn = refusal.IsOfCairn,
        };

    /// <inheritdoc cref="Explain(ApiException, IReadOnlyList{PlanStep})"/>
    public static string Explain(string pointer, IReadOnlyList<PlanStep> steps)
    {
        const string Operations = "/operations/";
        if (!pointer.StartsWith(Operations, StringComparison.Ordinal))
            return pointer;
        string rest = pointer[Operations.Length..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (!int.TryParse(slash < 0 ? rest : rest[..slash], out int index) || index >= steps.Count)
            return pointer;
        var step = steps[index];
        return $"{step.Path}{(step.Environment is null ? "" : $" ({step.Environment})")}{(slash < 0 ? "" : " " + rest[slash..])}";
    }

    private static void WriteStep(Utf8JsonWriter writer, PlanStep step, bool guarded, bool? verbatim)
    {
        writer.WriteStartObject();
        writer.WriteString("op", step.Action == StepAction.Delete ? "delete" : "put");
        writer.WriteString("path", step.Path);
        if (step.Environment is not null)
            writer.WriteString("environment", step.Environment);
        if (guarded)
            writer.WriteNumber("if_version", step.Version);
        if (step.After is { } document)
        {
            writer.WritePropertyName("document");
            writer.WriteRawValue(document, skipInputValidation: true);
            if (verbatim is { } asWritten)
                writer.WriteBoolean("verbatim", asWritten);
        }

        writer.WriteEndObject();
    }
}
