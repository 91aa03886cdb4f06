using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Output;
using Cairn.Client;

namespace Cairn.Cli.Commands.Configs;

/// <summary><c>cairn config history|diff|rollback|promote</c>.</summary>
internal static class VersionCommands
{
    private static readonly Argument<long> Version = new("version")
    {
        Description = "The version, as 'cairn config history' shows it",
    };
    private static readonly Argument<long?> From = Optional(
        "from",
        "The first version; the one before TO when left out"
    );
    private static readonly Argument<long?> To = Optional("to", "The second version; the newest when left out");
    private static readonly Option<int> Limit = Flags.Limit(20);
    private static readonly Option<string> Target = Flags.WithEnvironments(
        new Option<string>("--to")
        {
            HelpName = "environment",
            Description = "The environment that is to serve another base",
            Required = true,
        }
    );
    private static readonly Option<string?> Source = Flags.WithEnvironments(
        new Option<string?>("--from")
        {
            HelpName = "environment",
            Description = "The environment whose base it takes over",
        }
    );
    private static readonly Option<long?> BaseVersion = Flags.Version(
        "--version",
        "Or the version whose base it takes",
        least: 1
    );
    private static readonly Option<bool> ExitCode = new("--exit-code") { Description = "End with 1 when they differ" };
    private static readonly Option<bool> Follow = new("--follow") { Description = "Or: from now on the newest base" };

    public static IEnumerable<Command> Create() =>
        [
            new ApiCommand(
                "history",
                "List a config's versions, the newest first\n\nExamples:\n"
                    + "  cairn config history payments/database\n  cairn config history payments/database -n 1000 -o "
                    + "json",
                History,
                Flags.Path,
                Limit
            ),
            new ApiCommand(
                "diff",
                "Compare two versions of a config\n\nExamples:\n  cairn config diff payments/database\n"
                    + "  cairn config diff payments/database 3 5 --env prod\n"
                    + "  cairn config diff payments/database 3 5 -o json",
                Diff,
                Flags.Path,
                From,
                To,
                Flags.Environment,
                ExitCode
            ),
            new ApiCommand(
                "rollback",
                "Make a new version that is like an older one\n\nExamples:\n"
                    + "  cairn config rollback payments/database 3 -m 'The pool was too large'",
                Rollback,
                Flags.Path,
                Version,
                Flags.IfVersion,
                Flags.Message
            ),
            new ApiCommand(
                "promote",
                "Set which base an environment serves\n\nExamples:\n"
                    + "  cairn config promote payments/database --to prod --from staging\n"
                    + "  cairn config promote payments/database --to prod --version 7\n"
                    + "  cairn config promote payments/database --to dev --follow",
                Promote,
                Flags.Path,
                Target,
                Source,
                BaseVersion,
                Follow,
                Flags.Message
            ),
        ];

    private static async Task History(Call call)
    {
        int limit = call.Get(Limit);
        string path = CairnPath.Query(
            ApiClient.Resource("config-versions", call.Get(Flags.Path)),
            ("limit", Math.Min(limit, 1000))
        );
        call.Printer.List(
            await call.Api.ListAsync(path, call.Ct).Take(limit).ToListAsync(call.Ct),
            Column.Of("version"),
            Column.Time("created", "created_at"),
            Column.Of("by", "created_by").Spared(2),
            new Column("wrote", item => item.Flag("deleted") ? "deleted" : Printer.Text(item["layers"])).Shortened(1),
            Column.Of("change").Spared(3),
            Column.Of("message").Shortened(0)
        );
    }

    private static async Task<int> Diff(Call call)
    {
        var diff = await call.Api.GetAsync(
            CairnPath.Query(
                ApiClient.Resource("config-diffs", call.Get(Flags.Path)),
                ("from", call.Get(From)),
                ("to", call.Get(To)),
                ("environment", call.Get(Flags.Environment))
            ),
            call.Ct
        );
        if (!call.Printer.IsTable)
        {
            call.Printer.One(diff);
        }
        else if (diff.OptionalText("text") is { Length: > 0 } text)
        {
            DiffText.Print(text);
        }
        else
        {
            Console.Error.WriteLine(
                $"Versions {diff["from"]} and {diff["to"]} are the "
                    + $"same{(call.Get(Flags.Environment) is { } environment ? $" in {environment}" : " in the base")}."
            );
        }

        return call.Get(ExitCode) && diff.OptionalText("text") is { Length: > 0 }
            ? ExitCodes.Failure
            : ExitCodes.Success;
    }

    private static async Task Rollback(Call call)
    {
        var written = await call.Api.SendAsync(
            HttpMethod.Post,
            ApiClient.Resource("config-rollbacks", call.Get(Flags.Path)),
            new JsonObject { ["to_version"] = call.Get(Version) },
            call.Ct,
            DocumentCommands.Precondition(call),
            call.MessageHeader
        );
        DocumentCommands.PrintWritten(call.Printer, written, $"Rolled back to version {call.Get(Version)}:");
    }

    private static async Task Promote(Call call)
    {
        int ways =
            (call.Get(Source) is null ? 0 : 1) + (call.Get(BaseVersion) is null ? 0 : 1) + (call.Get(Follow) ? 1 : 0);
        if (ways != 1)
            throw new UsageException("Say one of --from ENVIRONMENT, --version N and --follow.");
        var promotion = new JsonObject { ["to"] = call.Get(Target) };
        if (call.Get(Source) is { } from)
            promotion["from"] = from;
        if (call.Get(BaseVersion) is { } version)
            promotion["version"] = version;
        if (call.Get(Follow))
            promotion["follow"] = true;
        var written = await call.Api.SendAsync(
            HttpMethod.Post,
            ApiClient.Resource("config-promotions", call.Get(Flags.Path)),
            promotion,
            call.Ct,
            call.MessageHeader
        );
        DocumentCommands.PrintWritten(call.Printer, written, "Promoted");
    }

    private static Argument<long?> Optional(string name, string description) =>
        new(name)
        {
            Description = description,
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => null,
        };
}
