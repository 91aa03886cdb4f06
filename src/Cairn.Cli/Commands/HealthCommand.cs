using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn health</c>: what a container's health check calls. Sends no key, and does not wait for long.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var command = new Command(
            "health", "Ask whether the server should get requests; the exit code is 0 when it should\n\nExamples:\n  cairn health\n  cairn health --url http://127.0.0.1:8000 --timeout 1s");
        command.SetAction(async (result, ct) =>
        {
            using var api = CairnCommand.Client(result, Patience, withKey: false);
            var health = await api.GetAsync("health/ready", ct);
            var printer = CairnCommand.Printer(result);
            printer.One(health, SafeText.Of(Printer.Text(health["status"])));
            return ExitCodes.Success;
        });
        return command;
    }
}
