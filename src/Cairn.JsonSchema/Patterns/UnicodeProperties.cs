using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;

namespace Cairn.JsonSchema.Patterns;

/// <summary>
/// The sets that <c>\d \s \w .</c> and <c>\p{…}</c> stand for (ECMA-262, table of general category values). Scripts
/// and most binary properties are missing: .NET has no data for them.
/// </summary>
internal static class UnicodeProperties
{
    public static readonly CodePointSet Digits = CodePointSet.Of(('0', '9'));

    public static readonly CodePointSet Words = CodePointSet.Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    public static readonly CodePointSet Spaces = CodePointSet.Of(
        (0x09, 0x0D),
        (0x20, 0x20),
        (0xA0, 0xA0),
        (0x1680, 0x1680),
        (0x2000, 0x200A),
        (0x2028, 0x2029),
        (0x202F, 0x202F),
        (0x205F, 0x205F),
        (0x3000, 0x3000),
        (0xFEFF, 0xFEFF)
    );

    public static readonly CodePointSet NotLineEnds = CodePointSet
        .Of(('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029))
        .Complement();

    private static readonly Lazy<CodePointSet[]> ByCategory = new(ReadCategories);

    private static readonly FrozenDictionary<string, UnicodeCategory[]> Categories = new Dictionary<
        string,
        UnicodeCategory[]
    >
    {
        ["Lu|Uppercase_Letter"] = [UnicodeCategory.UppercaseLetter],
        ["Ll|Lowercase_Letter"] = [UnicodeCategory.LowercaseLetter],
        ["Lt|Titlecase_Letter"] = [UnicodeCategory.TitlecaseLetter],
        ["LC|Cased_Letter"] =
        [
            UnicodeCategory.UppercaseLetter,
            UnicodeCategory.LowercaseLetter,
            UnicodeCategory.TitlecaseLetter,
        ],
        ["Lm|Modifier_Letter"] = [UnicodeCategory.ModifierLetter],
        ["Lo|Other_Letter"] = [UnicodeCategory.OtherLetter],
        ["L|Letter"] = Between(UnicodeCategory.UppercaseLetter, UnicodeCategory.OtherLetter),
        ["Mn|Nonspacing_Mark"] = [UnicodeCategory.NonSpacingMark],
        ["Mc|Spacing_Mark"] = [UnicodeCategory.SpacingCombiningMark],
        ["Me|Enclosing_Mark"] = [UnicodeCategory.EnclosingMark],
        ["M|Mark|Combining_Mark"] = Between(UnicodeCategory.NonSpacingMark, UnicodeCategory.EnclosingMark),
        ["Nd|Decimal_Number|digit"] = [UnicodeCategory.DecimalDigitNumber],
        ["Nl|Letter_Number"] = [UnicodeCategory.LetterNumber],
        ["No|Other_Number"] = [UnicodeCategory.OtherNumber],
        ["N|Number"] = Between(UnicodeCategory.DecimalDigitNumber, UnicodeCategory.OtherNumber),
        ["Zs|Space_Separator"] = [UnicodeCategory.SpaceSeparator],
        ["Zl|Line_Separator"] = [UnicodeCategory.LineSeparator],
        ["Zp|Paragraph_Separator"] = [UnicodeCategory.ParagraphSeparator],
        ["Z|Separator"] = Between(UnicodeCategory.SpaceSeparator, UnicodeCategory.ParagraphSeparator),
        ["Cc|Control|cntrl"] = [UnicodeCategory.Control],
        ["Cf|Format"] = [UnicodeCategory.Format],
        ["Cs|Surrogate"] = [UnicodeCategory.Surrogate],
        ["Co|Private_Use"] = [UnicodeCategory.PrivateUse],
        ["Cn|Unassigned"] = [UnicodeCategory.OtherNotAssigned],
        ["C|Other"] =
        [
            .. Between(UnicodeCategory.Control, UnicodeCategory.PrivateUse),
            UnicodeCategory.OtherNotAssigned,
        ],
        ["Pc|Connector_Punctuation"] = [UnicodeCategory.ConnectorPunctuation],
        ["Pd|Dash_Punctuation"] = [UnicodeCategory.DashPunctuation],
        ["Ps|Open_Punctuation"] = [UnicodeCategory.OpenPunctuation],
        ["Pe|Close_Punctuation"] = [UnicodeCategory.ClosePunctuation],
        ["Pi|Initial_Punctuation"] = [UnicodeCategory.InitialQuotePunctuation],
        ["Pf|Final_Punctuation"] = [UnicodeCategory.FinalQuotePunctuation],
        ["Po|Other_Punctuation"] = [UnicodeCategory.OtherPunctuation],
        ["P|Punctuation|punct"] = Between(UnicodeCategory.ConnectorPunctuation, UnicodeCategory.OtherPunctuation),
        ["Sm|Math_Symbol"] = [UnicodeCategory.MathSymbol],
        ["Sc|Currency_Symbol"] = [UnicodeCategory.CurrencySymbol],
        ["Sk|Modifier_Symbol"] = [UnicodeCategory.ModifierSymbol],
        ["So|Other_Symbol"] = [UnicodeCategory.OtherSymbol],
        ["S|Symbol"] = Between(UnicodeCategory.MathSymbol, UnicodeCategory.OtherSymbol),
    }
        .SelectMany(row => row.Key.Split('|').Select(name => KeyValuePair.Create(name, row.Value)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<(string, bool), CodePointSet> Known = new();

    /// <summary>
    /// The set of <c>\p{property}</c> or <c>\P{property}</c>, the same one each time; null when it is not known.
    /// </summary>
    public static CodePointSet? Find(string property, bool isNegated)
    {
        if (!Known.TryGetValue((property, isNegated), out var known) && Find(property) is { } found)
            known = Known.GetOrAdd((property, isNegated), isNegated ? found.Complement() : found);

        return known;
    }

    private static CodePointSet? Find(string property)
    {
        foreach (string prefix in (ReadOnlySpan<string>)["General_Category=", "gc="])
        {
            if (property.StartsWith(prefix, StringComparison.Ordinal))
                return Category(property[prefix.Length..]);
        }

        return property switch
        {
            "Any" => CodePointSet.Of((0, CodePointSet.Last)),
            "ASCII" => CodePointSet.Of((0, 0x7F)),
            "ASCII_Hex_Digit" or "AHex" => CodePointSet.Of(('0', '9'), ('A', 'F'), ('a', 'f')),
            "Assigned" => Category("Cn")!.Complement(),
            "White_Space" or "space" => CodePointSet.Of(
                (0x09, 0x0D),
                (0x20, 0x20),
                (0x85, 0x85),
                (0xA0, 0xA0),
                (0x1680, 0x1680),
                (0x2000, 0x200A),
                (0x2028, 0x2029),
                (0x202F, 0x202F),
                (0x205F, 0x205F),
                (0x3000, 0x3000)
            ),
            _ => Category(property),
        };
    }

    private static CodePointSet? Category(string name) =>
        Categories.TryGetValue(name, out var categories)
            ? CodePointSet.Union(categories.Select(category => ByCategory.Value[(int)category]))
            : null;

    private static UnicodeCategory[] Between(UnicodeCategory first, UnicodeCategory last) =>
        [.. Enumerable.Range((int)first, last - first + 1).Select(category => (UnicodeCategory)category)];

    private static CodePointSet[] ReadCategories()
    {
        var ranges = new List<(int From, int To)>[(int)UnicodeCategory.OtherNotAssigned + 1];
        for (int i = 0; i < ranges.Length; i++)
            ranges[i] = [];

        int from = 0;
        var current = CharUnicodeInfo.GetUnicodeCategory(0);
        for (int codePoint = 1; codePoint <= CodePointSet.Last + 1; codePoint++)
        {
            var category =
                codePoint > CodePointSet.Last ? (UnicodeCategory)(-1) : CharUnicodeInfo.GetUnicodeCategory(codePoint);
            if (category != current)
            {
                ranges[(int)current].Add((from, codePoint - 1));
                (from, current) = (codePoint, category);
            }
        }

        return [.. ranges.Select(list => CodePointSet.Of(list))];
    }
}
