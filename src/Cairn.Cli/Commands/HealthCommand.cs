using System.CommandLine;
using Cairn.Cli.Client;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn health</c>: what a container's health check calls. Sends no key, and does not wait for
/// long.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var command = new Command(
            "health",
            "Ask whether the server should get requests; the exit code is 0 when it should\n\nExamples:\n"
                + "  cairn health\n  cairn health --url http://127.0.0.1:8000 --timeout 1s"
        );
        command.SetAction(
            async (result, ct) =>
            {
                using var api = CairnCommand.Client(result, Patience, withKey: false);
                using var request = new HttpRequestMessage(HttpMethod.Get, "health/ready");
                using var answer = await api.TryAsync(request, ct);
                var health = Answers.Parse(await answer.Content.ReadAsByteArrayAsync(ct), api.Address);
                bool isReady = health.Flag("ready") && answer.IsSuccessStatusCode;
                CairnCommand.Printer(result).One(health, health.Text("status"));
                return isReady ? ExitCodes.Success : ExitCodes.Failure;
            }
        );
        return command;
    }
}
