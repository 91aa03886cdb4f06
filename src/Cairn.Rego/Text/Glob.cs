using System.Text;

namespace Cairn.Rego.Text;

/// <summary>Globs as <c>glob.match</c> has them, turned into regular expressions: <c>*</c> and <c>?</c> stop at
/// delimiters, <c>**</c> does not; <c>[abc]</c>, <c>[!a-c]</c>, <c>{one,two}</c>, and a backslash that takes the next
/// character's meaning away.</summary>
internal static class Glob
{
    /// <summary>The regular expression of a glob.</summary>
    /// <exception cref="FormatException">The glob is malformed.</exception>
    public static string ToPattern(string glob, IReadOnlyCollection<string> delimiters)
    {
        string one = delimiters.Count == 0 ? @"(?s:.)" : $"[^{string.Concat(delimiters.Select(ClassText))}]";
        var pattern = new StringBuilder(@"\A");
        int alternatives = 0;
        for (int i = 0; i < glob.Length; i++)
        {
            switch (glob[i])
            {
                case '*' when i + 1 < glob.Length && glob[i + 1] == '*':
                    pattern.Append("(?s:.)*");
                    i++;
                    break;
                case '*':
                    pattern.Append(one).Append('*');
                    break;
                case '?':
                    pattern.Append(one);
                    break;
                case '[':
                    i = Class(glob, i, pattern);
                    break;
                case '{':
                    alternatives++;
                    pattern.Append("(?:");
                    break;
                case '}' when alternatives > 0:
                    alternatives--;
                    pattern.Append(')');
                    break;
                case ',' when alternatives > 0:
                    pattern.Append('|');
                    break;
                case '\\' when i + 1 < glob.Length:
                    pattern.Append(Quote(glob[++i].ToString()));
                    break;
                default:
                    pattern.Append(Quote(glob[i].ToString()));
                    break;
            }
        }

        if (alternatives > 0)
            throw new FormatException("unexpected end of input: { without }");
        return pattern.Append(@"\z").ToString();
    }

    /// <summary>A text with a backslash before every character that means something in a glob.</summary>
    public static string QuoteMeta(string text)
    {
        var quoted = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (c is '*' or '?' or '\\' or '[' or ']' or '{' or '}')
                quoted.Append('\\');
            quoted.Append(c);
        }

        return quoted.ToString();
    }

    /// <summary>A text as a regular expression that matches it.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (c < 128 && !char.IsAsciiLetterOrDigit(c) && c != '_' && c >= ' ')
                quoted.Append('\\');
            quoted.Append(c);
        }

        return quoted.ToString();
    }

    private static int Class(string glob, int open, StringBuilder pattern)
    {
        int close = glob.IndexOf(']', open + 1);
        if (close < 0)
            throw new FormatException("unexpected end of input: [ without ]");
        string members = glob[(open + 1)..close];
        bool negated = members.StartsWith('!');
        if (negated)
            members = members[1..];
        if (members.Length == 0)
            throw new FormatException("a character list has no characters");
        pattern.Append(negated ? "[^" : "[");
        if (members.Length == 3 && members[1] == '-')
            pattern.Append(ClassText(members[..1])).Append('-').Append(ClassText(members[2..]));
        else
            pattern.Append(ClassText(members));
        pattern.Append(']');
        return close;
    }

    private static string ClassText(string characters) =>
        string.Concat(
            characters.Select(c => c < 128 && !char.IsAsciiLetterOrDigit(c) ? $@"\x{(int)c:x2}" : c.ToString())
        );
}
