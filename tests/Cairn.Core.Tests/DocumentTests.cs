using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Core.Documents;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Core.Tests;

/// <summary>Patches, differences and formats, with documents made at random.</summary>
public sealed class DocumentTests
{
    private static readonly string[] Names = ["a", "b", "c/d", "e~f", "", "ü", "g.h", "i[0]"];

    private static readonly string[] Texts =
    [
        "",
        "x",
        "true",
        "1.0",
        "a\nb",
        "☃ \"q\" \\ 'p' #=:",
        " lead",
        "null",
        "- x",
        "{{ t }}",
    ];

    private static readonly string[] Numbers = ["1.50", "1e30", "123456789012345678901234567890", "-0.5"];

    private static JsonNode? Value(Random random, int depth) =>
        random.Next(depth > 0 ? 8 : 5) switch
        {
            0 => JsonValue.Create(random.Next(-5, 6)),
            1 => JsonValue.Create(Texts[random.Next(Texts.Length)]),
            2 => JsonValue.Create(random.Next(2) == 0),
            3 => null,
            4 => JsonNode.Parse(Numbers[random.Next(Numbers.Length)]),
            5 => new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => Value(random, depth - 1))]),
            _ => Object(random, depth - 1),
        };

    private static JsonObject Object(Random random, int depth) =>
        new(Names.Where(_ => random.Next(2) == 0).Select(name => KeyValuePair.Create(name, Value(random, depth))));

    private static Arbitrary<byte[]> Document() =>
        Gen.Choose(0, int.MaxValue - 1).Select(seed => Bytes(Object(new Random(seed), 4))).ToArbitrary();

    private static byte[] Bytes(JsonNode? node) => Encoding.UTF8.GetBytes(node?.ToJsonString() ?? "null");

    private static void Check(Func<byte[], byte[], bool> holds) =>
        Prop.ForAll(Document(), Document(), (one, other) => holds(one, other)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_difference_applied_to_the_first_document_gives_the_second() =>
        Check(
            (from, to) =>
            {
                var patch = JsonPatch.Diff(JsonText.Element(from), JsonText.Element(to));
                using var budget = new WorkBudget(CancellationToken.None);
                byte[] patched = JsonPatch.Apply(from, Bytes(patch), 1 << 20, budget);
                return JsonElement.DeepEquals(JsonText.Element(patched), JsonText.Element(to));
            }
        );

    [Fact]
    public void A_document_differs_from_itself_in_nothing() =>
        Check((one, _) => JsonPatch.Diff(JsonText.Element(one), JsonText.Element(one))!.Count == 0);

    [Fact]
    public void A_merge_patch_works_as_the_definition_of_RFC_7396_says() =>
        Check(
            (target, patch) =>
                JsonNode.DeepEquals(
                    JsonNode.Parse(MergePatch.Apply(target, patch)),
                    Defined(JsonNode.Parse(target), JsonNode.Parse(patch))
                )
        );

    // The pseudo code of section 2.
    private static JsonNode? Defined(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();
        var result = target as JsonObject ?? [];
        result = (JsonObject)result.DeepClone();
        foreach (var (name, value) in changes)
        {
            if (value is null)
                result.Remove(name);
            else
                result[name] = Defined(result[name], value);
        }

        return result;
    }

    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""[1,2]""", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    [InlineData("""{"n":1e400}""", """{"m":1.10}""", """{"n":1e400,"m":1.10}""")]
    public void The_examples_of_RFC_7396_hold(string target, string patch, string result) =>
        Encoding
            .UTF8.GetString(MergePatch.Apply(Encoding.UTF8.GetBytes(target), Encoding.UTF8.GetBytes(patch)))
            .ShouldBe(result);

    [Fact]
    public void YAML_written_and_read_gives_the_same_document() =>
        Check(
            (one, _) =>
                JsonElement.DeepEquals(
                    JsonText.Element(DocumentFormat.Yaml.ToJson(DocumentFormat.Yaml.Write(one))),
                    JsonText.Element(one)
                )
        );

    [Theory]
    [InlineData("a: 0x1F", """{"a":31}""")]
    [InlineData("a: 0o17", """{"a":15}""")]
    [InlineData("a: 007", """{"a":7}""")]
    [InlineData("a: +5", """{"a":5}""")]
    [InlineData("a: .5", """{"a":0.5}""")]
    [InlineData("a: 5.", """{"a":5}""")]
    [InlineData("a: 1e3", """{"a":1e3}""")]
    [InlineData("a: e3", """{"a":"e3"}""")]
    [InlineData("a: yes", """{"a":"yes"}""")]
    [InlineData("a: ~\nb: null\nc:", """{"a":null,"b":null,"c":null}""")]
    [InlineData("a: !!str 12", """{"a":"12"}""")]
    [InlineData("a: 2026-11-21", """{"a":"2026-11-21"}""")]
    [InlineData("x: &d {p: 1, q: 2}\ny:\n  <<: *d\n  q: 3", """{"x":{"p":1,"q":2},"y":{"q":3,"p":1}}""")]
    [InlineData("- a\n- [b, {c: d}]", """["a",["b",{"c":"d"}]]""")]
    [InlineData("a: |\n  x\n  y\n", """{"a":"x\ny\n"}""")]
    public void YAML_is_read_with_the_core_schema(string yaml, string json) =>
        Encoding.UTF8.GetString(DocumentFormat.Yaml.ToJson(Encoding.UTF8.GetBytes(yaml))).ShouldBe(json);

    [Theory]
    [InlineData("a: .inf")]
    [InlineData("a: 1\na: 2")]
    [InlineData("? [x]\n: 1")]
    [InlineData("a: [")]
    [InlineData("a: 1\n---\nb: 2")]
    [InlineData("a: *nowhere")]
    [InlineData("")]
    public void YAML_that_JSON_cannot_hold_or_that_is_malformed_is_refused(string yaml) =>
        Should
            .Throw<ProblemException>(() => DocumentFormat.Yaml.ToJson(Encoding.UTF8.GetBytes(yaml)))
            .Problem.Kind.ShouldBe(ProblemKind.Invalid);

    [Fact]
    public void YAML_aliases_that_multiply_are_stopped()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++)
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Should
            .Throw<ProblemException>(() => DocumentFormat.Yaml.ToJson(Encoding.UTF8.GetBytes(bomb.ToString())))
            .Problem.Kind.ShouldBe(ProblemKind.TooLarge);
    }

    [Fact]
    public void Random_bytes_are_a_document_or_a_problem_in_every_format()
    {
        var random = new Random(4711);
        foreach (var format in DocumentFormat.All.Where(format => format.Reader is not null))
        {
            for (int i = 0; i < 3000; i++)
            {
                byte[] bytes = new byte[random.Next(60)];
                random.NextBytes(bytes);
                if (i % 2 == 0)
                {
                    for (int b = 0; b < bytes.Length; b++)
                        bytes[b] = (byte)"{}[]:,\"'\\# \n\t-&*!|>%@`=.a1e+"[bytes[b] % 27];
                }

                try
                {
                    JsonText.Parse(format.ToJson(bytes)).Dispose();
                }
                catch (ProblemException)
                {
                    // Refused, as most of it should be.
                }
            }
        }
    }

    [Fact]
    public void Properties_keep_what_properties_can_hold()
    {
        const string Json = """{"a":{"b":"1 = 2","c d":"x\ty"},"list":["p",{"q":"r"}],"#k":" lead","u":"é\\"}""";
        byte[] written = DocumentFormat.Properties.Write(Encoding.UTF8.GetBytes(Json));
        Encoding.UTF8.GetString(DocumentFormat.Properties.ToJson(written)).ShouldBe(Json);
    }

    [Theory]
    [InlineData("a[0]=1\na.b=2")]
    [InlineData("a[0]=1\na[0].b=2")]
    [InlineData("a=1\na=2")]
    [InlineData("a[99999]=1")]
    [InlineData("a=\\u12")]
    public void Properties_that_contradict_themselves_are_refused(string text) =>
        Should.Throw<ProblemException>(() => DocumentFormat.Properties.ToJson(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("A=1\nA=2")]
    [InlineData("=x")]
    [InlineData("A='x")]
    [InlineData("A=\"x\" y")]
    public void Dotenv_that_no_shell_would_read_is_refused(string text) =>
        Should.Throw<ProblemException>(() => DocumentFormat.Dotenv.ToJson(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void TOML_has_tables_arrays_of_tables_and_quoted_keys()
    {
        const string Json =
            """{"title":"T \"q\"","n":1.5,"none":null,"owner":{"a b":1,"deep":{"x":true}},"items":[{"a":1},{"b":[1,"2"]}]}""";
        Encoding
            .UTF8.GetString(DocumentFormat.Toml.Write(Encoding.UTF8.GetBytes(Json)))
            .ShouldBe(
                "title = \"T \\\"q\\\"\"\nn = 1.5\n\n[owner]\n\"a b\" = 1\n\n[owner.deep]\nx = true\n\n"
                    + "[[items]]\na = 1\n\n[[items]]\nb = [1, \"2\"]\n"
            );
        Should.Throw<ProblemException>(() => DocumentFormat.Toml.Write("[1]"u8.ToArray()));
        Should.Throw<ProblemException>(() => DocumentFormat.Toml.Write("""{"a":99999999999999999999}"""u8.ToArray()));
        Should.Throw<ProblemException>(() => DocumentFormat.Toml.Write("""{"a":[null]}"""u8.ToArray()));
    }

    [Fact]
    public void A_text_difference_shows_what_changed_with_some_lines_around()
    {
        string from = string.Join('\n', Enumerable.Range(0, 30)),
            to = from.Replace("15", "fifteen", StringComparison.Ordinal);
        TextDiff.Of(from, to).ShouldBe("@@\n 12\n 13\n 14\n-15\n+fifteen\n 16\n 17\n 18\n");
        TextDiff.Of(from, from).ShouldBe("");
    }
}
