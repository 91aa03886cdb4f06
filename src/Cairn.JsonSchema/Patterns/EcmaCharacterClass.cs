namespace Cairn.JsonSchema.Patterns;

/// <summary>Reads a class in brackets into the set of its code points.</summary>
internal static class EcmaCharacterClass
{
    public static CodePointSet Read(EcmaPatternReader reader)
    {
        reader.Take();
        bool isNegated = reader.TryTake('^');
        var parts = new HashSet<CodePointSet>(); // by reference: a class that repeats \p{L} has it once
        while (!reader.TryTake(']'))
        {
            if (reader.AtEnd)
                throw reader.Error("has a character class that is not closed");

            var first = ReadAtom(reader);
            if (reader.Peek == '-' && reader.PeekAt(1) is not (']' or -1))
            {
                if (ReadRangeEnd(reader, first) is { } range)
                {
                    parts.Add(range);
                    continue;
                }
            }

            parts.Add(first.Set);
        }

        var union = CodePointSet.Union(parts);
        return isNegated ? union.Complement() : union;
    }

    /// <summary>The range that begins with an atom; null where the hyphen can only be meant literally.</summary>
    private static CodePointSet? ReadRangeEnd(EcmaPatternReader reader, EcmaAtom first)
    {
        int position = reader.Position;
        reader.Take();
        var last = ReadAtom(reader);
        if (first.CodePoint is { } from && last.CodePoint is { } to)
        {
            return from <= to
                ? CodePointSet.Of((from, to))
                : throw reader.Error("has a range whose ends are in the wrong order");
        }

        if (reader.IsStrict)
            throw reader.Error("has a range that ends in a class");

        reader.Position = position + 1;
        return CodePointSet.Union([first.Set, CodePointSet.Of(('-', '-'))]);
    }

    private static EcmaAtom ReadAtom(EcmaPatternReader reader) =>
        reader.Peek == '\\' ? reader.ReadEscape(inClass: true) : new EcmaAtom(reader.Take());
}

/// <summary>A single code point, or a set of them (<c>\d</c>).</summary>
internal readonly struct EcmaAtom
{
    private readonly CodePointSet? _set;

    public EcmaAtom(int codePoint) => CodePoint = codePoint;

    public EcmaAtom(CodePointSet set) => _set = set;

    /// <summary>Null for a set.</summary>
    public int? CodePoint { get; }

    public CodePointSet Set => _set ?? CodePointSet.Of((CodePoint!.Value, CodePoint.Value));

    public void AppendTo(System.Text.StringBuilder pattern) => Set.AppendTo(pattern);
}
