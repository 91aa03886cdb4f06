using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;
using static Cairn.Rego.Tests.Builtins.BuiltinCalls;

namespace Cairn.Rego.Tests.Builtins;

public class StringBuiltinTests
{
    // What Go's fmt.Sprintf prints for the same format and values.
    [Theory]
    [InlineData("%d%%", "[5]", "5%")]
    [InlineData("%5d|%-5d|%05d|%+d", "[42, 42, 42, 42]", "   42|42   |00042|+42")]
    [InlineData("%x %X %#x %o %b %c %U", "[255, 255, 255, 8, 5, 65, 128512]", "ff FF 0xff 10 101 A U+1F600")]
    [InlineData("%08.3f|%-8.2f|%+.1e", "[3.14159, 2.5, 12345.678]", "0003.142|2.50    |+1.2e+04")]
    [InlineData("%v %v %v", "[3.14, 1e21, 0.00001]", "3.14 1e+21 1e-05")]
    [InlineData("%g", "[100000.5]", "100000.5")]
    [InlineData("%s and %q", "[\"a\", \"b\\\"c\"]", "a and \"b\\\"c\"")]
    [InlineData("%10s|%-10s|%.2s", "[\"åäö\", \"åäö\", \"åäö\"]", "       åäö|åäö       |åä")]
    [InlineData("%v", "[{\"a\": [1, null, true]}]", "{\"a\": [1, null, true]}")]
    [InlineData("%x", "[\"hi\"]", "6869")]
    [InlineData("%[2]d %[1]d", "[1, 2]", "2 1")]
    [InlineData("%*d", "[5, 42]", "   42")]
    [InlineData("%d", "[\"x\"]", "%!d(string=x)")]
    [InlineData("%s", "[5]", "%!s(int=5)")]
    [InlineData("%d %d", "[1]", "1 %!d(MISSING)")]
    [InlineData("%d", "[1, 2]", "1%!(EXTRA int=2)")]
    [InlineData("%!", "[]", "%!!(MISSING)")]
    [InlineData("%", "[]", "%!(NOVERB)")]
    [InlineData("%d %v", "[1e2, 2e308]", "%!d(float64=100) 2e308")]
    [InlineData("%T %T %T", "[1, 1.5, \"s\"]", "int float64 string")]
    [InlineData("%v|%v", "[2.5e7, 123456789.5]", "2.5e+07|1.234567895e+08")]
    [InlineData("%d|%v|%s|%x", "[7.0, 7.00, 7.0, 15.0]", "7|7|%!s(int=7)|f")]
    [InlineData("%v %v %v %v", "[100000.5, 999999.5, 1000000.5, 0.0001]", "100000.5 999999.5 1.0000005e+06 0.0001")]
    [InlineData("%G %.3g %.10g %g", "[2.5e7, 123456.5, 1e5, -0.00001234]", "2.5E+07 1.23e+05 100000 -1.234e-05")]
    [InlineData("%d", "[1, 12345678.5]", "1%!(EXTRA float64=1.23456785e+07)")]
    [InlineData("%d", "[123456789012345678901234567890]", "123456789012345678901234567890")]
    public void Sprintf_prints_what_Go_prints(string format, string operands, string expected) =>
        Call("sprintf", EvaluationLimits.Default, format, RegoValue.ParseJson(operands))
            .ShouldBe(RegoString.Of(expected).ToString());

    [Theory]
    [InlineData("replace", "aaa", "", "-", "-a-a-a-")]
    [InlineData("replace", "a.b.c", ".", "", "abc")]
    [InlineData("trim", "xxabcxx", "x", null, "abc")]
    [InlineData("trim_left", "😀😀a😀", "😀", null, "a😀")]
    [InlineData("trim_right", "a😀😀", "😀", null, "a")]
    [InlineData("trim_prefix", "v1.2", "v", null, "1.2")]
    [InlineData("trim_suffix", "a.yaml", ".yaml", null, "a")]
    [InlineData("strings.reverse", "a😀b", null, null, "b😀a")]
    public void Texts_are_changed(string name, string a, string? b, string? c, string expected) =>
        Call(name, EvaluationLimits.Default, [.. new[] { a, b, c }.OfType<string>().Select(RegoString.Of)])
            .ShouldBe(RegoString.Of(expected).ToString());

    [Theory]
    [InlineData("indexof", "[\"a😀b\", \"b\"]", "2")]
    [InlineData("indexof", "[\"abc\", \"x\"]", "-1")]
    [InlineData("indexof_n", "[\"aaaa\", \"aa\"]", "[0, 1, 2]")]
    [InlineData("substring", "[\"a😀bc\", 1, 2]", "\"😀b\"")]
    [InlineData("substring", "[\"abc\", -1, 2]", "negative offset")]
    [InlineData("split", "[\"a,b,,c\", \",\"]", "[\"a\", \"b\", \"\", \"c\"]")]
    [InlineData("concat", "[\"-\", [\"a\", 1]]", "operand 2 must be array of strings but got array containing number")]
    [InlineData("format_int", "[-255.9, 16]", "\"-ff\"")]
    [InlineData("format_int", "[10, 3]", "operand 2 must be one of {2, 8, 10, 16}")]
    [InlineData("strings.count", "[\"aaa\", \"aa\"]", "1")]
    [InlineData("strings.replace_n", "[{\"a\": \"b\", \"b\": \"a\"}, \"abba\"]", "\"baab\"")]
    [InlineData("strings.any_prefix_match", "[[\"a/b\"], \"a\"]", "true")]
    [InlineData("strings.any_suffix_match", "[\"a/b\", [\"c\"]]", "false")]
    [InlineData(
        "strings.render_template",
        "[\"{{range .xs}}{{.}},{{end}}{{if .no}}a{{else}}b{{end}}\", {\"xs\": [1, 2], \"no\": false}]",
        "\"1,2,b\""
    )]
    [InlineData(
        "strings.render_template",
        "[\"{{ .a | printf }}\", {}]",
        "template: error calling printf: the arguments do not fit"
    )]
    [InlineData("strings.render_template", "[\"{{if .a}}\", {}]", "template: {{if}} without {{end}}")]
    public void Texts_are_searched_and_cut(string name, string operands, string expected) =>
        Call(name, EvaluationLimits.Default, [.. (RegoArray)RegoValue.ParseJson(operands)]).ShouldBe(expected);

    [Fact]
    public void A_text_that_would_be_too_large_ends_in_the_budget_error() =>
        Call("sprintf", EvaluationLimits.Default with { MaxMemory = 1_000_000 }, "%900000d", RegoArray.Of(1L))
            .ShouldContain("allocates more than 1000000 bytes");
}
