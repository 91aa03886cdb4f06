using System.Collections.Frozen;

namespace Cairn.Rego.Text;

/// <summary>RE2's named classes, all of them ASCII, as the insides of .NET classes.</summary>
internal static class Re2Classes
{
    /// <summary><c>\d</c>, <c>\s</c>, <c>\w</c>, and their complements.</summary>
    public static readonly FrozenDictionary<char, (string Class, string Complement)> Perl = new Dictionary<
        char,
        (string, string)
    >
    {
        ['d'] = ("0-9", @"\0-/:-\uffff"),
        ['s'] = (@"\t\n\f\r ", @"\0-\x08\x0b\x0e-\x1f!-\uffff"),
        ['w'] = ("0-9A-Za-z_", @"\0-/:-@\[-\^`\{-\uffff"),
    }.ToFrozenDictionary();

    /// <summary><c>[:alpha:]</c> and the others.</summary>
    public static readonly FrozenDictionary<string, (string Class, string Complement)> Posix = new Dictionary<
        string,
        (string, string)
    >
    {
        ["alnum"] = ("0-9A-Za-z", @"\0-/:-@\[-`\{-\uffff"),
        ["alpha"] = ("A-Za-z", @"\0-@\[-`\{-\uffff"),
        ["ascii"] = (@"\0-\x7f", @"\x80-\uffff"),
        ["blank"] = (@"\t ", @"\0-\x08\n-\x1f!-\uffff"),
        ["cntrl"] = (@"\0-\x1f\x7f", @" -~\x80-\uffff"),
        ["digit"] = ("0-9", @"\0-/:-\uffff"),
        ["graph"] = ("!-~", @"\0- \x7f-\uffff"),
        ["lower"] = ("a-z", @"\0-`\{-\uffff"),
        ["print"] = (" -~", @"\0-\x1f\x7f-\uffff"),
        ["punct"] = (@"!-/:-@\[-`\{-~", @"\0- 0-9A-Za-z\x7f-\uffff"),
        ["space"] = (@"\t-\r ", @"\0-\x08\x0e-\x1f!-\uffff"),
        ["upper"] = ("A-Z", @"\0-@\[-\uffff"),
        ["word"] = Perl['w'],
        ["xdigit"] = ("0-9A-Fa-f", @"\0-/:-@G-`g-\uffff"),
    }.ToFrozenDictionary();
}
