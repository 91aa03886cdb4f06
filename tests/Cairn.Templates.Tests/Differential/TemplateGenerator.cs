namespace Cairn.Templates.Tests.Differential;

/// <summary>
/// Random templates over <see cref="Context"/>: mostly well typed, so that most of them render, and sometimes not,
/// so that errors are compared too. The same seed gives the same templates.
/// </summary>
internal sealed class TemplateGenerator
{
    public const string Context = """
        {
          "i": 7, "j": -3, "zero": 0, "big": 12345678901234567890, "f": 2.5, "g": -0.125, "h": 1e21, "k": 1234.5678,
          "s": "Hello World", "t": "a-b_c d", "u": "größe ß 日本 😀", "e": "", "p": "  x y\tz\n", "n": "42", "m": "3.75", "html": "<a href='x'>&amp; \"q\"</a>",
          "yes": true, "no": false, "nil": null,
          "l": [3, 1, 2], "w": ["pear", "Apple", "fig", "apple"], "x": [1, 2.5, "a", null, true, [1, 2]], "empty": [],
          "d": {"b": 1, "a": "two", "C": [1, 2], "n": {"k": "v"}}, "none": {}, "flat": {"x": 3, "y": 1, "z": 2},
          "r": [{"name": "web", "port": 80, "on": true, "tag": {"z": 1}}, {"name": "db", "port": 5432, "on": false, "tag": {"z": 2}},
                {"name": "Api", "port": 80, "on": true}]
        }
        """;

    private readonly Random _random;
    private readonly ExpressionGenerator _expressions;

    public TemplateGenerator(int seed)
    {
        _random = new Random(seed);
        _expressions = new ExpressionGenerator(_random);
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];

    private string Any(int depth) => _expressions.Any(depth);

    private string List(int depth) => _expressions.List(depth);

    /// <summary>A template, the templates it may include, import and extend, and the environment's options.</summary>
    public DifferentialCase Case()
    {
        if (Chance(10))
            return new DifferentialCase($"{{{{ {Any(3)} }}}}", [], Options(), IsNative: true);
        if (Chance(60))
            return new DifferentialCase(Template(), [], Options());
        var others = new Dictionary<string, string>
        {
            ["part"] = Body(1) + "{{ v }}{{ s }}{{ loop is defined }}{% set leaked = 1 %}",
            ["lib"] =
                $"{{% macro mac(v=1) %}}({Body(1)}{{{{ v }}}}{{{{ i }}}}){{% endmacro %}}{{% set val = {Any(1)} "
                + $"%}}{{% set _hidden = 1 %}}{Pick("", "text")}{{% macro outer(q) %}}{{{{ mac(q) }}}}{{% "
                + $"endmacro %}}",
            ["mid"] =
                $"{{% extends {Pick("'base'", "'base' if yes else 'part'")} %}}{Body(1)}{{% block one "
                + $"%}}mid({{{{ super() }}}}){{% endblock %}}{{% set fromMid = 1 %}}",
            ["grand"] =
                $"{{% extends 'mid' %}}{{% block one "
                + $"%}}{Pick("", "{{ super() }}", "{{ super.super() }}")}{Body(1)}{{% endblock %}}{{% block two "
                + $"%}}{{{{ loop is defined }}}}{{{{ v }}}}{{% endblock %}}",
            ["base"] =
                $"<{{% block one %}}{Body(1)}{{% endblock %}}|{{% for v in l %}}{{% block two "
                + $"{Pick("scoped", "", "scoped required", "required")} %}}{{{{ v }}}}{{% endblock %}}{{% endfor "
                + $"%}}|{{{{ fromMid }}}}{{{{ own }}}}{{{{ self.one() }}}}>",
        };
        string template = _random.Next(5) switch
        {
            0 => $"{{% extends '{Pick("base", "mid", "grand")}' %}}{Body(1)}{{% set own = {Any(1)} %}}{{% block "
                + "one "
                + $"%}}[{Body(1)}{Pick("", "{{ super() }}", "{{ super.super() }}", "{{ self.two() }}", "{{ own }}")}]{{% endblock %}}{Pick("", "{% block two %}<{{ v }}>{% endblock %}")}",
            1 => $"{Body(1)}{{% for v in {List(1)} %}}{{% include "
                + $"{Pick("'part'", "['nope', 'part']", "'part' without context", "'nope' ignore missing", "'nope'", "missing")} %}}{Pick("", "{{ loop.index }}")}{{% endfor %}}{{{{ leaked }}}}",
            2 => $"{{% import 'lib' as lib {Pick("", "with context")} %}}{{{{ lib.mac({Any(1)}) }}}}{{{{ lib.val "
                + $"}}}}{{{{ lib.outer(s) }}}}[{{{{ lib._hidden }}}}{{{{ lib.nope }}}}]{Body(1)}",
            3 => $"{{% set i = 99 %}}{{% from 'lib' import mac, val as other, {Pick("nope", "outer")} "
                + $"{Pick("", "with context")} %}}{{{{ mac() }}}}{{{{ other }}}}{{% with i = 5 %}}{{% include "
                + $"'part' %}}{{{{ mac(i) }}}}{{% endwith %}}",
            _ => $"{{% macro deco() %}}<{{{{ caller() }}}}>{{% endmacro %}}{{% for v in [1, 2] %}}{{% call "
                + $"deco() %}}{{% include 'part' %}}{Body(1)}{{% endcall %}}{{% endfor %}}{{% block one scoped "
                + $"%}}{Body(1)}{{% endblock %}}{{{{ self.one() }}}}",
        };
        return new DifferentialCase(template, others, Options());
    }

    private DifferentialOptions Options() =>
        Chance(50)
            ? new DifferentialOptions(false, false, false, "lenient")
            : new DifferentialOptions(Chance(50), Chance(50), Chance(30), Pick("lenient", "strict", "chainable"));

    public string Template()
    {
        int statements = _random.Next(1, 4);
        return string.Concat(Enumerable.Range(0, statements).Select(_ => Statement(2)));
    }

    private string Body(int depth) =>
        string.Concat(Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Statement(depth)));

    private string Open => Pick("{%", "{%", "{%", "{%-", "{%+");

    private string Close => Pick("%}", "%}", "%}", "-%}");

    private string Tag(string content) => $"{Open} {content} {Close}";

    private string Statement(int depth)
    {
        if (depth <= 0 || Chance(50))
        {
            return Chance(75)
                ? $"{Pick("{{", "{{-")} {Any(3)} {Pick("}}", "-}}")}"
                : Pick(
                    " ",
                    "\n",
                    "text\n",
                    "  \n  ",
                    "{# c #}",
                    "a ",
                    "\n\n{#- c -#}\n",
                    "{% raw %} {{ x }} {% endraw %}"
                );
        }

        return _random.Next(32) switch
        {
            0 =>
                $"{Tag($"if {Any(2)}")}{Body(depth - 1)}{Tag($"elif {_expressions.Boolean(2)}")}{Body(depth - 1)}{Tag("else")}{Body(depth - 1)}{Tag("endif")}",
            1 => $"{Tag($"if {_expressions.Boolean(2)}")}{Body(depth - 1)}{Tag("endif")}",
            2 or 3 =>
                $"{Tag($"for v in {List(2)}{Pick("", "", " if v", " if v is string", " if loop is defined")}")}{LoopBody(depth)}{Pick("", Tag("else") + "none")}{Tag("endfor")}",
            4 => $"{Tag($"for a, b in {_expressions.Mapping(1)}.items()")}{{{{ a }}}}={{{{ b "
                + $"}}}};{Body(depth - 1)}{Tag("endfor")}",
            5 => $"{Tag($"for v in {_expressions.Record()}")}{{{{ v.name }}}}{{{{ "
                + $"v.{Pick("port", "tag", "nope", "on", "tag.z")} }}}}{Tag("endfor")}",
            6 or 7 => $"{Tag($"set v = {Any(3)}")}{Statement(depth - 1)}{{{{ v }}}}",
            8 =>
                $"{Tag($"set v{Pick("", "|upper", " | trim | length")}")}{Body(depth - 1)}{Tag("endset")}[{{{{ v }}}}]",
            9 => $"{Tag($"with v = {Any(2)}, q = {Any(1)}")}{Body(depth - 1)}{{{{ v }}}}{{{{ q }}}}{Tag("endwith")}",
            10 => $"{Tag("macro mac(v, q=1, s='dflt')")}<{Body(depth - 1)}{{{{ v }}}}{{{{ q }}}}{{{{ s "
                + $"}}}}{Pick("", "{{ varargs }}", "{{ kwargs }}", "{{ caller() }}")}>{Tag("endmacro")}{{{{ "
                + $"mac({Arguments()}) }}}}",
            11 => $"{Tag("macro mac(v)")}[{{{{ caller(v) "
                + $"}}}}]{Tag("endmacro")}{Tag($"call(z) mac({Any(1)})")}{Body(depth - 1)}{{{{ z "
                + $"}}}}{Tag("endcall")}",
            12 =>
                $"{Tag($"filter {Pick("upper", "trim", "replace('a', 'b')", "title", "indent(2)")}")}{Body(depth - 1)}{Tag("endfilter")}",
            13 =>
                $"{Tag("set ns = namespace(c=0)")}{Tag($"for v in {List(1)}")}{Tag("set ns.c = ns.c + 1")}{Body(depth - 1)}{Tag("endfor")}{{{{ ns.c }}}}",
            14 => $"{Tag($"autoescape {Pick("true", "true", "false")}")}{Body(depth - 1)}{{{{ "
                + $"{_expressions.Str(2)} }}}}{Tag("endautoescape")}",
            15 => $"{Tag("for v in [1, [2, [3]]] recursive")}{{{{ loop.depth }}}}{Tag("if v is iterable")}{{{{ "
                + $"loop(v) }}}}{Tag("else")}{{{{ v }}}}{Tag("endif")}{Tag("endfor")}",
            16 =>
                $"{Tag($"for a in range({Pick("3", "i", "-2, 3", "0, 9, 4")})")}{Tag($"for b in {Pick("range(2)", "range(a)", "l", "x", "[1, 2.5, 's']")}")}{{{{ {_expressions.Arithmetic()} }}}};{{{{ {_expressions.Arithmetic()} }}}} {Pick("", "{% set a = b %}", "{{ loop.index }}")}{Tag("endfor")}{Tag("endfor")}",
            17 =>
                $"{Tag($"set v = {Pick("3", "big", "2.5", "'s'", "true", "missing", "9223372036854775807", "l")}")}{{{{ {_expressions.Arithmetic()} }}}}|{{{{ {_expressions.Arithmetic()} }}}}",
            18 => $"{Tag($"for {Pick("a, b", "(a, b)", "a, (b, v)", "a, b, v")} in {List(2)}")}{{{{ a }}}}={{{{ b "
                + $"}}}};{Tag("endfor")}",
            19 =>
                $"{Tag($"set {Pick("a, b", "v, a", "a, b, v")} = {Pick($"{Any(1)}, {Any(1)}", Any(2), "'xy'")}")}{{{{ a }}}}{{{{ b }}}}{Body(depth - 1)}",
            20 =>
                $"{Tag($"for v in {List(1)}")}{Tag("set outer = loop")}{Tag($"for w in {Pick("v", List(0), "'ab'")}")}{{{{ outer.index }}}}.{{{{ loop.index }}}}{Pick("", "{{ outer.last }}", "{{ outer.length - loop.length }}", "{{ loop.depth }}", "{{ loop }}")}{Body(depth - 1)}{Tag("endfor")}{Tag("else")}{Body(depth - 1)}{Tag("endfor")}",
            21 =>
                $"{Tag("set q = []")}{Tag($"for v in {List(1)}")}{Tag($"do q.{Pick("append(v)", "append([v])", "insert(0, v)", "extend([v, 1])", "append(q|length)")}")}{Pick("", Body(depth - 1))}{Tag("endfor")}{{{{ q }}}}{{{{ q.{Pick("pop()", "pop(0)", "index(1)", "count(1)", "copy()", "reverse()", "sort()", "clear()", "remove(3)", "pop(99)", "sort(reverse=true)")} }}}}{{{{ q }}}}",
            22 =>
                $"{Tag($"set q = {{{Pick("", "'a': 1", "1: 2, 'k': [v]")}}}")}{Tag($"do q.{Pick("update({'z': 1})", "update(a=5)", "setdefault('k', 3)", "pop('a')", "pop('x', none)", "clear()", "popitem()", "update(1)")}")}{{{{ q }}}}{Tag($"for v in q{Pick("", ".items()", ".keys()|sort", ".values()")}")}{{{{ v }}}},{Tag("endfor")}{{{{ q == {_expressions.Mapping(1)} }}}}{{{{ 'a' in q }}}}",
            23 =>
                $"{Tag("set c = cycler('a', 2, none)")}{Tag("set j = joiner(', ')")}{Tag($"for v in {List(1)}")}{{{{ j() }}}}{{{{ c.next() }}}}{{{{ c.current }}}}{Tag("endfor")}{Pick("{% do c.reset() %}", "")}{{{{ c.current }}}}",
            24 =>
                $"{Tag($"for v in {Pick("[1, [2, [3, 4], 5], 6]", "[[[]], [1]]", "x")} recursive{Pick("", "", " if v")}")}{{{{ loop.depth0 }}}}:{{{{ loop.index }}}}/{{{{ loop.length }}}}{Pick("", "{{ loop.previtem }}", "{{ loop.nextitem }}")}{Tag("if v is iterable and v is not string")}{{{{ loop(v{Pick("", "|reverse", "[1:]")}){Pick("", "|upper")} }}}}{Tag("else")}{{{{ v }}}}{Tag("endif")}{Tag("else")}empty{Tag("endfor")}",
            25 => $"{Tag($"macro mac(a, b=a, {Pick("v=b", "v=s", "v=missing", "v=loop", "v=caller")})")}{{{{ a "
                + $"}}}}{{{{ b }}}}{{{{ v "
                + $"}}}}{Body(depth - 1)}{Pick("", "{{ varargs|length }}", "{{ caller is defined }}", "{{ kwargs|dictsort }}")}{Tag("endmacro")}{{{{ mac.name }}}}{{{{ mac.arguments }}}}{{{{ mac.catch_varargs }}}}{{{{ mac.catch_kwargs }}}}{{{{ mac.caller }}}}{Tag($"for s in {List(1)}")}{{{{ mac({Arguments()}) }}}}{Tag("endfor")}",
            26 =>
                $"{Tag($"if {_expressions.Boolean(1)}")}{Tag($"set v = {Any(1)}")}{Pick("", Tag("else") + Tag("set q = 1"))}{Tag("endif")}{{{{ v }}}}{{{{ q }}}}{Tag($"for a in {List(1)}")}{Tag("if a")}{Tag("set v = a")}{Tag("endif")}{{{{ v }}}}{Tag("endfor")}{{{{ v }}}}",
            27 =>
                $"{Tag("set ns = namespace(v=1, **flat)")}{Tag($"set ns.{Pick("v", "w", "x")} = {Any(2)}")}{Tag($"if {_expressions.Boolean(1)}")}{Tag("set ns.v = ns.x")}{Tag("endif")}{{{{ ns.v }}}}{{{{ ns.w }}}}{{{{ ns['x'] }}}}{Tag("set ns.a, b = 1, 2")}{{{{ ns.a + b }}}}",
            28 =>
                $"{Tag($"for v in {Pick("u", "s", "d", "d.n", "flat", "missing", "i", "nil", "dict(a=1)|items", "r|map(attribute='name')", "l|select('odd')", "r|groupby('port')")}")}{LoopBody(depth)}{Tag("else")}-{Tag("endfor")}",
            29 => $"{Pick("  ", "\t", "")}{{#{Pick("-", "+", "")} c "
                + $"{Pick("-", "")}#}}{Pick("\n", " \n ", "")}{Open} raw "
                + $"{Close}{Pick(" {{ x }} ", "\n{% if %}\n", " {# #} ")}{Open} endraw "
                + $"{Close}{Pick("\n", "  \n")}{Pick("{{ i -}}", "{{+ i }}", "{{- i +}}", "{{ '}}' }}", "{{ {'a': {'b': 1}} }}", "{{ \"%}\" }}")}{Pick("\n", "\t", "\r\n", "")}",
            30 => $"{Tag($"with v = {Any(1)}, q = v")}{Body(depth - 1)}{{{{ q "
                + $"}}}}{Tag($"with{Pick("", " q = q ~ 1")}")}{Tag("set v = 5")}{{{{ q }}}}{Tag("endwith")}{{{{ v "
                + $"}}}}{Tag("endwith")}",
            _ => $"{Tag($"block b{_random.Next(1000)}{Pick("", " scoped")}")}{Body(depth - 1)}{Tag("endblock")}",
        };
    }

    private string LoopBody(int depth) =>
        Body(depth - 1)
        + Pick(
            "{{ v }}",
            "{{ loop.index }}",
            "{{ loop.first }}{{ loop.last }}",
            "{{ loop.length }}/{{ loop.revindex }}",
            "{{ loop.previtem }}-{{ loop.nextitem }}",
            "{{ loop.cycle('o', 'e') }}",
            "{{ loop.changed(v) }}",
            "{% set s = v %}{{ s }}",
            $"{{% if {_expressions.Boolean(1)} %}}{{% {Pick("break", "continue")} %}}{{% endif %}}{{{{ v "
                + $"}}}}{{{{ loop.last }}}}",
            "{{ loop.index0 }}{{ loop.revindex0 }}{{ loop.depth }}",
            "{{ loop.cycle(*[v, 1]) }}{{ loop.changed(v, 1) }}",
            "{% if loop.first %}{% continue %}{% endif %}{{ loop.previtem }}"
        );

    private string Arguments() =>
        Pick(
            "",
            Any(1),
            $"{Any(1)}, {Any(1)}",
            $"q={Any(1)}",
            $"{Any(1)}, s={Any(1)}",
            $"*{_expressions.ListName()}",
            $"1, 2, 3, {Any(1)}",
            $"1, zz={Any(1)}",
            "**flat"
        );
}
