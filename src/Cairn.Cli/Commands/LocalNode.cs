using System.CommandLine;
using Cairn.Node;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Cli.Commands;

/// <summary>Opens the store that <c>cairn serve</c> would open with the same settings, without listening.</summary>
internal static class LocalNode
{
    /// <summary>Does something with the node, then closes it.</summary>
    public static async Task<int> RunAsync(ParseResult result, Func<NodeServices, Task<int>> work, CancellationToken ct)
    {
        var (options, _) = ServeCommand.Load(result);
        options.Node.OnAdminKeyCreated = key => ServeCommand.PrintAdminKey(key, options);
        await using var node = new CairnNode(options.Node, NullLogger<CairnNode>.Instance);
        await node.StartingAsync(ct);
        return await work(node.Services);
    }
}
