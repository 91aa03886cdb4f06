using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Graphs as objects from nodes to arrays or sets of neighbours.</summary>
internal static class GraphBuiltins
{
    private const int MaxPathLength = 10_000;

    private static readonly RegoType Nodes = RegoType.AnyOf(RegoType.Array(RegoType.Any), RegoType.Set(RegoType.Any));
    private static readonly RegoType Graph = RegoType.Object(RegoType.Any, Nodes);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new("graph.reachable", [Graph, Nodes], RegoType.Set(RegoType.Any), Reachable),
        new("graph.reachable_paths", [Graph, Nodes], RegoType.Set(RegoType.Array(RegoType.Any)), Paths),
    ];

    private static RegoValue Reachable(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var graph = args.Members(0);
        var reached = new RegoSetBuilder();
        var open = new Queue<RegoValue>();
        foreach (var node in args.Items(1))
            open.Enqueue(node);
        while (open.TryDequeue(out var node))
        {
            context.ChargeSteps(1);
            if (graph[node] is not { } neighbours || !reached.Add(node))
                continue;
            var next = Neighbours(neighbours);
            context.ChargeSteps(next.Length);
            context.ChargeMemory(32 + (next.Length * 8L));
            foreach (var neighbour in next)
            {
                if (!reached.Contains(neighbour))
                    open.Enqueue(neighbour);
            }
        }

        return reached.Build();
    }

    private static RegoValue Paths(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var paths = new RegoSetBuilder();
        foreach (var start in args.Items(1))
        {
            if (args.Members(0).ContainsKey(start))
                Follow(context, args.Members(0), start, [], [], paths);
        }

        return paths.Build();
    }

    // A path ends where no neighbour is a node of the graph, or where it would come back to itself.
    private static void Follow(
        BuiltinContext context,
        RegoObject graph,
        RegoValue node,
        List<RegoValue> path,
        HashSet<RegoValue> visited,
        RegoSetBuilder paths
    )
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        context.ChargeSteps(1);
        if (path.Count >= MaxPathLength)
            throw new BuiltinException($"a path has more than {MaxPathLength} nodes");
        path.Add(node);
        visited.Add(node);
        bool goesOn = false;
        var next = Neighbours(graph[node]!);
        context.ChargeSteps(next.Length);
        foreach (var neighbour in next)
        {
            if (graph.ContainsKey(neighbour) && !visited.Contains(neighbour))
            {
                goesOn = true;
                Follow(context, graph, neighbour, path, visited, paths);
            }
            else if (visited.Contains(neighbour))
            {
                goesOn = true;
                Add(context, path, paths);
            }
        }

        if (!goesOn)
            Add(context, path, paths);
        path.RemoveAt(path.Count - 1);
        visited.Remove(node);
    }

    private static void Add(BuiltinContext context, List<RegoValue> path, RegoSetBuilder paths)
    {
        context.ChargeSteps(path.Count);
        context.ChargeMemory(path.Count * 8L);
        paths.Add(RegoArray.Of(path));
    }

    // What is neither array nor set, null above all, has none.
    private static ReadOnlySpan<RegoValue> Neighbours(RegoValue value) =>
        value is RegoArray or RegoSet ? Operands.Items(value) : [];
}
