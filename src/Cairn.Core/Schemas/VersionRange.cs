using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Cairn.Core.Schemas;

/// <summary>A set of versions: <c>1.2.0</c> (one), <c>^1.2</c> (from there below the next major version), <c>~1.2.3</c>
/// (below the next minor version), <c>1.2</c> or <c>1.2.x</c>, <c>&gt;=1.0.0 &lt;3.0.0</c> (all of them),
/// <c>1.0.0 - 1.9.9</c> (both included), <c>^1.2 || ^2.0</c> (any of them), <c>*</c> or <c>latest</c>.</summary>
/// <remarks>A pre-release is in a range only when the range names one of the same three numbers, as npm has
/// it.</remarks>
public sealed class VersionRange
{
    private const int MaxLength = 200;
    private readonly List<List<Bound>> _alternatives;

    private VersionRange(string text, SchemaVersion? exact, List<List<Bound>> alternatives) =>
        (Text, Exact, _alternatives) = (text, exact, alternatives);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The one version it names; null when it is open to others.</summary>
    public SchemaVersion? Exact { get; }

    /// <summary>Reads a range.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out VersionRange? range)
    {
        range = null;
        if (SchemaVersion.TryParse(WithoutV(text), out var exact, leadingZeros: true))
        {
            range = new VersionRange(text, exact, []);
            return true;
        }

        if (text.Length is 0 or > MaxLength)
            return false;
        var alternatives = new List<List<Bound>>();
        foreach (string alternative in (text == "latest" ? "*" : text).Split("||", StringSplitOptions.TrimEntries))
        {
            var bounds = new List<Bound>();
            string[] words = alternative.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
            // "1.0.0 - 1.9.9", with blanks around the dash.
            if (words is [var from, "-", var to])
                words = [">=" + from, "<=" + to];
            if (words.Length == 0 || !words.All(word => AddBounds(word, bounds)))
                return false;
            alternatives.Add(bounds);
        }

        range = new VersionRange(text, null, alternatives);
        return true;
    }

    /// <summary>Whether a version is in it.</summary>
    public bool Contains(SchemaVersion version) =>
        Exact is not null ? Exact.Equals(version) : _alternatives.Any(bounds => Contains(bounds, version));

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool Contains(List<Bound> bounds, SchemaVersion version) =>
        bounds.All(bound => bound.Allows(version))
        && (
            !version.IsPreRelease
            || bounds.Any(bound => bound.Version.IsPreRelease && SameNumbers(bound.Version, version))
        );

    private static bool SameNumbers(SchemaVersion one, SchemaVersion other) =>
        Enumerable.Range(0, 3).All(i => SchemaVersion.CompareNumbers(one.Number(i), other.Number(i)) == 0);

    // As in the names of tags.
    private static string WithoutV(string text) =>
        text.Length > 1 && text[0] == 'v' && char.IsAsciiDigit(text[1]) ? text[1..] : text;

    private static bool AddBounds(string word, List<Bound> bounds)
    {
        string sign = new([.. word.TakeWhile(c => "^~<>=".Contains(c, StringComparison.Ordinal))]);
        if (!TryReadPartial(WithoutV(word[sign.Length..]), out var version, out int given))
            return false;
        switch (sign)
        {
            case "" or "=" when given == 3:
                bounds.Add(new Bound(version, Least: true, Inclusive: true));
                bounds.Add(new Bound(version, Least: false, Inclusive: true));
                return true;
            case "" or "=":
                AddSpan(bounds, version, given - 1);
                return true;
            case "^":
                // The first number that is not zero is the one that says "breaking" (SemVer section 4 for 0.y.z).
                int breaking = Enumerable
                    .Range(0, 3)
                    .FirstOrDefault(i => version.Number(i).Trim('0').Length > 0, given - 1);
                AddSpan(bounds, version, Math.Min(breaking, Math.Max(given - 1, 0)));
                return true;
            case "~":
                AddSpan(bounds, version, Math.Min(given - 1, 1));
                return true;
            case ">=":
                bounds.Add(new Bound(version, Least: true, Inclusive: true));
                return true;
            case "<":
                bounds.Add(new Bound(version, Least: false, Inclusive: false));
                return true;
            case ">" when given > 0:
                bounds.Add(
                    given == 3
                        ? new Bound(version, Least: true, Inclusive: false)
                        : new Bound(Next(version, given - 1), Least: true, Inclusive: true)
                );
                return true;
            case "<=" when given > 0:
                bounds.Add(
                    given == 3
                        ? new Bound(version, Least: false, Inclusive: true)
                        : new Bound(Next(version, given - 1), Least: false, Inclusive: false)
                );
                return true;
            default:
                return false;
        }
    }

    // From a version on, below the next one in the number at an index; for -1, any.
    private static void AddSpan(List<Bound> bounds, SchemaVersion from, int index)
    {
        bounds.Add(new Bound(from, Least: true, Inclusive: true));
        if (index >= 0)
            bounds.Add(new Bound(Next(from, index), Least: false, Inclusive: false));
    }

    private static SchemaVersion Next(SchemaVersion version, int index)
    {
        var numbers = Enumerable
            .Range(0, 3)
            .Select(i =>
                i < index ? version.Number(i)
                : i > index ? "0"
                : (BigInteger.Parse(version.Number(i), CultureInfo.InvariantCulture) + 1).ToString(
                    CultureInfo.InvariantCulture
                )
            );
        return SchemaVersion.Parse(string.Join('.', numbers));
    }

    // "1", "1.2", "1.x", "*": missing numbers are 0, and the count of those given comes with it.
    private static bool TryReadPartial(string text, [NotNullWhen(true)] out SchemaVersion? version, out int given)
    {
        given = 3;
        if (SchemaVersion.TryParse(text, out version, leadingZeros: true))
            return true;
        string[] parts = text.Split('.');
        given = parts.TakeWhile(part => part is not ("x" or "X" or "*")).Count();
        if (
            parts.Length > 3
            || parts[given..].Any(part => part is not ("x" or "X" or "*"))
            || (given == 0 && text.Length == 0)
        )
        {
            return false;
        }

        return SchemaVersion.TryParse(
            string.Join('.', parts[..given].Concat(Enumerable.Repeat("0", 3 - given))),
            out version,
            leadingZeros: true
        );
    }

    private readonly record struct Bound(SchemaVersion Version, bool Least, bool Inclusive)
    {
        public bool Allows(SchemaVersion version)
        {
            int order = version.CompareTo(Version);
            return order == 0 ? Inclusive : order > 0 == Least;
        }
    }
}
