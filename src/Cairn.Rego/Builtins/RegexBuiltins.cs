using System.Text;
using Cairn.Rego.Text;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Regular expressions of RE2's syntax, and globs.</summary>
internal static class RegexBuiltins
{
    private static readonly RegoType Strings = RegoType.Array(RegoType.String);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new("regex.match", [RegoType.String, RegoType.String], RegoType.Boolean, Match),
        new("re_match", [RegoType.String, RegoType.String], RegoType.Boolean, Match)
        {
            Traits = BuiltinTraits.Deprecated,
        },
        new(
            "regex.is_valid",
            [RegoType.Any],
            RegoType.Boolean,
            (context, args) =>
                RegoBoolean.Of(
                    args[0] is RegoString pattern && Re2.TryParse(context, pattern.Value, out var _, out string? _)
                )
        ),
        new("regex.split", [RegoType.String, RegoType.String], Strings, Split),
        new(
            "regex.find_n",
            [RegoType.String, RegoType.String, RegoType.Number],
            Strings,
            (context, args) =>
                Operands.ArrayOf(
                    Re2.Of(context, args.Text(0))
                        .Matches(context, args.Text(1), args.Int(2))
                        .Select(match => match.Value)
                )
        ),
        new(
            "regex.find_all_string_submatch_n",
            [RegoType.String, RegoType.String, RegoType.Number],
            RegoType.Array(Strings),
            (context, args) =>
                RegoArray.Of(
                    Re2.Of(context, args.Text(0))
                        .Matches(context, args.Text(1), args.Int(2))
                        .Select(match => (RegoValue)Operands.ArrayOf(match.Groups.Values.Select(group => group.Value)))
                )
        ),
        new(
            "regex.replace",
            [RegoType.String, RegoType.String, RegoType.String],
            RegoType.String,
            (context, args) => RegoString.Of(Re2.Of(context, args.Text(1)).Replace(context, args.Text(0), args.Text(2)))
        ),
        new(
            "regex.template_match",
            [RegoType.String, RegoType.String, RegoType.String, RegoType.String],
            RegoType.Boolean,
            TemplateMatch
        ),
        new(
            "regex.globs_match",
            [RegoType.String, RegoType.String],
            RegoType.Boolean,
            (context, args) =>
                RegoBoolean.Of(
                    Checked(
                        (args.Text(0), args.Text(1)),
                        globs => GlobIntersection.IsNotEmpty(globs.Item1, globs.Item2, context.ChargeSteps)
                    )
                )
        ),
        new(
            "glob.match",
            [RegoType.String, RegoType.AnyOf(RegoType.Null, Strings), RegoType.String],
            RegoType.Boolean,
            GlobMatch
        ),
        new(
            "glob.quote_meta",
            [RegoType.String],
            RegoType.String,
            (_, args) => RegoString.Of(Glob.QuoteMeta(args.Text(0)))
        ),
    ];

    private static RegoValue Match(BuiltinContext context, ReadOnlySpan<RegoValue> args) =>
        RegoBoolean.Of(Re2.Of(context, args.Text(0)).IsMatch(context, args.Text(1)));

    private static RegoValue Split(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        string text = args.Text(1);
        if (args.Text(0).Length > 0 && text.Length == 0)
            return Operands.ArrayOf([""]);
        var parts = new List<string>();
        int begin = 0,
            end = 0;
        foreach (var match in Re2.Of(context, args.Text(0)).Matches(context, text))
        {
            end = match.Index;
            if (match.Index + match.Length != 0)
                parts.Add(text[begin..end]);
            begin = match.Index + match.Length;
        }

        if (end != text.Length)
            parts.Add(text[begin..]);
        return Operands.ArrayOf(parts);
    }

    // Between the delimiters stand regular expressions, around them plain text.
    private static RegoValue TemplateMatch(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        string template = args.Text(0),
            open = args.Text(2),
            close = args.Text(3);
        if (open.Length != 1)
            throw new BuiltinException("start delimiter has to be exactly one character long but is " + open.Length);
        if (close.Length != 1)
            throw new BuiltinException("end delimiter has to be exactly one character long but is " + close.Length);
        var pattern = new StringBuilder("^");
        int depth = 0,
            start = 0;
        for (int i = 0; i < template.Length; i++)
        {
            if (template[i] == open[0] && depth++ == 0)
            {
                pattern.Append(Glob.Quote(template[start..i]));
                start = i + 1;
            }
            else if (template[i] == close[0] && open != close)
            {
                if (--depth < 0)
                    throw new BuiltinException($"unbalanced braces in {RegoString.Of(template)}");
                if (depth == 0)
                {
                    pattern.Append('(').Append(template, start, i - start).Append(')');
                    start = i + 1;
                }
            }
        }

        if (depth != 0)
            throw new BuiltinException($"unbalanced braces in {RegoString.Of(template)}");
        pattern.Append(Glob.Quote(template[start..])).Append('$');
        return RegoBoolean.Of(Re2.Of(context, pattern.ToString()).IsMatch(context, args.Text(1)));
    }

    private static RegoValue GlobMatch(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        string[] delimiters = args[1] is RegoNull ? [] : args.Texts(1);
        if (args[1] is not RegoNull && delimiters.Length == 0)
            delimiters = ["."];
        foreach (string delimiter in delimiters)
        {
            if (CodePoints.Length(delimiter) != 1)
                throw BuiltinException.Value(2, $"must hold single characters but got \"{delimiter}\"");
        }

        string pattern = Checked(args.Text(0), glob => Glob.ToPattern(glob, delimiters));
        return RegoBoolean.Of(Re2.Of(context, pattern).IsMatch(context, args.Text(2)));
    }

    private static TResult Checked<T, TResult>(T operand, Func<T, TResult> work)
    {
        try
        {
            return work(operand);
        }
        catch (FormatException e)
        {
            throw new BuiltinException(e.Message, e);
        }
    }
}
