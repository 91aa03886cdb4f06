using static Cairn.Templates.Tests.Rendering;

namespace Cairn.Templates.Tests;

public class BudgetTests
{
    private static readonly TemplateEnvironment Environment = new()
    {
        Extensions = TemplateExtensions.Do | TemplateExtensions.LoopControls,
        Loader = name =>
            name == "self" ? "{% include 'self' %}"
            : name == "parent" ? "{% extends 'parent' %}"
            : null,
    };

    [Theory]
    [InlineData("{{ 'a' * 10**9 }}")]
    [InlineData("{{ 'a' * 10**90 }}")]
    [InlineData("{{ [0] * 10**9 }}")]
    [InlineData("{{ 10**(10**10) }}")]
    [InlineData("{{ 2 ** 20000 }}")]
    [InlineData("{% set ns = namespace(n=3) %}{% for i in range(100) %}{% set ns.n = ns.n * ns.n %}{% endfor %}")]
    [InlineData(
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% "
            + "endfor %}{% endfor %}"
    )]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}")]
    [InlineData("{{ range(100001) }}")]
    [InlineData("{{ range(-9223372036854775808, 9223372036854775807) }}")]
    [InlineData(
        "{% set ns = namespace(s='x') %}{% for i in range(64) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ "
            + "ns.s|length }}"
    )]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(64) %}{% set ns.l = ns.l + ns.l %}{% endfor %}")]
    [InlineData(
        "{% set ns = namespace(l=[]) %}{% for i in range(64) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}"
    )]
    [InlineData(
        "{% set ns = namespace(l=[]) %}{% for i in range(64) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ "
            + "ns.l|tojson }}"
    )]
    [InlineData(
        "{% set ns = namespace(l=[]) %}{% for i in range(64) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ "
            + "ns.l == [ns.l[0], [ns.l[0][0], ns.l[0][0]]] }}{{ ns.l|pprint }}"
    )]
    [InlineData(
        "{% set ns = namespace(l=[]) %}{% for i in range(60000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}"
    )]
    [InlineData(
        "{% set ns = namespace(l=()) %}{% for i in range(60000) %}{% set ns.l = (ns.l,) %}{% endfor %}{{ {ns.l: 1} }}"
    )]
    [InlineData(
        "{% set ns = namespace(a=[], b=[]) %}{% for i in range(45000) %}{% set ns.a = [ns.a] %}{% set ns.b = "
            + "[ns.b] %}{% endfor %}{{ ns.a == ns.b }}"
    )]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}")]
    [InlineData("{% include 'self' %}")]
    [InlineData("{% extends 'parent' %}")]
    [InlineData("{% block b %}{{ self.b() }}{% endblock %}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% set l = [] %}{% do l.append(l) %}{{ l }}")]
    [InlineData("{% set l = [1] %}{% for x in l %}{% do l.append(x) %}{% endfor %}")]
    [InlineData("{{ '%999999999d' % 1 }}")]
    [InlineData("{{ '%.999999999f' % 1 }}")]
    [InlineData("{{ '{:999999999}'.format(1) }}")]
    [InlineData("{{ '{:.999999999f}'.format(1) }}")]
    [InlineData("{{ 'x'|center(10**9) }}")]
    [InlineData("{{ 'x'.ljust(10**9) }}")]
    [InlineData("{{ 'x'.zfill(10**9) }}")]
    [InlineData("{{ '\\t\\t'.expandtabs(10**9) }}")]
    [InlineData("{{ ('x\\n' * 1000)|indent(10**6) }}")]
    [InlineData("{{ ('x' * 99999)|replace('', 'y' * 99999) }}")]
    [InlineData("{{ ('x ' * 99999)|wordwrap(1, wrapstring='y' * 99999) }}")]
    [InlineData("{{ [1]|batch(10**9, 0)|list }}")]
    [InlineData("{{ [1]|slice(10**9)|list }}")]
    [InlineData("{{ [[[1]]]|tojson(indent=10**9) }}")]
    [InlineData("{{ 5|round(-10**9) }}")]
    [InlineData("{% set a = 'x' * 500000 %}{% for i in range(99999) %}{% if a ~ 'y' == a %}{% endif %}{% endfor %}")]
    [InlineData(
        "{% set a = 'x' * 500000 %}{% set b = a ~ '' %}{% for i in range(99999) %}{% if a == b %}{% endif %}{% "
            + "endfor %}"
    )]
    [InlineData("{% set a = 'x' * 500000 %}{% for i in range(99999) %}{% if 'yy' in a %}{% endif %}{% endfor %}")]
    [InlineData("{% set a = 'x' * 500000 %}{% for i in range(99999) %}{{ a.count('y') }}{% endfor %}")]
    [InlineData("{% set a = ('<' * 400000) %}{% for i in range(99999) %}{{ a|striptags|length }}{% endfor %}")]
    [InlineData("{% set t = range(99999)|list %}{% for i in range(99999) %}{% if -1 in t %}{% endif %}{% endfor %}")]
    [InlineData("{% for i in range(99999) %}{{ range(99999)|sum }}{% endfor %}")]
    [InlineData(
        "{{ range(99999)|map('string')|sort|list|unique|list|length }}{{ "
            + "range(99999)|sort(reverse=true)|sort|sort|length }}{{ range(99999)|sort|sort|length }}"
    )]
    [InlineData("{% set s = 'a ' * 500000 %}{{ s.split()|length }}")]
    [InlineData("{% set s = 'a ' * 500000 %}{{ s.rsplit()|length }}")]
    [InlineData("{% set s = 'a,' * 500000 %}{{ s.split(',')|length }}")]
    [InlineData("{% set s = '\\n' * 500000 %}{{ s.splitlines()|length }}")]
    [InlineData("{% set s = 'a ' * 40000 %}{% for i in range(99999) %}{{ s.split(none, 1)|length }}{% endfor %}")]
    [InlineData("{% set s = ' ' * 500000 %}{% for i in range(99999) %}{{ s.split()|length }}{% endfor %}")]
    [InlineData("{% set s = '9' * 4000 %}{% for i in range(99999) %}{% set x = s|int %}{% endfor %}")]
    [InlineData("{% set s = 'f' * 4000 %}{% for i in range(99999) %}{% set x = s|int(0, 16) %}{% endfor %}")]
    [InlineData("{% set s = '9' * 500000 %}{% for i in range(99999) %}{% set x = s|int %}{% endfor %}")]
    [InlineData("{% set s = '9' * 500000 %}{% for i in range(99999) %}{% set x = s|float %}{% endfor %}")]
    [InlineData("{% set n = 10 ** 4000 %}{% for i in range(99999) %}{% set x = '%.0s%x' % ('', n) %}{% endfor %}")]
    [InlineData("{% set n = 10 ** 4000 %}{% for i in range(99999) %}{% set x = n|round(-3999) %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 500000 %}{% for i in range(99999) %}{% if s is upper %}{% endif %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 500000 %}{% for i in range(99999) %}{% if s.isalpha() %}{% endif %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 500000 %}{% for i in range(99999) %}{{ s|wordcount }}{% endfor %}")]
    [InlineData("{% set s = 'a' * 500000 %}{% for i in range(99999) %}{% set x = s|trim('b') %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 500000 %}{% set d = {s: 1} %}{% for i in range(99999) %}{{ d[s] }}{% endfor %}")]
    [InlineData("{% set s = 'a' * 500000 %}{% set d = dict() %}{% for i in range(99999) %}{{ d.get(s) }}{% endfor %}")]
    [InlineData("{% set t = ['a' * 500000] * 9999 %}{{ t|unique|list|length }}{{ t|groupby(0)|length }}")]
    [InlineData("{% set s = 'a' * 500000 %}{{ s.startswith((s ~ 'b',) * 99999) }}")]
    [InlineData("{% set p = 'a' * 100000 ~ 'b' ~ 'a' * 100000 %}{{ ('a' * 400000).find(p) }}")]
    [InlineData("{% set p = 'a' * 100000 ~ 'b' ~ 'a' * 100000 %}{{ ('a' * 400000).rindex(p) }}")]
    [InlineData("{% set p = 'a' * 100000 ~ 'b' ~ 'a' * 100000 %}{{ ('a' * 400000).count(p) }}")]
    [InlineData("{% set p = 'a' * 100000 ~ 'b' ~ 'a' * 100000 %}{{ ('a' * 400000).split(p) }}")]
    [InlineData("{% set p = 'a' * 100000 ~ 'b' ~ 'a' * 100000 %}{{ ('a' * 400000).partition(p) }}")]
    [InlineData("{% set p = 'a' * 100000 ~ 'b' ~ 'a' * 100000 %}{{ ('a' * 400000)|replace(p, '') }}")]
    [InlineData("{% set p = 'a' * 100000 ~ 'b' ~ 'a' * 100000 %}{{ p in 'a' * 400000 }}")]
    [InlineData("{{ ('x' * 500000)|wordwrap(1) }}")]
    [InlineData("{{ ('x-' * 200000)|wordwrap(1) }}")]
    [InlineData("{{ ('\\n' * 300000)|wordwrap(1000, wrapstring='y' * 1000) }}")]
    [InlineData(
        "{% set l = range(99999)|list %}{% for i in range(99999) %}{% do l.insert(0, 0) %}{% do l.remove(0) "
            + "%}{% endfor %}"
    )]
    [InlineData("{% set l = ['x' * 100000] * 99999 %}{{ l|join('y' * 100000) }}")]
    [InlineData("{{ (range(100000)|list)|sort|length }}")]
    [InlineData(
        "{% set d = dict() %}{% for i in range(2000) %}{% do d.update({'k' ~ i: i}) %}{% endfor %}{% for i in "
            + "range(99999) %}{{ '{k1}'.format_map(d) }}{% endfor %}"
    )]
    public void A_greedy_template_ends_in_a_budget_error(string source)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Should.Throw<TemplateException>(() => Environment.Parse(source, "greedy").Render());
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(16 << 20);
        error.Kind.ShouldBe(TemplateErrorKind.Budget);
        error.Line.ShouldBe(1);
        error.Excerpt.ShouldContain("^");
    }

    [Theory]
    [InlineData("{{ ", "(", ")", " }}")]
    [InlineData("{{ ", "[", "]", " }}")]
    [InlineData("{{ ", "{1: ", "}", " }}")]
    [InlineData("{{ 1", "", " + 1", " }}")]
    [InlineData("{{ x", "", ".a", " }}")]
    [InlineData("{{ x", "", "[0]", " }}")]
    [InlineData("{{ x", "", "()", " }}")]
    [InlineData("{{ 'x'", "", "|upper", " }}")]
    [InlineData("{{ x", "", " is none", " }}")]
    [InlineData("{{ ", "not ", "", "x }}")]
    [InlineData("{{ ", "-", "", "1 }}")]
    [InlineData("{{ 1", "", " if 1 else 2", " }}")]
    [InlineData("{{ 1", "", " if 1", " }}")]
    [InlineData("{{ 1", "", " and 1", " }}")]
    [InlineData("{{ 1", "", " ** 1", " }}")]
    [InlineData("{{ x", "", "(x", " }}")]
    [InlineData("", "{% if 1 %}", "", "")]
    [InlineData("", "{% for x in y %}", "{% endfor %}", "")]
    [InlineData("", "{% filter upper %}", "{% endfilter %}", "")]
    [InlineData("{% for ", "(", ")", " in x %}{% endfor %}")]
    public void Deep_nesting_is_refused_before_the_stack_ends(string start, string open, string close, string end)
    {
        string source =
            start
            + string.Concat(Enumerable.Repeat(open, 50_000))
            + string.Concat(Enumerable.Repeat(close, 50_000))
            + end;
        Should
            .Throw<TemplateException>(() =>
                TemplateEnvironment.Default.Parse(source[..Math.Min(source.Length, 1 << 20)])
            )
            .Kind.ShouldBe(TemplateErrorKind.Syntax);
    }

    [Theory]
    [InlineData("{{ 1", " ~ 1", " }}")]
    [InlineData("{{ [1", ", 1", "] }}")]
    [InlineData("{{ 1", " < 2", " }}")]
    [InlineData("{{ 'a'", " 'a'", " }}")]
    [InlineData("{{ x", "", "|default(1) }}")]
    public void Long_but_flat_templates_are_fine(string start, string more, string end) =>
        TemplateEnvironment
            .Default.Parse(start + string.Concat(Enumerable.Repeat(more, 2000)) + end)
            .Render()
            .ShouldNotBeEmpty();

    [Theory]
    [InlineData("{{ ns.l }}")]
    [InlineData("{{ ns.l|tojson }}")]
    [InlineData("{{ ns.l|pprint }}")]
    [InlineData("{{ ns.l == ns.m }}")]
    [InlineData("{{ ns.l < ns.m }}")]
    public void Values_are_printed_and_compared_a_thousand_levels_deep_and_no_deeper(string use)
    {
        string Nested(int levels) =>
            $"{{% set ns = namespace(l=[], m=[]) %}}{{% for i in range({levels}) %}}{{% set ns.l = [ns.l] "
            + $"%}}{{% set ns.m = [ns.m] %}}{{% endfor %}}{use}";
        Render(Nested(400)).ShouldNotBeEmpty();
        Error(Nested(1001)).Detail.ShouldBe("values are nested more than 1000 levels deep");
    }

    [Fact]
    public void A_source_that_is_too_long_is_refused() =>
        Should
            .Throw<TemplateException>(() => TemplateEnvironment.Default.Parse(new string('x', (1 << 20) + 1)))
            .Kind.ShouldBe(TemplateErrorKind.Syntax);

    [Theory]
    [InlineData("{{ '%.300000f' % 0.1 == '%.1074f' % 0.1 ~ '0' * 298926 }}")]
    [InlineData("{{ '%.300000e' % 5e-324 == ('%.1073e' % 5e-324)[:1075] ~ '0' * 298927 ~ 'e-324' }}")]
    [InlineData("{{ '{:.300000g}'.format(0.5) == '0.5' }}")]
    [InlineData("{{ ('ab' * 300)|wordwrap(7)|replace('\n', '') == 'ab' * 300 }}")]
    [InlineData("{{ ('😀' * 50)|wordwrap(7)|length == 57 }}")]
    [InlineData("{{ ' a b  c '.split(none, 1) == ['a', 'b  c '] and ' a b  c '.rsplit(none, 1) == [' a b', 'c'] }}")]
    [InlineData("{{ ' a  b '.split(none, 0) == ['a  b '] and ' a  b '.rsplit(none, 0) == [' a  b'] }}")]
    [InlineData(
        "{{ ''.split() == [] and '  '.rsplit() == [] and ' a '.split(none, 5) == ['a'] and ''.split('x') == [''] }}"
    )]
    public void What_is_bounded_gives_what_Python_gives(string template) => Render(template).ShouldBe("True");

    [Fact]
    public void Cancellation_ends_a_long_render()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var template = TemplateEnvironment.Default.Parse("{% for i in range(99999) %}x{% endfor %}");
        Should.Throw<OperationCanceledException>(() => template.Render(cancellationToken: source.Token));
    }

    [Fact]
    public void Within_the_budget_nothing_is_refused() =>
        Render("{% for i in range(5000) %}{{ i }} {% endfor %}").Length.ShouldBeGreaterThan(20_000);

    [Fact]
    public void A_nesting_limit_the_stack_could_not_bear_is_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() =>
            new TemplateEnvironment { Budget = new TemplateBudget { MaxNesting = 151 } }
        );

    [Fact]
    public void Deep_recursion_of_macros_with_deep_expressions_survives_a_small_stack()
    {
        string deep = string.Concat(Enumerable.Repeat("(1 + ", 90)) + "m()|length" + new string(')', 90);
        string source =
            $"{{% macro m() %}}{string.Concat(Enumerable.Repeat("{% if 1 %}", 90))}{{{{ {deep} "
            + $"}}}}{string.Concat(Enumerable.Repeat("{% endif %}", 90))}{{% endmacro %}}{{{{ m() }}}}";
        TemplateException? error = null;
        var thread = new Thread(
            () => error = Should.Throw<TemplateException>(() => TemplateEnvironment.Default.Parse(source).Render()),
            512 * 1024
        );
        thread.Start();
        thread.Join();
        error!.Kind.ShouldBe(TemplateErrorKind.Budget);
    }
}
