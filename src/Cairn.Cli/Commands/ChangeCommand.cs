using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Apply;
using Cairn.Cli.Client;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Client;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn change</c>.</summary>
internal static class ChangeCommand
{
    private static readonly Argument<string> Id = new("id")
    {
        Description = "The change's identifier, as 'cairn change list' shows it, or the beginning of that",
    };
    private static readonly Option<int> Limit = Flags.Limit(20);

    public static Command Create() =>
        new(
            "change",
            "Work with changes: writes that were committed together\n\nExamples:\n  cairn change list\n"
                + "  cairn change revert 0193b1f2c3d4e5f6"
        )
        {
            new ApiCommand(
                "list",
                "List changes, the newest first\n\nExamples:\n  cairn change list\n"
                    + "  cairn change list --since 2h -n 100",
                List,
                Flags.Since,
                Flags.Until,
                Limit
            ),
            new ApiCommand(
                "show",
                "Show a change and what it wrote\n\nExamples:\n  cairn change show 0193b1f2c3d4e5f6",
                Show,
                Id
            ),
            new ApiCommand(
                "revert",
                "Undo a change, unless somebody has moved on since\n\nExamples:\n"
                    + "  cairn change revert 0193b1f2c3d4e5f6 --dry-run\n"
                    + "  cairn change revert 0193b1f2c3d4e5f6 -m 'Connections ran out'",
                Revert,
                Id,
                Flags.DryRun,
                Flags.Message
            ),
        };

    private static async Task List(Call call)
    {
        int limit = call.Get(Limit);
        string path = CairnPath.Query(
            "api/v1/changes",
            ("since", Times.Moment(call.Get(Flags.Since))),
            ("until", Times.Moment(call.Get(Flags.Until))),
            ("limit", Math.Min(limit, 1000))
        );
        call.Printer.List(
            await call.Api.ListAsync(path, call.Ct).Take(limit).ToListAsync(call.Ct),
            Column.Of("id"),
            Column.Time("created", "created_at").Spared(1),
            Column.Of("by", "created_by").Spared(3),
            new Column("resources", item => Summary(item.Items("resources"))).Shortened(0),
            Column.Of("message").Shortened(2)
        );
    }

    private static async Task Show(Call call)
    {
        var change = await call.Api.GetAsync(await AddressAsync(call), call.Ct);
        if (!call.Printer.IsTable)
        {
            call.Printer.One(change);
            return;
        }

        var resources = change.Items("resources");
        change.AsObject().Remove("resources");
        call.Printer.One(change);
        Console.Out.WriteLine();
        call.Printer.List(
            resources,
            Column.Of("action"),
            Column.Of("kind"),
            Column.Of("path"),
            Column.Of("environment"),
            new("version", item => $"{Printer.Text(item["version_before"])} → {Printer.Text(item["version_after"])}")
        );
    }

    private static async Task<int> Revert(Call call)
    {
        var reversal = new JsonObject { ["message"] = call.Get(Flags.Message), ["dry_run"] = call.Get(Flags.DryRun) };
        var answer = await call.Api.SendAsync(
            HttpMethod.Post,
            await AddressAsync(call) + "/revert",
            reversal,
            call.Ct,
            ("Idempotency-Key", Guid.NewGuid().ToString())
        );
        if (call.Get(Flags.DryRun))
            return Verdict.Print(answer, call.Printer);
        call.Printer.One(answer, $"Reverted {call.Get(Id)} with change {answer.Text("id")}.");
        return ExitCodes.Success;
    }

    private static async Task<string> AddressAsync(Call call) =>
        ApiClient.Resource("changes", await Identifiers.OfChangeAsync(call.Api, call.Get(Id), call.Ct));

    private static string Summary(IReadOnlyList<JsonNode> resources)
    {
        if (resources is not [var first, ..])
            return "";
        string text =
            $"{first["action"]} "
            + $"{first["kind"]}/{first["path"]}{(first["environment"] is { } environment ? $" ({environment})" : "")}";
        return resources.Count == 1 ? text : $"{text} and {resources.Count - 1} more";
    }
}
