using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Cairn.JsonSchema.Patterns;

/// <summary>
/// A regular expression of ECMA-262 with the <c>u</c> flag, matched anywhere in a text unless it is anchored. Most run
/// as a <see cref="PositionAutomaton"/>. Larger ones run on .NET's engines: the linear one where the pattern allows (no
/// look-around, back reference, <c>\b</c> or large Unicode class), else the backtracking one under a timeout.
/// </summary>
internal sealed class EcmaPattern
{
    private const int StackChars = 256;

    /// <summary>
    /// Classes of thousands of ranges (<c>\p{L}</c>) cost the linear engine a second to prepare, so patterns whose
    /// translation is longer go to the other one.
    /// </summary>
    private const int MaxLinearPattern = 2_000;

    private readonly PositionAutomaton? _automaton;
    private readonly Regex? _regex;

    private EcmaPattern(string source, PositionAutomaton? automaton, Regex? regex)
    {
        Source = source;
        _automaton = automaton;
        _regex = regex;
    }

    /// <summary>Its time is linear in the text's length.</summary>
    public bool IsLinear => _automaton is not null || _regex!.Options.HasFlag(RegexOptions.NonBacktracking);

    /// <summary>As written in the schema.</summary>
    public string Source { get; }

    /// <summary>UTF-16 units of what .NET's engines were given; 0 when they were not needed.</summary>
    public int Size { get; private init; }

    /// <param name="source">The pattern.</param>
    /// <param name="timeout">Of one match on the backtracking engine.</param>
    /// <param name="useAutomaton">False to have .NET's engines run it whatever its size.</param>
    /// <exception cref="EcmaPatternException">The pattern is not valid, or uses what is not supported.</exception>
    public static EcmaPattern Compile(string source, TimeSpan timeout, bool useAutomaton = true)
    {
        var (translation, backtracks) = EcmaPatternTranslator.Translate(source, strict: false);
        return useAutomaton && PositionAutomatonBuilder.TryBuild(source) is { } automaton
            ? new EcmaPattern(source, automaton, null)
            : new EcmaPattern(source, null, Prepare(translation, backtracks, timeout)) { Size = translation.Length };
    }

    private static Regex Prepare(string translation, bool backtracks, TimeSpan timeout)
    {
        try
        {
            if (!backtracks && translation.Length <= MaxLinearPattern)
            {
                try
                {
                    return new Regex(translation, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
                }
                catch (NotSupportedException)
                {
                    // Counted repetitions make its automaton too large: the other engine keeps counters.
                }
            }

            return new Regex(translation, RegexOptions.CultureInvariant, timeout);
        }
        catch (ArgumentException refused)
        {
            throw new EcmaPatternException($"cannot be compiled: {refused.Message}");
        }
    }

    /// <exception cref="EvaluationAbortedException">The match took too long.</exception>
    public bool IsMatch(ReadOnlySpan<byte> utf8)
    {
        if (_automaton is not null)
            return _automaton.IsMatch(utf8);

        char[]? rented = null;
        var chars =
            utf8.Length <= StackChars ? stackalloc char[StackChars] : rented = ArrayPool<char>.Shared.Rent(utf8.Length);
        try
        {
            return _regex!.IsMatch(chars[..Encoding.UTF8.GetChars(utf8, chars)]);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new EvaluationAbortedException(
                $"matching the pattern {Source} took longer than {_regex!.MatchTimeout.TotalMilliseconds} ms"
            );
        }
        finally
        {
            if (rented is not null)
                ArrayPool<char>.Shared.Return(rented);
        }
    }
}

/// <summary>A regular expression that is not valid; the message continues "the pattern …".</summary>
internal sealed class EcmaPatternException(string message) : Exception(message);
