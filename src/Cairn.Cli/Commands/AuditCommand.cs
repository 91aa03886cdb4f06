using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Client;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn audit</c>.</summary>
internal static class AuditCommand
{
    private static readonly Option<string?> Actor = new("--actor")
    {
        HelpName = "who",
        Description = "A credential such as key:0193…, or its name",
    };
    private static readonly Option<string?> Action = new("--action")
    {
        HelpName = "what",
        Description = "What was done: configs.put, or configs for all of a kind",
    };
    private static readonly Option<string?> Outcome = new("--outcome")
    {
        HelpName = "outcome",
        Description = "success, denied or unauthenticated",
    };
    private static readonly Option<string?> Resource = new("--resource")
    {
        HelpName = "resource",
        Description = "Kind and path: configs/payments/database; all below it when it ends in a slash",
    };
    private static readonly Option<string?> Change = new("--change")
    {
        HelpName = "id",
        Description = "The entries of one change",
    };
    private static readonly Option<int> Limit = Flags.Limit(50);

    public static Command Create()
    {
        Outcome.AcceptOnlyFromAmong("success", "denied", "unauthenticated");
        return new ApiCommand(
            "audit",
            "Show who did what, when, from where and with which result; the newest first\n\nExamples:\n"
                + "  cairn audit --since 24h --outcome denied\n"
                + "  cairn audit --resource configs/payments/ --actor deploy\n"
                + "  cairn audit --since 2026-11-01 -n 100000 -o json > november.json",
            Show,
            Flags.Since,
            Flags.Until,
            Actor,
            Action,
            Outcome,
            Resource,
            Change,
            Limit
        );
    }

    private static async Task Show(Call call)
    {
        int limit = call.Get(Limit);
        string path = CairnPath.Query(
            "api/v1/audit",
            ("since", Times.Moment(call.Get(Flags.Since))),
            ("until", Times.Moment(call.Get(Flags.Until))),
            ("actor", call.Get(Actor)),
            ("action", call.Get(Action)),
            ("outcome", call.Get(Outcome)),
            ("resource", call.Get(Resource)),
            ("change", call.Get(Change)),
            ("limit", Math.Min(limit, 1000))
        );
        call.Printer.List(
            await call.Api.ListAsync(path, call.Ct).Take(limit).ToListAsync(call.Ct),
            Column.Time("time"),
            new Column("actor", item => item.OptionalText("actor_name") ?? item.OptionalText("actor")).Shortened(1),
            Column.Of("action"),
            new Column("outcome", Result).Shortened(0),
            new Column("resources", item => Resources(item.Items("resources"))).Shortened(1),
            Column.Of("address").Spared(4),
            Column.Of("message").Shortened(3)
        );
    }

    private static string Result(JsonNode entry)
    {
        string text = entry.Text("outcome");
        if (entry["reason"] is { } reason)
            text += $": {reason}";
        if (entry["intact"] is not null && !entry.Flag("intact"))
            text += " (altered since)";
        return entry.Number("count") is > 1 and var count ? $"{text} ({count} times)" : text;
    }

    private static string Resources(IReadOnlyList<JsonNode> resources) =>
        resources.Count switch
        {
            0 => "",
            1 => Name(resources[0]),
            _ => $"{Name(resources[0])} and {resources.Count - 1} more",
        };

    private static string Name(JsonNode resource) =>
        $"{resource["kind"]}/{resource["path"]}{(resource["environment"] is { } environment ? $" ({environment})" : "")}";
}
