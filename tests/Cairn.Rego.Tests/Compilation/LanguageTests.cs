using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Compilation;

/// <summary>Forms of the language that real policies use and the compliance suite does not.</summary>
public class LanguageTests
{
    [Theory]
    // A function of which nothing is said but its arguments.
    [InlineData("weekend(\"sun\")\n\nweekend(\"sat\")\n\np := [weekend(\"sun\"), weekend(\"sat\")]", "[true, true]")]
    [InlineData("weekend(\"sun\")\n\np if weekend(\"mon\")", null)]
    [InlineData("grade(\"gold\", _)\n\ngrade(\"silver\", n) if n > 5\n\np if grade(\"gold\", 0)", "true")]
    [InlineData("f(null)\n\nf([])\n\np if { f(null); f([]); not f(input.n) }", "true")]
    [InlineData("a.b.f({\"k\": 1})\n\np if a.b.f({\"k\": 1})", "true")]
    [InlineData("f(x)\n\np := f(1)", "true")]
    // A function without arguments.
    [InlineData("limits() := {\"cpu\": 2}\n\np := limits.cpu", "2")]
    [InlineData("limit() := 10\n\np if input.n > limit", "true")]
    [InlineData("ok() if input.n == 11\n\np := ok", "true")]
    [InlineData("a.b() := 1 if true\n\np := a.b", "1")]
    [InlineData("default f() := 3\n\np := f", "3")]
    // Variables that the value of a with binds.
    [InlineData(
        "echo := input.name\n\np := [r | r := echo with input as {\"name\": input.names[_]}]",
        "[\"a\", \"b\"]"
    )]
    [InlineData("echo := input.name\n\np := {r | r := echo with input.name as input.names[i]; i > 0}", "{\"b\"}")]
    [InlineData("echo := input.name\n\np := [x | some x in input.names; not echo == x with input.name as x]", "[]")]
    [InlineData("f(x) := x\n\np := {r | r := f(0) with f as input.names[_]}", "{\"a\", \"b\"}")]
    [InlineData(
        "echo := input.name\n\np if { every n in input.names { echo == n with input.name as [x | x := n][_] } }",
        "true"
    )]
    // A variable beside the reference that binds it.
    [InlineData("p contains k if { some k; k == input.table[k] }", "{\"y\"}")]
    [InlineData("p contains k if { some k; k != input.table[k] }", "{\"x\"}")]
    [InlineData("p contains k if { some k; [k, 1] == [input.table[k], 1] }", "{\"y\"}")]
    [InlineData("p contains k if { some k; startswith(k, input.table[k]) }", "{\"y\"}")]
    [InlineData("p contains k if { some k; count([k, input.table[k]]) == 2 }", "{\"x\", \"y\"}")]
    [InlineData(
        "p contains x if { x := {\"key\": k, \"value\": input.table[k]} }",
        "{{\"key\": \"x\", \"value\": \"z\"}, {\"key\": \"y\", \"value\": \"y\"}}"
    )]
    [InlineData("p contains x if { x := {k: input.table[k]} }", "{{\"x\": \"z\"}, {\"y\": \"y\"}}")]
    // A package that is worked out.
    [InlineData("p := data[which].answer.yes if which := \"other\"", "42")]
    [InlineData("p := {x | x := data[_].answer.yes}", "{42}")]
    [InlineData("p := data[input.which].deep[input.key] if true", "[7]")]
    // Names of the bodies around.
    [InlineData(
        "p := n if { n := count(input.names); ys := [n | some x in input.xs; x < n; n := x * 2]; count(ys) >= 0 }",
        "2"
    )]
    [InlineData("p := ys if { n := 2; ys := [n | some x in input.xs; x < n; n := x * 2] }", "[2]")]
    [InlineData("p := [n, m] if { n := 1; m := {n | n > 0; n := 5} }", "[1, {5}]")]
    public void What_real_policies_use_means_what_it_means_in_opa(string rules, string? wanted)
    {
        RegoModule[] modules =
        [
            new("p.rego", $"package app\n\n{rules}"),
            new("other.rego", "package other\n\nanswer := {\"yes\": 42}\n\ndeep[k] := [7] if k := \"k\""),
        ];
        var input = RegoValue.ParseJson(
            """{"n":11,"names":["a","b"],"table":{"x":"z","y":"y"},"which":"other","key":"k","xs":[1,5]}"""
        );
        var got = RegoPolicy
            .Compile(modules)
            .Prepare("data.app.p")
            .Evaluate(input, cancellationToken: TestContext.Current.CancellationToken);
        (got.Value?.ToString()).ShouldBe(wanted);
    }

    [Theory]
    [InlineData("p { input := {\"x\": 1}; val == 1 with input as input }\n\nval = input.x", "true")]
    [InlineData("p = x { data := 5; x := data }", "5")]
    [InlineData("p = y { input := {\"x\": 1}; y := input.x }", "1")]
    [InlineData("p = y { data := {\"x\": {\"z\": 2}}; k := \"x\"; y := data[k].z }", "2")]
    [InlineData("p = y { some input; input = 3; y := input + 1 }", "4")]
    [InlineData("p = y { y := [input | input := 1] }", "[1]")]
    [InlineData("weekend(\"sun\")\n\np { weekend(\"sun\") }", "true")]
    [InlineData("limits() = {\"cpu\": 2}\n\np = limits.cpu { true }", "2")]
    public void The_language_before_v1(string rules, string wanted)
    {
        var policy = RegoPolicy.Compile(
            $"package app\n\n{rules}",
            null,
            new CompileOptions { Version = RegoVersion.V0 }
        );
        var got = policy
            .Prepare("data.app.p")
            .Evaluate(RegoValue.ParseJson("{}"), cancellationToken: TestContext.Current.CancellationToken);
        (got.Value?.ToString()).ShouldBe(wanted);
    }

    [Theory]
    [InlineData("p := data[x].q if x := \"app\"\n\nq := p", "rego_recursion_error")]
    [InlineData("p := data[x] if x := \"other\"", "rego_recursion_error")]
    [InlineData("p := data[x][y] if { x := \"app\"; y := \"q\" }", "rego_recursion_error")]
    [InlineData("f()", "rego_parse_error")]
    [InlineData("p.q", "rego_parse_error")]
    [InlineData("f(x) contains 1", "rego_parse_error")]
    [InlineData("p := y if { [y] == [input.table[k]] }", "rego_unsafe_var_error")]
    [InlineData("p if { x == input.n }", "rego_unsafe_var_error")]
    [InlineData("p if { n := 1; n > 0; n := 2 }", "rego_compile_error")]
    [InlineData("p if { x > 0; x := 2 }", "rego_compile_error")]
    public void What_opa_refuses_is_refused(string rules, string code) =>
        Should
            .Throw<RegoCompilationException>(() => RegoPolicy.Compile($"package app\n\n{rules}"))
            .Errors.ShouldContain(error => error.Code == code);
}
