using Cairn.Core.Policies;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Evaluation;

/// <summary>No built-in works for long, or makes much, without paying for it.</summary>
public class BuiltinBudgetTests
{
    // Each line doubles the value before; 60 of them would fill any memory if the parts were not shared.
    private static string Doubled(string name, string item) =>
        string.Concat(
            Enumerable
                .Range(1, 60)
                .Select(i =>
                    $"\n{name}{i} := "
                    + $"{string.Format(System.Globalization.CultureInfo.InvariantCulture, item, $"{name}{i - 1}")}\n"
                )
        );

    private static readonly string Twins =
        $"x0 := [1]\n\ny0 := [1]\n{Doubled("x", "[{0}, {0}]")}{Doubled("y", "[{0}, {0}]")}";

    [Theory]
    [InlineData("x60 == y60")]
    [InlineData("x60 <= y60")]
    [InlineData("count({x60, y60}) == 1")]
    [InlineData("sort([x60, y60])")]
    [InlineData("{x60: 1}[y60]")]
    [InlineData("x60 in [1, y60]")]
    [InlineData("json.marshal(x60)")]
    [InlineData("sprintf(\"%v\", [x60])")]
    [InlineData("yaml.marshal(x60)")]
    [InlineData("array.flatten(x60)")]
    [InlineData("count([1 | walk(x60)])")]
    [InlineData("object.subset(x60, y60)")]
    [InlineData("json.match_schema({\"a\": x60}, {\"type\": \"object\"})")]
    [InlineData("io.jwt.encode_sign({\"alg\": \"HS256\"}, {\"a\": x60}, {\"kty\": \"oct\", \"k\": \"YQ\"})")]
    [InlineData("urlquery.encode(json.marshal(x60))")]
    [InlineData("$\"{x60}\"")]
    [InlineData("x60")]
    [InlineData("{\"a\": {x60}}")]
    public void A_value_too_large_to_visit_ends_in_an_error(string expression) =>
        Refused($"{Twins}\n\np := {expression}");

    [Theory]
    [InlineData(
        """json.patch({"a": {}}, [{"op": "copy", "from": "", "path": p} | some i in numbers.range(1, 40); p := sprintf("/k%d", [i])])"""
    )]
    [InlineData(
        """json.patch({"a": {}}, [{"op": "copy", "from": "", "path": p} | some i in numbers.range(0, 14); p := concat("", ["/a" | some _ in numbers.range(1, bits.lsh(1, i))])])"""
    )]
    [InlineData(
        """json.patch({"l": numbers.range(1, 10000)}, [{"op": "add", "path": "/l/0", "value": 1} | some _ in numbers.range(1, 100000)])"""
    )]
    [InlineData("count([1 | some _ in numbers.range(1, 100000000); input.number * 3 > 1])")]
    [InlineData("count([1 | some _ in numbers.range(1, 10000000); semver.is_valid(input.long)])")]
    [InlineData("count([1 | some _ in numbers.range(1, 10000000); base64.is_valid(input.long)])")]
    [InlineData("product([3 | some _ in numbers.range(1, 1000000)])")]
    [InlineData("contains(input.long, concat(\"\", [substring(input.long, 0, 300000), \"b\"]))")]
    [InlineData("indexof(input.long, concat(\"\", [substring(input.long, 0, 300000), \"b\"]))")]
    [InlineData("split(input.long, concat(\"\", [substring(input.long, 0, 300000), \"b\"]))")]
    [InlineData("replace(input.long, concat(\"\", [substring(input.long, 0, 300000), \"b\"]), \"\")")]
    [InlineData("strings.count(input.long, concat(\"\", [substring(input.long, 0, 300000), \"b\"]))")]
    [InlineData("strings.replace_n({concat(\"\", [substring(input.long, 0, 300000), \"b\"]): \"\"}, input.long)")]
    [InlineData("replace(input.long, \"\", input.long)")]
    [InlineData("regex.replace(input.long, \"a\", input.long)")]
    [InlineData("json.marshal_with_options(numbers.range(1, 100000), {\"indent\": input.long, \"pretty\": true})")]
    [InlineData("sprintf(concat(\"\", [\"%1000000d\" | some _ in numbers.range(1, 10000)]), numbers.range(1, 10000))")]
    [InlineData("graph.reachable_paths({i: numbers.range(1, 20) | some i in numbers.range(1, 20)}, [1])")]
    [InlineData("object.union_n([{k: 1 | some k in numbers.range(1, 1000)} | some _ in numbers.range(1, 1000000)])")]
    [InlineData("count([1 | some i in numbers.range(1, 1000000); input.wide.k1 with input.wide.k1 as i])")]
    [InlineData(
        """graphql.is_valid(concat(" ", array.concat(["{ ...f1 } fragment f40 on Query { c }"], [s | some i in numbers.range(1, 39); s := sprintf("fragment f%d on Query { a { ...f%d } b: a { ...f%d } }", [i, i + 1, i + 1])])), "type Query { a: Query c: Int }")"""
    )]
    public void Work_without_an_end_ends_in_an_error(string expression) => Refused($"p := {expression}");

    [Theory]
    [InlineData("9", 20_000, true)]
    [InlineData("9", 20_001, false)]
    [InlineData("9", 900_000, false)]
    public void A_number_has_so_many_digits_and_no_more(string digit, int digits, bool allowed)
    {
        string number = string.Concat(Enumerable.Repeat(digit, digits));
        if (allowed)
        {
            RegoValue.ParseJson(number).ToString().ShouldBe(number);
        }
        else
        {
            Should
                .Throw<System.Text.Json.JsonException>(() => RegoValue.ParseJson($"[{number}]"))
                .Message.ShouldContain("20000 digits");
        }

        Evaluate(
                "p := [json.is_valid(input.number), yaml.is_valid(input.number), number] if { number := "
                    + "is_number(json.unmarshal(input.number)) } else := false",
                Text("number", number),
                default
            )
            .ShouldBe(allowed ? RegoArray.Of(RegoBoolean.True, RegoBoolean.True, RegoBoolean.True) : RegoBoolean.False);
    }

    [Theory]
    [InlineData("1e-400000000 / 3", "3.333333333333333333e-400000001")]
    [InlineData("2e400000000 / 3", "6.666666666666666667e+399999999")]
    [InlineData("1e400000000 < 2e400000000", "true")]
    [InlineData("format_int(bits.lsh(1, 70), 8)", "\"200000000000000000000000\"")]
    [InlineData("format_int(13, 2)", "\"1101\"")]
    [InlineData("format_int(0, 8)", "\"0\"")]
    [InlineData("sprintf(\"%b %o %#b\", [5, 8, 5])", "\"101 10 0b101\"")]
    [InlineData("split(\"a,b,,c\", \",\")", "[\"a\", \"b\", \"\", \"c\"]")]
    [InlineData("split(\"\", \",\")", "[\"\"]")]
    [InlineData("split(\"aé😀\", \"\")", "[\"a\", \"é\", \"😀\"]")]
    [InlineData("replace(\"aXbXX\", \"X\", \"--\")", "\"a--b----\"")]
    [InlineData("replace(\"ab\", \"\", \"-\")", "\"-a-b-\"")]
    [InlineData("replace(\"ab\", \"c\", \"-\")", "\"ab\"")]
    [InlineData("strings.count(\"aaaa\", \"aa\")", "2")]
    [InlineData("strings.count(\"aaaa\", \"\")", "5")]
    [InlineData("indexof_n(\"aaaa\", \"aa\")", "[0, 1, 2]")]
    [InlineData("contains(\"abc\", \"\")", "true")]
    [InlineData(
        "object.union_n([{\"a\": {\"b\": 1}, \"z\": 0}, {\"a\": {\"c\": 2}}, {\"a\": {\"b\": 3}}])",
        "{\"a\": {\"b\": 3, \"c\": 2}, \"z\": 0}"
    )]
    [InlineData("object.union_n([{\"a\": {\"b\": 1}}, {\"a\": 1}, {\"a\": {\"c\": 2}}])", "{\"a\": {\"c\": 2}}")]
    [InlineData(
        "json.patch({\"a\": {\"b\": [1]}}, [{\"op\": \"copy\", \"from\": \"/a\", \"path\": \"/a/c\"}])",
        "{\"a\": {\"b\": [1], \"c\": {\"b\": [1]}}}"
    )]
    public void What_pays_gives_the_same(string expression, string wanted) =>
        Evaluate($"p := {expression}", RegoObject.Empty, default)!.ToString().ShouldBe(wanted);

    private static RegoObject Text(string name, string text) => RegoObject.Of((name, text));

    private static void Refused(string rules)
    {
        var input = RegoObject.Of(
            ("long", new string('a', 1_000_000)),
            ("number", RegoNumber.Parse(new string('9', 19_000))),
            ("wide", RegoObject.Of([.. Enumerable.Range(0, 10_000).Select(i => ((RegoValue)$"k{i}", (RegoValue)i))]))
        );
        // Time is no part of what is asserted; without a budget the test would not end.
        var limits = new EvaluationLimits
        {
            MaxTime = TimeSpan.FromMinutes(1),
            MaxSteps = 2_000_000,
            MaxMemory = 1L << 28,
        };
        Should
            .Throw<RegoEvaluationException>(() => Evaluate(rules, input, limits))
            .Code.ShouldBe(RegoEvaluationException.BudgetCode);
    }

    private static RegoValue? Evaluate(string rules, RegoValue input, EvaluationLimits? limits) =>
        RegoPolicy
            .Compile($"package t\n\n{rules}")
            .Prepare("data.t.p")
            .Evaluate(
                input,
                new EvaluationOptions
                {
                    Limits = limits ?? EvaluationLimits.Default,
                    JsonSchema = new PolicyJsonSchema(),
                    Yaml = new PolicyYaml(),
                },
                TestContext.Current.CancellationToken
            )
            .Value;
}
