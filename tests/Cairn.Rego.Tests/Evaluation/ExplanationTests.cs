using System.Text.Json.Nodes;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Evaluation;

public class ExplanationTests
{
    private const string Policy = """
        package app

        allow if {
        	some g in data.grants[input.user]
        	g == input.action
        	trace(sprintf("granted %s", [g]))
        }

        deny contains msg if {
        	not allow
        	msg := concat(" ", ["no", input.user])
        }
        """;

    private static RegoTrace Explain(string query, string input, string policy = Policy)
    {
        var trace = new RegoTrace();
        RegoPolicy
            .Compile(
                policy,
                RegoValue.ParseJson("""{"grants":{"bob":["read","list"]}}"""),
                new CompileOptions { Instrument = true }
            )
            .Prepare(query)
            .Evaluate(
                RegoValue.ParseJson(input),
                new EvaluationOptions { Trace = trace },
                TestContext.Current.CancellationToken
            );
        return trace;
    }

    [Fact]
    public void A_full_trace_shows_every_event_with_its_place_and_depth() =>
        Explain("data.app.allow", """{"user":"bob","action":"list"}""")
            .ToText()
            .ShouldBe(
                """
                query:1          Enter data.app.allow = _
                query:1          | Eval data.app.allow = _
                query:1          | Index data.app.allow (matched 1 rule, early exit)
                policy.rego:3    | Enter data.app.allow
                policy.rego:4    | | Eval some g in data.grants[input.user]
                policy.rego:5    | | Eval g == input.action
                policy.rego:5    | | Fail g == input.action
                policy.rego:4    | | Redo some g in data.grants[input.user]
                policy.rego:5    | | Eval g == input.action
                policy.rego:6    | | Eval trace(sprintf("granted %s", [g]))
                policy.rego:6    | | Note "granted list"
                policy.rego:3    | | Exit data.app.allow
                policy.rego:3    | Redo data.app.allow
                policy.rego:6    | | Redo trace(sprintf("granted %s", [g]))
                policy.rego:5    | | Redo g == input.action
                policy.rego:4    | | Redo some g in data.grants[input.user]
                query:1          | Exit data.app.allow = _
                query:1          Redo data.app.allow = _
                query:1          | Redo data.app.allow = _

                """,
                StringCompareShould.IgnoreLineEndings
            );

    [Fact]
    public void The_notes_come_with_what_leads_to_them() =>
        Explain("data.app.allow", """{"user":"bob","action":"list"}""")
            .Notes()
            .ToText()
            .ShouldBe(
                """
                query:1          Enter data.app.allow = _
                policy.rego:3    | Enter data.app.allow
                policy.rego:6    | | Note "granted list"

                """,
                StringCompareShould.IgnoreLineEndings
            );

    [Fact]
    public void What_failed_comes_with_the_values_of_its_variables() =>
        Explain("data.app.allow", """{"user":"bob","action":"write"}""")
            .Fails()
            .ToText(variableValues: true)
            .ShouldBe(
                """
                query:1          Enter data.app.allow = _
                policy.rego:3    | Enter data.app.allow
                policy.rego:5    | | Fail g == input.action    {g: "read"}
                policy.rego:5    | | Fail g == input.action    {g: "list"}
                query:1          | Fail data.app.allow = _

                """,
                StringCompareShould.IgnoreLineEndings
            );

    [Fact]
    public void An_expression_inside_not_is_a_query_of_its_own()
    {
        var trace = Explain("data.app.deny", """{"user":"eve","action":"write"}""");
        var fail = trace.Events.Single(one => one is { Operation: TraceOperation.Fail, Text: "data.app.allow" });
        var outer = trace.Events.Single(one => one is { Operation: TraceOperation.Eval, Text: "not data.app.allow" });
        fail.ParentId.ShouldBe(outer.QueryId);
        trace.Events.ShouldNotContain(one => one.Operation == TraceOperation.Fail && one.Text == "not data.app.allow");
    }

    [Fact]
    public void Locals_are_those_bound_at_the_event()
    {
        var trace = Explain("data.app.p", "{}", "package app\n\np := y if {\n\tx := 1\n\ty := x + 1\n}\n");
        string Locals(TraceOperation operation, string text) =>
            string.Join(
                ", ",
                trace
                    .Events.First(one => one.Operation == operation && one.Text == text)
                    .Locals.Select(local => $"{local.Key}={local.Value}")
            );
        Locals(TraceOperation.Eval, "x := 1").ShouldBe("");
        Locals(TraceOperation.Eval, "y := x + 1").ShouldBe("x=1");
        Locals(TraceOperation.Redo, "y := x + 1").ShouldBe("x=1, y=2");
    }

    [Fact]
    public void The_json_has_the_members_of_the_rest_api()
    {
        var events = Explain("x = data.app.deny with input as {\"user\": \"eve\"}", "{}").ToJson();
        events.ShouldAllBe(one =>
            one!["op"] != null
            && one["query_id"] != null
            && one["parent_id"] != null
            && one["node"] != null
            && one["locals"] != null
            && one["location"]!["row"] != null
        );
        var exit = events.Last(one => (string?)one!["op"] == "exit" && (string?)one["type"] == "body")!;
        exit["locals"]![0]!["key"]!["value"]!.GetValue<string>().ShouldBe("x");
        JsonNode
            .DeepEquals(
                exit["locals"]![0]!["value"],
                JsonNode.Parse("""{"type":"set","value":[{"type":"string","value":"no eve"}]}""")
            )
            .ShouldBeTrue();
        events
            .Select(one => (string?)one!["type"])
            .Distinct()
            .ShouldBe(["body", "expr", "ref", "rule"], ignoreOrder: true);
    }

    [Fact]
    public void A_trace_that_grows_too_long_ends_the_evaluation()
    {
        var query = RegoPolicy
            .Compile(
                "package a\n\np contains x if some x in numbers.range(1, 1000)",
                null,
                new CompileOptions { Instrument = true }
            )
            .Prepare("data.a.p");
        Should
            .Throw<RegoEvaluationException>(() =>
                query.Evaluate(
                    null,
                    new EvaluationOptions { Trace = new RegoTrace(100) },
                    TestContext.Current.CancellationToken
                )
            )
            .Code.ShouldBe(RegoEvaluationException.BudgetCode);
    }

    [Fact]
    public void A_policy_compiled_without_instruments_has_notes_only()
    {
        var trace = new RegoTrace();
        RegoPolicy
            .Compile("package a\n\np if trace(\"here\")")
            .Prepare("data.a.p")
            .Evaluate(null, new EvaluationOptions { Trace = trace }, TestContext.Current.CancellationToken);
        trace
            .Events.Where(one => one.Operation != TraceOperation.Index)
            .ShouldHaveSingleItem()
            .Message.ShouldBe("here");
    }

    [Fact]
    public void Tracing_changes_no_result()
    {
        const string policy = """
            package app

            f(x) := y if {
            	y := x * 2
            	every z in [1, 2] { z < y }
            } else := 0

            p[k] := {v | some v in input.xs; v > f(k)} if some k in [1, 2]
            q := [f(x) | some x in input.xs with input.n as 1] if not p[3]
            r if count(q) > 1 with input as {"xs": [1, 2, 3]}
            """;
        var input = RegoValue.ParseJson("""{"xs":[1,2,5,9]}""");
        var plain = RegoPolicy
            .Compile(policy)
            .Prepare("data.app")
            .Evaluate(input, cancellationToken: TestContext.Current.CancellationToken)
            .Value;
        var traced = RegoPolicy
            .Compile(policy, null, new CompileOptions { Instrument = true })
            .Prepare("data.app")
            .Evaluate(input, new EvaluationOptions { Trace = new RegoTrace() }, TestContext.Current.CancellationToken)
            .Value;
        plain.ShouldNotBeNull();
        traced.ShouldBe(plain);
    }
}
