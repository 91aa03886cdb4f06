using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Cairn.Templates.Values;

/// <summary>
/// Upper, lower and title case and case folding with Unicode's full mappings, as Python has them: .NET's own map one
/// character to one and never change a string's length.
/// </summary>
internal static class CaseMapping
{
    // Each character with its upper case, as Unicode's SpecialCasing.txt has it; the dotless i and the long s are plain
    // mappings that .NET leaves out of its invariant ones. The Greek letters with an iota from U+1F80 on follow a rule.
    private static readonly FrozenDictionary<char, string> LongUppers = (
        "\u00dfSS \u0131I \u0149\u02bcN \u017fS \u01f0J\u030c \u0390\u0399\u0308\u0301 "
        + "\u03b0\u03a5\u0308\u0301 \u0587\u0535\u0552 \u1e96H\u0331 \u1e97T\u0308 \u1e98W\u030a \u1e99Y\u030a "
        + "\u1e9aA\u02be \u1f50\u03a5\u0313 \u1f52\u03a5\u0313\u0300 \u1f54\u03a5\u0313\u0301 "
        + "\u1f56\u03a5\u0313\u0342 \u1fb2\u1fba\u0399 \u1fb3\u0391\u0399 \u1fb4\u0386\u0399 \u1fb6\u0391\u0342 "
        + "\u1fb7\u0391\u0342\u0399 \u1fbc\u0391\u0399 \u1fc2\u1fca\u0399 \u1fc3\u0397\u0399 \u1fc4\u0389\u0399 "
        + "\u1fc6\u0397\u0342 \u1fc7\u0397\u0342\u0399 \u1fcc\u0397\u0399 \u1fd2\u0399\u0308\u0300 "
        + "\u1fd3\u0399\u0308\u0301 \u1fd6\u0399\u0342 \u1fd7\u0399\u0308\u0342 \u1fe2\u03a5\u0308\u0300 "
        + "\u1fe3\u03a5\u0308\u0301 \u1fe4\u03a1\u0313 \u1fe6\u03a5\u0342 \u1fe7\u03a5\u0308\u0342 "
        + "\u1ff2\u1ffa\u0399 \u1ff3\u03a9\u0399 \u1ff4\u038f\u0399 \u1ff6\u03a9\u0342 \u1ff7\u03a9\u0342\u0399 "
        + "\u1ffc\u03a9\u0399 \ufb00FF \ufb01FI \ufb02FL \ufb03FFI \ufb04FFL \ufb05ST \ufb06ST "
        + "\ufb13\u0544\u0546 \ufb14\u0544\u0535 \ufb15\u0544\u053b \ufb16\u054e\u0546 \ufb17\u0544\u053d"
    )
        .Split(' ')
        .ToFrozenDictionary(entry => entry[0], entry => entry[1..]);

    private static readonly SearchValues<char> NotPlainInUpper = SearchValues.Create([
        .. LongUppers.Keys,
        .. Enumerable.Range('\u1f80', 0x30).Select(c => (char)c),
    ]);

    private static readonly SearchValues<char> NotPlainInLower = SearchValues.Create("\u0130\u03a3");

    public static string Upper(string text) =>
        text.AsSpan().ContainsAny(NotPlainInUpper)
            ? string.Concat(text.EnumerateRunes().Select(Upper))
            : text.ToUpperInvariant();

    private static string Upper(Rune rune)
    {
        if (rune.IsBmp && LongUppers.TryGetValue((char)rune.Value, out string? upper))
            return upper;
        // Alpha, eta or omega with breathing and accent, and the iota, which becomes a letter of its own.
        return rune.Value is >= 0x1f80 and <= 0x1faf
            ? $"{(char)((rune.Value < 0x1f90 ? 0x1f08 : rune.Value < 0x1fa0 ? 0x1f28 : 0x1f68) + (rune.Value & 7))}\u0399"
            : Rune.ToUpperInvariant(rune).ToString();
    }

    public static string Lower(string text)
    {
        if (!text.AsSpan().ContainsAny(NotPlainInLower))
            return text.ToLowerInvariant();
        var lower = new StringBuilder(text.Length + 1);
        AppendLower(lower, text, 0, text.Length);
        return lower.ToString();
    }

    private static void AppendLower(StringBuilder lower, string text, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            _ = text[i] switch
            {
                '\u0130' => lower.Append("i\u0307"),
                '\u03a3' => lower.Append(IsFinalSigma(text, i) ? '\u03c2' : '\u03c3'),
                _ when i + 1 < end && char.IsSurrogatePair(text, i) => lower.Append(
                    text.Substring(i++, 2).ToLowerInvariant()
                ),
                _ => lower.Append(char.ToLowerInvariant(text[i])),
            };
        }
    }

    /// <summary>Whether the sigma ends a word: a letter before it and none after it, marks in between not
    /// counted.</summary>
    private static bool IsFinalSigma(string text, int index)
    {
        int before = index - 1;
        while (before >= 0 && IsCaseIgnorable(text[before]))
            before--;
        int after = index + 1;
        while (after < text.Length && IsCaseIgnorable(text[after]))
            after++;
        return before >= 0 && IsCased(text[before]) && !(after < text.Length && IsCased(text[after]));
    }

    private static bool IsCased(char c) =>
        char.GetUnicodeCategory(c)
            is UnicodeCategory.UppercaseLetter
                or UnicodeCategory.LowercaseLetter
                or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.Surrogate;

    private static bool IsCaseIgnorable(char c) =>
        c is '\'' or '.' or ':' or '^' or '`' or '\u00b7' or '\u2018' or '\u2019' or '\u2024' or '\u2027'
        || char.GetUnicodeCategory(c)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format
                or UnicodeCategory.ModifierLetter
                or UnicodeCategory.ModifierSymbol;

    /// <summary>A character as the first of a word: one letter large, the rest of it small (\u00df to Ss).</summary>
    private static string Title(Rune rune)
    {
        int c = rune.Value;
        switch (c)
        {
            // The letters of two: DZ, LJ, NJ have a form of their own here.
            case >= 0x1c4 and <= 0x1cc:
                return ((char)(0x1c5 + ((c - 0x1c4) / 3 * 3))).ToString();
            case >= 0x1f1 and <= 0x1f3:
                return "\u01f2";
            // Georgian has capitals only for words that are all capitals.
            case >= 0x10d0 and <= 0x10fa or >= 0x10fd and <= 0x10ff:
                return rune.ToString();
            case >= 0x1f80 and <= 0x1faf:
                return ((char)(c | 8)).ToString();
            case 0x1fb3 or 0x1fc3 or 0x1ff3:
                return ((char)(c + 9)).ToString();
            case 0x1fbc or 0x1fcc or 0x1ffc:
                return rune.ToString();
            case 0x149:
                return Upper(rune);
            default:
                string upper = Upper(rune);
                return upper.Length == 1 ? upper : upper[0] + upper[1..].ToLowerInvariant().Replace('\u03b9', '\u0345');
        }
    }

    public static string Capitalize(string text)
    {
        if (text.Length == 0)
            return text;
        var first = Rune.TryGetRuneAt(text, 0, out var rune) ? rune : Rune.ReplacementChar;
        var capitalized = new StringBuilder(text.Length + 1).Append(Title(first));
        AppendLower(capitalized, text, first.Utf16SequenceLength, text.Length);
        return capitalized.ToString();
    }

    /// <summary>Python's <c>str.title()</c>: a capital after everything that is not a letter.</summary>
    public static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        bool inWord = false;
        int index = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (inWord)
                AppendLower(title, text, index, index + rune.Utf16SequenceLength);
            else
                title.Append(Title(rune));
            inWord = Rune.IsLetter(rune);
            index += rune.Utf16SequenceLength;
        }
        return title.ToString();
    }

    public static string Swap(string text)
    {
        var swapped = new StringBuilder(text.Length);
        int index = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter)
                swapped.Append(rune);
            else if (Rune.ToLowerInvariant(rune) != rune || rune.Value == 0x130)
                AppendLower(swapped, text, index, index + rune.Utf16SequenceLength);
            else
                swapped.Append(Upper(rune));
            index += rune.Utf16SequenceLength;
        }
        return swapped.ToString();
    }

    /// <summary>Python's <c>str.casefold()</c>: for comparing without regard to case.</summary>
    public static string Fold(string text) =>
        Ascii.IsValid(text) ? text.ToLowerInvariant() : string.Concat(text.EnumerateRunes().Select(Fold));

    private static string Fold(Rune rune) =>
        rune.Value switch
        {
            '\u0131' => "\u0131",
            '\u0130' => "i\u0307",
            '\u1e9e' => "ss",
            // Cherokee got its small letters late, and folds to the capitals.
            >= 0x13a0 and <= 0x13f5 => rune.ToString(),
            >= 0x13f8 and <= 0x13fd => ((char)(rune.Value - 8)).ToString(),
            >= 0xab70 and <= 0xabbf => ((char)(rune.Value - 0xab70 + 0x13a0)).ToString(),
            _ => Upper(rune).ToLowerInvariant(),
        };

    private enum Case : byte
    {
        None,
        Upper,
        Title,
        Lower,
    }

    private static Case CaseOf(Rune rune) =>
        Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter => Case.Upper,
            UnicodeCategory.TitlecaseLetter => Case.Title,
            UnicodeCategory.LowercaseLetter => Case.Lower,
            // Roman numerals and letters in circles and squares.
            UnicodeCategory.OtherSymbol
                when rune.Value
                    is >= 0x1f130
                        and <= 0x1f149
                        or >= 0x1f150
                        and <= 0x1f169
                        or >= 0x1f170
                        and <= 0x1f189 => Case.Upper,
            UnicodeCategory.LetterNumber or UnicodeCategory.OtherSymbol => Rune.ToLowerInvariant(rune) != rune
                ? Case.Upper
            : Rune.ToUpperInvariant(rune) != rune ? Case.Lower
            : Case.None,
            // Unicode's Other_Lowercase: ordinals and small letters that modify others.
            _ => rune.Value
                is 0xaa
                    or 0xba
                    or >= 0x2b0
                    and <= 0x2b8
                    or 0x2c0
                    or 0x2c1
                    or >= 0x2e0
                    and <= 0x2e4
                    or 0x345
                    or 0x37a
                    or >= 0x1d2c
                    and <= 0x1d6a
                    or 0x1d78
                    or >= 0x1d9b
                    and <= 0x1dbf
                    or 0x2071
                    or 0x207f
                    or >= 0x2090
                    and <= 0x209c
                ? Case.Lower
                : Case.None,
        };

    public static bool IsUpper(string text) => AreAll(text, Case.Upper);

    public static bool IsLower(string text) => AreAll(text, Case.Lower);

    /// <summary>Whether all that has case has this one, and something has.</summary>
    private static bool AreAll(string text, Case wanted)
    {
        bool found = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var actual = CaseOf(rune);
            if (actual != Case.None && actual != wanted)
                return false;
            found |= actual == wanted;
        }
        return found;
    }

    /// <summary>Python's <c>str.istitle()</c>: large letters only where a word starts, and small ones only after
    /// that.</summary>
    public static bool IsTitle(string text)
    {
        bool found = false;
        bool inWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var actual = CaseOf(rune);
            if (actual != Case.None && inWord != (actual == Case.Lower))
                return false;
            inWord = actual != Case.None;
            found |= inWord;
        }
        return found;
    }
}
