namespace Cairn.JsonSchema.Loading;

/// <summary>
/// A URI reference in its five parts and its resolution against a base (RFC 3986 sections 3 and 5.2), by text alone:
/// <see cref="Uri"/> refuses relative bases and rewrites what it is given, and identifiers must stay as written.
/// </summary>
internal readonly record struct UriReference(
    string? Scheme,
    string? Authority,
    string Path,
    string? Query,
    string? Fragment
)
{
    public static UriReference Parse(string text)
    {
        string? fragment = CutBehind(ref text, '#');
        string? query = CutBehind(ref text, '?');
        string? scheme = null;
        int colon = text.IndexOf(':');
        if (
            colon > 0
            && text.IndexOf('/') is var slash
            && (slash < 0 || slash > colon)
            && IsScheme(text.AsSpan(0, colon))
        )
        {
            scheme = text[..colon];
            text = text[(colon + 1)..];
        }

        string? authority = null;
        if (text.StartsWith("//", StringComparison.Ordinal))
        {
            int end = text.IndexOf('/', 2);
            end = end < 0 ? text.Length : end;
            authority = text[2..end];
            text = text[end..];
        }

        return new UriReference(scheme, authority, text, query, fragment);
    }

    /// <summary>Resolves a reference; returns the URI without its fragment, and the fragment (empty when
    /// absent).</summary>
    public static (string Uri, string Fragment) Resolve(string baseUri, string reference)
    {
        var r = Parse(reference);
        string fragment = r.Fragment ?? "";
        if (r is { Scheme: null, Authority: null, Path: "", Query: null })
            return (baseUri, fragment);

        if (r.Scheme is not null)
            return ((r with { Path = RemoveDotSegments(r.Path), Fragment = null }).ToString(), fragment);

        var b = Parse(baseUri);
        var target =
            r.Authority is not null ? r with { Path = RemoveDotSegments(r.Path) }
            : r.Path.Length == 0 ? r with { Path = b.Path, Authority = b.Authority }
            : r with { Path = RemoveDotSegments(Merge(b, r.Path)), Authority = b.Authority };
        return ((target with { Scheme = b.Scheme, Fragment = null }).ToString(), fragment);
    }

    public override string ToString() =>
        $"{(Scheme is null ? "" : Scheme + ":")}{(Authority is null ? "" : "//" + Authority)}{Path}"
        + $"{(Query is null ? "" : "?" + Query)}{(Fragment is null ? "" : "#" + Fragment)}";

    private static string Merge(UriReference b, string path)
    {
        if (path.StartsWith('/'))
            return path;

        return b.Authority is not null && b.Path.Length == 0
            ? "/" + path
            : b.Path[..(b.Path.LastIndexOf('/') + 1)] + path;
    }

    private static string RemoveDotSegments(string path)
    {
        if (!path.Contains("./", StringComparison.Ordinal) && !path.EndsWith('.'))
            return path;

        string[] segments = path.Split('/');
        var kept = new List<string>();
        for (int i = 0; i < segments.Length; i++)
        {
            bool last = i == segments.Length - 1;
            if (segments[i] is "." or "..")
            {
                if (segments[i] == ".." && kept.Count > (path.StartsWith('/') ? 1 : 0))
                    kept.RemoveAt(kept.Count - 1);

                if (last)
                    kept.Add("");
            }
            else
            {
                kept.Add(segments[i]);
            }
        }

        return string.Join('/', kept);
    }

    private static string? CutBehind(ref string text, char mark)
    {
        int at = text.IndexOf(mark);
        if (at < 0)
            return null;

        string behind = text[(at + 1)..];
        text = text[..at];
        return behind;
    }

    private static bool IsScheme(ReadOnlySpan<char> text)
    {
        if (!char.IsAsciiLetter(text[0]))
            return false;

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.'))
                return false;
        }

        return true;
    }
}
