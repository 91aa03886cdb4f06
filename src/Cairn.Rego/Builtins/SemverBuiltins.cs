using System.Text.RegularExpressions;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Semantic versions (semver.org 2.0.0).</summary>
internal static partial class SemverBuiltins
{
    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new(
            "semver.is_valid",
            [RegoType.Any],
            RegoType.Boolean,
            (_, args) => RegoBoolean.Of(args[0] is RegoString text && Pattern().IsMatch(text.Value))
        ),
        new(
            "semver.compare",
            [RegoType.String, RegoType.String],
            RegoType.Number,
            (_, args) => RegoNumber.Of(Compare(Parse(args, 0), Parse(args, 1)))
        ),
    ];

    [GeneratedRegex(
        @"\A(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?\z",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex Pattern();

    private static Match Parse(ReadOnlySpan<RegoValue> args, int index)
    {
        var match = Pattern().Match(args.Text(index));
        return match.Success
            ? match
            : throw new BuiltinException($"operand {index + 1}: string {args[index]} is not a valid SemVer");
    }

    private static int Compare(Match a, Match b)
    {
        for (int part = 1; part <= 3; part++)
        {
            if (CompareNumbers(a.Groups[part].Value, b.Groups[part].Value) is not 0 and var order)
                return order;
        }

        string[] left = a.Groups[4].Value.Split('.'),
            right = b.Groups[4].Value.Split('.');
        // A release comes after its pre-releases.
        if (!a.Groups[4].Success || !b.Groups[4].Success)
            return b.Groups[4].Success.CompareTo(a.Groups[4].Success);
        for (int i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            bool x = left[i].All(char.IsAsciiDigit),
                y = right[i].All(char.IsAsciiDigit);
            int order =
                x && y ? CompareNumbers(left[i], right[i])
                : x != y ? (x ? -1 : 1)
                : Math.Sign(string.CompareOrdinal(left[i], right[i]));
            if (order != 0)
                return order;
        }

        return Math.Sign(left.Length - right.Length);
    }

    // Without leading zeros the longer number is the larger one.
    private static int CompareNumbers(string a, string b) =>
        Math.Sign(a.Length != b.Length ? a.Length - b.Length : string.CompareOrdinal(a, b));
}
