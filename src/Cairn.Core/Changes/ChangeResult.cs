namespace Cairn.Core.Changes;

/// <summary>What a commit made.</summary>
/// <param name="Change">As it is kept, with its revision.</param>
/// <param name="Resources">What it wrote; none when the operations left everything as it was.</param>
public sealed record ChangeResult(Change Change, IReadOnlyList<DraftResource> Resources)
{
    /// <summary>A resource before and after, as the commit had them; null when it did not write it.</summary>
    public Written<TState>? Of<TState>(ResourceKind<TState> kind, string path)
        where TState : class =>
        Resources
            .OfType<DraftResource<TState>>()
            .FirstOrDefault(resource => resource.Kind == kind && resource.Path == path)
            ?.Of(Change);
}

/// <summary>A resource that was written.</summary>
/// <param name="Before">The version before, a deletion or not; null when there was none.</param>
/// <param name="After">The version that was made.</param>
public sealed record Written<TState>(Versioned<TState>? Before, Versioned<TState> After)
    where TState : class
{
    /// <summary>Whether it was not there before and is now.</summary>
    public bool IsNew => Before?.State is null && After.State is not null;
}
