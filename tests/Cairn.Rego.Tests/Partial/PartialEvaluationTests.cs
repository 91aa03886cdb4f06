using System.Text.Json.Nodes;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Partial;
using Cairn.Rego.Values;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Rego.Tests.Partial;

public class PartialEvaluationTests
{
    private const string Policy = """
        package app

        default allow := false

        allow if {
        	some role in data.roles[input.user]
        	some grant in data.grants[role]
        	input.action == grant.action
        	input.type == grant.type
        }

        allow if is_admin(input.user)

        is_admin(u) if u in data.admins

        level := "high" if input.n > 10
        else := "low" if input.n > data.min

        size(n) := "big" if n > data.min
        else := "small"

        deny contains msg if {
        	not allow
        	x := input.n
        	x > data.min
        	not blocked
        	msg := sprintf("denied %v", [x])
        }

        deny contains "unknown user" if not data.roles[input.user]

        blocked if {
        	input.a
        	input.b
        }

        other_roles contains role if {
        	some user, roles in data.roles
        	user != input.user
        	some role in roles
        	not admin_role(role, input.action)
        }

        admin_role(role, action) if {
        	some grant in data.grants[role]
        	grant.action == action
        }

        names[user] := n if {
        	n := input.users[user].name
        	n != "root"
        }

        long := count([r | some r in input.list; r != data.min])

        every_big if {
        	every x in input.list { x > data.min }
        }

        replaced if allow with input as {"user": input.user, "action": "read", "type": "db"}

        overridden if allow with data.admins as ["bob", "eve"]

        sized := {k: size(v) | some k, v in input.list}

        now if time.now_ns() > 0

        first := x if {
        	[x, _] = input.pair
        	{"k": [x, 1]} = {"k": [1, input.n]}
        }
        """;

    private const string Data = """
        {"roles":{"alice":["admin"],"bob":["dev","ops"],"zed":[]},"admins":["root","zed"],"min":3,
         "grants":{"admin":[{"action":"read","type":"db"},{"action":"write","type":"db"}],"dev":[{"action":"read","type":"cat"}],"ops":[{"action":"write","type":"db"}]}}
        """;

    private static readonly string[] Documents =
    [
        "allow",
        "level",
        "deny",
        "blocked",
        "other_roles",
        "names",
        "long",
        "every_big",
        "replaced",
        "overridden",
        "sized",
        "now",
        "first",
        "names.u",
        "deny[\"unknown user\"]",
        "nothing",
    ];

    private static RegoPolicy Compile(string policy = Policy, string data = Data) =>
        RegoPolicy.Compile(policy, RegoValue.ParseJson(data));

    private static PartialEvaluation Partially(string query, string policy = Policy, PartialOptions? options = null) =>
        Compile(policy).EvaluatePartially(query, options, cancellationToken: TestContext.Current.CancellationToken);

    [Fact]
    public void Known_data_is_folded_into_conditions_on_the_input() =>
        Partially("data.app.allow == true")
            .Queries.ShouldBe([
                "input.user = \"alice\"\ninput.action = \"read\"\ninput.type = \"db\"",
                "input.user = \"alice\"\ninput.action = \"write\"\ninput.type = \"db\"",
                "input.user = \"bob\"\ninput.action = \"read\"\ninput.type = \"cat\"",
                "input.user = \"bob\"\ninput.action = \"write\"\ninput.type = \"db\"",
                "input.user in [\"root\", \"zed\"]",
            ]);

    [Fact]
    public void A_default_that_counts_becomes_a_rule_of_the_support()
    {
        var partial = Partially("x = data.app.allow");
        partial.Queries.ShouldBe(["x = data.partial.app.allow"]);
        partial
            .Support.ShouldHaveSingleItem()
            .Source.ShouldStartWith(
                "package partial.app\n\ndefault allow := false\n\nallow if {\n\tinput.user = \"alice\"\n"
            );
    }

    [Theory]
    [InlineData("data.min > 2", true, new[] { "" })]
    [InlineData("data.min > 5", false, new string[0])]
    [InlineData("data.app.level", false, new[] { "data.partial.app.level" })]
    [InlineData("not data.app.blocked", false, new[] { "not data.partial.__not1__" })]
    [InlineData("not input.a", false, new[] { "not input.a" })]
    [InlineData("x := input.a; x > 1; y := data.min", false, new[] { "x = input.a\nx > 1\ny = 3" })]
    [InlineData("some x in input.list; x == data.min", false, new[] { "x = input.list[__local0__]\nx = 3" })]
    [InlineData(
        "data.app.names.bob == \"x\"",
        false,
        new[] { "input.users.bob.name != \"root\"\ninput.users.bob.name = \"x\"" }
    )]
    [InlineData("data.roles[input.user][_] == \"dev\"", false, new[] { "input.user = \"bob\"" })]
    [InlineData("[data.min, input.y] = [x, 3]", false, new[] { "input.y = 3\nx = 3" })]
    [InlineData("every x in input.list { x > data.min }", false, new[] { "every x in input.list { x > data.min }" })]
    [InlineData(
        "data.app.allow with input as {\"user\": \"zed\"}",
        false,
        new[] { "data.app.allow with input as {\"user\": \"zed\"}" }
    )]
    [InlineData("time.now_ns() > 1", false, new[] { "time.now_ns() > 1" })]
    [InlineData("print(input.x); input.a", false, new[] { "input.a" })]
    public void What_is_left(string query, bool always, string[] queries)
    {
        var partial = Partially(query);
        partial.Queries.ShouldBe(queries);
        partial.IsAlways.ShouldBe(always);
    }

    [Fact]
    public void Rules_that_are_not_inlined_stay_rules()
    {
        var partial = Partially(
            "data.app.blocked",
            options: new PartialOptions { DisableInlining = ["data.app.blocked"] }
        );
        partial.Queries.ShouldBe(["data.partial.app.blocked"]);
        partial
            .Support.ShouldHaveSingleItem()
            .Source.ShouldBe("package partial.app\n\nblocked if {\n\tinput.a\n\tinput.b\n}\n");
    }

    [Fact]
    public void Only_a_part_of_the_input_may_be_unknown()
    {
        var partial = Compile()
            .EvaluatePartially(
                "data.app.allow == true",
                new PartialOptions { Unknowns = ["input.type"] },
                RegoValue.ParseJson("""{"user":"bob","action":"write"}"""),
                cancellationToken: TestContext.Current.CancellationToken
            );
        partial.Queries.ShouldBe(["input.type = \"db\""]);
    }

    [Fact]
    public void The_json_has_the_shape_of_the_compile_api()
    {
        var json = Partially("input.x == data.min").ToJson();
        JsonNode
            .DeepEquals(
                json,
                JsonNode.Parse(
                    """
                    {"queries":[[{"index":0,"terms":[
                      {"type":"ref","value":[{"type":"var","value":"eq"}]},
                      {"type":"ref","value":[{"type":"var","value":"input"},{"type":"string","value":"x"}]},
                      {"type":"number","value":3}]}]]}
                    """
                )
            )
            .ShouldBeTrue(json.ToJsonString());
        var support = Partially("x = data.app.allow").ToJson()["support"]![0]!;
        support["package"]!["path"]!
            .AsArray()
            .Select(term => (string?)term!["value"])
            .ShouldBe(["data", "partial", "app"]);
        support["rules"]![0]!["default"]!.GetValue<bool>().ShouldBeTrue();
        Partially("data.min > 5").ToJson().Count.ShouldBe(0);
    }

    [Fact]
    public void The_namespace_does_not_hide_a_package()
    {
        var partial = Partially("x = data.partial.p", "package partial\n\ndefault p := 1\n\np := 2 if input.x");
        partial.Queries.ShouldBe(["x = data.partial_.partial.p"]);
    }

    [Theory]
    [InlineData("nonsense(")]
    [InlineData("x > 1")]
    [InlineData("no_such(input.x)")]
    public void A_wrong_query_is_refused(string query) =>
        Should.Throw<Rego.Syntax.RegoCompilationException>(() => Partially(query));

    [Theory]
    [InlineData("foo")]
    [InlineData("input[x]")]
    [InlineData("1")]
    public void What_is_unknown_has_to_be_a_path(string unknown) =>
        Should
            .Throw<ArgumentException>(() => Partially("input.x", options: new PartialOptions { Unknowns = [unknown] }))
            .Message.ShouldContain(unknown);

    [Theory]
    [InlineData("data.app.allow; input.x")]
    [InlineData("data.roles[u]")]
    [InlineData("x := data.app.allow")]
    public void Only_one_value_can_be_prepared(string query) =>
        Should.Throw<ArgumentException>(() =>
            Compile().PreparePartially(query, cancellationToken: TestContext.Current.CancellationToken)
        );

    [Fact]
    public void Too_many_queries_end_in_an_error()
    {
        var options = new EvaluationOptions { Limits = new EvaluationLimits { MaxResults = 10 } };
        Should
            .Throw<RegoEvaluationException>(() =>
                RegoPolicy
                    .Compile(
                        "package a\n\np if {\n\tsome x in numbers.range(1, 9)\n"
                            + "\tsome y in numbers.range(1, 9)\n\tinput.x == x\n\tinput.y == y\n}"
                    )
                    .EvaluatePartially("data.a.p", null, null, options, TestContext.Current.CancellationToken)
            )
            .Code.ShouldBe(RegoEvaluationException.BudgetCode);
    }

    [Fact]
    public void What_is_prepared_gives_the_value_of_the_query()
    {
        var prepared = Compile()
            .PreparePartially("data.app.allow", cancellationToken: TestContext.Current.CancellationToken);
        var input = RegoValue.ParseJson("""{"user":"bob","action":"write","type":"db"}""");
        prepared
            .Evaluate(input, cancellationToken: TestContext.Current.CancellationToken)
            .Value.ShouldBe(RegoBoolean.True);
        prepared
            .Evaluate(RegoObject.Empty, cancellationToken: TestContext.Current.CancellationToken)
            .Value.ShouldBe(RegoBoolean.False);
        prepared
            .Evaluate(input, cancellationToken: TestContext.Current.CancellationToken)
            .Solutions[0]
            .Expressions[0]
            .Text.ShouldBe("data.app.allow");
    }

    /// <summary>Deciding over what is left gives what deciding over the policy gives, for every document and random
    /// inputs.</summary>
    [Fact]
    public void What_is_left_decides_as_the_policy_does()
    {
        var policy = Compile();
        foreach (
            string[] unknown in new string[][]
            {
                ["input"],
                ["input", "data.roles"],
                ["input.user", "input.n"],
                ["data.grants", "input"],
            }
        )
        {
            var options = new PartialOptions { Unknowns = [.. unknown.Append("input").Distinct()] };
            var pairs = Documents
                .Select(document =>
                    (
                        Name: $"data.app.{document}",
                        Whole: policy.Prepare($"data.app.{document}"),
                        Left: policy.PreparePartially(
                            $"data.app.{document}",
                            options,
                            cancellationToken: TestContext.Current.CancellationToken
                        )
                    )
                )
                .ToList();
            Prop.ForAll(
                    Inputs,
                    input =>
                    {
                        foreach (var (name, whole, left) in pairs)
                        {
                            var document = RegoValue.ParseJson(input);
                            var wanted = whole
                                .Evaluate(document, cancellationToken: TestContext.Current.CancellationToken)
                                .Value;
                            var got = left.Evaluate(
                                document,
                                cancellationToken: TestContext.Current.CancellationToken
                            ).Value;
                            Equals(wanted, got).ShouldBeTrue($"{name} of {input}: wanted {wanted}, got {got}");
                        }
                    }
                )
                .QuickCheckThrowOnFailure();
        }
    }

    private static Arbitrary<string> Inputs
    {
        get
        {
            Gen<string?> Member(string name, params string[] values) =>
                Gen.Elements(values.Append("").ToArray())
                    .Select(value => value.Length == 0 ? null : $"\"{name}\":{value}");
            var members = new[]
            {
                Member("user", "\"alice\"", "\"bob\"", "\"zed\"", "\"root\"", "\"eve\"", "7"),
                Member("action", "\"read\"", "\"write\"", "null"),
                Member("type", "\"db\"", "\"cat\"", "false"),
                Member("n", "1", "3", "4", "11", "\"x\""),
                Member("a", "true", "false", "0"),
                Member("b", "true", "false", "[]"),
                Member("list", "[]", "[4,5]", "[3,4]", "\"x\"", "{\"k\":9}"),
                Member(
                    "users",
                    "{\"u\":{\"name\":\"x\"},\"v\":{\"name\":\"root\"}}",
                    "{\"u\":{}}",
                    "[{\"name\":\"z\"}]"
                ),
                Member("pair", "[1,2]", "[2,1]", "[1]", "{}"),
            };
            var input = members.Aggregate(
                Gen.Constant(""),
                (text, member) =>
                    text.SelectMany(before =>
                        member.Select(one =>
                            one is null ? before
                            : before.Length == 0 ? one
                            : $"{before},{one}"
                        )
                    )
            );
            return input.Select(text => $"{{{text}}}").ToArbitrary();
        }
    }
}
