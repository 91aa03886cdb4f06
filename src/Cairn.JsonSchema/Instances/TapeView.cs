using System.Runtime.CompilerServices;
using Cairn.JsonSchema.Numbers;

namespace Cairn.JsonSchema.Instances;

/// <summary>A JSON document as tokens over its UTF-8 text. Token 0 is the document's value.</summary>
internal readonly ref struct TapeView(
    ReadOnlySpan<byte> source,
    ReadOnlySpan<byte> unescaped,
    ReadOnlySpan<Token> tokens
)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private readonly ReadOnlySpan<byte> _unescaped = unescaped;
    private readonly ReadOnlySpan<Token> _tokens = tokens;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly Token At(int token) => ref _tokens[token];

    public TokenKind Kind(int token) => _tokens[token].Kind;

    /// <summary>The value's UTF-8 text: a string's or name's characters with escapes resolved, a number's
    /// digits.</summary>
    public ReadOnlySpan<byte> Text(int token)
    {
        ref readonly var t = ref _tokens[token];
        return t.Start >= 0 ? _source.Slice(t.Start, t.Length) : _unescaped.Slice(~t.Start, t.Length);
    }

    public JsonNumber Number(int token) => JsonNumber.Parse(Text(token));

    /// <summary>The tokens and unescaped text in arrays of their own, to keep beyond the tape.</summary>
    public (Token[] Tokens, byte[] Unescaped) Copy() => (_tokens.ToArray(), _unescaped.ToArray());

    /// <summary>The value of a member, or -1.</summary>
    public int FindMember(int objectToken, ReadOnlySpan<byte> name, int hash)
    {
        int end = _tokens[objectToken].Next;
        for (int member = objectToken + 1; member < end; member = _tokens[member + 1].Next)
        {
            if (_tokens[member].Count == hash && Text(member).SequenceEqual(name))
                return member + 1;
        }

        return -1;
    }
}
