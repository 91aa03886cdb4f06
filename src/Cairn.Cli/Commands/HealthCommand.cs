using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn health</c>: what a container's health check calls. Needs no key.</summary>
internal static class HealthCommand
{
    public static Command Create() => new ApiCommand(
        "health", "Ask whether the server should get requests; the exit code is 0 when it should\n\nExamples:\n  cairn health\n  cairn health --url http://127.0.0.1:8000", Run);

    private static async Task Run(Call call)
    {
        var health = await call.Api.GetAsync("health/ready", call.Ct);
        if (call.Printer.IsTable)
            Console.Out.WriteLine(Printer.Text(health["status"]));
        else
            call.Printer.One(health);
    }
}
