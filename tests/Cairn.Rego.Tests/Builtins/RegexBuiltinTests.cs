using System.Text;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Text;
using Cairn.Rego.Values;
using FsCheck;
using FsCheck.Fluent;
using static Cairn.Rego.Tests.Builtins.BuiltinCalls;

namespace Cairn.Rego.Tests.Builtins;

public class RegexBuiltinTests
{
    [Theory]
    [InlineData(@"^\d+$", "12", true)]
    [InlineData(@"^\d+$", "１２", false)]
    [InlineData(@"^a$", "a\n", false)]
    [InlineData(@"(?m)^b$", "a\nb", true)]
    [InlineData(@"a.b", "a\nb", false)]
    [InlineData(@"(?s)a.b", "a\nb", true)]
    [InlineData(@"(?i)ABC", "xabcx", true)]
    [InlineData(@"^(?i:a)b$", "AB", false)]
    [InlineData(@"^[[:alpha:]_]+$", "ab_C", true)]
    [InlineData(@"^[[:^digit:]]+$", "a1", false)]
    [InlineData(@"^[^\d\s]+$", "ab", true)]
    [InlineData(@"^\pL+$", "åß", true)]
    [InlineData(@"^\p{Lu}+$", "Ab", false)]
    [InlineData(@"^\Qa.b\E$", "a.b", true)]
    [InlineData(@"^\x41\x{42}\103$", "ABC", true)]
    [InlineData(@"^(?P<year>\d{4})-(?<month>\d\d)$", "2026-11", true)]
    [InlineData(@"^a{2,3}$", "aaaa", false)]
    [InlineData(@"^a{,3}$", "a{,3}", true)]
    [InlineData(@"^😀{2}$", "😀😀", true)]
    [InlineData(@"^[]a]+$", "]a", true)]
    [InlineData(@"^[a-]+$", "a-", true)]
    [InlineData(@"\bword\b", "a word.", true)]
    [InlineData(@"^\p{Greek}+$", "αβγ", true)]
    [InlineData(@"^\p{Greek}+$", "abγ", false)]
    [InlineData(@"^\P{Greek}+$", "abc", true)]
    [InlineData(@"^\p{^Greek}$", "γ", false)]
    [InlineData(@"^[\p{Latin}\p{Cyrillic} ]+$", "mir мир", true)]
    [InlineData(@"^[^\p{Han}]+$", "漢", false)]
    [InlineData(@"^\p{Han}+$", "漢字\U00020000", true)]
    [InlineData(@"^\p{Old_Italic}$", "\U00010300", true)]
    [InlineData(@"^\p{Hiragana}+$", "かな", true)]
    [InlineData(@"^\p{Kawi}$", "\U00011F02", true)]
    [InlineData(@"^\p{Common}$", "1", true)]
    [InlineData(@"^\p{Lu}$", "\U0001D400", true)]
    [InlineData(@"^\P{L}$", "\U0001D400", false)]
    [InlineData(@"^\p{C}$", "\u0378", false)]
    [InlineData(@"^\P{C}$", "\u0378", true)]
    [InlineData(@"^.$", "😀", true)]
    [InlineData(@"^..$", "😀", false)]
    [InlineData(@"^[^a]$", "😀", true)]
    [InlineData(@"^[😀-😂]$", "😁", true)]
    [InlineData(@"^[^😀-😂]$", "😁", false)]
    [InlineData(@"^[a\x{1F600}-\x{1F6FF}]+$", "😀a🙀", true)]
    [InlineData(@"^\D\S\W$", "😀😀😀", true)]
    [InlineData(@"^\p{Any}$", "😀", true)]
    [InlineData(@"\P{Any}", "a", false)]
    [InlineData(@"^[[:^alpha:]]$", "😀", true)]
    public void Patterns_mean_what_RE2_means(string pattern, string text, bool expected) =>
        Call("regex.match", EvaluationLimits.Default, pattern, text).ShouldBe(expected ? "true" : "false");

    [Theory]
    [InlineData("(?=a)", "invalid or unsupported Perl syntax")]
    [InlineData("(?<!a)", "invalid or unsupported Perl syntax")]
    [InlineData(@"(a)\1", "invalid escape sequence")]
    [InlineData("a**", "invalid nested repetition operator")]
    [InlineData("*a", "missing argument to repetition operator")]
    [InlineData("(a", "missing closing )")]
    [InlineData("a)", "unexpected )")]
    [InlineData("[a", "missing closing ]")]
    [InlineData("[z-a]", "invalid character class range")]
    [InlineData("a{1001}", "invalid repeat count")]
    [InlineData("((a{100}){100})", "invalid repeat count")]
    [InlineData(@"a\", "trailing backslash")]
    [InlineData(@"\q", "invalid escape sequence")]
    [InlineData(@"\p{Klingon}", "invalid character class range")]
    [InlineData(@"\p{greek}", "invalid character class range")]
    public void What_RE2_does_not_know_is_refused(string pattern, string message)
    {
        Call("regex.match", EvaluationLimits.Default, pattern, "a").ShouldContain(message);
        Call("regex.is_valid", EvaluationLimits.Default, pattern).ShouldBe("false");
    }

    [Theory]
    [InlineData("urn:foo:{.*}", "urn:foo:bar", "{", "}", "true")]
    [InlineData("urn:/a.+b/", "urn:axb", "/", "/", "unbalanced braces in \"urn:/a.+b/\"")]
    [InlineData("plain", "plain", "/", "/", "true")]
    [InlineData("a}b", "a", "{", "}", "unbalanced braces in \"a}b\"")]
    [InlineData("a{b", "a", "{", "}", "unbalanced braces in \"a{b\"")]
    public void Templates_have_expressions_between_two_different_delimiters(
        string template,
        string text,
        string open,
        string close,
        string result
    ) => Call("regex.template_match", EvaluationLimits.Default, template, text, open, close).ShouldContain(result);

    [Fact]
    public void A_pattern_that_makes_others_backtrack_for_ever_ends_at_once() =>
        Call("regex.match", EvaluationLimits.Default, "^(a+)+$", new string('a', 50_000) + "b").ShouldBe("false");

    [Theory]
    [InlineData("regex.replace", "[\"abc\", \"(?P<x>b)\", \"<${x}$1$$>\"]", "\"a<bb$>c\"")]
    [InlineData("regex.replace", "[\"baaac\", \"a*\", \"x\"]", "\"xbxcx\"")]
    [InlineData("regex.split", "[\"-\", \"a-b--c\"]", "[\"a\", \"b\", \"\", \"c\"]")]
    [InlineData("regex.find_n", "[\"a+\", \"aabaaa\", 1]", "[\"aa\"]")]
    [InlineData("regex.template_match", "[\"a.{[0-9]+}.b\", \"a.12.b\", \"{\", \"}\"]", "true")]
    [InlineData("regex.template_match", "[\"a.{[0-9]+}.b\", \"axx12.b\", \"{\", \"}\"]", "false")]
    [InlineData("regex.globs_match", "[\"a+b\", \"aaa[bc]\"]", "true")]
    [InlineData("regex.globs_match", "[\"a+b\", \"[c-d]+\"]", "false")]
    [InlineData("glob.match", "[\"a/*/c\", [\"/\"], \"a/b/c\"]", "true")]
    [InlineData("glob.match", "[\"a/*/c\", [\"/\"], \"a/b/b/c\"]", "false")]
    [InlineData("glob.match", "[\"a/**/c\", [\"/\"], \"a/b/b/c\"]", "true")]
    [InlineData("glob.match", "[\"{a,b*}.x\", [\".\"], \"bcd.x\"]", "true")]
    [InlineData("glob.match", "[\"[!a-c]\\\\*\", [], \"d*\"]", "true")]
    [InlineData("glob.match", "[\"{a\", [], \"a\"]", "unexpected end of input: { without }")]
    public void Matches_are_replaced_split_and_found(string name, string operands, string expected) =>
        Call(name, EvaluationLimits.Default, [.. (RegoArray)RegoValue.ParseJson(operands)]).ShouldBe(expected);

    [Fact]
    public void Any_text_is_a_pattern_or_an_error()
    {
        var patterns = ArbMap
            .Default.GeneratorFor<byte[]>()
            .Select(bytes => Encoding.Latin1.GetString(bytes))
            .Or(
                Gen.Elements(
                        @"(",
                        ")",
                        "[",
                        "]",
                        "a",
                        "\\",
                        "d",
                        "{1,2}",
                        "*",
                        "+",
                        "?",
                        "^",
                        "$",
                        "|",
                        "-",
                        "[:alpha:]",
                        "(?i)",
                        "(?P<n>",
                        "\\Q",
                        "\\p{L}"
                    )
                    .ListOf()
                    .Select(string.Concat)
            );
        Prop.ForAll(
                patterns.ToArbitrary(),
                pattern =>
                {
                    bool valid = Re2.TryParse(Context(), pattern, out var expression, out string? error);
                    return valid ? expression is not null : error!.Length > 0;
                }
            )
            .QuickCheckThrowOnFailure();
    }
}
