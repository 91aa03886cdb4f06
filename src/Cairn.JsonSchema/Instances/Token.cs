namespace Cairn.JsonSchema.Instances;

/// <summary>What a <see cref="Token"/> is. The order of the value kinds indexes per-kind tables.</summary>
internal enum TokenKind : byte
{
    Null,
    False,
    True,
    Number,
    String,
    Array,
    Object,

    /// <summary>A member's name; its value is the token behind it.</summary>
    Name,
}

/// <summary>
/// One JSON value or member name of a <see cref="TapeView"/>. An object's members follow it as name, value, name,
/// value…; an array's elements follow it in order.
/// </summary>
internal struct Token
{
    /// <summary>Where the text begins: an offset into the source, or <c>~offset</c> into the unescaped side
    /// text.</summary>
    public int Start;

    /// <summary>Length of the text in bytes; strings and names without their quotes.</summary>
    public int Length;

    /// <summary>Index of the first token behind this value and all it contains.</summary>
    public int Next;

    /// <summary>Members or elements of a container; <see cref="NameHash"/> of a name.</summary>
    public int Count;

    public TokenKind Kind;
}
