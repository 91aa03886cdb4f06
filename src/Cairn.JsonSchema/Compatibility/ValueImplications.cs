using System.Globalization;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Keywords;
using Cairn.JsonSchema.Numbers;

namespace Cairn.JsonSchema.Compatibility;

/// <summary>Whether a conjunction implies the keywords about a value itself.</summary>
internal sealed class ValueImplications(SubsetProver prover)
{
    // Decimals keep 28 digits; more of them in a text would be rounded.
    private const decimal MaxExact = 1_000_000_000_000;

    private static readonly Divisor One = new(JsonNumber.Parse("1"u8));

    public bool Implies(Conjunction a, Keyword keyword, SchemaNode b, List<CompatibilityBreak>? sink) =>
        keyword switch
        {
            TypeKeyword type => ImpliesType(a, type, b, sink),
            EnumKeyword values => ImpliesEnum(a, values, b, sink),
            BoundKeyword bound => ImpliesBound(a, bound, b, sink),
            MultipleOfKeyword multiple => a.All<MultipleOfKeyword>()
                .Any(own => own.Divisor.IsMultipleOf(multiple.Divisor))
                || (AreIntegers(a) && One.IsMultipleOf(multiple.Divisor))
                || prover.Break(sink, b, "multipleOf", "{to} asks for multiples that {from} does not ask for"),
            LengthKeyword length => ImpliesLength(a, length, b, sink),
            PatternKeyword pattern => a.All<PatternKeyword>().Any(own => own.Pattern.Source == pattern.Pattern.Source)
                || prover.Unknown(
                    sink,
                    b,
                    "pattern",
                    $"texts of {{from}} need not match the pattern {pattern.Pattern.Source}"
                ),
            FormatKeyword format => a.All<FormatKeyword>().Any(own => own.Format == format.Format)
                || prover.Unknown(sink, b, "format", $"texts of {{from}} need not be in the format {format.Format}"),
            ContentKeyword content => a.All<ContentKeyword>()
                .Any(own => own.IsBase64 == content.IsBase64 && own.IsJson == content.IsJson)
                || prover.Unknown(sink, b, "contentEncoding", "texts of {from} need not hold such content"),
            _ => prover.Unknown(sink, b, "", "a keyword whose effect is not known changed"),
        };

    /// <summary>Every number is an integer by value (in draft 4 perhaps not by its text).</summary>
    private static bool AreIntegers(Conjunction a) =>
        a.OnlyIntegers || a.All<MultipleOfKeyword>().Any(multiple => multiple.Divisor.IsMultipleOf(One));

    private bool ImpliesType(Conjunction a, TypeKeyword type, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        var excess = a.Kinds & ~type.Kinds;
        if (type.Integer && excess.HasFlag(KindSet.Number))
        {
            bool areIntegers = type.IntegerByText
                ? a.All<TypeKeyword>().Any(own => own.Integer && own.IntegerByText)
                : AreIntegers(a);
            if (!areIntegers)
                return prover.Break(sink, b, "type", "{from} allows numbers that are not integers, {to} does not");

            excess &= ~KindSet.Number;
        }

        return excess == KindSet.None
            || prover.Break(sink, b, "type", $"{{from}} allows the type {Names(excess)}, {{to}} does not");
    }

    private static string Names(KindSet kinds) =>
        string.Join(
            ", ",
            Enum.GetValues<Instances.TokenKind>()
                .Where(kind => kind < Instances.TokenKind.Name && kinds.Contains(kind))
                .Select(kind => kind.TypeName())
                .Distinct()
        );

    private bool ImpliesEnum(Conjunction a, EnumKeyword target, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        if (prover.Candidates.Of(a) is not { } candidates)
            return prover.Break(sink, b, "enum", "{to} allows only listed values, {from} allows others");

        foreach (var value in candidates)
        {
            if (!target.Values.Any(allowed => allowed.Equals(value.View, 0)))
                return prover.Break(sink, b, "enum", $"{{from}} allows {value.Element.GetRawText()}, {{to}} does not");
        }

        return true;
    }

    private bool ImpliesBound(Conjunction a, BoundKeyword target, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        foreach (var own in a.All<BoundKeyword>().Where(own => own.IsUpper == target.IsUpper))
        {
            int order = own.Bound.CompareTo(target.Bound);
            bool isTighter = target.IsUpper ? order < 0 : order > 0;
            if (isTighter || (order == 0 && (own.IsExclusive || !target.IsExclusive)))
                return true;

            // Of integers, below 10 and at most 9 are the same.
            if (
                AreIntegers(a)
                && OutermostInteger(own) is { } mine
                && OutermostInteger(target) is { } theirs
                && (target.IsUpper ? mine <= theirs : mine >= theirs)
            )
            {
                return true;
            }
        }

        string keyword = (target.IsExclusive ? "exclusiveM" : "m") + (target.IsUpper ? "aximum" : "inimum");
        return prover.Break(
            sink,
            b,
            keyword,
            $"{{from}} allows numbers {(target.IsUpper ? "above" : "below")} the "
                + $"{(target.IsUpper ? "upper" : "lower")} bound of {{to}}"
        );
    }

    /// <summary>The largest integer below an upper bound, the smallest above a lower one; null where that is not told
    /// exactly.</summary>
    private static decimal? OutermostInteger(BoundKeyword bound)
    {
        if (
            !decimal.TryParse(bound.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value)
            || Math.Abs(value) > MaxExact
        )
        {
            return null;
        }

        decimal integer = bound.IsUpper ? Math.Floor(value) : Math.Ceiling(value);
        return bound.IsExclusive && integer == value ? integer + (bound.IsUpper ? -1 : 1) : integer;
    }

    private bool ImpliesLength(Conjunction a, LengthKeyword target, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        bool min =
            target.Min is null or 0
            || a.All<LengthKeyword>().Any(own => own.Min >= target.Min)
            || prover.Break(
                sink,
                b,
                "minLength",
                $"{{from}} allows texts shorter than {target.Min} characters, {{to}} does not"
            );
        bool max =
            target.Max is null
            || a.All<LengthKeyword>().Any(own => own.Max <= target.Max)
            || prover.Break(
                sink,
                b,
                "maxLength",
                $"{{from}} allows texts longer than {target.Max} characters, {{to}} does not"
            );
        return min && max;
    }
}
