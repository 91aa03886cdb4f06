using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Evaluation;

/// <summary>
/// What is undefined under a negation: a part of what is negated makes it true, what is worked out before makes it
/// undefined.
/// </summary>
public class NegationTests
{
    private const string Rules = """
        package t

        val := input.d

        und := input.u

        no := input.f

        is_a(x) if x == "a"

        echo(x) := x

        members := {"a", 1}

        by := {"a": 1}

        yes := {"a": true}
        """;

    private static readonly RegoValue Input = RegoValue.ParseJson("""{"d":"a","f":false,"o":{"a":true}}""");

    /// <summary>
    /// An expression over an operand <c>X</c>; whether it holds where X is "a" and where it is false (it never does
    /// where X is undefined); whether X is worked out before a negation; and whether it is in a query, where that
    /// differs.
    /// </summary>
    private static readonly (string Form, bool Defined, bool False, bool Before, bool BeforeInQuery)[] Forms =
    [
        ("X", true, false, false, false),
        ("X == \"a\"", true, false, false, true),
        ("\"a\" == X", true, false, false, true),
        ("X = \"a\"", true, false, false, false),
        ("input.o == X", false, false, false, true),
        ("X != \"b\"", true, true, true, true),
        ("X < \"b\"", true, true, true, true),
        ("(X != \"b\") == true", true, true, true, true),
        ("X in {\"a\", 1}", true, false, true, true),
        ("\"a\" in [X]", true, false, true, true),
        ("\"k\", X in {\"k\": \"a\"}", true, false, true, true),
        ("X in members", true, false, true, true),
        ("startswith(X, \"a\")", true, false, true, true),
        ("is_a(X)", true, false, true, true),
        ("data.t.is_a(X)", true, false, true, true),
        ("is_a(echo(X))", true, false, true, true),
        ("echo(X)", true, false, true, true),
        ("echo(X) == \"a\"", true, false, true, true),
        ("echo(X) = \"a\"", true, false, true, true),
        ("echo(\"a\", X)", true, false, true, true),
        ("walk([X], [[0], \"a\"])", true, false, true, true),
        ("members[X]", true, false, true, true),
        ("members[echo(X)]", true, false, true, true),
        ("by[X] = 1", true, false, true, true),
        ("1 = by[X]", true, false, true, true),
        ("input.o[X]", true, false, true, true),
        ("yes[lower(input.d)] == (X != 1)", true, true, true, true),
        ("{\"a\": true}[X]", true, false, true, true),
        ("[X][0] == \"a\"", true, false, true, true),
        ("[1, [X]][1][0] == \"a\"", true, false, true, true),
        ("[X] == [\"a\"]", true, false, true, true),
        ("[\"a\"] = [X]", true, false, true, true),
        ("{\"k\": X} == {\"k\": \"a\"}", true, false, true, true),
        ("{X: 1} == {\"a\": 1}", true, false, true, true),
        ("{X} == {\"a\"}", true, false, true, true),
        ("[{\"k\": {X}}] == [{\"k\": {\"a\"}}]", true, false, true, true),
        ("count([X]) == 1", true, true, true, true),
        ("count([1 | X == \"a\"]) == 1", true, false, false, false),
        ("count([X | true]) == 1", true, true, false, false),
        ("{v | v := X} == {\"a\"}", true, false, false, false),
        ("is_a([v | v := X][0])", true, false, true, true),
        ("$\"{X}\" == \"a\"", true, false, false, false),
        ("is_a($\"{X}\")", true, false, false, false),
        ("1 == 1 with input.w as X", true, true, true, true),
        ("input.w == \"a\" with input.w as X", true, false, true, true),
        ("is_a(input.w) with input.w as X", true, false, true, true),
        ("is_a(input.w) with input.w as echo(X)", true, false, true, true),
        ("is_a(X) with input.other as 1", true, false, true, true),
        ("X == \"a\" with input.other as 1", true, false, false, true),
    ];

    /// <summary>Where an expression <c>E</c> stands, and what then holds if it does.</summary>
    public static TheoryData<string, string> Places =>
        new()
        {
            { "p if { E }", "data.t.p" },
            { "p if { true; E; true }", "data.t.p" },
            { "p if { every one in [1] { one == 1; E } }", "data.t.p" },
            { "p if count([1 | E]) == 1", "data.t.p" },
            { "p if count({1: 2 | E}) == 1", "data.t.p" },
            { "p if false\n\telse := true if { E }", "data.t.p" },
            { "p if f(1)\n\nf(_) if { E }", "data.t.p" },
            { "p if f(1)\n\nf(0) := false\n\nf(1) := true if { E } else := false", "data.t.p" },
            { "p contains 1 if { E }", "data.t.p[1]" },
            { "p[k] := 1 if { k := \"a\"; E }", "data.t.p.a" },
            { "p[k].x.y := 1 if { k := \"a\"; E }", "data.t.p.a.x.y" },
            { "p if { q with input.other as 1 }\n\nq if { E }", "data.t.p" },
            { "p if not q\n\nq if not r\n\nr if { E }", "data.t.p" },
            { "", "E" },
        };

    [Theory]
    [MemberData(nameof(Places))]
    public void An_undefined_operand_is_worked_out_before_a_negation_or_negated(string place, string query)
    {
        var wrong = new List<string>();
        foreach (var (form, defined, isFalse, before, beforeInQuery) in Forms)
        {
            foreach (
                var (operands, holds, undefined) in new[]
                {
                    ("input.d data.t.val", defined, false),
                    ("input.f data.t.no", isFalse, false),
                    ("input.u data.t.und", false, true),
                }
            )
            {
                foreach (string operand in operands.Split(' '))
                {
                    bool first = place.Length == 0 ? beforeInQuery : before;
                    Check(form.Replace("X", operand, StringComparison.Ordinal), holds);
                    Check(
                        "not " + form.Replace("X", operand, StringComparison.Ordinal),
                        !holds && !(undefined && first)
                    );
                }
            }
        }

        wrong.ShouldBeEmpty();

        void Check(string expression, bool wanted)
        {
            string module = $"{Rules}\n\n{place.Replace("E", expression, StringComparison.Ordinal)}";
            string asked = query.Replace(
                "E",
                query == "E" ? Qualified(expression) : expression,
                StringComparison.Ordinal
            );
            var policy = RegoPolicy.Compile(module);
            bool whole = !policy
                .PrepareBody(asked)
                .Evaluate(Input, cancellationToken: TestContext.Current.CancellationToken)
                .IsUndefined;
            var left = policy.EvaluatePartially(asked, cancellationToken: TestContext.Current.CancellationToken);
            var rest = RegoPolicy.Compile([new RegoModule("policy.rego", module), .. left.Support]);
            bool partial = left.Queries.Any(one =>
                one.Length == 0
                || !rest.PrepareBody(one)
                    .Evaluate(Input, cancellationToken: TestContext.Current.CancellationToken)
                    .IsUndefined
            );
            if (whole != wanted)
                wrong.Add($"{expression}: {whole}");
            if (partial != wanted)
            {
                wrong.Add(
                    $"{expression}, partially: {partial}: {string.Join(" or ", left.Queries)} "
                        + $"{string.Join(" ", left.Support.Select(support => support.Source))}"
                );
            }
        }
    }

    // In a query names of rules are written in full.
    private static string Qualified(string expression) =>
        System.Text.RegularExpressions.Regex.Replace(
            expression,
            "(?<![.\\w])(is_a|echo|members|by|yes)(?=[(\\[]|$)",
            "data.t.$1"
        );

    [Theory]
    [InlineData("p if not f(lower(data.names[_]))", true)]
    [InlineData("p if not lower(data.names[_]) == \"bob\"", true)]
    [InlineData("p if not lower(data.names[_]) in {\"bob\", \"eve\"}", false)]
    [InlineData("p if not f(lower(data.none[_]))", false)]
    [InlineData("p if { not f(lower(data.names[i])); i == 1 }", true)]
    [InlineData("p if { not f(lower(data.names[i])); i == 0 }", false)]
    [InlineData("p if { every s in data.names { not g(s, lower(data.names[_])) } }", true)]
    public void A_call_inside_a_negation_goes_on_for_each_of_its_values(string rule, bool wanted) =>
        Holds($"package t\n\nf(x) if x == \"bob\"\n\ng(x, y) if x == upper(y)\n\n{rule}", """{"names":["Bob","Eve"]}""")
            .ShouldBe(wanted);

    [Theory]
    [InlineData("p if not f(data.names[_])")]
    [InlineData("p if not data.names[_] == \"x\"")]
    [InlineData("p if not f([data.names[i]])")]
    [InlineData("p if not f(lower(x))")]
    [InlineData("p if not data.names[data.keys[_]]")]
    public void A_variable_only_a_negated_reference_would_bind_is_unsafe(string rule) =>
        Should
            .Throw<RegoCompilationException>(() => RegoPolicy.Compile($"package t\n\nf(_) := true\n\n{rule}"))
            .Errors.ShouldContain(error => error.Code == RegoError.UnsafeVariable);

    /// <summary>With <c>import future.keywords.not</c> all that is undefined under a negation makes it true.</summary>
    [Theory]
    [InlineData("not f(input.zone)", true)]
    [InlineData("not f(g(input.zone))", true)]
    [InlineData("not input.zone in zones", true)]
    [InlineData("not zones[input.zone]", true)]
    [InlineData("not startswith(input.zone, \"a\")", true)]
    [InlineData("not input.zone != 1", true)]
    [InlineData("not [input.zone] == [1]", true)]
    [InlineData("not missing", true)]
    [InlineData("not f(missing)", true)]
    [InlineData("not f(\"a\")", false)]
    [InlineData("not f(input.name)", false)]
    [InlineData("not f(input.names[_])", false)]
    [InlineData("not f(input.names[_]) with input.names as [\"b\"]", true)]
    [InlineData("not { f(input.zone); true }", true)]
    [InlineData("not { some n in input.names; n == \"a\" }", false)]
    [InlineData("not { x := input.name; x == \"b\" }", true)]
    [InlineData("some n in input.names; not f(n)", true)]
    [InlineData("every n in [\"b\", \"c\"] { not f(n); not f(input.zone) }", true)]
    [InlineData("count([1 | not f(input.zone)]) == 1", true)]
    public void A_module_may_negate_all_that_an_expression_needs(string expression, bool wanted)
    {
        string module =
            "package t\n\nimport future.keywords.not\n\nf(x) if x == \"a\"\n\ng(x) := x\n\n"
            + $"zones := {{\"a\"}}\n\nmissing := input.zone\n\np if {{ {expression} }}\n";
        var policy = RegoPolicy.Compile(module);
        var input = RegoValue.ParseJson("""{"name":"a","names":["a","b"]}""");
        policy
            .Prepare("data.t.p")
            .Evaluate(input, cancellationToken: TestContext.Current.CancellationToken)
            .IsUndefined.ShouldBe(!wanted);
        policy
            .PreparePartially("data.t.p", cancellationToken: TestContext.Current.CancellationToken)
            .Evaluate(input, cancellationToken: TestContext.Current.CancellationToken)
            .IsUndefined.ShouldBe(!wanted);
        string formatted = Rego.Formatting.RegoFormatter.Format(module);
        Rego.Formatting.RegoFormatter.Format(formatted).ShouldBe(formatted);
        RegoPolicy
            .Compile(formatted)
            .Prepare("data.t.p")
            .Evaluate(input, cancellationToken: TestContext.Current.CancellationToken)
            .IsUndefined.ShouldBe(!wanted);
    }

    [Theory]
    [InlineData("p if not startswith(1, \"a\")", "startswith: invalid argument(s)")]
    [InlineData("p if not startswith(lower(1), \"a\")", "lower: invalid argument(s)")]
    [InlineData("p if not [lower(1)] == [\"a\"]", "lower: invalid argument(s)")]
    [InlineData("p if not count(\"a\") == \"a\"", "match error")]
    [InlineData("p if not [1] == \"a\"", "match error")]
    [InlineData("p if not q[lower(1)]\n\nq := {}", "lower: invalid argument(s)")]
    [InlineData("p if not q.b == 1\n\nq := {\"a\": 1}", "undefined ref: data.t.q.b")]
    [InlineData("p if not f(q.b)\n\nf(_) := 1\n\nq := {\"a\": 1}", "undefined ref: data.t.q.b")]
    public void Types_under_a_negation_are_checked(string rule, string message) =>
        Should
            .Throw<RegoCompilationException>(() => RegoPolicy.Compile($"package t\n\n{rule}"))
            .Message.ShouldContain(message);

    [Theory]
    [InlineData("not startswith(input.x, \"a\")", new[] { "not startswith(input.x, \"a\")" })]
    [InlineData("not input.x in {\"a\"}", new[] { "not input.x in {\"a\"}" })]
    [InlineData("not input.x == 1", new[] { "not input.x = 1" })]
    [InlineData("not q", new[] { "not data.partial.__not1__" })]
    [InlineData("not r", new[] { "not input.x = 1" })]
    public void What_is_left_of_a_negation_asks_for_the_same(string expression, string[] queries) =>
        RegoPolicy
            .Compile($"package t\n\np if {expression}\n\nq if startswith(input.x, \"a\")\n\nr if input.x == 1")
            .EvaluatePartially("data.t.p", cancellationToken: TestContext.Current.CancellationToken)
            .Queries.ShouldBe(queries);

    private static bool Holds(string module, string data) =>
        RegoPolicy
            .Compile(module, RegoValue.ParseJson(data))
            .Prepare("data.t.p")
            .Evaluate(cancellationToken: TestContext.Current.CancellationToken)
            .Value
            is RegoBoolean { Value: true };
}
