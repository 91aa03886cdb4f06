using System.Text;
using Cairn.Core.Documents;
using Cairn.Core.Policies;

namespace Cairn.Core.Tests.Documents;

/// <summary>YAML that holds itself, multiplies or means something only to its author.</summary>
public sealed class YamlTests
{
    private static string Read(string yaml) =>
        Encoding.UTF8.GetString(DocumentFormat.Yaml.ToJson(Encoding.UTF8.GetBytes(yaml)));

    private static Problem Refused(string yaml) => Should.Throw<ProblemException>(() => Read(yaml)).Problem;

    [Theory]
    [InlineData("? &a [*a]\n: 1")]
    [InlineData("? &a {b: *a}\n: 1")]
    [InlineData("? [x, &a [[*a]]]\n: 1")]
    [InlineData("x: &a [1]\n? *a\n: 1")]
    [InlineData("? {}\n: 1")]
    [InlineData("? - x\n: 1")]
    public void A_name_that_is_no_scalar_is_refused_before_anybody_looks_into_it(string yaml)
    {
        Refused(yaml).Kind.ShouldBe(ProblemKind.Invalid);
        Should.Throw<FormatException>(() => new PolicyYaml().Read(yaml));
    }

    [Theory]
    [InlineData("&a [*a]")]
    [InlineData("&a {b: *a}")]
    [InlineData("a: &a\n  b: &b\n    c: [*b, *a]")]
    [InlineData("&a {<<: *a}")]
    [InlineData("x: &a {<<: [{y: 1}, *a]}")]
    [InlineData("&a {*a : 1}")]
    public void An_alias_inside_of_what_it_names_is_refused(string yaml)
    {
        var problem = Refused(yaml);
        problem.Kind.ShouldBe(ProblemKind.Invalid);
        problem.Detail.ShouldStartWith("Line ");
    }

    [Fact]
    public void A_name_of_forty_doublings_is_refused()
    {
        var yaml = new StringBuilder("l0: &l0 [x]\n");
        for (int i = 1; i <= 40; i++)
            yaml.Append($"l{i}: &l{i} [*l{i - 1}, *l{i - 1}]\n");
        Refused(yaml + "? *l40\n: 1").Kind.ShouldBe(ProblemKind.TooLarge);
        Refused(yaml.ToString().Replace("l1:", "? *l0\n: 1\nl1:", StringComparison.Ordinal))
            .Kind.ShouldBe(ProblemKind.Invalid);
    }

    [Theory]
    [InlineData("a: &x 1\nb: *x", """{"a":1,"b":1}""")]
    [InlineData("a: &x b\n*x : 2", """{"a":"b","b":2}""")]
    [InlineData("&x a: *x", """{"a":"a"}""")]
    [InlineData("- &x [1]\n- &x [2]\n- *x", "[[1],[2],[2]]")]
    [InlineData("- &x [&x 1, *x]\n- *x", "[[1,1],1]")]
    [InlineData(
        "x: &d {p: 1}\ny: {<<: *d, q: 2}\nz: {<<: [{p: 3}, *d, {r: 4}]}",
        """{"x":{"p":1},"y":{"q":2,"p":1},"z":{"p":3,"r":4}}"""
    )]
    [InlineData("x: &d {p: 1}\ny: &e {<<: *d, p: 2}\nz: {<<: *e}", """{"x":{"p":1},"y":{"p":2},"z":{"p":2}}""")]
    [InlineData("a: {<<: &m {p: 1}}\nb: *m", """{"a":{"p":1},"b":{"p":1}}""")]
    [InlineData("a: {\"<<\": 1}", """{"a":{"<<":1}}""")]
    public void Aliases_and_merges_stand_for_what_they_name(string yaml, string json) => Read(yaml).ShouldBe(json);

    [Theory]
    [InlineData("a: {<<: 1}")]
    [InlineData("a: {<<: [1]}")]
    [InlineData("a: {<<: [[{}]]}")]
    [InlineData("a: {<<: {}, <<: {}}")]
    [InlineData("x: &d 1\na: {<<: *d}")]
    public void What_is_no_mapping_cannot_be_merged(string yaml) => Refused(yaml).Detail.ShouldContain("'<<'");

    [Fact]
    public void Merges_of_merges_cost_what_they_make()
    {
        var yaml = new StringBuilder("l0: &l0 {x: 1}\n");
        for (int i = 1; i <= 60; i++)
            yaml.Append($"l{i}: &l{i}\n  <<: [*l{i - 1}, *l{i - 1}]\n");
        Read(yaml.ToString()).ShouldEndWith("\"l60\":{\"x\":1}}");
    }

    [Fact]
    public void Aliases_of_a_long_text_are_counted_in_bytes()
    {
        string aliases = string.Join(',', Enumerable.Repeat("*a", 20_000));
        Refused($"a: &a \"{new string('x', 300_000)}\"\nb: [{aliases}]").Kind.ShouldBe(ProblemKind.TooLarge);
        Refused(
            $"a: &a {{\"{new string('x', 300_000)}\": 1}}\nb: "
                + $"[{aliases.Replace("*a", "{<<: *a}", StringComparison.Ordinal)}]"
        )
            .Kind.ShouldBe(ProblemKind.TooLarge);
        Refused($"&a {new string('x', 300)}: 1\nb: [{aliases.Replace("*a", "{*a : 1}", StringComparison.Ordinal)}]")
            .Kind.ShouldBe(ProblemKind.TooLarge);
    }

    [Fact]
    public void A_chain_of_aliases_is_no_deeper_than_what_is_written_out()
    {
        var yaml = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i <= 200; i++)
            yaml.Append($"a{i}: &a{i} {{m: *a{i - 1}}}\n");
        Refused(yaml.ToString()).Detail.ShouldContain("64 levels");
        Refused(string.Concat(Enumerable.Repeat("[", 100_000))).Detail.ShouldContain("64 levels");
        Refused(string.Concat(Enumerable.Repeat("- ", 100_000))).Detail.ShouldContain("64 levels");
        Read(new string('[', 64) + new string(']', 64)).Length.ShouldBe(128);
    }

    [Theory]
    [InlineData("0o", '7', 400_000)]
    [InlineData("0x", 'f', 900_000)]
    [InlineData("0o", '7', 1_100)]
    [InlineData("0x", '1', 1_100)]
    public void Numbers_of_other_bases_longer_than_anybody_writes_stay_text(string prefix, char digit, int count) =>
        Read($"a: {prefix}{new string(digit, count)}").ShouldBe($"{{\"a\":\"{prefix}{new string(digit, count)}\"}}");

    [Theory]
    [InlineData("a: !!int \"42\"", """{"a":42}""")]
    [InlineData("a: !!bool \"false\"", """{"a":false}""")]
    [InlineData("a: !!float '1.50'", """{"a":1.50}""")]
    [InlineData("a: !!null ''", """{"a":null}""")]
    [InlineData("a: !!str null", """{"a":"null"}""")]
    [InlineData("a: ! 12", """{"a":"12"}""")]
    [InlineData("a: !!timestamp 2030-01-01", """{"a":"2030-01-01"}""")]
    [InlineData("!!map {a: !!seq [!!str 1]}", """{"a":["1"]}""")]
    [InlineData("!!str a: 1", """{"a":1}""")]
    public void Core_tags_say_what_a_value_is(string yaml, string json) => Read(yaml).ShouldBe(json);

    [Theory]
    [InlineData("db: !secret db_password")]
    [InlineData("v: !vault |\n  abc")]
    [InlineData("a: !!binary aGk=")]
    [InlineData("a: !!set {x}")]
    [InlineData("a: !Ref [x]")]
    [InlineData("!Sub x: 1")]
    [InlineData("a: !!seq {}")]
    [InlineData("a: !!map 1")]
    [InlineData("a: !!int x")]
    [InlineData("a: !!bool 1")]
    [InlineData("%TAG !e! tag:example.com,2000:\n---\na: !e!x 1")]
    public void Tags_that_JSON_cannot_keep_are_refused_and_not_dropped(string yaml)
    {
        var problem = Refused(yaml);
        problem.Kind.ShouldBe(ProblemKind.Invalid);
        problem.Detail.ShouldStartWith("Line ");
    }

    [Theory]
    [InlineData("\uFEFFlogging: 1", """{"logging":1}""")]
    [InlineData("\uFEFF# c\nlogging: {level: x}", """{"logging":{"level":"x"}}""")]
    [InlineData("\uFEFF---\n- 1", "[1]")]
    [InlineData("\uFEFF{\"a\": 1}", """{"a":1}""")]
    public void A_byte_order_mark_is_not_part_of_the_document(string yaml, string json) => Read(yaml).ShouldBe(json);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("\uFEFF")]
    public void Where_no_document_is_the_refusal_says_so(string yaml) =>
        Refused(yaml).Detail.ShouldContain("no YAML document");

    [Theory]
    [InlineData("2E5", "2.0e+5")]
    [InlineData("2e-5", "2.0e-5")]
    [InlineData("-1.5E+300", "-1.5e+300")]
    [InlineData("1.5e3", "1.5e+3")]
    [InlineData("0e0", "0.0e+0")]
    [InlineData("200000", "200000")]
    [InlineData("1.50", "1.50")]
    public void Exponents_are_written_as_readers_of_YAML_1_1_know_them(string json, string yaml) =>
        Encoding
            .UTF8.GetString(DocumentFormat.Yaml.Write(Encoding.UTF8.GetBytes($"{{\"num\":{json}}}")))
            .ShouldBe($"num: {yaml}\n");

    [Theory]
    [InlineData("a: 1\nmode: 0644", 2, "octal")]
    [InlineData("n: 1_000", 1, "a number")]
    [InlineData("\n\nt: 12:30", 3, "base 60")]
    [InlineData("- on", 1, "true or false")]
    [InlineData("x: &a no\ny: *a", 1, "true or false")]
    public void What_YAML_1_1_reads_otherwise_is_warned_of(string yaml, long line, string part)
    {
        var warnings = new List<DocumentWarning>();
        DocumentFormat.Yaml.ToJson(Encoding.UTF8.GetBytes(yaml), warnings);
        var warning = warnings.ShouldHaveSingleItem();
        warning.Line.ShouldBe(line);
        warning.Message.ShouldContain(part);
    }

    [Theory]
    [InlineData("mode: \"0644\"")]
    [InlineData("n: 1000\nm: 0o644\nt: 12h30")]
    [InlineData("a: true\nb: 'on'")]
    [InlineData("date: 2030-01-01")]
    public void What_all_read_alike_is_not_warned_of(string yaml)
    {
        var warnings = new List<DocumentWarning>();
        DocumentFormat.Yaml.ToJson(Encoding.UTF8.GetBytes(yaml), warnings);
        warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a: 1\n---\nb: 2\n---\n- c", new[] { "{\"a\":1}", "{\"b\":2}", "[\"c\"]" })]
    [InlineData("---\na: &x 1\n...\n---\nb: 2\n...", new[] { "{\"a\":1}", "{\"b\":2}" })]
    [InlineData("a: 1\n---\n", new[] { "{\"a\":1}", "null" })]
    [InlineData("# nothing", new string[0])]
    public void Documents_of_a_stream_come_one_by_one(string yaml, string[] documents)
    {
        using var budget = new WorkBudget(CancellationToken.None);
        YamlFormat
            .ToJsonDocuments(Encoding.UTF8.GetBytes(yaml), budget)
            .Select(Encoding.UTF8.GetString)
            .ShouldBe(documents);
    }

    [Fact]
    public void An_anchor_ends_with_its_document()
    {
        using var budget = new WorkBudget(CancellationToken.None);
        Should
            .Throw<ProblemException>(() => YamlFormat.ToJsonDocuments("a: &x 1\n---\nb: *x"u8.ToArray(), budget))
            .Problem.Detail.ShouldContain("&x");
    }

    [Fact]
    public void Texts_made_of_YAML_s_own_signs_are_a_document_or_a_problem_within_the_budget()
    {
        string[] pieces =
        [
            "&a ",
            "&b ",
            "*a",
            "*b",
            "<<",
            ": ",
            "? ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "\n",
            "  ",
            "    ",
            "x",
            "1",
            "!!int ",
            "!l ",
            "'",
            "\"",
            "|\n",
            "---\n",
            "...\n",
            "# c\n",
            "\t",
            "%YAML 1.2\n",
            "\uFEFF",
            "~",
            "0o7",
            "\\ud800",
            "\u0085",
            "☃",
        ];
        var random = new Random(20_301);
        int documents = 0;
        for (int i = 0; i < 30_000; i++)
        {
            string yaml = string.Concat(
                Enumerable.Range(0, random.Next(1, 25)).Select(_ => pieces[random.Next(pieces.Length)])
            );
            using var budget = new WorkBudget(
                CancellationToken.None,
                WorkLimits.Default with
                {
                    Bytes = 100_000,
                    Nodes = 10_000,
                }
            );
            try
            {
                JsonText.Parse(DocumentFormat.Yaml.ToJson(Encoding.UTF8.GetBytes(yaml), budget)).Dispose();
                documents++;
            }
            catch (ProblemException)
            {
                // Refused, as most of it should be.
            }
        }

        documents.ShouldBeGreaterThan(1000);
    }
}
