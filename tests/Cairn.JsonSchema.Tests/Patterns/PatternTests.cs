using System.Text;
using System.Text.Json;
using Cairn.JsonSchema.Patterns;

namespace Cairn.JsonSchema.Tests.Patterns;

public sealed class PatternTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("^a$", "a\n", false)]
    [InlineData("^.$", "\u2028", false)]
    [InlineData("^.$", "😀", true)]
    [InlineData("^..$", "😀", false)]
    [InlineData("^[^a]$", "😀", true)]
    [InlineData("^[😀-😂]$", "😁", true)]
    [InlineData("^\\u{1F601}$", "😁", true)]
    [InlineData("^\\ud83d\\ude01$", "😁", true)]
    [InlineData("^\\w+$", "é", false)]
    [InlineData("^\\d+$", "४", false)]
    [InlineData("^\\s$", "\uFEFF", true)]
    [InlineData("^\\S$", "\u3000", false)]
    [InlineData("^\\p{Lu}\\p{L}*$", "Éa𝒜", true)]
    [InlineData("^\\P{L}$", "1", true)]
    [InlineData("\\bcat\\b", "a cat.", true)]
    [InlineData("\\bcat\\b", "concat", false)]
    [InlineData("\\bcat\\b", "écat", true)]
    [InlineData("^(?:(a)|b)*\\1$", "ba", false)]
    [InlineData("^(a)?\\1b$", "b", true)]
    [InlineData("^(?<x>a|b)\\k<x>$", "bb", true)]
    [InlineData("^(?<x>a|b)\\k<x>$", "ab", false)]
    [InlineData("(?<=\\$)\\d+", "$5", true)]
    [InlineData("^a{2,3}$", "aaaa", false)]
    [InlineData("^a{,3}$", "a{,3}", true)]
    [InlineData("^[\\w-]+$", "a-b", true)]
    [InlineData("^\\-\\@$", "-@", true)]
    [InlineData("^[]$", "a", false)]
    [InlineData("^[^]$", "\n", true)]
    [InlineData("^(a|b|)c?$", "", true)]
    [InlineData("a|^b", "cb", false)]
    [InlineData("^\\cJ$", "\n", true)]
    [InlineData("^\\0$", "\0", true)]
    public void A_pattern_means_what_ECMA_262_says(string pattern, string text, bool matches)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);

        EcmaPattern.Compile(pattern, Timeout).IsMatch(utf8).ShouldBe(matches);
        EcmaPattern.Compile(pattern, Timeout, useAutomaton: false).IsMatch(utf8).ShouldBe(matches);
    }

    [Theory]
    [InlineData("*a")]
    [InlineData("a{2,1}")]
    [InlineData("(?i)a")]
    [InlineData("(?>a)")]
    [InlineData("\\a")]
    [InlineData("\\Z")]
    [InlineData("[b-a]")]
    [InlineData("\\2(a)")]
    [InlineData("\\k<y>(?<x>a)")]
    [InlineData("(?<x>a)(?<x>b)")]
    [InlineData("\\p{Klingon}")]
    [InlineData("\\u{110000}")]
    [InlineData("^*")]
    [InlineData("(?=a)*")]
    [InlineData("a)")]
    [InlineData("\\")]
    public void What_ECMA_262_does_not_know_is_refused(string pattern) =>
        Should.Throw<EcmaPatternException>(() => EcmaPattern.Compile(pattern, Timeout));

    [Fact]
    public void The_automaton_agrees_with_the_other_engines()
    {
        string[] atoms = ["a", "b", ".", "[ab]", "[^a]", "(a|b)", "(ab|)", "(?:a|bc)", "é", "\\w"];
        string[] quantifiers = ["", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "*?", "{0}"];
        var random = new Random(7);
        for (int i = 0; i < 3_000; i++)
        {
            var pattern = new StringBuilder(random.Next(2) == 0 ? "^" : "");
            for (int terms = random.Next(1, 5); terms > 0; terms--)
            {
                string atom = atoms[random.Next(atoms.Length)];
                pattern
                    .Append(random.Next(4) == 0 ? $"({atom}{atoms[random.Next(atoms.Length)]}*)" : atom)
                    .Append(quantifiers[random.Next(quantifiers.Length)]);
            }

            pattern.Append(random.Next(2) == 0 ? "$" : "");
            PositionAutomatonBuilder.TryBuild(pattern.ToString()).ShouldNotBeNull(pattern.ToString());
            var own = EcmaPattern.Compile(pattern.ToString(), Timeout);
            var other = EcmaPattern.Compile(pattern.ToString(), Timeout, useAutomaton: false);
            for (int j = 0; j < 20; j++)
            {
                string text = string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => "abcé\n"[random.Next(5)]));
                own.IsMatch(Encoding.UTF8.GetBytes(text))
                    .ShouldBe(
                        other.IsMatch(Encoding.UTF8.GetBytes(text)),
                        $"{pattern} on {JsonSerializer.Serialize(text)}"
                    );
            }
        }
    }
}
