using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn cluster</c>.</summary>
internal static class ClusterCommand
{
    public static Command Create() =>
        new("cluster", "Look at the nodes and the engine below them\n\nExamples:\n  cairn cluster status")
        {
            new ApiCommand(
                "status",
                "Show the nodes, who runs the background jobs, and how the engine is\n\nExamples:\n"
                    + "  cairn cluster status",
                Status
            ),
        };

    private static async Task Status(Call call)
    {
        var view = await ReadAsync(call);
        if (!call.Printer.IsTable)
        {
            call.Printer.One(view);
            return;
        }

        Console.Out.WriteLine($"mode:      {view.Text("mode")} on {view.Text("engine")}");
        Console.Out.WriteLine($"answered:  {view.Text("node")} at revision {view.Number("revision")}");
        Console.Out.WriteLine($"leader:    {view.OptionalText("leader") ?? "none"}");
        if (view["stale_seconds"] is { } stale)
        {
            Console.Out.WriteLine(
                $"stale:     the store has not answered for {stale} s; reads are from memory, writes are refused"
            );
        }

        Console.Out.WriteLine();
        call.Printer.List(
            view.Items("nodes"),
            Column.Of("node", "id"),
            Column.Of("status"),
            new("leader", node => node.Flag("leader") ? "yes" : ""),
            Column.Of("revision"),
            new("lag", node => Lag(node, view)),
            Column.Of("version").Spared(2),
            Column.Time("started", "started_at").Spared(3),
            Column.Time("seen", "seen_at").Spared(1)
        );
        if (view.Items("members").Count == 0)
            return;
        Console.Out.WriteLine();
        call.Printer.List(
            view.Items("members"),
            Column.Of("engine", "name"),
            Column.Of("role"),
            Column.Of("status"),
            Column.Of("version").Spared(2),
            Column.Of("bytes").Spared(1),
            Column.Of("problem").Shortened(0)
        );
    }

    // What a node that is away had when it was seen says nothing of how far the others have gone since.
    private static string Lag(JsonNode node, JsonNode view) =>
        node.Text("status") == "up"
            ? Printer.Text(node["lag"])
            : $"{Math.Max(0, view.Number("revision") - node.Number("revision"))}";

    private static async Task<JsonNode> ReadAsync(Call call)
    {
        try
        {
            return await call.Api.GetAsync("api/v1/cluster", call.Ct);
        }
        catch (ApiException e) when (e.IsOfCairn && e.Status == 503)
        {
            // When the store is the trouble, the node still knows about itself.
            using var request = new HttpRequestMessage(HttpMethod.Get, "health");
            using var answer = await call.Api.TryAsync(request, call.Ct);
            var health = Answers.Parse(await answer.Content.ReadAsByteArrayAsync(call.Ct), call.Api.Address);
            Console.Error.WriteLine(
                $"{call.Api.Address} says of itself: {Printer.Text(health["status"])}, revision "
                    + $"{Printer.Text(health["revision"])}"
            );
            foreach (var (name, state) in health.Members("checks"))
                Console.Error.WriteLine($"  {name}: {Printer.Text(state)}");
            throw;
        }
    }
}
