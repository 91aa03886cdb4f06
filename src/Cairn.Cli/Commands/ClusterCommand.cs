using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn cluster</c>.</summary>
internal static class ClusterCommand
{
    public static Command Create() => new("cluster", "Look at the nodes and the engine below them\n\nExamples:\n  cairn cluster status")
    {
        new ApiCommand("status", "Show the nodes, who runs the background jobs, and how the engine is\n\nExamples:\n  cairn cluster status", Status),
    };

    private static async Task Status(Call call)
    {
        var view = await call.Api.GetAsync("api/v1/cluster", call.Ct);
        if (!call.Printer.IsTable)
        {
            call.Printer.One(view);
            return;
        }

        Console.Out.WriteLine($"mode:      {view["mode"]} on {view["engine"]}");
        Console.Out.WriteLine($"answered:  {view["node"]} at revision {view["revision"]}");
        Console.Out.WriteLine($"leader:    {(string?)view["leader"] ?? "none"}");
        if (view["stale_seconds"] is { } stale)
            Console.Out.WriteLine($"stale:     the store has not answered for {stale} s; reads are from memory, writes are refused");
        Console.Out.WriteLine();
        call.Printer.List(
            [.. view["nodes"]!.AsArray().Select(node => node!)], Column.Of("node", "id"), Column.Of("status"),
            new("leader", node => (bool)node["leader"]! ? "yes" : ""), Column.Of("revision"), Column.Of("lag"), Column.Of("version").Spared(2),
            Column.Of("started", "started_at").Spared(3), Column.Of("seen", "seen_at").Spared(1));
        if (view["members"]!.AsArray().Count == 0)
            return;
        Console.Out.WriteLine();
        call.Printer.List(
            [.. view["members"]!.AsArray().Select(member => member!)], Column.Of("engine", "name"), Column.Of("role"), Column.Of("status"),
            Column.Of("version").Spared(2), Column.Of("bytes").Spared(1), Column.Of("problem").Shortened(0));
    }
}
