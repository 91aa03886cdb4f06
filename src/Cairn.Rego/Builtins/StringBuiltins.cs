using System.Text;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Strings: searching, cutting, replacing, joining and formatting. Positions are of code points.</summary>
internal static class StringBuiltins
{
    private static readonly RegoType Strings = RegoType.AnyOf(
        RegoType.Array(RegoType.String),
        RegoType.Set(RegoType.String)
    );
    private static readonly RegoType OneOrMany = RegoType.AnyOf(
        RegoType.String,
        RegoType.Set(RegoType.String),
        RegoType.Array(RegoType.String)
    );

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new("concat", [RegoType.String, Strings], RegoType.String, Concat),
        new(
            "contains",
            [RegoType.String, RegoType.String],
            RegoType.Boolean,
            (context, args) => RegoBoolean.Of(Find(context, args.Text(0), args.Text(1)) >= 0)
        ),
        Test("startswith", (text, part) => text.StartsWith(part, StringComparison.Ordinal)),
        Test("endswith", (text, part) => text.EndsWith(part, StringComparison.Ordinal)),
        new("format_int", [RegoType.Number, RegoType.Number], RegoType.String, FormatInt),
        new("indexof", [RegoType.String, RegoType.String], RegoType.Number, IndexOf),
        new("indexof_n", [RegoType.String, RegoType.String], RegoType.Array(RegoType.Number), IndexOfAll),
        new("substring", [RegoType.String, RegoType.Number, RegoType.Number], RegoType.String, Substring),
        Map("lower", text => text.ToLowerInvariant()),
        Map("upper", text => text.ToUpperInvariant()),
        Map("trim_space", text => text.Trim()),
        Map("strings.reverse", text => string.Concat(CodePoints.Split(text).Reverse())),
        Trim("trim", start: true, end: true),
        Trim("trim_left", start: true, end: false),
        Trim("trim_right", start: false, end: true),
        new(
            "trim_prefix",
            [RegoType.String, RegoType.String],
            RegoType.String,
            (_, args) =>
                args.Text(0).StartsWith(args.Text(1), StringComparison.Ordinal)
                    ? RegoString.Of(args.Text(0)[args.Text(1).Length..])
                    : args[0]
        ),
        new(
            "trim_suffix",
            [RegoType.String, RegoType.String],
            RegoType.String,
            (_, args) =>
                args.Text(0).EndsWith(args.Text(1), StringComparison.Ordinal)
                    ? RegoString.Of(args.Text(0)[..^args.Text(1).Length])
                    : args[0]
        ),
        new("split", [RegoType.String, RegoType.String], RegoType.Array(RegoType.String), Split),
        new(
            "strings.split_n",
            [RegoType.String, RegoType.String, RegoType.Number],
            RegoType.Array(RegoType.String),
            SplitSome
        ),
        new("replace", [RegoType.String, RegoType.String, RegoType.String], RegoType.String, Replace),
        new(
            "strings.replace_n",
            [RegoType.Object(RegoType.String, RegoType.String), RegoType.String],
            RegoType.String,
            ReplaceMany
        ),
        new("strings.count", [RegoType.String, RegoType.String], RegoType.Number, Count),
        new(
            "strings.any_prefix_match",
            [OneOrMany, OneOrMany],
            RegoType.Boolean,
            (context, args) => AnyMatch(context, args, (text, part) => text.StartsWith(part, StringComparison.Ordinal))
        ),
        new(
            "strings.any_suffix_match",
            [OneOrMany, OneOrMany],
            RegoType.Boolean,
            (context, args) => AnyMatch(context, args, (text, part) => text.EndsWith(part, StringComparison.Ordinal))
        ),
        new(
            "strings.render_template",
            [RegoType.String, RegoType.Object(RegoType.String, RegoType.Any)],
            RegoType.String,
            (context, args) => RegoString.Of(GoTemplate.Render(context, args.Text(0), args.Members(1)))
        ),
        new(
            "sprintf",
            [RegoType.String, RegoType.Array(RegoType.Any)],
            RegoType.String,
            (context, args) => RegoString.Of(GoFormat.Format(context, args.Text(0), (RegoArray)args[1]))
        ),
    ];

    /// <summary>Pays for a text before it is made.</summary>
    public static void Charge(BuiltinContext context, long characters)
    {
        context.ChargeSteps(1 + (characters / 64));
        context.ChargeMemory(characters * sizeof(char));
    }

    /// <summary>
    /// Where a part first stands in a text; -1 where it does not. At worst the whole part is compared at each place, so
    /// long texts are searched piece by piece, and each piece is paid for.
    /// </summary>
    public static int Find(BuiltinContext context, string text, string part, int from = 0)
    {
        int piece = Math.Max(4_096, (1 << 24) / Math.Max(1, part.Length));
        for (int start = from; start <= text.Length - part.Length; start += piece)
        {
            int length = (int)Math.Min(text.Length - start, (long)piece + part.Length - 1);
            int index = text.AsSpan(start, length).IndexOf(part);
            context.ChargeSteps((index < 0 ? length : index) * (long)part.Length / 16_384);
            if (index >= 0)
                return start + index;
        }

        return -1;
    }

    private static BuiltinDefinition Test(string name, Func<string, string, bool> holds) =>
        new(
            name,
            [RegoType.String, RegoType.String],
            RegoType.Boolean,
            (_, args) => RegoBoolean.Of(holds(args.Text(0), args.Text(1)))
        );

    private static BuiltinDefinition Map(string name, Func<string, string> change) =>
        new(
            name,
            [RegoType.String],
            RegoType.String,
            (context, args) =>
            {
                Charge(context, args.Text(0).Length);
                return RegoString.Of(change(args.Text(0)));
            }
        );

    private static BuiltinDefinition Trim(string name, bool start, bool end) =>
        new(
            name,
            [RegoType.String, RegoType.String],
            RegoType.String,
            (context, args) =>
            {
                string text = args.Text(0);
                context.ChargeSteps(1 + (text.Length / 64));
                var cut = args.Text(1).EnumerateRunes().ToHashSet();
                int from = 0,
                    to = text.Length;
                while (start && from < to && Rune.TryGetRuneAt(text, from, out var rune) && cut.Contains(rune))
                    from += rune.Utf16SequenceLength;
                while (
                    end
                    && to > from
                    && Rune.DecodeLastFromUtf16(text.AsSpan(from, to - from), out var rune, out int length)
                        == System.Buffers.OperationStatus.Done
                    && cut.Contains(rune)
                )
                {
                    to -= length;
                }

                return RegoString.Of(text[from..to]);
            }
        );

    private static RegoValue Concat(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        string[] parts = args.Texts(1);
        Charge(context, parts.Sum(part => (long)part.Length) + (args.Text(0).Length * (long)parts.Length));
        return RegoString.Of(string.Join(args.Text(0), parts));
    }

    private static RegoValue FormatInt(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        if (!args.Number(1).TryToInt(out int radix) || radix is not (2 or 8 or 10 or 16))
            throw BuiltinException.Value(2, "must be one of {2, 8, 10, 16}");
        var number = RegoArithmetic.Round(RegoArithmetic.Abs(args.Number(0)), MidpointRounding.ToNegativeInfinity);
        if (!number.TryToBigInteger(out var whole))
            throw BuiltinException.Value(1, "is too large");
        return RegoString.Of((args.Number(0).Sign < 0 && !whole.IsZero ? "-" : "") + GoFormat.Digits(whole, radix));
    }

    private static RegoValue IndexOf(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        string text = args.Text(0);
        if (args.Text(1).Length == 0)
            throw new BuiltinException("empty search character");
        int index = Find(context, text, args.Text(1));
        return RegoNumber.Of(index < 0 ? -1 : CodePoints.Length(text.AsSpan(0, index)));
    }

    // Matches may overlap.
    private static RegoValue IndexOfAll(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        string text = args.Text(0),
            part = args.Text(1);
        if (part.Length == 0)
            throw new BuiltinException("empty search character");
        var found = new List<RegoValue>();
        int position = 0,
            counted = 0;
        for (int index = Find(context, text, part); index >= 0; index = Find(context, text, part, index + 1))
        {
            context.ChargeSteps(1);
            context.ChargeMemory(32);
            counted += CodePoints.Length(text.AsSpan(position, index - position));
            position = index;
            found.Add(RegoNumber.Of(counted));
        }

        return RegoArray.Of(found);
    }

    private static RegoValue Substring(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        string text = args.Text(0);
        int offset = args.Int(1),
            length = args.Int(2);
        if (offset < 0)
            throw new BuiltinException("negative offset");
        Charge(context, text.Length);
        int from = CodePoints.Offset(text, offset);
        return RegoString.Of(length < 0 ? text[from..] : text[from..CodePoints.Offset(text, (long)offset + length)]);
    }

    private static RegoValue Split(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        Charge(context, args.Text(0).Length);
        string text = args.Text(0),
            separator = args.Text(1);
        if (separator.Length == 0)
            return Operands.ArrayOf(CodePoints.Split(text));
        var parts = new List<RegoValue>();
        int start = 0;
        for (int index = Find(context, text, separator); index >= 0; index = Find(context, text, separator, start))
        {
            context.ChargeSteps(1);
            context.ChargeMemory(48);
            parts.Add(RegoString.Of(text[start..index]));
            start = index + separator.Length;
        }

        parts.Add(RegoString.Of(text[start..]));
        return RegoArray.Of(parts);
    }

    // The first parts of a split, or of a negative number the last.
    private static RegoValue SplitSome(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        int count = args.Int(2);
        var parts = ((RegoArray)Split(context, args)).AsSpan();
        int taken = (int)Math.Min(parts.Length, Math.Abs((long)count));
        return RegoArray.Of(count < 0 ? parts[^taken..] : parts[..taken]);
    }

    private static RegoValue Replace(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        string text = args.Text(0),
            old = args.Text(1),
            @new = args.Text(2);
        Charge(context, text.Length);
        if (old.Length == 0)
        {
            Charge(context, (text.Length + 1L) * (@new.Length + 8));
            return RegoString.Of(@new + string.Concat(CodePoints.Split(text).Select(c => c + @new)));
        }

        var result = new StringBuilder();
        int start = 0;
        for (int index = Find(context, text, old); index >= 0; index = Find(context, text, old, start))
        {
            Charge(context, @new.Length);
            result.Append(text, start, index - start).Append(@new);
            start = index + old.Length;
        }

        return start == 0 ? args[0] : RegoString.Of(result.Append(text, start, text.Length - start).ToString());
    }

    // From left to right; where several keys match, the first in order of keys wins.
    private static RegoValue ReplaceMany(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var pairs = new List<(string Old, string New)>();
        foreach (var (key, value) in args.Members(0).AsSpan())
        {
            pairs.Add(
                (
                    key is RegoString old
                        ? old.Value
                        : throw BuiltinException.Value(1, "non-string key found in pattern object"),
                    value is RegoString @new
                        ? @new.Value
                        : throw BuiltinException.Value(1, "non-string value found in pattern object")
                )
            );
        }

        string text = args.Text(1);
        long attempt = 1 + pairs.Sum(pair => 1 + (pair.Old.Length / 32L));
        var result = new StringBuilder();
        int i = 0;
        while (i <= text.Length)
        {
            context.ChargeSteps(1 + (attempt / 16));
            int match = pairs.FindIndex(pair => text.AsSpan(i).StartsWith(pair.Old));
            if (match >= 0)
            {
                Charge(context, pairs[match].New.Length);
                result.Append(pairs[match].New);
                i += pairs[match].Old.Length;
            }

            if (match < 0 || pairs[match].Old.Length == 0)
            {
                if (i < text.Length)
                    result.Append(text[i]);
                i++;
            }
        }

        return RegoString.Of(result.ToString());
    }

    private static RegoValue Count(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        string text = args.Text(0),
            part = args.Text(1);
        if (part.Length == 0)
            return RegoNumber.Of(CodePoints.Length(text) + 1);
        int count = 0;
        for (int index = Find(context, text, part); index >= 0; index = Find(context, text, part, index + part.Length))
        {
            context.ChargeSteps(1);
            count++;
        }

        return RegoNumber.Of(count);
    }

    private static RegoBoolean AnyMatch(
        BuiltinContext context,
        ReadOnlySpan<RegoValue> args,
        Func<string, string, bool> matches
    )
    {
        string[] texts = args[0] is RegoString ? [args.Text(0)] : args.Texts(0);
        string[] parts = args[1] is RegoString ? [args.Text(1)] : args.Texts(1);
        return RegoBoolean.Of(
            texts.Any(text =>
                parts.Any(part =>
                {
                    context.ChargeSteps(1 + (part.Length / 1_024));
                    return matches(text, part);
                })
            )
        );
    }
}
