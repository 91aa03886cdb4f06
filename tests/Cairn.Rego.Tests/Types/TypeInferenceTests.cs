using Cairn.Rego.Compilation.Types;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Tests.Types;

public class TypeInferenceTests
{
    [Theory]
    [InlineData("p := null", "null")]
    [InlineData("p := 1.5", "number")]
    [InlineData("p if true", "boolean")]
    [InlineData("p := []", "array[any]")]
    [InlineData("p := [1, \"a\", [true]]", "array<number, string, array<boolean>>")]
    [InlineData("p := {}", "object[any: any]")]
    [InlineData("p := {\"b\": 1, \"a\": [null]}", "object<a: array<null>, b: number>")]
    [InlineData("p := {1: \"one\", true: {2}}", "object<true: set[number], 1: string>")]
    [InlineData("p := set()", "set[any]")]
    [InlineData("p := {1, \"a\"}", "set[any<number, string>]")]
    [InlineData("p := {{1}, {\"a\", 1}}", "set[any<set[number], set[any<number, string>]>]")]
    [InlineData("p := input", "any")]
    [InlineData("p := data.somewhere.else", "any")]
    [InlineData("p := [x | x := 1]", "array[number]")]
    [InlineData("p := {x | some x in [1, \"a\"]}", "set[any<number, string>]")]
    [InlineData("p := {k: v | some k, v in {\"a\": 1, \"b\": null}}", "object[string: any<null, number>]")]
    [InlineData("p := count(input)", "number")]
    [InlineData("p := split(\"a b\", \" \")[0]", "string")]
    [InlineData("p := time.clock(0)", "array<number, number, number>")]
    [InlineData("p := $\"{input.x} times\"", "string")]
    public void Values_have_the_types_of_their_parts(string rule, string type) => TypeOf(rule, "p").ShouldBe(type);

    [Theory]
    [InlineData("p := x if { x = y; y = z; z = 1 }", "number")]
    [InlineData("p := [x, y] if [x, 1] = [true, y]", "array<boolean, number>")]
    [InlineData("p := x if { y := [[2], 1]; [[x], 1] = y }", "number")]
    [InlineData(
        "p := [x, y] if {\"a\": \"foo\", \"b\": {\"c\": x}} = {\"a\": y, \"b\": {\"c\": 2}}",
        "array<number, string>"
    )]
    [InlineData("p := x if [1, \"2\", x] = data.foo", "any")]
    [InlineData(
        "p := x if { a := [1, {\"f\": [{\"b\": null}, -1, {\"b\": true}]}]; x := a[1].f[_].b }",
        "any<null, boolean>"
    )]
    [InlineData(
        "p := [i, j, k] if { a := [{\"b\": {\"f\": {1}, \"g\": {\"s\"}}}]; a[i].b[j][k] }",
        "array<number, string, any<number, string>>"
    )]
    [InlineData("p := [x, y] if { s := {[1, \"a\"], [3, \"b\"]}; s[[x, y]] }", "array<number, string>")]
    [InlineData("p := y if { x := [[1], [\"foo\"]]; x[_] = [y] }", "any<number, string>")]
    [InlineData("p := y if { x := {\"a\": [1], \"b\": [\"foo\"]}; x[_] = [y] }", "any<number, string>")]
    [InlineData("p := k if { a := [[\"f\"], 0, {\"b\": 1}]; b := [0, 2]; a[b[_]][k] }", "any<number, string>")]
    [InlineData("p := x if { plus(1, 2, x) }", "number")]
    [InlineData("p := [q, v] if walk(input, [q, v])", "array<array[any], any>")]
    [InlineData("p := y if { x > 1; x = input.n; y := x }", "any")]
    public void Unification_tells_the_types_of_variables(string rule, string type) => TypeOf(rule, "p").ShouldBe(type);

    [Theory]
    [InlineData("p := 1 if input.x\np := \"s\" if input.y", "p", "any<number, string>")]
    [InlineData("p := null if input.x\nelse := 1 if input.y\nelse := \"s\"", "p", "any<null, number, string>")]
    [InlineData("default p := false\np := [1] if input.x", "p", "any<boolean, array<number>>")]
    [InlineData("p contains 1\np contains \"s\"", "p", "set[any<number, string>]")]
    [InlineData("p[x] := y if { some x, y in {\"a\": 1} }", "p", "object[string: number]")]
    [InlineData(
        "p[x] := 1 if some x in [\"a\"]\np[x] := \"s\" if some x in [2]",
        "p",
        "object[any<number, string>: any<number, string>]"
    )]
    [InlineData("p.q.r := 1", "p", "object<q: object<r: number>[string: any]>[string: any]")]
    [InlineData("p.q[3] := true", "p.q", "object<3: boolean>[string: any]")]
    [InlineData("p[x][y] := 42 if { a := [\"k\"]; x := a[y] }", "p", "object[string: object[number: number]]")]
    [InlineData(
        "p[x].s[y] := 42 if { a := [\"k\"]; x := a[y] }",
        "p",
        "object[string: object[string: object[number: number]]]"
    )]
    [InlineData(
        "p[x].a := \"v\" if x := \"k\"\np[x].b := 42 if x := \"k\"",
        "p.k",
        "object[string: any<number, string>]"
    )]
    [InlineData(
        "p.q[r] := y if { x := [\"a\"]; y := x[r] }\np.q.r := false\np.q[42] := 1337",
        "p.q",
        "object[any<number, string>: any<boolean, number, string>]"
    )]
    [InlineData("f(x) := x + 1", "f", "(number) => number")]
    [InlineData("f(x, _) := [x]", "f", "(any, any) => array<any>")]
    [InlineData("f([a, b]) := split(a, b)", "f", "(array<string, string>) => array[string]")]
    [InlineData("f(\"a\") := 1\nf(2) := \"b\"", "f", "(any<number, string>) => any<number, string>")]
    [InlineData("f(x) := [y | y := x + 1]", "f", "(any) => array[number]")]
    [InlineData("q := p\np := r.a[0]\nr := {\"a\": [\"s\"]}", "q", "string")]
    [InlineData("q := f(\"a\")\nf(x) := {\"v\": x}", "q", "object<v: any>")]
    [InlineData("a.p := 1\na.r := \"s\"\nq contains [k, x] if data.test.a[k] = x", "q", "set[array<string, any>]")]
    public void Rules_take_the_types_of_all_that_define_them(string rules, string rule, string type) =>
        TypeOf(rules, rule).ShouldBe(type);

    [Fact]
    public void A_package_has_its_rules_and_whatever_the_base_document_holds() =>
        TypeOf("q := 1\nf(x) := x", "").ShouldBe("object<f: (any) => any, q: number>[string: any]");

    [Fact]
    public void What_is_too_big_to_know_may_be_anything()
    {
        string wide = string.Join(", ", Enumerable.Range(0, 300).Select(i => $"{{\"k{i}\": 1}}"));
        TypeOf($"p := {{{wide}}}", "p").ShouldBe("set[any]");
        TypeOf($"p := {new string('[', 100)}1{new string(']', 100)}", "p")
            .ShouldBe($"{Repeat("array<", 36)}any{new string('>', 36)}");
        TypeOf($"p := [{string.Join(", ", Enumerable.Range(0, 6_000))}]", "p").ShouldBe("any");
    }

    [Fact]
    public void Types_that_double_with_every_rule_stay_small()
    {
        string doubled = string.Concat(Enumerable.Range(1, 500).Select(i => $"x{i} := [x{i - 1}, x{i - 1}]\n"));
        TypeOf($"x0 := {{\"{new string('k', 10_000)}\": 1}}\n{doubled}", "x10").Length.ShouldBeInRange(4_000, 4_100);
        TypeOf($"x0 := 1\n{doubled}", "x11").Length.ShouldBeGreaterThan(1_000);
        TypeOf($"x0 := 1\n{doubled}", "x12").ShouldBe("any");
        TypeOf($"x0 := 1\n{doubled}", "x13").ShouldBe("array<any, any>");
    }

    [Fact]
    public void Unions_that_are_compared_with_each_other_again_and_again_are_let_pass_in_the_end()
    {
        string objects = string.Join(", ", Enumerable.Range(0, 99).Select(i => $"{{\"k{i}\": [1, \"a\", {i}]}}"));
        string rules = string.Concat(
            Enumerable.Range(0, 3_000).Select(i => $"p{i} if {{ some x in a; some y in b; x == y }}\n")
        );
        string module =
            $"a := {{{objects}}}\nb := {{{objects.Replace("[1,", "[\"b\",", StringComparison.Ordinal)}}}\n{rules}";
        TypeErrorTests.Errors(module).SkipLast(1).ShouldAllBe(error => error.Message.StartsWith("match error"));
        Should.NotThrow(() =>
            RegoPolicy.Compile("package test\n" + module.Replace("\"b\",", "2,", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void Nested_comprehensions_are_checked_once()
    {
        string nested = Enumerable.Range(0, 60).Aggregate("1", (inner, i) => $"[{inner} | y{i} := {i}]");
        TypeOf($"p := {nested}", "p").ShouldBe($"{Repeat("array[", 60)}number{new string(']', 60)}");
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    internal static string TypeOf(string rules, string rule, CompileOptions? options = null)
    {
        var policy = RegoPolicy.Compile("package test\n" + rules, options: options);
        var term = (TermExpression)Parser.ParseQuery("data.test" + (rule.Length == 0 ? "" : "." + rule))[0];
        return new TermTypes(new TypeUnification()).Of(term.Term, new TypeEnvironment(policy.Types, null)).ToString();
    }
}
