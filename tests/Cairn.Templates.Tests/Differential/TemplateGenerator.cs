using System.Globalization;

namespace Cairn.Templates.Tests.Differential;

/// <summary>
/// Random templates over <see cref="Context"/>: mostly well typed, so that most of them render, and sometimes not,
/// so that errors are compared too. The same seed gives the same templates.
/// </summary>
sealed class TemplateGenerator(int seed)
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

    static readonly string[] Integers = ["i", "j", "zero", "0", "1", "2", "10", "-1", "255", "big", "l|length", "s|length", "l[0]", "r[0].port"];
    static readonly string[] Floats = ["f", "g", "k", "0.5", "1.0", "1e3", "2.675", "h", "100.0", "0.1", "-7.5"];
    static readonly string[] Strings = ["s", "t", "u", "e", "p", "n", "m", "html", "'abc'", "'a,b,,c'", "\"it's\"", "'x=%s'", "d.a", "w[1]", "r[1].name", "'ß'", "'a\\nb\\n\\nc'"];
    static readonly string[] Lists = ["l", "w", "x", "empty", "[1, 2, 3]", "['b', 'A', 'c']", "range(5)", "range(3, 20, 4)", "(1, 'x')", "r|map(attribute='port')|list", "d.values()|list", "d.items()|list", "[[2, 'b'], [1, 'a']]", "w[1:3]"];
    static readonly string[] Records = ["r", "r[:2]", "r|sort(attribute='name')", "r|selectattr('on')|list"];
    static readonly string[] Mappings = ["d", "none", "flat", "{'q': 1, 'a': 'z'}", "r[0]", "dict(a=1, b=s)", "{1: 'x', 'y': 2.5}"];
    static readonly string[] Missing = ["missing", "d.zzz", "l[99]", "(1 if no)", "none.q"];
    static readonly string[] Booleans = ["yes", "no", "true", "i > 3", "s is string", "l is iterable", "missing is defined"];

    static readonly string[] Tests =
    [
        "defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "number", "string", "mapping", "sequence",
        "iterable", "callable", "escaped", "lower", "upper", "odd", "even", "divisibleby(2)", "divisibleby 3", "sameas none",
        "in [1, 's', 2.5]", "eq 7", "ne 's'", "lt 5", "ge 0", "filter", "test", "==(1)",
    ];

    readonly Random _random = new(seed);

    bool Chance(int percent) => _random.Next(100) < percent;

    string Pick(params string[] choices) => choices[_random.Next(choices.Length)];

    string Number() => _random.Next(-4, 9).ToString(CultureInfo.InvariantCulture);

    string Small() => _random.Next(1, 6).ToString(CultureInfo.InvariantCulture);

    /// <summary>A template, the templates it may include, import and extend, and the environment's options.</summary>
    public DifferentialCase Case()
    {
        if (Chance(60))
        {
            return new DifferentialCase(Template(), [], Options());
        }
        var others = new Dictionary<string, string>
        {
            ["part"] = Body(1) + "{{ v }}{{ s }}{{ loop is defined }}{% set leaked = 1 %}",
            ["lib"] = $"{{% macro mac(v=1) %}}({Body(1)}{{{{ v }}}}{{{{ i }}}}){{% endmacro %}}{{% set val = {Any(1)} %}}{{% set _hidden = 1 %}}{Pick("", "text")}{{% macro outer(q) %}}{{{{ mac(q) }}}}{{% endmacro %}}",
            ["mid"] = $"{{% extends {Pick("'base'", "'base' if yes else 'part'")} %}}{Body(1)}{{% block one %}}mid({{{{ super() }}}}){{% endblock %}}{{% set fromMid = 1 %}}",
            ["base"] = $"<{{% block one %}}{Body(1)}{{% endblock %}}|{{% for v in l %}}{{% block two {Pick("scoped", "")} %}}{{{{ v }}}}{{% endblock %}}{{% endfor %}}|{{{{ fromMid }}}}{{{{ own }}}}{{{{ self.one() }}}}>",
        };
        string template = _random.Next(5) switch
        {
            0 => $"{{% extends '{Pick("base", "mid")}' %}}{Body(1)}{{% set own = {Any(1)} %}}{{% block one %}}[{Body(1)}{Pick("", "{{ super() }}", "{{ super.super() }}", "{{ self.two() }}", "{{ own }}")}]{{% endblock %}}{Pick("", "{% block two %}<{{ v }}>{% endblock %}")}",
            1 => $"{Body(1)}{{% for v in {List(1)} %}}{{% include {Pick("'part'", "['nope', 'part']", "'part' without context", "'nope' ignore missing", "'nope'", "missing")} %}}{Pick("", "{{ loop.index }}")}{{% endfor %}}{{{{ leaked }}}}",
            2 => $"{{% import 'lib' as lib {Pick("", "with context")} %}}{{{{ lib.mac({Any(1)}) }}}}{{{{ lib.val }}}}{{{{ lib.outer(s) }}}}[{{{{ lib._hidden }}}}{{{{ lib.nope }}}}]{Body(1)}",
            3 => $"{{% set i = 99 %}}{{% from 'lib' import mac, val as other, {Pick("nope", "outer")} {Pick("", "with context")} %}}{{{{ mac() }}}}{{{{ other }}}}{{% with i = 5 %}}{{% include 'part' %}}{{{{ mac(i) }}}}{{% endwith %}}",
            _ => $"{{% macro deco() %}}<{{{{ caller() }}}}>{{% endmacro %}}{{% for v in [1, 2] %}}{{% call deco() %}}{{% include 'part' %}}{Body(1)}{{% endcall %}}{{% endfor %}}{{% block one scoped %}}{Body(1)}{{% endblock %}}{{{{ self.one() }}}}",
        };
        return new DifferentialCase(template, others, Options());
    }

    DifferentialOptions Options() => Chance(50)
        ? new DifferentialOptions(false, false, false, "lenient")
        : new DifferentialOptions(Chance(50), Chance(50), Chance(30), Pick("lenient", "strict", "chainable"));

    public string Template()
    {
        int statements = _random.Next(1, 4);
        return string.Concat(Enumerable.Range(0, statements).Select(_ => Statement(2)));
    }

    string Body(int depth) => string.Concat(Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Statement(depth)));

    string Open => Pick("{%", "{%", "{%", "{%-", "{%+");

    string Close => Pick("%}", "%}", "%}", "-%}");

    string Tag(string content) => $"{Open} {content} {Close}";

    string Statement(int depth)
    {
        if (depth <= 0 || Chance(50))
        {
            return Chance(75) ? $"{Pick("{{", "{{-")} {Any(3)} {Pick("}}", "-}}")}" : Pick(" ", "\n", "text\n", "  \n  ", "{# c #}", "a ", "\n\n{#- c -#}\n", "{% raw %} {{ x }} {% endraw %}");
        }
        return _random.Next(17) switch
        {
            0 => $"{Tag($"if {Any(2)}")}{Body(depth - 1)}{Tag($"elif {Boolean(2)}")}{Body(depth - 1)}{Tag("else")}{Body(depth - 1)}{Tag("endif")}",
            1 => $"{Tag($"if {Boolean(2)}")}{Body(depth - 1)}{Tag("endif")}",
            2 or 3 => $"{Tag($"for v in {List(2)}{Pick("", "", " if v", " if v is string", " if loop is defined")}")}{LoopBody(depth)}{Pick("", Tag("else") + "none")}{Tag("endfor")}",
            4 => $"{Tag($"for a, b in {Mapping(1)}.items()")}{{{{ a }}}}={{{{ b }}}};{Body(depth - 1)}{Tag("endfor")}",
            5 => $"{Tag($"for v in {Records[_random.Next(Records.Length)]}")}{{{{ v.name }}}}{{{{ v.{Pick("port", "tag", "nope", "on", "tag.z")} }}}}{Tag("endfor")}",
            6 or 7 => $"{Tag($"set v = {Any(3)}")}{Statement(depth - 1)}{{{{ v }}}}",
            8 => $"{Tag($"set v{Pick("", "|upper", " | trim | length")}")}{Body(depth - 1)}{Tag("endset")}[{{{{ v }}}}]",
            9 => $"{Tag($"with v = {Any(2)}, q = {Any(1)}")}{Body(depth - 1)}{{{{ v }}}}{{{{ q }}}}{Tag("endwith")}",
            10 => $"{Tag("macro mac(v, q=1, s='dflt')")}<{Body(depth - 1)}{{{{ v }}}}{{{{ q }}}}{{{{ s }}}}{Pick("", "{{ varargs }}", "{{ kwargs }}", "{{ caller() }}")}>{Tag("endmacro")}{{{{ mac({Arguments()}) }}}}",
            11 => $"{Tag("macro mac(v)")}[{{{{ caller(v) }}}}]{Tag("endmacro")}{Tag($"call(z) mac({Any(1)})")}{Body(depth - 1)}{{{{ z }}}}{Tag("endcall")}",
            12 => $"{Tag($"filter {Pick("upper", "trim", "replace('a', 'b')", "title", "indent(2)")}")}{Body(depth - 1)}{Tag("endfilter")}",
            13 => $"{Tag("set ns = namespace(c=0)")}{Tag($"for v in {List(1)}")}{Tag("set ns.c = ns.c + 1")}{Body(depth - 1)}{Tag("endfor")}{{{{ ns.c }}}}",
            14 => $"{Tag($"autoescape {Pick("true", "true", "false")}")}{Body(depth - 1)}{{{{ {Str(2)} }}}}{Tag("endautoescape")}",
            15 => $"{Tag("for v in [1, [2, [3]]] recursive")}{{{{ loop.depth }}}}{Tag("if v is iterable")}{{{{ loop(v) }}}}{Tag("else")}{{{{ v }}}}{Tag("endif")}{Tag("endfor")}",
            _ => $"{Tag($"block b{_random.Next(1000)}{Pick("", " scoped")}")}{Body(depth - 1)}{Tag("endblock")}",
        };
    }

    string LoopBody(int depth) => Body(depth - 1) + Pick("{{ v }}", "{{ loop.index }}", "{{ loop.first }}{{ loop.last }}", "{{ loop.length }}/{{ loop.revindex }}",
        "{{ loop.previtem }}-{{ loop.nextitem }}", "{{ loop.cycle('o', 'e') }}", "{{ loop.changed(v) }}", "{% set s = v %}{{ s }}");

    string Arguments() => Pick("", Any(1), $"{Any(1)}, {Any(1)}", $"q={Any(1)}", $"{Any(1)}, s={Any(1)}", $"*{Lists[_random.Next(Lists.Length)]}", $"1, 2, 3, {Any(1)}", $"1, zz={Any(1)}", "**flat");

    string Any(int depth) => _random.Next(14) switch
    {
        0 or 1 => Int(depth),
        2 => Float(depth),
        3 or 4 or 5 => Str(depth),
        6 or 7 or 8 => List(depth),
        9 => Mapping(depth),
        10 => Boolean(depth),
        11 => Pick("v", "nil", "x", "q", "a"),
        12 => depth > 0 ? $"{Any(depth - 1)} if {Boolean(depth - 1)}{Pick($" else {Any(depth - 1)}", "")}" : "s",
        _ => Chance(30) ? Missing[_random.Next(Missing.Length)] : Str(depth),
    };

    /// <summary>Something of the wanted sort; now and then something else.</summary>
    string Operand(Func<int, string> wanted, int depth) => Chance(6) ? $"({Any(depth)})" : $"({wanted(depth)})";

    string Int(int depth) => depth <= 0 || Chance(30) ? Pick(Integers) : _random.Next(8) switch
    {
        0 or 1 => Chance(15)
            ? $"{Operand(Int, depth - 1)} ** {Small()}"
            : $"{Operand(Int, depth - 1)} {Pick("+", "-", "*", "//", "%")} {Pick(Operand(Int, depth - 1), Small())}",
        2 => $"{Operand(List, depth - 1)}|{Pick("length", "count", "sum", "first", "last", "min", "max")}",
        3 => $"{Operand(Str, depth - 1)}|{Pick("int", "length", "wordcount", "int(5)", "int(0, 16)", "int(base=2)")}",
        4 => $"{Operand(Float, depth - 1)}|{Pick("int", "round|int", "abs|int")}",
        5 => $"{Operand(Str, depth - 1)}.{Pick("find('o')", "count('a')", "rfind('l')", "find('b', 2)", "index('a')")}",
        6 => $"-{Operand(Int, depth - 1)}",
        _ => $"{Operand(Int, depth - 1)}|abs",
    };

    string Float(int depth) => depth <= 0 || Chance(30) ? Pick(Floats) : _random.Next(6) switch
    {
        0 => $"{Operand(Int, depth - 1)} / {Operand(Int, depth - 1)}",
        1 => $"{Operand(Float, depth - 1)} {Pick("+", "-", "*", "/", "//", "%", "**")} {Pick(Operand(Int, depth - 1), Operand(Float, depth - 1))}",
        2 => $"{Operand(Float, depth - 1)}|round({Pick("", "1", "2", "-1", "0", "3", "1, 'floor'", "2, 'ceil'", "precision=1")})",
        3 => $"{Operand(Str, depth - 1)}|float{Pick("", "(1.5)")}",
        4 => $"{Operand(Int, depth - 1)}|float",
        _ => $"{Operand(Float, depth - 1)}|abs",
    };

    string Boolean(int depth) => depth <= 0 || Chance(25) ? Pick(Booleans) : _random.Next(6) switch
    {
        0 => $"{Any(depth - 1)} is {Pick("", "not ")}{Pick(Tests)}",
        1 => $"{Operand(Int, depth - 1)} {Pick("<", "<=", ">", ">=", "==", "!=")} {Operand(Pick("", "x") == "" ? Int : Float, depth - 1)}",
        2 => $"{Operand(Str, depth - 1)} {Pick("<", "==", "in", "not in", "!=", ">=")} {Operand(Str, depth - 1)}",
        3 => $"{Any(depth - 1)} {Pick("in", "not in")} {Operand(List, depth - 1)}",
        4 => $"not {Any(depth - 1)}",
        _ => $"({Any(depth - 1)}) {Pick("and", "or")} ({Any(depth - 1)})",
    };

    string Str(int depth) => depth <= 0 || Chance(20) ? Pick(Strings) : _random.Next(12) switch
    {
        0 => $"{Operand(Str, depth - 1)} ~ {Operand(Any, depth - 1)}",
        1 => $"{Operand(Str, depth - 1)} + {Operand(Str, depth - 1)}",
        2 => $"{Operand(Str, depth - 1)} * {Number()}",
        3 => $"{Operand(Str, depth - 1)}[{Pick("0", "-1", "1", "99", "1:", ":-1", "::2", "::-1", "1:4", "-3:", "5:1:-2")}]",
        4 or 5 or 6 => $"{Operand(Str, depth - 1)}|{StringFilter()}",
        7 or 8 => $"{Operand(Str, depth - 1)}.{StringMethod()}",
        9 => $"{Operand(List, depth - 1)}|{Pick("join", "join(',')", "join(', ')", "string", "pprint", "tojson", "join('', attribute='name')")}",
        10 => $"'{Pick("%s", "%5s|", "%-4s|", "%d", "%05d", "%x", "%.2f", "%e", "%g", "%r", "%+d", "%.3s", "%%%s", "%8.3f", "%#x", "%c")}' % {Operand(Any, depth - 1)}",
        _ => $"'{Pick("{}", "{0}", "{:>8}", "{:<6}|", "{:^7}", "{:05d}", "{:.2f}", "{:,}", "{:x}", "{!r}", "{:+}", "{:e}", "{:.1%}", "{:g}", "{:.3}", "{0[0]}", "{:*^9}", "{:#b}", "{:10.2f}", "{:_}")}'.format({Operand(Any, depth - 1)})",
    };

    string StringFilter() => Pick(
        "upper", "lower", "title", "capitalize", "trim", "trim('a ')", "reverse", "center(20)", "center(7)", "e", "escape", "forceescape", "safe", "string",
        "replace('a', 'XX')", "replace('l', '', 1)", "replace('', '-')", "truncate(8)", "truncate(5, true)", "truncate(7, false, '~', 0)", "indent", "indent(2, true)",
        "indent(width=1, blank=true)", "urlencode", "striptags", "wordwrap(5)", "wordwrap(4, false)", "wordwrap(6, wrapstring='|')", "default('x')", "default('x', true)",
        "tojson", "list", "first", "last", "format(1)", "format(s, i)", "filesizeformat", "batch(3)|list", "sort", "sort|join", "unique|list", "d('q', boolean=true)",
        "urlize", "map('upper')|list", "slice(3)|list", "upper|lower", "select('in', 'aeiou')|list", "xmlattr", "length", "attr('x')", "tojson(2)");

    string StringMethod() => Pick(
        "upper()", "lower()", "title()", "capitalize()", "swapcase()", "strip()", "lstrip()", "rstrip('dz')", "split()", "split(',')", "split('-', 1)", "rsplit(' ', 1)", "rsplit()",
        "splitlines()", "splitlines(true)", "replace('a', 'b')", "startswith('a')", "endswith(('c', 'd'))", "find('o')", "join(['1', '2'])", "center(9, '*')", "ljust(12)", "rjust(12, '.')",
        "zfill(10)", "partition('-')", "rpartition(' ')", "isdigit()", "isalpha()", "isalnum()", "isspace()", "isupper()", "islower()", "istitle()", "isnumeric()", "isdecimal()", "isidentifier()", "isascii()", "isprintable()",
        "removeprefix('a')", "removesuffix('d')", "expandtabs(4)", "casefold()", "count('')", "nosuch()", "nosuch", "split(none, 1)", "index('a')", "strip('Ha ')", "find('o', -5)", "split('')");

    string List(int depth) => depth <= 0 || Chance(25) ? Pick(Lists) : _random.Next(10) switch
    {
        0 => $"[{Any(depth - 1)}, {Any(depth - 1)}]",
        1 => $"{Operand(List, depth - 1)} + {Operand(List, depth - 1)}",
        2 => $"{Operand(List, depth - 1)} * {Number()}",
        3 => $"{Operand(List, depth - 1)}[{Pick("0", "-1", "1:", ":-1", "::2", "::-1", "1:2", "-2:", "9:", "0.5", "'a'")}]",
        4 or 5 or 6 => $"{Operand(List, depth - 1)}|{ListFilter()}",
        7 => $"{Pick(Records)}|{RecordFilter()}",
        8 => $"{Operand(Mapping, depth - 1)}.{Pick("keys()|list", "values()|list", "items()|list", "items()|sort", "get('a')", "get('q', 5)", "a", "copy()")}",
        _ => $"({Any(depth - 1)},)",
    };

    string ListFilter() => Pick(
        "sort", "sort(true)", "sort(case_sensitive=true)", "reverse|list", "list", "unique|list", "first", "last", "batch(2)|list", "batch(2, 'f')|list", "slice(2)|list", "slice(3, 0)|list",
        "map('string')|list", "map('int')|list", "map('upper')|join(',')", "map('default', 'z')|list", "select|list", "reject|list", "select('odd')|list", "select('string')|list", "reject('none')|list",
        "select('gt', 1)|list", "select('in', [1, 'a'])|list", "join('-')", "sum", "min", "max", "length", "tojson", "tojson(indent=1)", "random|default(1) is defined", "string", "default([])", "map('abs')|list", "map('round', 1)|list",
        "map(attribute=0)|list", "map(attribute='0', default='-')|list", "groupby(0)|list", "sort(attribute=0)", "items|list", "dictsort", "select('sequence')|list", "map('list')|list", "map('length')|list",
        "count", "urlencode", "unique(true)|list", "map('tojson')|list", "selectattr('x')|list", "pprint", "map('format', 1)|list", "upper");

    string RecordFilter() => Pick(
        "map(attribute='name')|list", "map(attribute='tag.z')|list", "map(attribute='tag.z', default=0)|list", "selectattr('on')|map(attribute='name')|list", "rejectattr('on')|list|length",
        "selectattr('port', 'eq', 80)|map(attribute='name')|join(',')", "selectattr('tag', 'defined')|list", "groupby('port')|list", "groupby('on')|map(attribute='grouper')|list", "groupby('name')|map(attribute='list')|map('length')|list",
        "sort(attribute='port,name')|map(attribute='name')|list", "sort(attribute='port', reverse=true)|map(attribute='name')|list", "sum(attribute='port')", "min(attribute='port')", "max(attribute='name')", "unique(attribute='port')|list",
        "join('|', attribute='name')", "selectattr('port', 'gt', 100)|list", "map('dictsort')|list", "map(attribute='missing')|list", "groupby('tag.z', default='x')|list", "sort(attribute='tag')", "rejectattr('name', 'in', ['web'])|list", "tojson", "map('length')|list");

    string Mapping(int depth) => depth <= 0 || Chance(40) ? Pick(Mappings) : _random.Next(4) switch
    {
        0 => $"{{'k': {Any(depth - 1)}, {Str(depth - 1)}: {Any(depth - 1)}}}",
        1 => $"dict({Operand(Mapping, depth - 1)}, z={Any(depth - 1)})",
        2 => $"{Operand(Mapping, depth - 1)}|{Pick("dictsort", "items|list", "list", "length", "first", "tojson", "xmlattr", "urlencode", "sort", "dictsort(true)", "dictsort(by='value')", "dictsort(reverse=true)", "string", "pprint", "reverse|list", "join(',')", "tojson(indent=2)", "max", "unique|list", "default(1)", "map('upper')|list")}",
        _ => $"{Operand(Mapping, depth - 1)}{Pick(".a", "['b']", ".n.k", ".C[1]", "['n']['k']", ".nope", ".get('b')")}",
    };
}
