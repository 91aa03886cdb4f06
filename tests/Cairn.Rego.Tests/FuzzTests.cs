using System.Text;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Formatting;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests;

/// <summary>Random and mutated text: it either is a policy or an error, within bounds, and never another
/// exception.</summary>
public class FuzzTests
{
    private static readonly string[] Pieces =
    [
        "p",
        "q",
        "x",
        "_",
        "input",
        "data",
        ".a",
        "[x]",
        "[_]",
        "[0]",
        "\"s\"",
        "`r`",
        "1",
        "1.5e3",
        "true",
        "null",
        " := ",
        " = ",
        " == ",
        " in ",
        " | ",
        " & ",
        " + ",
        " - ",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ", ",
        ": ",
        "; ",
        "\n",
        " if ",
        " contains ",
        " not ",
        " some ",
        " every ",
        " with input as ",
        " else ",
        "default ",
        "import data.a",
        "package a",
        "count(",
        "set()",
        "$\"{",
        "}\"",
        "# c\n",
        "walk(",
        "f(x) := y",
        "{x | ",
        "[x | ",
        "{x: y | ",
    ];

    private const string Seed = """
        package a

        import data.b as c

        default allow := false

        allow if {
            some role in input.roles
            not c.denied[role]
            every k, v in input.attributes { v > count(k) }
            x := {r: [y | y := input.xs[_]] | some r in ["a", "b"]}
            x[_] != $"n {input.n}" with input.n as {"m": {1, 2}}
        } else := "maybe" if input.maybe

        f(x, [y, 1]) := x + y

        p[k].q contains v if some k, v in input.m
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_pieces_never_break_the_parser_or_the_evaluator(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 1500; i++)
        {
            var text = new StringBuilder("package a\np := ");
            for (int n = random.Next(1, 30); n > 0; n--)
                text.Append(Pieces[random.Next(Pieces.Length)]);
            Try(text.ToString());
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Mutated_policies_never_break_the_parser_or_the_evaluator(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 1500; i++)
        {
            var text = new StringBuilder(Seed);
            for (int n = random.Next(1, 5); n > 0; n--)
            {
                switch (random.Next(3))
                {
                    case 0:
                        text.Remove(random.Next(text.Length), 1);
                        break;
                    case 1:
                        text.Insert(random.Next(text.Length), Pieces[random.Next(Pieces.Length)]);
                        break;
                    default:
                        text[random.Next(text.Length)] = (char)random.Next(1, 300);
                        break;
                }
            }

            Try(text.ToString());
        }
    }

    private static void Try(string text)
    {
        try
        {
            var input = RegoValue.ParseJson(
                """{"roles":["r"],"attributes":{"a":2},"xs":[1,[2],{"k":3}],"m":{"u":1},"a":[0,1]}"""
            );
            var options = new EvaluationOptions
            {
                Limits = new EvaluationLimits { MaxSteps = 100_000 },
                Trace = new RegoTrace(),
            };
            var policy = RegoPolicy.Compile(text, null, new CompileOptions { Instrument = text.Length % 2 == 0 });
            string formatted = RegoFormatter.Format(text);
            RegoFormatter.Format(formatted).ShouldBe(formatted, text);
            policy.Prepare("data").Evaluate(input, options, TestContext.Current.CancellationToken);
            foreach (string query in new[] { "x = data.a.allow", "data.a.p[k] = x", "data.a.p" })
            {
                var left = policy.EvaluatePartially(query, null, null, options, TestContext.Current.CancellationToken);
                var whole = RegoPolicy.Compile([new RegoModule("policy.rego", text), .. left.Support]);
                foreach (string one in left.Queries.Where(one => one.Length > 0))
                    whole.PrepareBody(one).Evaluate(input, options, TestContext.Current.CancellationToken);
            }
        }
        catch (Exception e) when (e is RegoCompilationException or RegoEvaluationException)
        {
            e.Message.ShouldNotBeEmpty();
        }
        catch (Exception e) when (e is not ShouldAssertException)
        {
            throw new InvalidOperationException($"{e.GetType().Name} for:\n{text}", e);
        }
    }
}
