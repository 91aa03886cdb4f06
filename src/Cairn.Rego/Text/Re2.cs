using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Cairn.Rego.Builtins;
using Cairn.Rego.Evaluation;

namespace Cairn.Rego.Text;

/// <summary>A compiled regular expression with RE2's meaning. Matching takes time in proportion to the text's
/// length.</summary>
internal sealed class Re2
{
    private const int MaxPatternLength = 64 * 1024;
    private const int MaxCached = 500;

    // A match cannot count its steps against the evaluation's budget: this is how much longer than that it may take.
    private static readonly TimeSpan MaxMatchTime = TimeSpan.FromSeconds(1);

    private static readonly ConcurrentDictionary<string, Re2> Cache = new();

    private readonly Regex _regex;
    private readonly int _groups;
    private readonly IReadOnlyDictionary<string, int> _names;

    private Re2(string pattern)
    {
        (string translated, _names) = Re2Pattern.Translate(pattern);
        try
        {
            _regex = new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MaxMatchTime);
            _groups = _regex.GetGroupNumbers().Length;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"error parsing regexp: {e.Message}", e);
        }
    }

    /// <summary>The expression of a pattern; the same patterns come again and again.</summary>
    /// <exception cref="BuiltinException">It is malformed, or too long.</exception>
    public static Re2 Of(BuiltinContext context, string pattern)
    {
        if (Cache.TryGetValue(pattern, out var known))
            return known;
        if (!TryParse(context, pattern, out var made, out string? error))
            throw new BuiltinException(error!);
        if (Cache.Count >= MaxCached)
            Cache.Clear();
        return Cache.GetOrAdd(pattern, made!);
    }

    /// <summary>Parses without keeping.</summary>
    public static bool TryParse(BuiltinContext context, string pattern, out Re2? expression, out string? error)
    {
        context.ChargeSteps(pattern.Length * 10L);
        (expression, error) = (null, null);
        try
        {
            if (pattern.Length > MaxPatternLength)
            {
                throw new FormatException(
                    $"error parsing regexp: expression has more than {MaxPatternLength} characters"
                );
            }

            expression = new Re2(pattern);
            return true;
        }
        catch (FormatException e)
        {
            error = e.Message;
            return false;
        }
    }

    public bool IsMatch(BuiltinContext context, string text)
    {
        Charge(context, text);
        return Timed(context, () => _regex.IsMatch(text));
    }

    /// <summary>Matches from left to right, at most that many; all when negative. An empty match right behind another
    /// does not count.</summary>
    public List<Match> Matches(BuiltinContext context, string text, int limit = -1)
    {
        Charge(context, text);
        var matches = new List<Match>();
        int end = -1;
        for (
            var match = Timed(context, () => _regex.Match(text));
            match.Success && (limit < 0 || matches.Count < limit);
            match = Timed(context, match.NextMatch)
        )
        {
            if (match.Length == 0 && match.Index == end)
                continue;
            context.ChargeSteps(_groups);
            context.ChargeMemory(64L * _groups);
            matches.Add(match);
            end = match.Index + match.Length;
        }

        return matches;
    }

    /// <summary>Replaces every match; <c>$1</c>, <c>${name}</c> and <c>$$</c> in the replacement as in Go.</summary>
    public string Replace(BuiltinContext context, string text, string replacement)
    {
        var result = new StringBuilder(text.Length);
        int position = 0;
        foreach (var match in Matches(context, text))
        {
            result.Append(text, position, match.Index - position);
            int before = result.Length;
            context.ChargeSteps(replacement.Length / 64);
            Expand(result, replacement, match);
            StringBuiltins.Charge(context, result.Length - before);
            position = match.Index + match.Length;
        }

        return result.Append(text, position, text.Length - position).ToString();
    }

    private static T Timed<T>(BuiltinContext context, Func<T> match)
    {
        try
        {
            return match();
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new RegoEvaluationException(
                RegoEvaluationException.BudgetCode,
                $"a match takes longer than {MaxMatchTime.TotalMilliseconds} ms",
                context.Location,
                e
            );
        }
    }

    private static void Charge(BuiltinContext context, string text) => context.ChargeSteps(1 + (text.Length / 4));

    private void Expand(StringBuilder result, string template, Match match)
    {
        for (int i = 0; i < template.Length; i++)
        {
            if (template[i] != '$' || i + 1 == template.Length)
            {
                result.Append(template[i]);
                continue;
            }

            if (template[i + 1] == '$')
            {
                result.Append('$');
                i++;
                continue;
            }

            bool braces = template[i + 1] == '{';
            int start = i + (braces ? 2 : 1),
                end = start;
            while (end < template.Length && (template[end] == '_' || char.IsLetterOrDigit(template[end])))
                end++;
            if (end == start || (braces && (end >= template.Length || template[end] != '}')))
            {
                result.Append('$');
                continue;
            }

            string name = template[start..end];
            if (name.All(char.IsAsciiDigit) && name.Length < 6)
                result.Append(match.Groups[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)].Value);
            else if (_names.TryGetValue(name, out int group))
                result.Append(match.Groups[group].Value);
            i = braces ? end : end - 1;
        }
    }
}
