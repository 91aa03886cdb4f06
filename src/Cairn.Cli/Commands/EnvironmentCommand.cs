using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn env</c>.</summary>
internal static class EnvironmentCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The environment, such as prod" };
    private static readonly Option<string?> Description = new("--description")
    {
        HelpName = "text",
        Description = "What it is for",
    };
    private static readonly Option<bool> Protect = new("--protect")
    {
        Description =
            "From now on what it serves changes only when an administrator of configs promotes a version to it",
    };
    private static readonly Option<bool> Unprotect = new("--unprotect") { Description = "Take the protection off" };

    public static Command Create()
    {
        Name.CompletionSources.Add(context => Suggestions.Environments(context));
        return new Command(
            "env",
            "Work with environments and their variables\n\nExamples:\n  cairn env list\n"
                + "  cairn env set qa --description 'For the testers'"
        )
        {
            new ApiCommand("list", "List the environments\n\nExamples:\n  cairn env list", List),
            new ApiCommand("get", "Show an environment\n\nExamples:\n  cairn env get prod -o json", Get, Name),
            new ApiCommand(
                "set",
                "Make an environment, or change it\n\nExamples:\n"
                    + "  cairn env set qa --description 'For the testers'\n  cairn env set prod --protect",
                Set,
                Name,
                Description,
                Protect,
                Unprotect,
                Flags.Message
            ),
            new ApiCommand(
                "delete",
                "Delete an environment that nothing uses\n\nExamples:\n  cairn env delete qa",
                Delete,
                Name,
                Flags.Message
            ),
            VariablesCommand.Create("environments", Name, "an environment's"),
        };
    }

    private static async Task List(Call call)
    {
        var items = await call.Api.ListAsync("api/v1/environments", call.Ct).ToListAsync(call.Ct);
        call.Printer.List(
            items,
            Column.Of("name"),
            new("protected", item => item.Flag("protected") ? "yes" : ""),
            Column.Of("description").Shortened(0),
            Column.Time("updated", "updated_at").Spared(1),
            Column.Of("by", "updated_by").Spared(2)
        );
    }

    private static async Task Get(Call call) =>
        call.Printer.One(await call.Api.GetAsync(ApiClient.Resource("environments", call.Get(Name)), call.Ct));

    private static async Task Set(Call call)
    {
        var update = new JsonObject();
        if (call.Get(Description) is { } description)
            update["description"] = description;
        if (call.Get(Protect) && call.Get(Unprotect))
            throw new UsageException("--protect and --unprotect contradict each other.");
        if (call.Get(Protect) || call.Get(Unprotect))
            update["protected"] = call.Get(Protect);
        var written = await call.Api.SendAsync(
            HttpMethod.Put,
            ApiClient.Resource("environments", call.Get(Name)),
            update,
            call.Ct,
            call.MessageHeader
        );
        call.Printer.One(
            written,
            $"{call.Get(Name)} is {(written.Flag("protected") ? "protected" : "open to direct writes")}."
        );
    }

    private static async Task Delete(Call call)
    {
        await call.Api.SendAsync(
            HttpMethod.Delete,
            ApiClient.Resource("environments", call.Get(Name)),
            null,
            call.Ct,
            call.MessageHeader
        );
        call.Printer.One(
            new JsonObject { ["name"] = call.Get(Name), ["deleted"] = true },
            $"Deleted {call.Get(Name)}."
        );
    }
}

/// <summary><c>cairn project</c>.</summary>
internal static class ProjectCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "The project: the first part of its configs' paths" };
        return new Command(
            "project",
            "Work with a project's variables\n\nExamples:\n  cairn project vars payments set REGION=eu-west-1"
        )
        {
            VariablesCommand.Create("projects", name, "a project's"),
        };
    }
}
