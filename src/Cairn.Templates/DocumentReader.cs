using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Cairn.Templates;

/// <summary>Cuts a document into the JSON between its templates and the templates.</summary>
internal sealed class DocumentReader(TemplateEnvironment environment, string? name, int maxDepth)
{
    private readonly List<(ReadOnlyMemory<byte> Json, Template? Template, string Pointer)> _parts = [];
    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly Stack<Level> _levels = new();

    // Where in the document the reader is: the member's name, or the index of the array's item.
    private sealed class Level(bool isArray)
    {
        public bool IsArray => isArray;

        public string Member { get; set; } = "";

        public int Index { get; set; } = -1;
    }

    /// <summary>
    /// Whether a template can be in there at all. Outside of strings no two of these bytes meet in JSON, and a
    /// brace inside of one may also be written as an escape.
    /// </summary>
    public static bool MayHaveTemplates(ReadOnlySpan<byte> json) =>
        HasMark(json) || json.IndexOf("\\u007b"u8) >= 0 || json.IndexOf("\\u007B"u8) >= 0;

    /// <summary>The parts in order; none when no string is a template.</summary>
    public List<(ReadOnlyMemory<byte> Json, Template? Template, string Pointer)> Read(byte[] source)
    {
        var reader = new Utf8JsonReader(source, new JsonReaderOptions { MaxDepth = maxDepth });
        bool afterValue = false;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                _levels.Pop();
                Write(reader.ValueSpan);
                afterValue = true;
                continue;
            }
            if (afterValue)
                Write(","u8);
            bool isValue = reader.TokenType != JsonTokenType.PropertyName;
            if (isValue && _levels.TryPeek(out var level) && level.IsArray)
                level.Index++;
            afterValue = isValue;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    Write(reader.ValueSpan);
                    _levels.Push(new Level(reader.TokenType == JsonTokenType.StartArray));
                    afterValue = false;
                    break;
                case JsonTokenType.PropertyName:
                    _levels.Peek().Member = reader.GetString()!;
                    WriteQuoted(reader.ValueSpan);
                    Write(":"u8);
                    break;
                case JsonTokenType.String when MayBeTemplate(reader):
                    Add(reader.GetString()!);
                    break;
                case JsonTokenType.String:
                    WriteQuoted(reader.ValueSpan);
                    break;
                default:
                    Write(reader.ValueSpan);
                    break;
            }
        }
        if (_parts.Count > 0)
            _parts.Add((_json.WrittenMemory.ToArray(), null, ""));
        return _parts;
    }

    /// <summary>A template needs a brace, which JSON may also write as an escape.</summary>
    private static bool MayBeTemplate(in Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? HasMark(Encoding.UTF8.GetBytes(reader.GetString()!)) : HasMark(reader.ValueSpan);

    private static bool HasMark(ReadOnlySpan<byte> text) =>
        text.Contains((byte)'{')
        && (text.IndexOf("{{"u8) >= 0 || text.IndexOf("{%"u8) >= 0 || text.IndexOf("{#"u8) >= 0);

    private void Add(string source)
    {
        string pointer = Pointer();
        try
        {
            var template = environment.Parse(source, name);
            _parts.Add((_json.WrittenMemory.ToArray(), template, pointer));
            _json.ResetWrittenCount();
        }
        catch (TemplateException e)
        {
            throw e.In(pointer);
        }
    }

    /// <summary>Where the reader is, as RFC 6901 writes it.</summary>
    private string Pointer()
    {
        var pointer = new StringBuilder();
        foreach (var level in _levels.Reverse())
        {
            pointer.Append('/');
            _ = level.IsArray
                ? pointer.Append(level.Index)
                : pointer.Append(
                    level
                        .Member.Replace("~", "~0", StringComparison.Ordinal)
                        .Replace("/", "~1", StringComparison.Ordinal)
                );
        }
        return pointer.ToString();
    }

    private void Write(ReadOnlySpan<byte> json) => _json.Write(json);

    private void WriteQuoted(ReadOnlySpan<byte> escaped)
    {
        Write("\""u8);
        Write(escaped);
        Write("\""u8);
    }
}
