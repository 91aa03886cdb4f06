using System.Globalization;

namespace Cairn.Templates.Tests.Differential;

/// <summary>Random expressions over <see cref="TemplateGenerator.Context"/>: of a wanted sort, and now and then of
/// another.</summary>
internal sealed class ExpressionGenerator(Random random)
{
    private static readonly string[] Integers =
    [
        "i",
        "j",
        "zero",
        "0",
        "1",
        "2",
        "10",
        "-1",
        "255",
        "big",
        "9223372036854775807",
        "-9223372036854775808",
        "4294967296",
        "-2147483648",
        "1_000",
        "0x1f",
        "0b101",
        "0o17",
        "l|length",
        "s|length",
        "l[0]",
        "r[0].port",
    ];
    private static readonly string[] Floats =
    [
        "f",
        "g",
        "k",
        "0.5",
        "1.0",
        "1e3",
        "2.675",
        "h",
        "100.0",
        "0.1",
        "-7.5",
    ];
    private static readonly string[] Strings =
    [
        "s",
        "t",
        "u",
        "e",
        "p",
        "n",
        "m",
        "html",
        "'abc'",
        "'a,b,,c'",
        "\"it's\"",
        "'x=%s'",
        "d.a",
        "w[1]",
        "r[1].name",
        "'ß'",
        "'a\\nb\\n\\nc'",
        "'日本😀x'",
        "'e\\u0301\\x41'",
        "'a' 'b'",
        "'İıǆﬁ'",
        "'\\ta\\r\\nb'",
    ];
    private static readonly string[] Lists =
    [
        "l",
        "w",
        "x",
        "empty",
        "[1, 2, 3]",
        "['b', 'A', 'c']",
        "range(5)",
        "range(3, 20, 4)",
        "(1, 'x')",
        "r|map(attribute='port')|list",
        "d.values()|list",
        "d.items()|list",
        "[[2, 'b'], [1, 'a']]",
        "w[1:3]",
    ];
    private static readonly string[] Records = ["r", "r[:2]", "r|sort(attribute='name')", "r|selectattr('on')|list"];
    private static readonly string[] Mappings =
    [
        "d",
        "none",
        "flat",
        "{'q': 1, 'a': 'z'}",
        "r[0]",
        "dict(a=1, b=s)",
        "{1: 'x', 'y': 2.5}",
    ];
    private static readonly string[] Missing = ["missing", "d.zzz", "l[99]", "(1 if no)", "none.q"];
    private static readonly string[] Booleans =
    [
        "yes",
        "no",
        "true",
        "i > 3",
        "s is string",
        "l is iterable",
        "missing is defined",
        "0 < i < 9",
        "i == 7 != 8",
        "1 < 2 in [2]",
        "not i",
        "'a' not in s",
        "i is not none",
    ];

    private static readonly string[] Tests =
    [
        "defined",
        "undefined",
        "none",
        "boolean",
        "true",
        "false",
        "integer",
        "float",
        "number",
        "string",
        "mapping",
        "sequence",
        "iterable",
        "callable",
        "escaped",
        "lower",
        "upper",
        "odd",
        "even",
        "divisibleby(2)",
        "divisibleby 3",
        "sameas none",
        "in [1, 's', 2.5]",
        "eq 7",
        "ne 's'",
        "lt 5",
        "ge 0",
        "filter",
        "test",
        "==(1)",
    ];

    private static readonly string[] Arithmetical =
    [
        "v",
        "v",
        "a",
        "b",
        "i",
        "j",
        "zero",
        "f",
        "yes",
        "s",
        "big",
        "0",
        "1",
        "2",
        "3",
        "7",
        "-1",
        "-7",
        "10",
        "64",
        "2147483647",
        "2147483648",
        "4294967295",
        "4294967296",
        "-4294967297",
        "9007199254740993",
        "4611686018427387904",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "0.5",
    ];

    private bool Chance(int percent) => random.Next(100) < percent;

    public string Pick(params string[] choices) => choices[random.Next(choices.Length)];

    private string Number() => random.Next(-4, 9).ToString(CultureInfo.InvariantCulture);

    private string Small() => random.Next(1, 6).ToString(CultureInfo.InvariantCulture);

    public string ListName() => Pick(Lists);

    public string Any(int depth) =>
        random.Next(15) switch
        {
            0 or 1 => Int(depth),
            2 => Float(depth),
            3 or 4 or 5 => Str(depth),
            6 or 7 or 8 => List(depth),
            9 => Mapping(depth),
            10 => Boolean(depth),
            11 => Pick("v", "nil", "x", "q", "a"),
            12 => depth > 0 ? $"{Any(depth - 1)} if {Boolean(depth - 1)}{Pick($" else {Any(depth - 1)}", "")}" : "s",
            13 => Unbracketed(random.Next(2, 5)),
            _ => Chance(30) ? Missing[random.Next(Missing.Length)] : Str(depth),
        };

    /// <summary>Something of the wanted sort; now and then something else.</summary>
    private string Operand(Func<int, string> wanted, int depth) => Chance(6) ? $"({Any(depth)})" : $"({wanted(depth)})";

    /// <summary>Operators without brackets, so that their precedence is seen.</summary>
    private string Unbracketed(int operands)
    {
        string text = "";
        for (int i = 0; i < operands; i++)
        {
            text +=
                i == 0
                    ? ""
                    : " "
                        + $"{Pick("+", "-", "*", "/", "//", "%", "** 2 *", "~", "<", ">=", "==", "!=", "in", "not in", "and", "or", "and not", "is odd or", "if", "if i else")} ";
            text +=
                Pick("", "", "", "-", "not ", "+")
                + Pick(Chance(70) ? Pick(Integers) : Pick(Floats), Pick(Strings), Pick(Lists), "v");
            text += Pick("", "", "", "|abs", "|string", "|length", "[0]", " is string", " is not none");
        }
        return text;
    }

    /// <summary>Arithmetic on names and integers only, also beyond 64 bits.</summary>
    public string Arithmetic() =>
        $"{Pick(Arithmetical)} {Pick("+", "-", "*", "//", "%", "/")} "
        + $"{Pick(Arithmetical)}{Pick("", $" {Pick("+", "-", "*", "//", "%")} {Pick(Arithmetical)}")}";

    public string Record() => Pick(Records);

    public string Int(int depth) =>
        depth <= 0 || Chance(30)
            ? Pick(Integers)
            : random.Next(9) switch
            {
                0 or 1 => Chance(15)
                    ? $"{Operand(Int, depth - 1)} ** {Small()}"
                    : $"{Operand(Int, depth - 1)} {Pick("+", "-", "*", "//", "%")} "
                        + $"{Pick(Operand(Int, depth - 1), Small())}",
                2 => $"{Operand(List, depth - 1)}|{Pick("length", "count", "sum", "first", "last", "min", "max")}",
                3 =>
                    $"{Operand(Str, depth - 1)}|{Pick("int", "length", "wordcount", "int(5)", "int(0, 16)", "int(base=2)")}",
                4 => $"{Operand(Float, depth - 1)}|{Pick("int", "round|int", "abs|int")}",
                5 =>
                    $"{Operand(Str, depth - 1)}.{Pick("find('o')", "count('a')", "rfind('l')", "find('b', 2)", "index('a')")}",
                6 => $"{Pick("-", "+", "- -", "2 - -")}{Operand(Int, depth - 1)}",
                7 => Arithmetic(),
                _ => $"{Operand(Int, depth - 1)}|abs",
            };

    private string Float(int depth) =>
        depth <= 0 || Chance(30)
            ? Pick(Floats)
            : random.Next(6) switch
            {
                0 => $"{Operand(Int, depth - 1)} / {Operand(Int, depth - 1)}",
                1 => $"{Operand(Float, depth - 1)} {Pick("+", "-", "*", "/", "//", "%", "**")} "
                    + $"{Pick(Operand(Int, depth - 1), Operand(Float, depth - 1))}",
                2 =>
                    $"{Operand(Float, depth - 1)}|round({Pick("", "1", "2", "-1", "0", "3", "1, 'floor'", "2, 'ceil'", "precision=1")})",
                3 => $"{Operand(Str, depth - 1)}|float{Pick("", "(1.5)")}",
                4 => $"{Operand(Int, depth - 1)}|float",
                _ => $"{Operand(Float, depth - 1)}|abs",
            };

    public string Boolean(int depth) =>
        depth <= 0 || Chance(25)
            ? Pick(Booleans)
            : random.Next(6) switch
            {
                0 => $"{Any(depth - 1)} is {Pick("", "not ")}{Pick(Tests)}",
                1 => $"{Operand(Int, depth - 1)} {Pick("<", "<=", ">", ">=", "==", "!=")} "
                    + $"{Operand(Pick("", "x") == "" ? Int : Float, depth - 1)}",
                2 => $"{Operand(Str, depth - 1)} {Pick("<", "==", "in", "not in", "!=", ">=")} "
                    + $"{Operand(Str, depth - 1)}",
                3 => $"{Any(depth - 1)} {Pick("in", "not in")} {Operand(List, depth - 1)}",
                4 => $"not {Any(depth - 1)}",
                _ => $"({Any(depth - 1)}) {Pick("and", "or")} ({Any(depth - 1)})",
            };

    public string Str(int depth) =>
        depth <= 0 || Chance(20)
            ? Pick(Strings)
            : random.Next(12) switch
            {
                0 => $"{Operand(Str, depth - 1)} ~ {Operand(Any, depth - 1)}",
                1 => $"{Operand(Str, depth - 1)} + {Operand(Str, depth - 1)}",
                2 => $"{Operand(Str, depth - 1)} * {Number()}",
                3 =>
                    $"{Operand(Str, depth - 1)}[{Pick("0", "-1", "1", "99", "1:", ":-1", "::2", "::-1", "1:4", "-3:", "5:1:-2")}]",
                4 or 5 or 6 => $"{Operand(Str, depth - 1)}|{StringFilter()}",
                7 or 8 => $"{Operand(Str, depth - 1)}.{StringMethod()}",
                9 =>
                    $"{Operand(List, depth - 1)}|{Pick("join", "join(',')", "join(', ')", "string", "pprint", "tojson", "join('', attribute='name')")}",
                10 =>
                    $"'{Pick("%s", "%5s|", "%-4s|", "%d", "%05d", "%x", "%.2f", "%e", "%g", "%r", "%+d", "%.3s", "%%%s", "%8.3f", "%#x", "%c")}' % {Operand(Any, depth - 1)}",
                _ =>
                    $"'{Pick("{}", "{0}", "{:>8}", "{:<6}|", "{:^7}", "{:05d}", "{:.2f}", "{:,}", "{:x}", "{!r}", "{:+}", "{:e}", "{:.1%}", "{:g}", "{:.3}", "{0[0]}", "{:*^9}", "{:#b}", "{:10.2f}", "{:_}")}'.format({Operand(Any, depth - 1)})",
            };

    private string StringFilter() =>
        Pick(
            "upper",
            "lower",
            "title",
            "capitalize",
            "trim",
            "trim('a ')",
            "reverse",
            "center(20)",
            "center(7)",
            "e",
            "escape",
            "forceescape",
            "safe",
            "string",
            "replace('a', 'XX')",
            "replace('l', '', 1)",
            "replace('', '-')",
            "truncate(8)",
            "truncate(5, true)",
            "truncate(7, false, '~', 0)",
            "indent",
            "indent(2, true)",
            "indent(width=1, blank=true)",
            "urlencode",
            "striptags",
            "wordwrap(5)",
            "wordwrap(4, false)",
            "wordwrap(6, wrapstring='|')",
            "default('x')",
            "default('x', true)",
            "tojson",
            "list",
            "first",
            "last",
            "format(1)",
            "format(s, i)",
            "filesizeformat",
            "batch(3)|list",
            "sort",
            "sort|join",
            "unique|list",
            "d('q', boolean=true)",
            "urlize",
            "map('upper')|list",
            "slice(3)|list",
            "upper|lower",
            "select('in', 'aeiou')|list",
            "xmlattr",
            "length",
            "attr('x')",
            "tojson(2)"
        );

    private string StringMethod() =>
        Pick(
            "upper()",
            "lower()",
            "title()",
            "capitalize()",
            "swapcase()",
            "strip()",
            "lstrip()",
            "rstrip('dz')",
            "split()",
            "split(',')",
            "split('-', 1)",
            "rsplit(' ', 1)",
            "rsplit()",
            "splitlines()",
            "splitlines(true)",
            "replace('a', 'b')",
            "startswith('a')",
            "endswith(('c', 'd'))",
            "find('o')",
            "join(['1', '2'])",
            "center(9, '*')",
            "ljust(12)",
            "rjust(12, '.')",
            "zfill(10)",
            "partition('-')",
            "rpartition(' ')",
            "isdigit()",
            "isalpha()",
            "isalnum()",
            "isspace()",
            "isupper()",
            "islower()",
            "istitle()",
            "isnumeric()",
            "isdecimal()",
            "isidentifier()",
            "isascii()",
            "isprintable()",
            "removeprefix('a')",
            "removesuffix('d')",
            "expandtabs(4)",
            "casefold()",
            "count('')",
            "nosuch()",
            "nosuch",
            "split(none, 1)",
            "index('a')",
            "strip('Ha ')",
            "find('o', -5)",
            "split('')"
        );

    public string List(int depth) =>
        depth <= 0 || Chance(25)
            ? Pick(Lists)
            : random.Next(10) switch
            {
                0 => $"[{Any(depth - 1)}, {Any(depth - 1)}]",
                1 => $"{Operand(List, depth - 1)} + {Operand(List, depth - 1)}",
                2 => $"{Operand(List, depth - 1)} * {Number()}",
                3 =>
                    $"{Operand(List, depth - 1)}[{Pick("0", "-1", "1:", ":-1", "::2", "::-1", "1:2", "-2:", "9:", "0.5", "'a'")}]",
                4 or 5 or 6 => $"{Operand(List, depth - 1)}|{ListFilter()}",
                7 => $"{Pick(Records)}|{RecordFilter()}",
                8 =>
                    $"{Operand(Mapping, depth - 1)}.{Pick("keys()|list", "values()|list", "items()|list", "items()|sort", "get('a')", "get('q', 5)", "a", "copy()")}",
                _ => $"({Any(depth - 1)},)",
            };

    private string ListFilter() =>
        Pick(
            "sort",
            "sort(true)",
            "sort(case_sensitive=true)",
            "reverse|list",
            "list",
            "unique|list",
            "first",
            "last",
            "batch(2)|list",
            "batch(2, 'f')|list",
            "slice(2)|list",
            "slice(3, 0)|list",
            "map('string')|list",
            "map('int')|list",
            "map('upper')|join(',')",
            "map('default', 'z')|list",
            "select|list",
            "reject|list",
            "select('odd')|list",
            "select('string')|list",
            "reject('none')|list",
            "select('gt', 1)|list",
            "select('in', [1, 'a'])|list",
            "join('-')",
            "sum",
            "min",
            "max",
            "length",
            "tojson",
            "tojson(indent=1)",
            "random|default(1) is defined",
            "string",
            "default([])",
            "map('abs')|list",
            "map('round', 1)|list",
            "map(attribute=0)|list",
            "map(attribute='0', default='-')|list",
            "groupby(0)|list",
            "sort(attribute=0)",
            "items|list",
            "dictsort",
            "select('sequence')|list",
            "map('list')|list",
            "map('length')|list",
            "count",
            "urlencode",
            "unique(true)|list",
            "map('tojson')|list",
            "selectattr('x')|list",
            "pprint",
            "map('format', 1)|list",
            "upper"
        );

    private string RecordFilter() =>
        Pick(
            "map(attribute='name')|list",
            "map(attribute='tag.z')|list",
            "map(attribute='tag.z', default=0)|list",
            "selectattr('on')|map(attribute='name')|list",
            "rejectattr('on')|list|length",
            "selectattr('port', 'eq', 80)|map(attribute='name')|join(',')",
            "selectattr('tag', 'defined')|list",
            "groupby('port')|list",
            "groupby('on')|map(attribute='grouper')|list",
            "groupby('name')|map(attribute='list')|map('length')|list",
            "sort(attribute='port,name')|map(attribute='name')|list",
            "sort(attribute='port', reverse=true)|map(attribute='name')|list",
            "sum(attribute='port')",
            "min(attribute='port')",
            "max(attribute='name')",
            "unique(attribute='port')|list",
            "join('|', attribute='name')",
            "selectattr('port', 'gt', 100)|list",
            "map('dictsort')|list",
            "map(attribute='missing')|list",
            "groupby('tag.z', default='x')|list",
            "sort(attribute='tag')",
            "rejectattr('name', 'in', ['web'])|list",
            "tojson",
            "map('length')|list"
        );

    public string Mapping(int depth) =>
        depth <= 0 || Chance(40)
            ? Pick(Mappings)
            : random.Next(4) switch
            {
                0 => $"{{'k': {Any(depth - 1)}, {Str(depth - 1)}: {Any(depth - 1)}}}",
                1 => $"dict({Operand(Mapping, depth - 1)}, z={Any(depth - 1)})",
                2 =>
                    $"{Operand(Mapping, depth - 1)}|{Pick("dictsort", "items|list", "list", "length", "first", "tojson", "xmlattr", "urlencode", "sort", "dictsort(true)", "dictsort(by='value')", "dictsort(reverse=true)", "string", "pprint", "reverse|list", "join(',')", "tojson(indent=2)", "max", "unique|list", "default(1)", "map('upper')|list")}",
                _ =>
                    $"{Operand(Mapping, depth - 1)}{Pick(".a", "['b']", ".n.k", ".C[1]", "['n']['k']", ".nope", ".get('b')")}",
            };
}
