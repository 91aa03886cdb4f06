using System.Runtime.InteropServices;
using System.Text.Json;

namespace Cairn.JsonSchema.Instances;

/// <summary>A JSON value of a schema (an <c>enum</c> member, a <c>const</c>), tokenized once and kept.</summary>
internal sealed class JsonValue
{
    private readonly byte[] _source;
    private readonly byte[] _unescaped;
    private readonly Token[] _tokens;

    /// <exception cref="EvaluationAbortedException">The value is too deep, or repeats a member name.</exception>
    public JsonValue(JsonElement element, int maxDepth)
    {
        Element = element;
        _source = JsonMarshal.GetRawUtf8Value(element).ToArray();
        using var tape = Tape.Read(_source, maxDepth, lenient: true);
        (_tokens, _unescaped) = tape.View.Copy();
        Hash = JsonEquality.Hash(View, 0);
    }

    public JsonElement Element { get; }

    public TapeView View => new(_source, _unescaped, _tokens);

    public TokenKind Kind => _tokens[0].Kind;

    /// <summary>See <see cref="JsonEquality.Hash"/>.</summary>
    public int Hash { get; }

    public bool Equals(TapeView other, int token) => JsonEquality.AreEqual(View, 0, other, token);
}
