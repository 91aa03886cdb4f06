using System.Text.RegularExpressions;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>The filter <c>urlize</c>: web and mail addresses in a text become links.</summary>
internal static class Urlizer
{
    // No backtracking: the words come from the template.
    private const RegexOptions Options =
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly Regex Web = new(
        @"^((https?://|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})|([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)"
            + @"|(https?://)((([\d]{1,3})(\.[\d]{1,3}){3})|(\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}\])))(?::[\d]{1,5})?(?:[/?#]\S*)?$",
        Options
    );

    private static readonly Regex Mail = new(@"^\S+@\w[\w.-]*\.\w+$", Options);

    private static readonly Regex Scheme = new(@"^([\w.+-]{2,}:(/){0,2})$", Options);

    private static readonly string[] Openers = ["(", "<", "&lt;"];
    private static readonly string[] Closers = [")", ">", "&gt;"];
    private static readonly string[] Trailers = [")", ">", ".", ",", "\n", "&gt;"];

    public static Value Apply(in BuiltinCall call)
    {
        string text = Markups.Escaped(call.Input, call.InputText);
        int? limit = call.HasValue(0) ? call.Integer(0) : null;
        var rel = (call.HasValue(3) ? call.String(3) : "")
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .ToHashSet();
        rel.Add("noopener");
        if (call.Flag(1))
            rel.Add("nofollow");
        string attributes = $" rel=\"{Text.EscapeHtml(string.Join(' ', rel.Order(StringComparer.Ordinal)))}\"";
        attributes += call.HasValue(2) ? $" target=\"{Text.EscapeHtml(call.String(2))}\"" : "";
        var schemes = new List<string>();
        foreach (var scheme in call.HasValue(4) ? call.Run.ToList(call[4]) : [])
        {
            schemes.Add(
                scheme.TryString(out string? prefix) && Scheme.IsMatch(prefix)
                    ? prefix
                    : throw Errors.Type($"{Repr.Of(call.Run, scheme)} is not a URI scheme")
            );
        }
        var buffer = call.Run.RentBuffer();
        int start = 0;
        while (start < text.Length)
        {
            call.Run.Step();
            bool space = Text.IsSpace(text[start]);
            int end = start;
            while (end < text.Length && Text.IsSpace(text[end]) == space)
                end++;
            string word = text[start..end];
            call.Run.Step(word.Length + schemes.Count);
            buffer.Append(space ? word : Link(word, limit, attributes, schemes));
            start = end;
        }
        return Markups.Make(call.Context.AutoEscape, call.Run.ReturnBuffer(buffer));
    }

    private static string Link(string word, int? limit, string attributes, List<string> schemes)
    {
        int head = 0;
        while (Array.Find(Openers, o => string.CompareOrdinal(word, head, o, 0, o.Length) == 0) is { } opener)
            head += opener.Length;
        int tail = word.Length;
        while (
            Array.Find(
                Trailers,
                t => tail - t.Length >= head && string.CompareOrdinal(word, tail - t.Length, t, 0, t.Length) == 0
            )
                is { } trailer
        )
        {
            tail -= trailer.Length;
        }
        // Closing brackets that were opened inside the address belong to it.
        for (int i = 0; i < Openers.Length; i++)
        {
            var middle = word.AsSpan(head, tail - head);
            int unclosed = middle.Count(Openers[i]) - middle.Count(Closers[i]);
            for (
                ;
                unclosed > 0 && word.IndexOf(Closers[i], tail, StringComparison.Ordinal) is >= 0 and var closer;
                unclosed--
            )
            {
                tail = closer + Closers[i].Length;
            }
        }
        return word[..head] + LinkAddress(word[head..tail], limit, attributes, schemes) + word[tail..];
    }

    private static string LinkAddress(string address, int? limit, string attributes, List<string> schemes)
    {
        string shown =
            limit is { } most && Text.Length(address) > most ? Text.Substring(address, 0, most) + "..." : address;
        if (Web.IsMatch(address))
        {
            bool hasScheme =
                address.StartsWith("https://", StringComparison.Ordinal)
                || address.StartsWith("http://", StringComparison.Ordinal);
            return $"<a href=\"{(hasScheme ? "" : "https://")}{address}\"{attributes}>{shown}</a>";
        }
        if (address.StartsWith("mailto:", StringComparison.Ordinal) && Mail.IsMatch(address.AsSpan(7)))
            return $"<a href=\"{address}\">{address[7..]}</a>";
        if (
            address.Contains('@')
            && !address.StartsWith("www.", StringComparison.Ordinal)
            && address[0] != '@'
            && !address.Contains(':')
            && Mail.IsMatch(address)
        )
        {
            return $"<a href=\"mailto:{address}\">{address}</a>";
        }
        return schemes.Exists(s => address != s && address.StartsWith(s, StringComparison.Ordinal))
            ? $"<a href=\"{address}\"{attributes}>{address}</a>"
            : address;
    }
}
