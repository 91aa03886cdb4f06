namespace Cairn.JsonSchema;

/// <summary>
/// What a new version of a schema promises about documents. The transitive forms promise it towards every earlier
/// version, the others towards the last one.
/// </summary>
public enum CompatibilityMode
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Every document valid under the old schema is valid under the new: readers may move first.</summary>
    Backward,

    /// <summary>Every document valid under the new schema is valid under the old: writers may move first.</summary>
    Forward,

    /// <summary>Both: the two schemas accept the same documents.</summary>
    Full,

    /// <summary><see cref="Backward"/> towards all earlier versions.</summary>
    BackwardTransitive,

    /// <summary><see cref="Forward"/> towards all earlier versions.</summary>
    ForwardTransitive,

    /// <summary><see cref="Full"/> towards all earlier versions.</summary>
    FullTransitive,
}
