using System.Text;

namespace Cairn.EndToEnd.Tests.Running;

/// <summary>A request that is small and asks for much.</summary>
/// <param name="Name">What it tries.</param>
/// <param name="Method">As in HTTP.</param>
/// <param name="Path">With its query.</param>
/// <param name="MediaType">Of the body.</param>
/// <param name="Body">At most a MiB, or what a change set may have.</param>
public sealed record Bomb(string Name, string Method, string Path, string MediaType, byte[] Body)
{
    public Bomb(string name, string method, string path, string mediaType, string body)
        : this(name, method, path, mediaType, Encoding.UTF8.GetBytes(body)) { }

    public override string ToString() => Name;
}

/// <summary>Bodies that make much of little, in every format that is read.</summary>
public static class Bombs
{
    private const string Json = "application/json";
    private const string Yaml = "application/yaml";

    /// <summary>Those with a known fuse.</summary>
    public static IEnumerable<Bomb> Known()
    {
        yield return Write("a sequence that holds itself as a name", Yaml, "? &a [*a]\n: 1\n");
        yield return Write("a sequence that holds itself as a value", Yaml, "a: &a [*a]\n");
        yield return Write(
            "doublings of aliases as a name",
            Yaml,
            "a: &a0 [x]\n" + Lines(40, i => $"b{i}: &a{i + 1} [*a{i}, *a{i}]\n") + "? *a40\n: 1\n"
        );
        yield return Write(
            "doublings of aliases as values",
            Yaml,
            "a: &a0 [x]\n" + Lines(40, i => $"b{i}: &a{i + 1} [*a{i}, *a{i}]\n")
        );
        yield return Write(
            "doublings of merged maps",
            Yaml,
            "l0: &l0 {x: 1}\n" + Lines(60, i => $"l{i + 1}: &l{i + 1}\n  <<: [*l{i}, *l{i}]\n")
        );
        yield return Write(
            "one long text by many aliases",
            Yaml,
            $"a: &a \"{new string('x', 300_000)}\"\nb: [{Lines(20_000, _ => "*a,")}]\n"
        );
        yield return Write("a long octal number", Yaml, "a: 0o" + new string('7', 400_000));
        yield return Write("a long hexadecimal number", Yaml, "a: 0x" + new string('f', 900_000));
        yield return Write("deep flow sequences", Yaml, new string('[', 100_000));
        yield return Write("deep block maps", Yaml, Lines(2000, i => new string(' ', i) + "a:\n"));
        yield return Write(
            "sparse items of properties",
            "text/x-java-properties",
            Lines(20_000, i => $"a{i}[9999]=\n")
        );
        yield return Write(
            "a value continued over many lines",
            "text/x-java-properties",
            "a=" + Lines(80_000, _ => "cc\\\n")
        );
        yield return Write("a deep name of properties", "text/x-java-properties", Lines(40_000, _ => "a.") + "a=1");
        yield return Write("a deep name of items", "text/x-java-properties", "k" + Lines(9_000, _ => "[0]") + "=1");
        yield return Write("many lines of dotenv", "text/x-dotenv", Lines(60_000, i => $"A{i}=\"{i}\"\n"));
        yield return Write("deep arrays", Json, new string('[', 500_000));
        yield return Write("deep objects", Json, Lines(100_000, _ => "{\"a\":"));
        yield return Write("a long number", Json, "{\"a\":" + new string('9', 1_000_000) + "}");
        yield return Write("a number with a huge exponent", Json, "{\"a\":1e-99999999,\"b\":1e99999999}");
        yield return Write("a member many times", Json, "{" + Lines(60_000, _ => "\"a\":1,") + "\"a\":1}");
        yield return Patch("copies into its own depths", CopiesIntoItself());
        yield return Patch(
            "copies beside each other",
            "["
                + string.Join(
                    ',',
                    Enumerable.Range(0, 18).Select(i => $$"""{"op":"copy","from":"","path":"/k{{i}}"}""")
                )
                + "]"
        );
        yield return Patch(
            "many additions",
            "["
                + string.Join(
                    ',',
                    Enumerable.Range(0, 15_000).Select(i => $$"""{"op":"add","path":"/list/0","value":{{i}}}""")
                )
                + "]"
        );
        yield return new Bomb(
            "nested counts in a pattern",
            "POST",
            "/api/v1/schema-checks/bomb/X/1.0.0",
            Json,
            "{\"pattern\":\"" + new string('(', 50) + "a+" + Lines(50, _ => "){2}") + "\"}"
        );
        yield return new Bomb(
            "more nested counts in a pattern",
            "PUT",
            "/api/v1/schemas/bomb/X/1.0.0",
            Json,
            "{\"pattern\":\"" + new string('(', 25) + "a" + Lines(25, _ => "){9}") + "\"}"
        );
        yield return new Bomb(
            "a pattern that backtracks",
            "PUT",
            "/api/v1/config-schemas/bomb/small",
            Json,
            """{"properties":{"s":{"pattern":"^(a+)+$"}}}"""
        );
        yield return new Bomb("a schema of many branches", "PUT", "/api/v1/schemas/bomb/Y/1.0.0", Json, Branches(20));
        yield return new Bomb(
            "a multiple of almost nothing",
            "PUT",
            "/api/v1/schemas/bomb/Z/1.0.0",
            Json,
            """{"type":"number","multipleOf":1e-99999999}"""
        );
        yield return new Bomb(
            "variables that are templates' food",
            "PUT",
            "/api/v1/projects/bomb/variables",
            Json,
            "{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"v{i}\":\"{i}\"")) + "}"
        );
        yield return new Bomb(
            "deep samples",
            "POST",
            "/api/v1/schema-inferences",
            Json,
            $$"""{"samples":[{{Lines(60, _ => "[")}}{{Lines(60, _ => "]")}}]}"""
        );
        yield return new Bomb(
            "many samples",
            "POST",
            "/api/v1/schema-inferences",
            Json,
            "{\"samples\":["
                + string.Join(',', Enumerable.Range(0, 5_000).Select(i => "{\"a" + i + "\":{\"b\":[1,\"x\",null]}}"))
                + "]}"
        );
    }

    /// <summary>Templates that make much of little.</summary>
    public static IEnumerable<Bomb> Templates()
    {
        yield return Write("a template that makes megabytes", Json, """{"t":"{{ 'x'*2000000 }}"}""");
        yield return Write("a template that splits", Json, """{"t":"{% set s='a '*500000 %}{{ s.split()|length }}"}""");
        yield return Write(
            "a template that splits from the right",
            Json,
            """{"t":"{% set s='a '*500000 %}{{ s.rsplit()|length }}"}"""
        );
        yield return Write(
            "a template that reads long numbers",
            Json,
            """{"t":"{% set s='9'*4000 %}{% for i in range(90000) %}{% set x=s|int %}{% endfor %}"}"""
        );
        yield return Write("a template that sorts", Json, """{"t":"{{ (range(100000)|list)|sort|length }}"}""");
        yield return Write(
            "a template of nested loops",
            Json,
            """{"t":"{% for a in range(999) %}{% for b in range(999) %}{% for c in range(999) %}{% endfor %}{% endfor %}{% endfor %}"}"""
        );
        yield return Write("a template of powers", Json, """{"t":"{{ 9**9**9**9 }}"}""");
        yield return Write("many templates", Json, "[" + Lines(2_000, _ => "\"{{ 'x'*100000 }}\",") + "0]");
        yield return Write(
            "a deep template",
            Json,
            "{\"t\":\"{{ " + new string('(', 20_000) + "1" + new string(')', 20_000) + " }}\"}"
        );
        yield return new Bomb(
            "many writes of one config",
            "POST",
            "/api/v1/changes",
            Json,
            Change(
                1000,
                i => $$$"""{"op":"patch","path":"bomb/small","document":{"m{{{i}}}":"{{ 'x'*100000 }}"}}""",
                dryRun: true
            )
        );
        yield return new Bomb(
            "many renders",
            "POST",
            "/api/v1/changes",
            Json,
            Change(
                200,
                i =>
                    $$$"""{"op":"put","path":"bomb/r{{{i}}}","document":{"t":"{% for i in range(9000) %}{% set x = i|string %}{% endfor %}"}}""",
                dryRun: true
            )
        );
    }

    /// <summary>Hostile bodies for an endpoint whatever it takes.</summary>
    public static IEnumerable<Bomb> For(string method, string path, string mediaType)
    {
        foreach (
            var (name, body) in new (string, byte[])[]
            {
                ("deep arrays", Text(new string('[', 300_000))),
                ("deep objects", Text(Lines(60_000, _ => "{\"operations\":"))),
                ("a long number", Text($"[{new string('9', 900_000)}]")),
                ("a long text", Text($"{{\"name\":\"{new string('x', 900_000)}\"}}")),
                ("a member many times", Text("{" + Lines(60_000, _ => "\"a\":1,") + "\"a\":1}")),
                ("half of a character", Text("{\"\\ud834\":\"\\udfff\"}")),
                ("no UTF-8", [0x7b, 0xff, 0xfe, 0x7d]),
                ("nothing", []),
                ("null", Text("null")),
                ("a list", Text("[]")),
                ("a number", Text("1e999999999")),
                ("zero bytes", new byte[100_000]),
            }
        )
        {
            yield return new Bomb($"{method} {path}: {name}", method, path, mediaType, body);
        }
    }

    /// <summary>Variations of templates, the same for the same seed.</summary>
    public static IEnumerable<Bomb> RandomTemplates(int seed, int count)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            yield return Write(
                $"variation {i}: a template",
                Json,
                System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string> { ["t"] = Template(random) })
            );
        }
    }

    /// <summary>Variations of the others, the same for the same seed.</summary>
    public static IEnumerable<Bomb> Random(int seed, int count)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            yield return (i % 3) switch
            {
                0 => Write($"variation {i}: aliases", Yaml, Aliases(random)),
                1 => Patch($"variation {i}: a patch", Operations(random)),
                _ => new Bomb(
                    $"variation {i}: a schema",
                    "POST",
                    "/api/v1/schema-checks/bomb/R/1.0.0",
                    Json,
                    System.Text.Json.JsonSerializer.Serialize(
                        new Dictionary<string, string> { ["pattern"] = Pattern(random, 12) }
                    )
                ),
            };
        }
    }

    private static string Aliases(Random random)
    {
        var text = new StringBuilder("a0: &a0 {x: " + new string('y', random.Next(1, 5000)) + "}\n");
        int levels = random.Next(2, 40);
        for (int i = 1; i <= levels; i++)
        {
            text.Append(
                random.Next(3) switch
                {
                    0 => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", random.Next(1, 20)))}]\n",
                    1 => $"a{i}: &a{i}\n  <<: "
                        + $"[{string.Join(", ", Enumerable.Repeat($"*a{random.Next(i)}", random.Next(1, 10)))}]\n"
                        + $"  m{i}: 1\n",
                    _ => $"a{i}: &a{i} {{k: *a{i - 1}, l: *a{random.Next(i)}}}\n",
                }
            );
        }

        return text.ToString();
    }

    private static string Operations(Random random)
    {
        string Pointer() => string.Concat(Enumerable.Repeat(random.Next(2) == 0 ? "/a" : "/list", random.Next(0, 4)));
        return "["
            + string.Join(
                ',',
                Enumerable
                    .Range(0, random.Next(5, 60))
                    .Select(i =>
                        random.Next(4) switch
                        {
                            0 => $$"""{"op":"add","path":"{{Pointer()}}/k{{i}}","value":[{"a":{{i}}}]}""",
                            1 => $$"""{"op":"move","from":"{{Pointer()}}","path":"{{Pointer()}}/m{{i}}"}""",
                            _ => $$"""{"op":"copy","from":"{{Pointer()}}","path":"{{Pointer()}}/c{{i}}"}""",
                        }
                    )
            )
            + "]";
    }

    private static string Template(Random random)
    {
        string[] makers =
        [
            "'x' * {0}",
            "range({0})|list",
            "('a ' * {0}).split()",
            "'%{0}d' % 1",
            "'a' * {0}|string",
            "({0} * {0} * {0})",
            "range({0})|map('string')|join(',')",
            "'{{:>{0}}}'.format(1)",
        ];
        string[] users =
        [
            "|length",
            "|sort|length",
            "|upper|length",
            "|string|replace('x','yyyyyyyy')|length",
            "|list|join('-')",
            "|batch(3)|list|length",
            "|tojson",
            "|reverse|list",
            "|wordwrap(1)",
            "|indent(9000)",
        ];
        var text = new StringBuilder();
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            string made =
                "("
                + makers[random.Next(makers.Length)]
                    .Replace("{0}", random.Next(10, 3_000_000).ToString(), StringComparison.Ordinal)
                + ")"
                + users[random.Next(users.Length)];
            text.Append(
                random.Next(3) == 0
                    ? $"{{% for i in range({random.Next(1, 5000)}) %}}{{{{ {made} }}}}{{% endfor %}}"
                    : $"{{{{ {made} }}}}"
            );
        }

        return text.ToString();
    }

    private static string Pattern(Random random, int depth) =>
        depth == 0
            ? random.Next(3) switch
            {
                0 => "a",
                1 => "[a-z]+",
                _ => "\\w*",
            }
            : random.Next(4) switch
            {
                0 => $"({Pattern(random, depth - 1)}){{{random.Next(2, 50)}}}",
                1 => $"({Pattern(random, depth - 1)}|{Pattern(random, depth / 2)})+",
                2 => $"(?:{Pattern(random, depth - 1)}){{0,{random.Next(2, 1000)}}}",
                _ => $"({Pattern(random, depth - 1)})*b",
            };

    private static string CopiesIntoItself()
    {
        var operations = new List<string>();
        for (int i = 0, depth = 1; i < 15; i++, depth = 2 * depth + 1)
            operations.Add($$"""{"op":"copy","from":"","path":"{{Lines(depth + 1, _ => "/a")}}"}""");
        return $"[{string.Join(',', operations)}]";
    }

    private static string Branches(int levels)
    {
        var definitions = Enumerable
            .Range(0, levels)
            .Select(i =>
                $$"""
                    "d{{i}}":{"anyOf":[{"$ref":"#/$defs/d{{i + 1}}"},{"$ref":"#/$defs/d{{i + 1}}"}]}
                    """
            );
        return "{\"$ref\":\"#/$defs/d0\",\"$defs\":{"
            + string.Join(',', definitions)
            + $",\"d{levels}\":"
            + "{\"type\":\"null\"}}}";
    }

    /// <summary>A change set.</summary>
    public static string Change(int operations, Func<int, string> operation, bool dryRun) =>
        $$"""{"dry_run":{{(dryRun ? "true" : "false")}},"operations":[{{string.Join(',', Enumerable.Range(0, operations).Select(operation))}}]}""";

    private static Bomb Write(string name, string mediaType, string body) =>
        new(name, "PUT", "/api/v1/configs/bomb/written", mediaType, body);

    private static Bomb Patch(string name, string body) =>
        new(name, "PATCH", "/api/v1/configs/bomb/patched", "application/json-patch+json", body);

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Lines(int count, Func<int, string> line) =>
        string.Concat(Enumerable.Range(0, count).Select(line));
}
