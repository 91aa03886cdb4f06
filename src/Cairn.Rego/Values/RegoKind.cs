namespace Cairn.Rego.Values;

/// <summary>The kinds of values, in Rego's own order: every null sorts before every boolean, and so on.</summary>
public enum RegoKind
{
    /// <summary><c>null</c>.</summary>
    Null,

    /// <summary><c>true</c> and <c>false</c>.</summary>
    Boolean,

    /// <summary>Integers and decimals of any size.</summary>
    Number,

    /// <summary>Text.</summary>
    String,

    /// <summary>Ordered lists.</summary>
    Array,

    /// <summary>Maps whose keys may be any value.</summary>
    Object,

    /// <summary>Unordered collections without repetition.</summary>
    Set,
}
