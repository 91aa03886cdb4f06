using System.CommandLine;
using System.Net.ServerSentEvents;
using Cairn.Cli.Client;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands.Configs;

/// <summary><c>cairn config watch</c>.</summary>
internal static class WatchCommand
{
    private static readonly Option<long?> After = new("--after")
    {
        HelpName = "revision",
        Description = "Begin with what came after this revision; with what comes now when left out",
    };

    public static Command Create() =>
        new ApiCommand(
            "watch",
            "Print changes of configs as they happen, until Ctrl-C\n\n"
                + "Lost connections are made again, and nothing is missed meanwhile.\n\n"
                + "Examples:\n  cairn config watch payments/\n  cairn config watch --env prod -o json | jq -r "
                + ".path\n  cairn config watch --after 1200",
            Watch,
            Flags.Prefix,
            Flags.Environment,
            After
        );

    private static async Task Watch(Call call)
    {
        var watch = new ConfigWatch(call.Api)
        {
            OnInterruption = reason => Console.Error.WriteLine($"Connecting again: {reason}"),
        };
        using var ending = ClosablePipe.LinkToReader(call.Ct);
        try
        {
            await foreach (
                var item in watch.EventsAsync(
                    call.Get(Flags.Prefix),
                    call.Get(Flags.Environment),
                    call.Get(After),
                    ending.Token
                )
            )
            {
                Print(item);
            }
        }
        catch (OperationCanceledException) when (!call.Ct.IsCancellationRequested)
        {
            throw new ClosedPipeException();
        }

        void Print(SseItem<string> item)
        {
            var @event = Answers.Parse(System.Text.Encoding.UTF8.GetBytes(item.Data));
            @event.Insert(0, "event", item.EventType);
            string environment = @event["environment"] is { } name ? $" ({name})" : "";
            call.Printer.Next(
                @event,
                $"{item.EventType.PadRight(6)} {@event["path"]}{environment}  version {@event["version"]}  revision "
                    + $"{@event["revision"]}"
            );
        }
    }
}
