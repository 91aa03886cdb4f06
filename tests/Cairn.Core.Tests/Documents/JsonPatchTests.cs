using System.Text;
using Cairn.Core.Documents;

namespace Cairn.Core.Tests.Documents;

/// <summary>JSON Patch (RFC 6902): what each operation does, and what none of them may make of a document.</summary>
public sealed class JsonPatchTests
{
    private const int MaxBytes = 1 << 20;

    private static string Apply(string document, string patch, int maxBytes = MaxBytes, WorkLimits? limits = null)
    {
        using var budget = new WorkBudget(CancellationToken.None, limits);
        return Encoding.UTF8.GetString(
            JsonPatch.Apply(Encoding.UTF8.GetBytes(document), Encoding.UTF8.GetBytes(patch), maxBytes, budget)
        );
    }

    private static Problem Refused(string document, string patch, int maxBytes = MaxBytes) =>
        Should.Throw<ProblemException>(() => Apply(document, patch, maxBytes)).Problem;

    private static string Copies(int count, Func<int, string> from, Func<int, string> path) =>
        $"[{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"op":"copy","from":"{{from(i)}}","path":"{{path(i)}}"}"""))}]";

    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":[2]}]""", """{"a":1,"b":[2]}""")]
    [InlineData(
        """{"a":1,"b":2}""",
        """[{"op":"replace","path":"/a","value":{"x":1.50}}]""",
        """{"a":{"x":1.50},"b":2}"""
    )]
    [InlineData(
        """{"a":[1,2,3]}""",
        """[{"op":"remove","path":"/a/1"},{"op":"add","path":"/a/0","value":0},{"op":"add","path":"/a/-","value":4}]""",
        """{"a":[0,1,3,4]}"""
    )]
    [InlineData("""{"a":[1,2,3]}""", """[{"op":"replace","path":"/a/2","value":null}]""", """{"a":[1,2,null]}""")]
    [InlineData(
        """{"a":{"b":1},"c":{}}""",
        """[{"op":"move","from":"/a/b","path":"/c/d"}]""",
        """{"a":{},"c":{"d":1}}"""
    )]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a/b","path":"/a"}]""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"move","from":"/a","path":"/a"}]""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"move","from":"/a","path":"/ab"}]""", """{"ab":1}""")]
    [InlineData(
        """{"a":{"b":1}}""",
        """[{"op":"copy","from":"","path":"/a/c"}]""",
        """{"a":{"b":1,"c":{"a":{"b":1}}}}"""
    )]
    [InlineData(
        """{"a":1}""",
        """[{"op":"test","path":"/a","value":1.0},{"op":"replace","path":"","value":"é\u0000"}]""",
        "\"é\\u0000\""
    )]
    [InlineData("""{"a":1}""", """[{"op":"remove","path":""}]""", "null")]
    [InlineData(
        """{"a/b":{"~":1}}""",
        """[{"op":"replace","path":"/a~1b/~0","value":2},{"op":"add","path":"/~01","value":3}]""",
        """{"a/b":{"~":2},"~1":3}"""
    )]
    [InlineData("""{"":{"":1}}""", """[{"op":"remove","path":"//"}]""", """{"":{}}""")]
    [InlineData("""{"n":123456789012345678901234567890}""", "[]", """{"n":123456789012345678901234567890}""")]
    public void Operations_do_what_RFC_6902_says(string document, string patch, string result) =>
        Apply(document, patch).ShouldBe(result);

    [Theory]
    [InlineData("""[{"op":"add","path":"/a~3b","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/a~","value":1}]""")]
    [InlineData("""[{"op":"test","path":"/~2","value":1}]""")]
    [InlineData("""[{"op":"copy","from":"/x~~0","path":"/y"}]""")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/l/3","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/l/01","value":1}]""")]
    [InlineData("""[{"op":"replace","path":"/l/-","value":1}]""")]
    [InlineData("""[{"op":"replace","path":"/none","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/z"}]""")]
    [InlineData("""[{"op":"move","from":"/l","path":"/l/0"}]""")]
    [InlineData("""[{"op":"merge","path":"/x"}]""")]
    [InlineData("""[1]""")]
    [InlineData("""{"op":"remove","path":"/x"}""")]
    public void What_cannot_be_applied_is_refused(string patch) =>
        Refused("""{"x":1,"l":[1,2]}""", patch).Kind.ShouldBe(ProblemKind.Invalid);

    [Theory]
    [InlineData("""[{"op":"test","path":"/x","value":2}]""")]
    [InlineData("""[{"op":"test","path":"/l","value":[1]}]""")]
    [InlineData("""[{"op":"test","path":"","value":null}]""")]
    [InlineData("""[{"op":"replace","path":"/x","value":5},{"op":"test","path":"/x","value":1}]""")]
    public void A_test_that_fails_is_a_conflict(string patch) =>
        Refused("""{"x":1,"l":[1,2]}""", patch).Kind.ShouldBe(ProblemKind.Conflict);

    [Fact]
    public void A_copy_into_its_own_depths_is_refused_at_64_levels()
    {
        int depth = 1;
        var paths = new List<string>();
        for (int i = 0; i < 15; i++, depth = 2 * depth + 1)
            paths.Add(string.Concat(Enumerable.Repeat("/a", depth + 1)));
        var problem = Refused("""{"a":{}}""", Copies(15, _ => "", i => paths[i]));
        problem.Kind.ShouldBe(ProblemKind.TooLarge);
        problem.Detail.ShouldContain("64 levels");
        problem.Errors.Single().Pointer.ShouldBe("/5");
    }

    [Theory]
    [InlineData("""[{"op":"add","path":"/a","value":DEEP}]""")]
    [InlineData("""[{"op":"add","path":"/l/0","value":DEEP}]""")]
    [InlineData("""[{"op":"replace","path":"/a","value":DEEP}]""")]
    [InlineData(
        """[{"op":"add","path":"","value":{"x":DEEP}},{"op":"move","from":"/x","path":"/y"},{"op":"copy","from":"","path":"/z"}]"""
    )]
    public void No_operation_makes_a_document_deeper_than_64_levels(string patch)
    {
        string deep = new string('[', 64) + new string(']', 64),
            less = deep[1..^1];
        Refused("""{"a":1,"l":[]}""", patch.Replace("DEEP", deep, StringComparison.Ordinal))
            .Kind.ShouldBe(ProblemKind.TooLarge);
        if (!patch.Contains("copy", StringComparison.Ordinal))
        {
            Apply("""{"a":1,"l":[]}""", patch.Replace("DEEP", less[1..^1], StringComparison.Ordinal))
                .ShouldContain("[[[");
        }
    }

    [Fact]
    public void Copies_of_the_whole_are_refused_while_the_document_is_small()
    {
        string kilobyte = $$"""{"s":"{{new string('x', 1000)}}"}""";
        var problem = Refused(kilobyte, Copies(18, _ => "", i => $"/k{i}"));
        problem.Kind.ShouldBe(ProblemKind.TooLarge);
        problem.Errors.Single().Pointer.ShouldBe("/10");
        string oneText = "{\"o\":{\"s\":\"" + new string('y', 500) + "\"}}";
        Refused(oneText, Copies(15, _ => "/o", i => $"/o/k{i}")).Errors.Single().Pointer.ShouldBe("/10");
        Refused($$"""{"o":["{{new string('y', 500)}}"]}""", Copies(15, _ => "/o", _ => "/o/-"))
            .Errors.Single()
            .Pointer.ShouldBe("/11");
    }

    [Theory]
    [InlineData("""[{"op":"add","path":"/b","value":"xx"}]""")]
    [InlineData("""[{"op":"replace","path":"/a","value":"xxxxxxxxxxxxx"}]""")]
    [InlineData("""[{"op":"copy","from":"/a","path":"/bb"}]""")]
    [InlineData("""[{"op":"move","from":"/a","path":"/abcdefghijkl"}]""")]
    public void A_document_is_measured_in_bytes_of_compact_JSON(string patch)
    {
        string result = Apply("""{"a":"x"}""", patch);
        Apply("""{"a":"x"}""", patch, maxBytes: result.Length).ShouldBe(result);
        Refused("""{"a":"x"}""", patch, maxBytes: result.Length - 1).Kind.ShouldBe(ProblemKind.TooLarge);
    }

    [Fact]
    public void Many_operations_on_something_large_are_charged_for_what_they_move()
    {
        string items = string.Join(',', Enumerable.Repeat("[]", 50_000));
        string back = """{"op":"move","from":"/b","path":"/a"}""",
            forth = """{"op":"move","from":"/a","path":"/b"}""";
        string patch = $"[{string.Join(',', Enumerable.Repeat($"{forth},{back}", 1000))}]";
        Should
            .Throw<ProblemException>(() =>
                Apply($$"""{"a":[{{items}}]}""", patch, limits: WorkLimits.Default with { Nodes = 1_000_000 })
            )
            .Problem.Kind.ShouldBe(ProblemKind.TooLarge);
        Apply("""{"a":[1]}""", patch, limits: WorkLimits.Default with { Nodes = 100_000 }).ShouldBe("""{"a":[1]}""");
    }

    [Fact]
    public void Random_patches_keep_to_size_and_depth_and_count_exactly()
    {
        string[] pointers =
        [
            "",
            "/a",
            "/b",
            "/a/a",
            "/a/b",
            "/a/0",
            "/b/-",
            "/b/0",
            "/b/0/a",
            "/a/a/a",
            "/a/b/0",
            "/~0",
            "/~1",
        ];
        string[] values =
        [
            "1",
            "null",
            "\"é\"",
            "{}",
            "[]",
            """{"a":[1,{"b":2}]}""",
            "[[],[null]]",
            """{"a":{"a":{"a":1}}}""",
        ];
        string[] operations = ["add", "remove", "replace", "move", "copy", "test"];
        var random = new Random(69_02);
        int applied = 0;
        for (int round = 0; round < 20_000; round++)
        {
            string T(string[] from) => from[random.Next(from.Length)];
            string patch =
                "["
                + string.Join(
                    ',',
                    Enumerable
                        .Range(0, random.Next(1, 12))
                        .Select(_ =>
                            $$"""{"op":"{{T(operations)}}","path":"{{T(pointers)}}","from":"{{T(pointers)}}","value":{{T(values)}}}"""
                        )
                )
                + "]";
            try
            {
                string result = Apply("""{"a":{"a":[1]},"b":[{"a":2}]}""", patch, maxBytes: 400);
                Encoding.UTF8.GetByteCount(result).ShouldBeLessThanOrEqualTo(400);
                JsonText.Parse(Encoding.UTF8.GetBytes(result)).Dispose();
                applied++;
            }
            catch (ProblemException e)
            {
                e.Problem.Kind.ShouldBeOneOf(ProblemKind.Invalid, ProblemKind.Conflict, ProblemKind.TooLarge);
            }
        }

        applied.ShouldBeGreaterThan(1000);
    }
}
