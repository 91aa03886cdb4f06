using Cairn.JsonSchema.Instances;

namespace Cairn.JsonSchema.Evaluation;

/// <summary>A set of JSON types; bit n stands for the <see cref="TokenKind"/> with number n.</summary>
[Flags]
internal enum KindSet
{
    None = 0,
    Null = 1 << TokenKind.Null,
    Boolean = (1 << TokenKind.False) | (1 << TokenKind.True),
    Number = 1 << TokenKind.Number,
    String = 1 << TokenKind.String,
    Array = 1 << TokenKind.Array,
    Object = 1 << TokenKind.Object,
    All = Null | Boolean | Number | String | Array | Object,
}

internal static class KindSetExtensions
{
    public static bool Contains(this KindSet set, TokenKind kind) => ((int)set & (1 << (int)kind)) != 0;

    /// <summary>The type's name as schemas write it.</summary>
    public static string TypeName(this TokenKind kind) =>
        kind switch
        {
            TokenKind.Null => "null",
            TokenKind.False or TokenKind.True => "boolean",
            TokenKind.Number => "number",
            TokenKind.String or TokenKind.Name => "string",
            TokenKind.Array => "array",
            _ => "object",
        };
}
