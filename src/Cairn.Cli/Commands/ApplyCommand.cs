using System.CommandLine;
using Cairn.Cli.Apply;
using Cairn.Cli.Client;
using Cairn.Cli.Output;
using Cairn.Cli.Transfer;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn apply</c>, and <c>cairn config apply</c>, which is the same.</summary>
internal static class ApplyCommand
{
    private static readonly Option<string> Source = new("--file", "-f")
    {
        HelpName = "folder|file",
        Description = "A folder as 'cairn config export' writes it, a file of JSON lines, or - for standard input",
        Required = true,
    };
    private static readonly Option<bool> Prune = new("--prune")
    {
        Description = "Also delete what the files do not have, in the projects they are about",
    };

    public static Command Create() =>
        new ApiCommand(
            "apply",
            "Make the server's configs like those in files: show a plan, ask, then commit one change\n\n"
                + "It all happens at once or not at all, and not if somebody wrote one of the configs after the "
                + "plan was made.\n\n"
                + "Examples:\n  cairn apply -f configs/\n  cairn apply -f configs/ --prune -y -m 'Release 42'\n"
                + "  cairn apply -f configs/ --dry-run",
            Apply,
            Source,
            Prune,
            Flags.Verbatim,
            Flags.DryRun,
            Flags.Yes,
            Flags.Message
        );

    private static async Task<int> Apply(Call call)
    {
        var documents = DocumentSource.Read(call.Get(Source)!);
        var plan = await new Planner(new ServerConfigs(call.Api)).MakeAsync(documents, call.Get(Prune), call.Ct);
        bool dryRun = call.Get(Flags.DryRun);
        if (call.Printer.IsTable)
            PlanPrinter.Print(plan);
        if (plan.Steps.Count == 0 || (!dryRun && !Agreed(call)))
        {
            if (!call.Printer.IsTable)
                call.Printer.One(PlanPrinter.ToJson(plan));
            return plan.Steps.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
        }

        byte[] body = ChangeSet.Write(
            plan.Steps,
            call.Get(Flags.Message),
            guarded: true,
            dryRun,
            call.Get(Flags.Verbatim)
        );
        try
        {
            var answer = await call.Api.SendAsync(
                HttpMethod.Post,
                "api/v1/changes",
                body,
                "application/json",
                call.Ct,
                ("Idempotency-Key", dryRun ? null : Guid.NewGuid().ToString())
            );
            if (dryRun)
                return Verdict.Print(answer, call.Printer, pointer => ChangeSet.Explain(pointer, plan.Steps));
            call.Printer.One(answer, $"Applied as change {answer["id"]}, revision {answer["revision"]}.");
            return ExitCodes.Success;
        }
        catch (ApiException e)
        {
            throw ChangeSet.Explain(e, plan.Steps);
        }
    }

    private static bool Agreed(Call call)
    {
        if (call.Get(Flags.Yes))
            return true;
        if (call.Get(Source) == "-")
            throw new UsageException("Standard input holds the configs and cannot answer too: agree with --yes.");
        Console.Error.Write("Apply this? [y/N] ");
        string answer = Console.In.ReadLine() ?? throw new UsageException("Nobody answered. Agree with --yes.");
        if (answer.Trim().ToLowerInvariant() is "y" or "yes")
            return true;
        Console.Error.WriteLine("Nothing was changed.");
        return false;
    }
}
