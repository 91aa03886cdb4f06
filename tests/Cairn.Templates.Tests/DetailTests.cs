using static Cairn.Templates.Tests.Rendering;

namespace Cairn.Templates.Tests;

/// <summary>What comparing random templates with Jinja2 has shown to be easily got wrong; the results are
/// Jinja2's.</summary>
public class DetailTests
{
    [Theory]
    [InlineData("{{ 'a' * -9223372036854775809 }}", TemplateErrorKind.Runtime)]
    [InlineData("{{ '' * 9223372036854775808 }}", TemplateErrorKind.Budget)]
    [InlineData("{{ [] * 9223372036854775808 }}", TemplateErrorKind.Budget)]
    public void Nothing_is_repeated_a_number_of_times_beyond_64_bits(string source, TemplateErrorKind kind) =>
        Error(source).Kind.ShouldBe(kind);

    [Theory]
    [InlineData("{{ []|select|map('no_such')|list }}", "[]")]
    [InlineData("{{ []|map('upper')|map('no_such')|list }}", "[]")]
    [InlineData("{{ []|select|select('no_such')|list }}", "[]")]
    [InlineData("{{ []|select|rejectattr('a', 'no_such')|list }}", "[]")]
    [InlineData(
        "{{ (3.0).is_integer() }} {{ (2.5).is_integer() }} {{ 3.is_integer() }} {{ true.is_integer() }} {{ "
            + "(1e400).is_integer() }}",
        "True False True True False"
    )]
    [InlineData(
        "{{ (10**20).is_integer() }} {{ (10**20).bit_length() }} {{ 0.bit_length() }} {{ (-8).bit_length() }} "
            + "{{ (-7).bit_count() }} {{ 255.conjugate() }}",
        "True 67 0 4 3 255"
    )]
    [InlineData(
        "{% macro m() %}{{ caller.name }} {{ caller }}{% endmacro %}{% call m() %}{% endcall %}",
        "None <Macro anonymous>"
    )]
    [InlineData("{% macro caller() %}{% endmacro %}{{ caller.name }}", "caller")]
    public void Rarely_used_is_as_in_Jinja2(string source, string expected) => Render(source).ShouldBe(expected);

    [Theory]
    [InlineData("{{ [1]|map('no_such')|list }}")]
    [InlineData("{{ [1]|select('no_such')|list }}")]
    [InlineData("{{ (2.5).bit_length() }}")]
    public void What_is_not_there_is_an_error_once_it_is_needed(string source) =>
        Error(source).Kind.ShouldBe(TemplateErrorKind.Runtime);

    [Fact]
    public void An_undefined_key_has_no_place_among_sorted_ones()
    {
        Error("{{ {'k': 1, x: 2}|pprint }}").Kind.ShouldBe(TemplateErrorKind.Undefined);
        Render("{{ {x: 2}|pprint }}").ShouldBe("{Undefined: 2}");
    }

    [Fact]
    public void A_group_is_printed_as_it_is_also_where_it_is_wide() =>
        Render(
                "{{ l|groupby('k')|list|pprint }}",
                """{"l": [{"z": "a long text to fill the line", "k": 1, "b": "and another that is longer still"}]}"""
            )
            .ShouldBe(
                "[(1, [{'z': 'a long text to fill the line', 'k': 1, 'b': 'and another that is longer still'}])]"
            );

    [Theory]
    [InlineData(
        "upper()",
        "\u0131\u017f stra\u00dfe \ufb01 \u01c6 \u1f80 \u1fb3",
        "IS STRASSE FI \u01c4 \u1f08\u0399 \u0391\u0399"
    )]
    [InlineData(
        "lower()",
        "\u0130 \u039f\u0394\u039f\u03a3 \u03a3\u0391 \u03a3 \U00010400",
        "i\u0307 \u03bf\u03b4\u03bf\u03c2 \u03c3\u03b1 \u03c3 \U00010428"
    )]
    [InlineData(
        "casefold()",
        "\u00df \u1e9e \ufb01 \u0131 \u03c2 \u13a0 \uab70 \u0130",
        "ss ss fi \u0131 \u03c3 \u13a0 \u13a0 i\u0307"
    )]
    [InlineData("title()", "\u01c6a \u00dfa \ufb01x \u10d0 it's \u1f80", "\u01c5a Ssa Fix \u10d0 It'S \u1f88")]
    [InlineData("capitalize()", "\ufb02\u039f\u03a3", "Fl\u03bf\u03c2")]
    [InlineData("swapcase()", "\u00dfA\u01c5\u0131", "SSa\u01c5I")]
    [InlineData("title", "\u00dfA it's \u0391\u039f\u03a3", "SSa It's \u0391\u03bf\u03c2")]
    public void Case_follows_Unicodes_full_mappings(string change, string text, string expected) =>
        Render(
                $"{{{{ s{(change.EndsWith(')') ? "." : "|")}{change} }}}}",
                System.Text.Json.JsonSerializer.Serialize(new { s = text })
            )
            .ShouldBe(expected);

    [Theory]
    [InlineData(
        "{{ 'e\u0301x'.isidentifier() }} {{ '\u0301e'.isidentifier() }} {{ '\U0001f600'.isidentifier() }} {{ "
            + "'_1'.isidentifier() }} {{ '1_'.isidentifier() }}",
        "True False False True False"
    )]
    [InlineData(
        "{{ '\u01c5'.isupper() }} {{ '\u2160'.isupper() }} {{ '\u24d0'.islower() }} {{ '\u00aa'.islower() }} "
            + "{{ 'a\u01c5'.islower() }}",
        "False True True True False"
    )]
    [InlineData(
        "{{ 'It Is'.istitle() }} {{ \"It'S\".istitle() }} {{ 'IT'.istitle() }} {{ '\u01c5x'.istitle() }} {{ "
            + "'1'.istitle() }}",
        "True True False True False"
    )]
    [InlineData("{{ '\u2460\u00b2\u0663'.isdigit() }} {{ '\u2469'.isdigit() }}", "True False")]
    public void Characters_are_classed_as_Python_classes_them(string source, string expected) =>
        Render(source).ShouldBe(expected);

    [Fact]
    public void What_is_undefined_counts_as_escaped_in_chainable_mode_only()
    {
        var chainable = new TemplateEnvironment { Undefined = UndefinedMode.Chainable };
        Render("{{ x is escaped }}").ShouldBe("False");
        Render("{{ x is escaped }}{{ ('<'|e) + x.y }}", "{}", chainable).ShouldBe("True&lt;");
        Error("{{ x + ('<'|e) }}", "{}", chainable).Kind.ShouldBe(TemplateErrorKind.Undefined);
        Error("{{ ('<'|e) + x }}").Kind.ShouldBe(TemplateErrorKind.Undefined);
    }

    private static readonly TemplateEnvironment WithLoopControls = new()
    {
        Extensions = TemplateExtensions.LoopControls,
    };

    [Theory]
    [InlineData("{{ 0 / -1 }} {{ false / -5 }} {{ 0 / -99999999999999999999 }} {{ 0 / 5 }}", "-0.0 -0.0 -0.0 0.0")]
    [InlineData(
        "{{ 9223372036854775807 + 1 }} {{ -9223372036854775808 - 1 }}",
        "9223372036854775808 -9223372036854775809"
    )]
    [InlineData(
        "{{ 4294967296 * 4294967296 }} {{ 3037000500 * 3037000500 }}",
        "18446744073709551616 9223372037000250000"
    )]
    [InlineData("{{ -9223372036854775808 // -1 }} {{ -9223372036854775808 % -1 }}", "9223372036854775808 0")]
    [InlineData("{{ 7 // -2 }} {{ 7 % -2 }} {{ -7 // 2 }} {{ -7 % 2 }} {{ 6 % -3 }}", "-4 -1 -4 1 0")]
    [InlineData("{{ 9007199254740993 / 1 }} {{ 1 / 3 }}", "9007199254740992.0 0.3333333333333333")]
    [InlineData(
        "{{ (-9223372036854775808|float) // 1234 }} {{ -7.5 // 2 }} {{ 7.5 // -2 }} {{ 0.0 // -3 }}",
        "-7474369559849900.0 -4.0 -4.0 -0.0"
    )]
    [InlineData("{{ 'a' * -1 }}{{ 'ab' * 2 }}{{ [0] * true }}", "abab[0]")]
    [InlineData(
        "{% for v in [1, 2.5, 's', true, 9223372036854775807] %}{{ v * 2 }} {% endfor %}",
        "2 5.0 ss 2 18446744073709551614 "
    )]
    public void Arithmetic_is_Pythons(string source, string expected) => Render(source).ShouldBe(expected);

    [Theory]
    [InlineData("{% for v in [1, 2] %}{% break %}{% else %}none{% endfor %}", "none")]
    [InlineData("{% for v in [1, 2] %}{{ v }}{% continue %}{% else %}none{% endfor %}", "12none")]
    [InlineData("{% for v in [1, 2] %}{{ v }}{% if v == 2 %}{% break %}{% endif %}{% else %}none{% endfor %}", "12")]
    [InlineData(
        "{% for v in range(2) %}{% if v < 1 %}{% continue %}{% endif %}{{ loop.index }}{% else %}none{% endfor %}",
        "2"
    )]
    [InlineData("{% for v in 'ab' if v == 'b' %}{% break %}{% else %}none{% endfor %}", "none")]
    public void The_else_of_a_loop_runs_unless_a_round_came_to_its_end(string source, string expected) =>
        Render(source, "{}", WithLoopControls).ShouldBe(expected);
}
