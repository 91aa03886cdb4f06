using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Compilation;

public class CompilerErrorTests
{
    [Theory]
    [InlineData("p if { x", "rego_parse_error", "unexpected eof")]
    [InlineData("p if {}", "rego_parse_error", "found empty body")]
    [InlineData("p := 1 2", "rego_parse_error", "unexpected number token")]
    [InlineData("p := \"a", "rego_parse_error", "non-terminated string")]
    [InlineData("p := 01", "rego_parse_error", "illegal number format")]
    [InlineData("p := \"\\q\"", "rego_parse_error", "illegal string escape sequence")]
    [InlineData("p := ^", "rego_parse_error", "illegal token")]
    [InlineData("p { true }", "rego_parse_error", "`if` keyword is required before rule body")]
    [InlineData("p.q[1]", "rego_parse_error", "rule must have value assignment and/or body declaration")]
    [InlineData("p", "rego_parse_error", "var cannot be used for rule name")]
    [InlineData("default p if true", "rego_parse_error", "default rules cannot have a body")]
    [InlineData("default p := input.x", "rego_parse_error", "illegal default rule (value cannot contain ref)")]
    [InlineData("import foo.bar", "rego_parse_error", "unexpected import path")]
    [InlineData("import future.keywords.nope", "rego_parse_error", "unexpected keyword")]
    [InlineData("p if { not some x in [1] }", "rego_parse_error", "illegal negation of 'some'")]
    [InlineData("p if x == y", "rego_unsafe_var_error", "var x is unsafe")]
    [InlineData("p if not input.a[_]", "rego_unsafe_var_error", "var _ is unsafe")]
    [InlineData("p := x", "rego_unsafe_var_error", "var x is unsafe")]
    [InlineData("p contains x if true", "rego_unsafe_var_error", "var x is unsafe")]
    [InlineData("p if { some x; x > 1 }", "rego_unsafe_var_error", "var x is unsafe")]
    [InlineData("p := [x | y := 1]", "rego_unsafe_var_error", "var x is unsafe")]
    [InlineData(
        "p if q\nq if p",
        "rego_recursion_error",
        "rule data.test.p is recursive: data.test.p -> data.test.q -> data.test.p"
    )]
    [InlineData("f(x) := f(x)", "rego_recursion_error", "rule data.test.f is recursive: data.test.f -> data.test.f")]
    [InlineData("p if data.test[x]", "rego_recursion_error", "rule data.test.p is recursive")]
    [InlineData("p := nope(1)", "rego_type_error", "undefined function nope")]
    [InlineData("p := data.test.nope(1)", "rego_type_error", "undefined function data.test.nope")]
    [InlineData("p := count()", "rego_type_error", "count: arity mismatch\n\thave: (???)\n\twant: (collection: any<")]
    [InlineData("f(x) := x\np := f(1, 2)", "rego_type_error", "function data.test.f has arity 1, got 2 arguments")]
    [InlineData(
        "p := upper(1)",
        "rego_type_error",
        "upper: invalid argument(s)\n\thave: (number, ???)\n\twant: (x: string, y: string)"
    )]
    [InlineData("p := 1 + \"a\"", "rego_type_error", "plus: invalid argument(s)")]
    [InlineData("p if 1 = \"a\"", "rego_type_error", "match error\n\tleft  : number\n\tright : string")]
    [InlineData("p := 1\np(x) := x", "rego_type_error", "conflicting rules data.test.p found")]
    [InlineData("p := 1\np contains 1", "rego_type_error", "conflicting rules data.test.p found")]
    [InlineData("f(x) := x\nf(x, y) := x", "rego_type_error", "conflicting rules data.test.f found")]
    [InlineData("default p := 1\ndefault p := 2", "rego_type_error", "multiple default rules data.test.p found")]
    [InlineData("p := 1\np.q := 2", "rego_type_error", "rule data.test.p conflicts with [data.test.p.q]")]
    [InlineData("p if { x := 1; x := 2 }", "rego_compile_error", "var x assigned above")]
    [InlineData("p if { x == 1; x := 2 }", "rego_compile_error", "var x referenced above")]
    [InlineData("p if { some x; some x; x = 1 }", "rego_compile_error", "var x declared above")]
    [InlineData("f(x) if { x := 1 }", "rego_compile_error", "arg x redeclared")]
    [InlineData("p if { 1 := 1 }", "rego_compile_error", "cannot assign to number")]
    [InlineData("p if not x := 1", "rego_compile_error", "cannot assign vars inside negated expression")]
    [InlineData("p if { some x; input.y }", "rego_compile_error", "declared var x unused")]
    [InlineData("p if { every x in [1] { true } }", "rego_compile_error", "declared var x unused")]
    [InlineData("p := any([true])", "rego_type_error", "deprecated built-in function calls in expression: any")]
    [InlineData(
        "import data.a\nimport input.a as a\np := a",
        "rego_compile_error",
        "import must not shadow import data.a"
    )]
    [InlineData(
        "import data.a as b\nimport data.b\np := b",
        "rego_compile_error",
        "import must not shadow import data.a as b"
    )]
    [InlineData("data.x := 1", "rego_compile_error", "rules must not shadow data (use a different rule name)")]
    [InlineData("f(input) := 1", "rego_compile_error", "args must not shadow input (use a different variable name)")]
    [InlineData("f([_, data]) := 1", "rego_compile_error", "args must not shadow data (use a different variable name)")]
    [InlineData(
        "p if { input := 1 }",
        "rego_compile_error",
        "variables must not shadow input (use a different variable name)"
    )]
    [InlineData(
        "p if { some data in [1] }",
        "rego_compile_error",
        "variables must not shadow data (use a different variable name)"
    )]
    [InlineData("f(count(x)) := 1", "rego_compile_error", "rule arguments cannot contain calls")]
    [InlineData("p := x if { count := 1; x := count([1]) }", "rego_compile_error", "called function count shadowed")]
    [InlineData("f(x) := x\ng(f) if f(1)", "rego_type_error", "undefined function f")]
    [InlineData(
        "q.r := 1\np if { q with q.r.s as 1 }",
        "rego_compile_error",
        "with keyword cannot partially replace virtual document(s)"
    )]
    [InlineData(
        "p if { true with foo as 1 }",
        "rego_type_error",
        "with keyword target must reference existing input, data, or a function"
    )]
    [InlineData("p if { true with input[input.x] as 1 }", "rego_type_error", "with keyword target must be ground")]
    [InlineData(
        "p if { walk(input) with walk as 1 }",
        "rego_compile_error",
        "with keyword replacing built-in function: target must not be a relation"
    )]
    [InlineData(
        "p if { print(1) with print as 1 }",
        "rego_compile_error",
        "with keyword replacing built-in function: target must not be a void function"
    )]
    [InlineData(
        "p if { 1 in [1] with internal.member_2 as 1 }",
        "rego_compile_error",
        "replacement of internal function \"internal.member_2\" invalid"
    )]
    [InlineData(
        "p if { true with rego.metadata.rule as 1 }",
        "rego_compile_error",
        "replacement of \"rego.metadata.rule\" invalid"
    )]
    [InlineData("p := print(1)", "rego_type_error", "print(1) used as value")]
    [InlineData("p if print(x)", "rego_compile_error", "var x is undeclared")]
    [InlineData("p := $\"{x}\"", "rego_compile_error", "var x is undeclared")]
    [InlineData(
        "p := $\"{walk(input)}\"",
        "rego_compile_error",
        "illegal call to relation built-in 'walk' that may cause multiple outputs"
    )]
    public void Each_mistake_has_its_code_and_message(string rules, string code, string message)
    {
        var error = Errors("package test\n" + rules)[0];
        error.Code.ShouldBe(code);
        error.Message.ShouldContain(message, Case.Sensitive);
    }

    [Theory]
    [InlineData("p if { x := 1 }", "rego_compile_error", "assigned var x unused")]
    [InlineData("p := [1 | x := 1]", "rego_compile_error", "assigned var x unused")]
    [InlineData("import data.a", "rego_compile_error", "import data.a unused")]
    [InlineData("import data.a.b as c", "rego_compile_error", "import data.a.b as c unused")]
    [InlineData("f(x, _) := 1", "rego_compile_error", "unused argument x. (hint: use _ (wildcard variable) instead)")]
    [InlineData("f([_, {\"k\": y}]) := 1 if input.x\nelse := 2", "rego_compile_error", "unused argument y")]
    public void Strict_mode_has_more(string rules, string code, string message)
    {
        string source = "package test\n" + rules;
        Should.NotThrow(() => RegoPolicy.Compile(source));
        var error = Errors(source, new CompileOptions { Strict = true })[0];
        error.Code.ShouldBe(code);
        error.Message.ShouldContain(message, Case.Sensitive);
    }

    [Theory]
    [InlineData("p if { some x in input; input.y }")]
    [InlineData("f(x) := 1 if input.x\nelse := 2 if x")]
    [InlineData("f(x, x) := 1")]
    [InlineData("p if { x := 1; y := [z | z := x]; y }")]
    public void Strict_mode_lets_pass_what_is_used(string rules) =>
        Should.NotThrow(() =>
            RegoPolicy.Compile("package test\n" + rules, options: new CompileOptions { Strict = true })
        );

    [Theory]
    [InlineData("p = any([true])")]
    [InlineData("import data.a\nimport input.a\np = a")]
    public void Version_0_is_more_lenient_unless_it_is_strict(string rules)
    {
        var options = new CompileOptions { Version = RegoVersion.V0 };
        Should.NotThrow(() => RegoPolicy.Compile("package test\n" + rules, options: options));
        Should.Throw<RegoCompilationException>(() =>
            RegoPolicy.Compile("package test\n" + rules, options: options with { Strict = true })
        );
    }

    [Fact]
    public void Every_rule_of_a_circle_is_named() =>
        Errors("package test\np if q\nq if r\nr if p\ns if p")
            .Select(error => error.Message)
            .ShouldBe([
                "rule data.test.p is recursive: data.test.p -> data.test.q -> data.test.r -> data.test.p",
                "rule data.test.q is recursive: data.test.q -> data.test.r -> data.test.p -> data.test.q",
                "rule data.test.r is recursive: data.test.r -> data.test.p -> data.test.q -> data.test.r",
            ]);

    [Fact]
    public void A_long_circle_is_not_named_in_full() =>
        Errors(
                "package test\n"
                    + string.Concat(Enumerable.Range(0, 1_000).Select(i => $"p{i} if p{(i + 1) % 1_000}\n"))
            )
            .ShouldAllBe(error => error.Message.Contains(" -> … -> data.test.p") && error.Message.Length < 2_000);

    [Fact]
    public void Errors_say_where_and_come_together()
    {
        var errors = Errors("package test\n\np if x > 1\n\nq := 1 if\n  y < 2\n");
        errors
            .Select(error => (error.Location.Row, error.Location.Column, error.ToString()))
            .ShouldBe([
                (3, 6, "policy.rego:3: rego_unsafe_var_error: var x is unsafe"),
                (6, 3, "policy.rego:6: rego_unsafe_var_error: var y is unsafe"),
            ]);
    }

    [Fact]
    public void The_parser_goes_on_after_a_mistake() =>
        Errors("package test\np := )\nq := 1\nr := ]\n").Select(error => error.Location.Row).ShouldBe([2, 4]);

    [Fact]
    public void No_more_than_ten_errors_are_reported_and_what_is_left_out_is_said()
    {
        var errors = Errors("package test\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"p{i} := x{i}\n")));
        errors.Count.ShouldBe(11);
        errors[9].Location.Row.ShouldBe(11);
        errors[10].ToString().ShouldBe("rego_compile_error: error limit reached");
        Errors("package test\n" + string.Concat(Enumerable.Range(0, 10).Select(i => $"p{i} := x{i}\n")))
            .Count.ShouldBe(10);
    }

    [Fact]
    public void Built_ins_can_be_forbidden()
    {
        var options = new CompileOptions { UnsafeBuiltins = new HashSet<string> { "http.send" } };
        Errors("package test\np := http.send({})", options)[0]
            .ToString()
            .ShouldBe("policy.rego:2: rego_type_error: unsafe built-in function calls in expression: http.send");
        Errors("package test\np if true with http.send as 1", options)[0]
            .Message.ShouldBe("with keyword replacing built-in function: target must not be unsafe: \"http.send\"");
        Should
            .Throw<RegoCompilationException>(() =>
                RegoPolicy.Compile("package test", options: options).Prepare("http.send({})")
            )
            .Errors[0]
            .Code.ShouldBe("rego_type_error");
    }

    [Theory]
    [InlineData("package a\nb := 1", "{\"a\": {\"b\": 2}}", "a/b")]
    [InlineData("package a\nb.c contains 1", "{\"a\": {\"b\": {\"c\": {}}}}", "a/b/c")]
    [InlineData("package a\nb[x] := 1 if some x in [1]", "{\"a\": {\"b\": {}}}", "a/b")]
    [InlineData("package a\nb := 1", "{\"a\": 7}", "a/b")]
    [InlineData("package a\nb := 1", "{\"a\": {\"c\": 1}, \"b\": 1}", null)]
    [InlineData("package a\nb[1] := 1", "{\"a\": {\"b\": {}}}", null)]
    public void Rules_conflict_with_data_of_their_path(string module, string data, string? path)
    {
        var conflicts = RegoPolicy.Compile(module, RegoValue.ParseJson(data)).FindDataConflicts();
        conflicts
            .Select(error => error.ToString())
            .ShouldBe(
                path is null ? [] : [$"policy.rego:2: rego_compile_error: conflicting rule for data path {path} found"]
            );
    }

    [Fact]
    public void Packages_and_rules_of_one_path_conflict()
    {
        var exception = Should.Throw<RegoCompilationException>(() =>
            RegoPolicy.Compile([
                new RegoModule("a.rego", "package a\nb := 1"),
                new RegoModule("b.rego", "package a.b\nc := 1"),
            ])
        );
        exception
            .Errors.Select(error => error.ToString())
            .ShouldBe([
                "a.rego:1: rego_type_error: package a.b conflicts with rule data.a.b defined at a.rego:2",
                "a.rego:2: rego_type_error: rule data.a.b conflicts with [data.a.b.c]",
            ]);
    }

    [Theory]
    [InlineData("package a\nimport rego.v1\np contains 1 if { some x in [1]; x == 1 }", "[1]")]
    [InlineData("package a\nimport future.keywords.contains\np contains 1 { true }", "[1]")]
    [InlineData("package a\np[1] { true }\np[2]", "[1,2]")]
    [InlineData("package a\np[x] = y { x := \"k\"; y := 1 }", "{\"k\":1}")]
    [InlineData("package a\np = x { x = 1 } { x = 1 }", "1")]
    [InlineData("package a\nif := 1\np = if", "1")]
    public void Modules_of_version_0_are_understood_when_asked_for(string module, string value) =>
        RegoPolicy
            .Compile(module, options: new CompileOptions { Version = RegoVersion.V0 })
            .Prepare("data.a.p")
            .Evaluate()
            .Value!.ToJson()
            .ShouldBe(value);

    [Fact]
    public void Deep_nesting_is_refused_instead_of_overflowing_the_stack()
    {
        Errors("package a\np := " + new string('[', 100_000))[0].Message.ShouldContain("nesting");
        Errors("package a\np := " + string.Concat(Enumerable.Repeat("{x | ", 100_000)))[0]
            .Code.ShouldBe("rego_parse_error");
    }

    private static IReadOnlyList<RegoError> Errors(string source, CompileOptions? options = null) =>
        Should.Throw<RegoCompilationException>(() => RegoPolicy.Compile(source, RegoObject.Empty, options)).Errors;
}
