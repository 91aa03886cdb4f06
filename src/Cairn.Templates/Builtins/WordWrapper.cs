using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Fills lines with words as Python's <c>textwrap</c> does, without expanding tabs or replacing white
/// space.</summary>
internal static class WordWrapper
{
    // What a chunk or a line costs beside its characters, in items.
    private const int PieceItems = 8;

    public static List<string> Wrap(Run run, string text, int width, bool breaksLongWords, bool breaksOnHyphens)
    {
        var chunks = Chunks(run, text, breaksOnHyphens);
        var lines = new List<string>();
        int next = 0;
        while (next < chunks.Count)
        {
            var line = new List<string>();
            int length = 0;
            if (lines.Count > 0 && chunks[next].IsSpace)
                next++;
            for (; next < chunks.Count && length + chunks[next].Length <= width; next++)
            {
                length += chunks[next].Length;
                line.Add(chunks[next].Text);
            }
            if (next < chunks.Count && chunks[next].Length > width)
            {
                if (breaksLongWords)
                    BreakLongWord(chunks[next], line, width - length, breaksOnHyphens);
                else if (line.Count == 0)
                    line.Add(chunks[next++].Text);
            }
            if (line.Count > 0 && line[^1].All(Text.IsSpace))
                line.RemoveAt(line.Count - 1);
            if (line.Count > 0)
            {
                run.ChargeItems(PieceItems);
                lines.Add(string.Concat(line));
            }
        }
        return lines;
    }

    private static void BreakLongWord(Chunk chunk, List<string> line, int space, bool breaksOnHyphens)
    {
        int end = chunk.Offset(space);
        if (breaksOnHyphens && end > 0)
        {
            var head = chunk.Rest[..end];
            int hyphen = head.LastIndexOf('-');
            if (hyphen > 0 && head[..hyphen].ContainsAnyExcept('-'))
                end = hyphen + 1;
        }
        line.Add(chunk.Take(end));
    }

    // What is cut off the front of a long word is not copied again with the rest.
    private sealed class Chunk(string text)
    {
        private int _start;

        public string Text => text[_start..];

        public ReadOnlySpan<char> Rest => text.AsSpan(_start);

        /// <summary>Code points that are left.</summary>
        public int Length { get; private set; } = Values.Text.Length(text);

        public bool IsSpace { get; } = text.All(Values.Text.IsSpace);

        public int Offset(int codePoints)
        {
            int at = _start;
            for (; codePoints > 0 && at < text.Length; codePoints--)
                at += at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
            return at - _start;
        }

        public string Take(int length)
        {
            string taken = text.Substring(_start, length);
            _start += length;
            Length -= Values.Text.Length(taken);
            return taken;
        }
    }

    /// <summary>Runs of white space and words; words are cut after hyphens between letters and around long
    /// dashes.</summary>
    private static List<Chunk> Chunks(Run run, string text, bool breaksOnHyphens)
    {
        var chunks = new List<Chunk>();
        int start = 0;
        while (start < text.Length)
        {
            int end = start + 1;
            bool space = IsWrapSpace(text[start]);
            while (end < text.Length && IsWrapSpace(text[end]) == space)
                end++;
            if (space || !breaksOnHyphens)
                Add(run, chunks, text[start..end]);
            else
                AddHyphenated(run, chunks, text[start..end]);
            start = end;
        }
        return chunks;
    }

    private static void Add(Run run, List<Chunk> chunks, string text)
    {
        run.ChargeItems(PieceItems);
        chunks.Add(new Chunk(text));
    }

    private static bool IsWrapSpace(char c) => c is ' ' or '\t' or '\n' or '\v' or '\f' or '\r';

    private static void AddHyphenated(Run run, List<Chunk> chunks, string word)
    {
        int start = 0;
        for (int i = 0; i < word.Length; i++)
        {
            if (word[i] != '-')
                continue;
            int past = i;
            while (past < word.Length && word[past] == '-')
                past++;
            bool after = past < word.Length && Text.IsWordCharacter(word[past]);
            if (past - i >= 2)
            {
                // A dash between words is a chunk of its own.
                if (i > start && after && (Text.IsWordCharacter(word[i - 1]) || "!\"'&.,?".Contains(word[i - 1])))
                {
                    Add(run, chunks, word[start..i]);
                    Add(run, chunks, word[i..past]);
                    start = past;
                }
            }
            else if (i > start && EndsInLetters(word, i) && StartsWithLetters(word, past))
            {
                Add(run, chunks, word[start..past]);
                start = past;
            }
            i = past - 1;
        }
        if (start < word.Length)
            Add(run, chunks, word[start..]);
    }

    // Two letters before the hyphen, or a letter, a hyphen and a letter; the same after it.
    private static bool EndsInLetters(string word, int hyphen) =>
        IsLetter(word, hyphen - 1)
        && (IsLetter(word, hyphen - 2) || (hyphen >= 2 && word[hyphen - 2] == '-' && IsLetter(word, hyphen - 3)));

    private static bool StartsWithLetters(string word, int start) =>
        IsLetter(word, start)
        && (
            IsLetter(word, start + 1)
            || (start + 1 < word.Length && word[start + 1] == '-' && IsLetter(word, start + 2))
        );

    private static bool IsLetter(string word, int index) =>
        index >= 0 && index < word.Length && Text.IsWordCharacter(word[index]) && !char.IsDigit(word[index]);
}
