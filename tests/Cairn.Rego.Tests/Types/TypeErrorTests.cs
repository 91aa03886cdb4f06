using Cairn.Rego.Syntax;

namespace Cairn.Rego.Tests.Types;

public class TypeErrorTests
{
    [Theory]
    [InlineData("p if null = true", "null", "boolean")]
    [InlineData("p if 1 == \"1\"", "number", "string")]
    [InlineData("p if [1, 2] = [1, 2, 3]", "array<number, number>", "array<number, number, number>")]
    [InlineData("p if [1, 2, 3] = [1, 2, \"3\"]", "array<number, number, number>", "array<number, number, string>")]
    [InlineData("p if {\"a\": 1} = {\"a\": 1, \"b\": 2}", "object<a: number>", "object<a: number, b: number>")]
    [InlineData("p if {1, 2} = null", "set[number]", "null")]
    [InlineData("p if { x := [\"s\", 1]; x[_] = null }", "any<number, string>", "null")]
    [InlineData(
        "p if [true | true] = [x | a := [1, \"s\"]; x := a[_]]",
        "array[boolean]",
        "array[any<number, string>]"
    )]
    [InlineData("q := \"s\"\np if data.test.q == 1", "string", "number")]
    [InlineData("q contains 1\np if q = [1]", "set[number]", "array<number>")]
    [InlineData("f(x) := x\np if f(1) = {}; q := 1\np if q = true", "number", "boolean")]
    [InlineData("p if { some x in [1, 2]; x = \"a\" }", "number", "string")]
    [InlineData("p if { some [a, b] in [1]; a; b }", "array<???, ???>", "number")]
    [InlineData("p if { count(input.x) == \"many\" }", "number", "string")]
    [InlineData("p := [x | x := 1; x = \"a\"]", "number", "string")]
    [InlineData("p if not 1 = \"a\"", "number", "string")]
    public void Values_that_cannot_be_equal_do_not_match(string rules, string left, string right) =>
        Error(rules).ShouldBe($"match error\n\tleft  : {left}\n\tright : {right}");

    [Theory]
    [InlineData("p := upper(1)", "upper: invalid argument(s)", "(number, ???)", "(x: string, y: string)")]
    [InlineData(
        "p if startswith(1, \"a\")",
        "startswith: invalid argument(s)",
        "(number, string)",
        "(search: string, base: string, result: boolean)"
    )]
    [InlineData(
        "p := 1 + \"a\"",
        "plus: invalid argument(s)",
        "(number, string, ???)",
        "(x: number, y: number, z: number)"
    )]
    [InlineData(
        "q := \"s\"\np := q * 2",
        "mul: invalid argument(s)",
        "(string, number, ???)",
        "(x: number, y: number, z: number)"
    )]
    [InlineData(
        "p := sum([1, \"2\"])",
        "sum: invalid argument(s)",
        "(array<number, string>, ???)",
        "(collection: any<array[number], set[number]>, n: number)"
    )]
    [InlineData(
        "p if contains([1], \"x\")",
        "contains: invalid argument(s)",
        "(array<number>, string)",
        "(haystack: string, needle: string, result: boolean)"
    )]
    [InlineData(
        "p if plus(1, 2, \"3\")",
        "plus: invalid argument(s)",
        "(number, number, string)",
        "(x: number, y: number, z: number)"
    )]
    [InlineData(
        "f(x) := x + 1\np := f(\"a\")",
        "data.test.f: invalid argument(s)",
        "(string, ???)",
        "(number, number)"
    )]
    [InlineData(
        "f(1) := \"a\"\nf(\"b\") := \"c\"\np := f(null)",
        "data.test.f: invalid argument(s)",
        "(null, ???)",
        "(any<number, string>, string)"
    )]
    [InlineData(
        "f(x) := y if [y] = [upper(x)]\np := f(f(1))",
        "data.test.f: invalid argument(s)",
        "(number, ???)",
        "(string, string)"
    )]
    [InlineData(
        "p := {x | x := lower(input.y + 1)}",
        "lower: invalid argument(s)",
        "(number, ???)",
        "(x: string, y: string)"
    )]
    [InlineData(
        "p := json.is_valid(1)",
        "json.is_valid: invalid argument(s)",
        "(number, ???)",
        "(x: string, result: boolean)"
    )]
    [InlineData(
        "p := sort([true, input.x], 1)",
        "sort: arity mismatch",
        "(array<boolean, any>, number, ???)",
        "(collection: any<array[any], set[any]>)"
    )]
    [InlineData(
        "p := count()",
        "count: arity mismatch",
        "(???)",
        "(collection: any<string, array[any], object[any: any], set[any]>)"
    )]
    [InlineData("p if startswith(\"a\")", "startswith: arity mismatch", "(string)", "(search: string, base: string)")]
    [InlineData(
        "p if { count(input) with count as f }\nf(x, y) := x + y",
        "count: arity mismatch",
        "(number, number)",
        "(collection: any<string, array[any], object[any: any], set[any]>)"
    )]
    [InlineData("p if { f(1) with f as upper }\nf(x) := x + 1", "data.test.f: arity mismatch", "(string)", "(number)")]
    public void Calls_need_operands_of_the_right_types(string rules, string problem, string have, string want) =>
        Error(rules).ShouldBe($"{problem}\n\thave: {have}\n\twant: {want}");

    [Theory]
    [InlineData("q := 1\np := q.x.y", "data.test.q.x.y\n\tdata.test.q.x.y\n\t^^^^^^^^^^^\n\thave: number")]
    [InlineData("p if { a := [[1, 2]]; a[0][1].z }", "a[0][1].z\n\ta[0][1].z\n\t^^^^^^^\n\thave: number")]
    [InlineData(
        "q := {\"foo\": 1, \"bar\": 2}\np := q.baz",
        "data.test.q.baz\n\tdata.test.q.baz\n\t            ^\n\t            have: \"baz\"\n"
            + "\t            want (one of): [\"bar\" \"foo\"]"
    )]
    [InlineData(
        "q := {\"foo\": 1}\np if { x := 1; q[x] }",
        "data.test.q[x]\n\tdata.test.q[x]\n\t            ^\n\t            have (type): number\n"
            + "\t            want (one of): [\"foo\"]"
    )]
    [InlineData(
        "q := {\"foo\": 1}\np if { x := [1]; q[x[0]] }",
        "data.test.q[x[0]]\n\tdata.test.q[x[0]]\n\t            ^\n\t            have (type): number\n"
            + "\t            want (one of): [\"foo\"]"
    )]
    [InlineData(
        "p if { a := [[1], [3]]; a[0].dead.beef }",
        "a[0].dead.beef\n\ta[0].dead.beef\n\t     ^\n\t     have: \"dead\"\n\t     want (type): number"
    )]
    [InlineData(
        "p if { s := {{1, 2}}; s[{1}].dead }",
        "s[{1}].dead\n\ts[{1}].dead\n\t       ^\n\t       have: \"dead\"\n\t       want (type): number"
    )]
    [InlineData(
        "p if { a := {[1], [2]}; a[[\"s\"]] }",
        "a[[\"s\"]]\n\ta[[\"s\"]]\n\t  ^\n\t  have (type): array<string>\n\t  want (type): array<number>"
    )]
    [InlineData(
        "p if { a := [1]; a[{}] = _ }",
        "a[{}]\n\ta[{}]\n\t  ^\n\t  have (type): object[any: any]\n\t  want (type): number"
    )]
    [InlineData(
        "a.b.c[3] := {\"y\": 2}\np if { x := true; data.test.a.b.c[x] }",
        "data.test.a.b.c[x]\n\tdata.test.a.b.c[x]\n\t                ^\n"
            + "\t                have (type): boolean\n\t                want (one of): [3]"
    )]
    [InlineData(
        "q := 1\np if { data.test[1] with input as q }",
        "data.test[1]\n\tdata.test[1]\n\t          ^\n\t          have (type): number\n"
            + "\t          want (one of): [\"q\"]"
    )]
    [InlineData(
        "q := 1\np if { data[1] with input as q }",
        "data[1]\n\tdata[1]\n\t     ^\n\t     have (type): number\n\t     want (one of): [\"test\"]"
    )]
    [InlineData("f(x) := x\np := f", "data.test.f\n\tdata.test.f\n\t^^^^^^^^^^^\n\thave: (any) => any")]
    [InlineData("f(x) := x\np := f.y", "data.test.f.y\n\tdata.test.f.y\n\t^^^^^^^^^^^\n\thave: (any) => any")]
    [InlineData(
        "q := {\"a-b\": [{\"c d\": 1}]}\np := q[\"a-b\"][_].e",
        "data.test.q[\"a-b\"][_].e\n\tdata.test.q[\"a-b\"][_].e\n\t                      ^\n"
            + "\t                      have: \"e\"\n\t                      want (one of): [\"c d\"]"
    )]
    [InlineData(
        "q := {\"a\": 1} if input.x\nq := {\"b\": 2} if input.y\np := q.c",
        "data.test.q.c\n\tdata.test.q.c\n\t            ^\n\t            have: \"c\"\n"
            + "\t            want (one of): [\"a\" \"b\"]"
    )]
    [InlineData(
        "q := {\"a\": 1}\np if every x in q.b { x }",
        "data.test.q.b\n\tdata.test.q.b\n\t            ^\n\t            have: \"b\"\n"
            + "\t            want (one of): [\"a\"]"
    )]
    [InlineData(
        "q := {\"a\": 1}\np if every x in [1] { q.b == x }",
        "data.test.q.b\n\tdata.test.q.b\n\t            ^\n\t            have: \"b\"\n"
            + "\t            want (one of): [\"a\"]"
    )]
    [InlineData(
        "q := {\"a\": 1}\np := $\"{q.b}\"",
        "data.test.q.b\n\tdata.test.q.b\n\t            ^\n\t            have: \"b\"\n"
            + "\t            want (one of): [\"a\"]"
    )]
    public void References_have_to_lead_somewhere(string rules, string message) =>
        Error(rules).ShouldBe("undefined ref: " + message);

    [Theory]
    [InlineData("p := data.nowhere.at.all")]
    [InlineData("q := 1\np := data.test.r.x")]
    [InlineData("q[k] := 1 if some k in input\np := q.anything")]
    [InlineData("q.a := 1\np := data.test.q.b")]
    [InlineData("p if every x in [1] { startswith(x, 2) }")]
    [InlineData("p if { a := \"s\"; sum([1, a]) }")]
    [InlineData("p if { x := object.get(input, \"a\", {}); x.b.c > 1 }")]
    [InlineData("p if 1 != \"a\"")]
    [InlineData("p := [1 == \"a\", input.x]")]
    [InlineData("q := 1\np if data.test.q == 1 with data.test.q as \"x\"")]
    [InlineData("f(x) := x\np if { f(1) with f as 7 }")]
    public void What_may_be_is_not_refused(string rules) =>
        Should.NotThrow(() => RegoPolicy.Compile("package test\n" + rules));

    [Fact]
    public void A_mistake_is_reported_once_and_those_of_other_rules_with_it()
    {
        var errors = Errors(
            "a(x) := max(\"foo\")\nb if a(1).x\nm := 1 / \"foo\"\nn := m + 1\nq := {\"k\": 1}\n"
                + "r if startswith(q.z, 1)\ns := [x | x := upper(1)] == 2"
        );
        errors
            .Select(error => (error.Location.Row, error.Location.Column, error.Message.Split('\n')[0]))
            .ShouldBe([
                (2, 9, "max: invalid argument(s)"),
                (4, 6, "div: invalid argument(s)"),
                (7, 6, "startswith: invalid argument(s)"),
                (7, 17, "undefined ref: data.test.q.z"),
                (8, 16, "upper: invalid argument(s)"),
            ]);
    }

    [Fact]
    public void Queries_are_checked_too_but_compare_what_they_like()
    {
        var policy = RegoPolicy.Compile("package test\nq := {\"a\": 1}\nf(x) := x + 1");
        Should.NotThrow(() => policy.Prepare("data.test.q.a == \"s\""));
        Should
            .Throw<RegoCompilationException>(() => policy.Prepare("data.test.q.a = \"s\""))
            .Message.ShouldContain("match error");
        Should
            .Throw<RegoCompilationException>(() => policy.Prepare("data.test.q.b"))
            .Message.ShouldStartWith("1 error occurred: 1:1: rego_type_error: undefined ref: data.test.q.b");
        Should
            .Throw<RegoCompilationException>(() => policy.Prepare("data.test.f(\"a\")"))
            .Message.ShouldContain("have: (string, ???)");
    }

    internal static string Error(string rules, CompileOptions? options = null)
    {
        var errors = Errors(rules, options);
        errors.ShouldAllBe(error => error.Code == "rego_type_error");
        return errors.ShouldHaveSingleItem().Message;
    }

    internal static IReadOnlyList<RegoError> Errors(string rules, CompileOptions? options = null) =>
        Should
            .Throw<RegoCompilationException>(() => RegoPolicy.Compile("package test\n" + rules, options: options))
            .Errors;
}
