namespace Cairn.Client;

/// <summary>The nodes and the engine below them.</summary>
/// <param name="Mode"><c>standalone</c>: one node with its own store; <c>replica</c>: any number on a shared
/// one.</param>
/// <param name="Engine"><c>sqlite</c>, <c>etcd</c> or <c>postgres</c>.</param>
/// <param name="Node">Which node answers.</param>
/// <param name="Revision">The newest that this node has.</param>
/// <param name="StaleSeconds">Since when its memory may be behind the store; null when it is current.</param>
/// <param name="Leader">Which node runs the background jobs; null when none does, or the store does not say.</param>
/// <param name="Nodes">All nodes.</param>
/// <param name="Members">The engine's servers; none with an embedded engine.</param>
public sealed record ClusterView(
    string Mode,
    string Engine,
    string Node,
    long Revision,
    long? StaleSeconds,
    string? Leader,
    IReadOnlyList<NodeView> Nodes,
    IReadOnlyList<MemberView> Members
);

/// <summary>One node.</summary>
/// <param name="Status"><c>up</c>, or <c>down</c> when nothing was heard of it for 16 seconds.</param>
/// <param name="Revision">The newest it had when it was last heard of.</param>
/// <param name="Lag">By how many revisions that was behind the store.</param>
public sealed record NodeView(
    string Id,
    string Status,
    bool Leader,
    string Version,
    DateTimeOffset StartedAt,
    DateTimeOffset SeenAt,
    long Revision,
    long Lag
);

/// <summary>One server of the engine.</summary>
public sealed record MemberView(string Name, string Role, string Status, string Version, long Bytes, string? Problem);
