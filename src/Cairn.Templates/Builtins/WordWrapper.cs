using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Fills lines with words as Python's <c>textwrap</c> does, without expanding tabs or replacing white space.</summary>
internal static class WordWrapper
{
    public static List<string> Wrap(string text, int width, bool breaksLongWords, bool breaksOnHyphens)
    {
        var chunks = new Stack<string>(Chunks(text, breaksOnHyphens).AsEnumerable().Reverse());
        var lines = new List<string>();
        while (chunks.Count > 0)
        {
            var line = new List<string>();
            int length = 0;
            if (lines.Count > 0 && IsSpace(chunks.Peek()))
            {
                chunks.Pop();
            }
            while (chunks.Count > 0 && length + Text.Length(chunks.Peek()) <= width)
            {
                length += Text.Length(chunks.Peek());
                line.Add(chunks.Pop());
            }
            if (chunks.Count > 0 && Text.Length(chunks.Peek()) > width)
            {
                BreakLongWord(chunks, line, width - length, breaksLongWords, breaksOnHyphens);
            }
            if (line.Count > 0 && IsSpace(line[^1]))
            {
                line.RemoveAt(line.Count - 1);
            }
            if (line.Count > 0)
            {
                lines.Add(string.Concat(line));
            }
        }
        return lines;
    }

    static bool IsSpace(string chunk) => chunk.All(Text.IsSpace);

    static void BreakLongWord(Stack<string> chunks, List<string> line, int space, bool breaksLongWords, bool breaksOnHyphens)
    {
        if (!breaksLongWords)
        {
            if (line.Count == 0)
            {
                line.Add(chunks.Pop());
            }
            return;
        }
        string chunk = chunks.Pop();
        int end = Text.Offset(chunk, space);
        if (breaksOnHyphens && end > 0 && Text.Length(chunk) > space)
        {
            int hyphen = chunk.LastIndexOf('-', end - 1);
            if (hyphen > 0 && chunk.AsSpan(0, hyphen).ContainsAnyExcept('-'))
            {
                end = hyphen + 1;
            }
        }
        line.Add(chunk[..end]);
        if (end < chunk.Length)
        {
            chunks.Push(chunk[end..]);
        }
    }

    /// <summary>Runs of white space and words; words are cut after hyphens between letters and around long dashes.</summary>
    static List<string> Chunks(string text, bool breaksOnHyphens)
    {
        var chunks = new List<string>();
        int start = 0;
        while (start < text.Length)
        {
            int end = start + 1;
            bool space = IsWrapSpace(text[start]);
            while (end < text.Length && IsWrapSpace(text[end]) == space)
            {
                end++;
            }
            if (space || !breaksOnHyphens)
            {
                chunks.Add(text[start..end]);
            }
            else
            {
                AddHyphenated(chunks, text[start..end]);
            }
            start = end;
        }
        return chunks;
    }

    static bool IsWrapSpace(char c) => c is ' ' or '\t' or '\n' or '\v' or '\f' or '\r';

    static void AddHyphenated(List<string> chunks, string word)
    {
        int start = 0;
        for (int i = 0; i < word.Length; i++)
        {
            if (word[i] != '-')
            {
                continue;
            }
            int run = i;
            while (run < word.Length && word[run] == '-')
            {
                run++;
            }
            bool after = run < word.Length && Text.IsWordCharacter(word[run]);
            if (run - i >= 2)
            {
                // A dash between words is a chunk of its own.
                if (i > start && after && (Text.IsWordCharacter(word[i - 1]) || "!\"'&.,?".Contains(word[i - 1])))
                {
                    chunks.Add(word[start..i]);
                    chunks.Add(word[i..run]);
                    start = run;
                }
            }
            else if (i > start && EndsInLetters(word, i) && StartsWithLetters(word, run))
            {
                chunks.Add(word[start..run]);
                start = run;
            }
            i = run - 1;
        }
        if (start < word.Length)
        {
            chunks.Add(word[start..]);
        }
    }

    // Two letters before the hyphen, or a letter, a hyphen and a letter; the same after it.
    static bool EndsInLetters(string word, int hyphen) =>
        IsLetter(word, hyphen - 1)
        && (IsLetter(word, hyphen - 2) || (hyphen >= 2 && word[hyphen - 2] == '-' && IsLetter(word, hyphen - 3)));

    static bool StartsWithLetters(string word, int start) =>
        IsLetter(word, start)
        && (IsLetter(word, start + 1) || (start + 1 < word.Length && word[start + 1] == '-' && IsLetter(word, start + 2)));

    static bool IsLetter(string word, int index) =>
        index >= 0 && index < word.Length && Text.IsWordCharacter(word[index]) && !char.IsDigit(word[index]);
}
