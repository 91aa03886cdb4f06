namespace Cairn.Storage.Catalogs;

/// <summary>A record is not one that this system wrote at its place.</summary>
/// <param name="reason">Why, without anything of its content.</param>
/// <param name="mayBeLeftOut">Whether a node may start without it. Else it is left out only when it takes the place of
/// one that is known, which then stays.</param>
public sealed class RecordRefusedException(string reason, bool mayBeLeftOut) : Exception(reason)
{
    /// <summary>Whether a node may start without it.</summary>
    public bool MayBeLeftOut { get; } = mayBeLeftOut;
}
