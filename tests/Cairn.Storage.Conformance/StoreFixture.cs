namespace Cairn.Storage.Conformance;

/// <summary>How to get at an engine. Its server, if it has one, runs as long as the fixture.</summary>
public abstract class StoreFixture
{
    /// <summary>Why the engine cannot be tested here, or null.</summary>
    public virtual string? Missing => null;

    /// <summary>A store without a record, which nobody else uses.</summary>
    public abstract ValueTask<IStore> OpenEmptyAsync();
}
