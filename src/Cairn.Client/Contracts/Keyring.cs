namespace Cairn.Client;

/// <summary>The encryption keys, by name.</summary>
/// <param name="MasterKey">The one that wraps new data keys.</param>
/// <param name="MasterKeys">All that the node has.</param>
/// <param name="MasterKeyInFile">Whether it lies in the node's data folder.</param>
/// <param name="DataKeys">What records are sealed with.</param>
public sealed record KeyringView(
    string MasterKey,
    IReadOnlyList<string> MasterKeys,
    bool MasterKeyInFile,
    IReadOnlyList<DataKeyView> DataKeys
);

/// <summary>One data key.</summary>
/// <param name="MasterKey">The one it is wrapped with.</param>
/// <param name="Primary">Whether new records are sealed with it.</param>
public sealed record DataKeyView(string Id, DateTimeOffset CreatedAt, string MasterKey, bool Primary);

/// <summary>How far a store is sealed under its newest data key.</summary>
/// <param name="Records">How many records this step looked at.</param>
/// <param name="Resealed">How many of them it wrote anew.</param>
/// <param name="Next">The cursor of the next step; null when this was the last.</param>
/// <param name="Retired">After the last step: the data keys that were taken out of the store.</param>
/// <param name="Kept">After the last step: the older data keys that something still needs.</param>
public sealed record ResealingView(
    long Records,
    long Resealed,
    string? Next,
    IReadOnlyList<string> Retired,
    IReadOnlyList<string> Kept
);
