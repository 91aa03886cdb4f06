using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Cairn.JsonSchema.Instances;

/// <summary>
/// Rented memory that holds one document's tokens. Used on the stack of one evaluation and then disposed; a schema's
/// own values (enum, const) live in <see cref="JsonValue"/>.
/// </summary>
internal ref struct Tape
{
    private const int FirstRent = 256;

    private readonly ReadOnlySpan<byte> _source;
    private Token[] _tokens;
    private byte[]? _unescaped;
    private int _unescapedLength;
    private int _count;

    private Tape(ReadOnlySpan<byte> source)
    {
        _source = source;
        _tokens = ArrayPool<Token>.Shared.Rent(FirstRent);
    }

    public readonly TapeView View => new(_source, _unescaped.AsSpan(0, _unescapedLength), _tokens.AsSpan(0, _count));

    public readonly int Count => _count;

    /// <summary>Tokenizes one JSON value.</summary>
    /// <param name="source">UTF-8 text; the tape points into it.</param>
    /// <param name="maxDepth">Deepest nesting of arrays and objects.</param>
    /// <param name="lenient">Skip comments and trailing commas: the text has passed a parser that allowed them.</param>
    /// <exception cref="JsonException">The text is not JSON in UTF-8.</exception>
    /// <exception cref="EvaluationAbortedException">It is too deep, or an object repeats a name.</exception>
    public static Tape Read(ReadOnlySpan<byte> source, int maxDepth, bool lenient)
    {
        if (!Utf8.IsValid(source))
            throw new JsonException("The text is not valid UTF-8.");

        var tape = new Tape(source);
        try
        {
            tape.ReadAll(maxDepth, lenient);
            return tape;
        }
        catch
        {
            tape.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<Token>.Shared.Return(_tokens);
        _tokens = [];
        if (_unescaped is { } rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
            _unescaped = null;
        }
    }

    private void ReadAll(int maxDepth, bool lenient)
    {
        var reader = new Utf8JsonReader(
            _source,
            new JsonReaderOptions
            {
                MaxDepth = int.MaxValue,
                AllowTrailingCommas = lenient,
                CommentHandling = lenient ? JsonCommentHandling.Skip : JsonCommentHandling.Disallow,
            }
        );
        int open = -1;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    if (reader.CurrentDepth >= maxDepth)
                        throw new EvaluationAbortedException($"the document is nested deeper than {maxDepth} levels");

                    var kind = reader.TokenType == JsonTokenType.StartObject ? TokenKind.Object : TokenKind.Array;
                    int container = AddValue(kind, (int)reader.TokenStartIndex, 0, open);
                    _tokens[container].Next = open; // the parent, until the container closes
                    open = container;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    int parent = _tokens[open].Next;
                    _tokens[open].Next = _count;
                    if (reader.TokenType == JsonTokenType.EndObject)
                        DuplicateNames.Refuse(View, open);

                    open = parent;
                    break;
                case JsonTokenType.PropertyName:
                    _tokens[open].Count++;
                    int name = Add(TokenKind.Name, (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                    Unescape(ref reader, name);
                    _tokens[name].Count = NameHash.Of(View.Text(name));
                    break;
                case JsonTokenType.String:
                    int text = AddValue(
                        TokenKind.String,
                        (int)reader.TokenStartIndex + 1,
                        reader.ValueSpan.Length,
                        open
                    );
                    Unescape(ref reader, text);
                    break;
                case JsonTokenType.Number:
                    AddValue(TokenKind.Number, (int)reader.TokenStartIndex, reader.ValueSpan.Length, open);
                    break;
                default:
                    AddValue(
                        KindOfLiteral(reader.TokenType),
                        (int)reader.TokenStartIndex,
                        reader.ValueSpan.Length,
                        open
                    );
                    break;
            }
        }
    }

    private static TokenKind KindOfLiteral(JsonTokenType type) =>
        type switch
        {
            JsonTokenType.True => TokenKind.True,
            JsonTokenType.False => TokenKind.False,
            _ => TokenKind.Null,
        };

    private int AddValue(TokenKind kind, int start, int length, int open)
    {
        if (open >= 0 && _tokens[open].Kind == TokenKind.Array)
            _tokens[open].Count++;

        return Add(kind, start, length);
    }

    private int Add(TokenKind kind, int start, int length)
    {
        if (_count == _tokens.Length)
        {
            var larger = ArrayPool<Token>.Shared.Rent(_tokens.Length * 2);
            _tokens.AsSpan().CopyTo(larger);
            ArrayPool<Token>.Shared.Return(_tokens);
            _tokens = larger;
        }

        int index = _count++;
        _tokens[index] = new Token
        {
            Kind = kind,
            Start = start,
            Length = length,
            Next = index + 1,
        };
        return index;
    }

    private void Unescape(ref Utf8JsonReader reader, int token)
    {
        if (!reader.ValueIsEscaped)
            return;

        // Resolving escapes never lengthens the text, so the source's length holds all of them.
        _unescaped ??= ArrayPool<byte>.Shared.Rent(_source.Length);
        int length = StringEscapes.Resolve(reader.ValueSpan, _unescaped.AsSpan(_unescapedLength));
        _tokens[token].Start = ~_unescapedLength;
        _tokens[token].Length = length;
        _unescapedLength += length;
    }
}
