using Cairn.JsonSchema.Tests.Compatibility;

namespace Cairn.JsonSchema.Tests.Inference;

public sealed class InferenceTests
{
    private static string Infer(params string[] samples)
    {
        var schema = SchemaInference.Infer(samples.Select(Schemas.Json)).AsObject();
        schema.Remove("$schema").ShouldBeTrue();
        return schema.ToJsonString();
    }

    [Theory]
    [InlineData("1|2", """{"type":"integer"}""")]
    [InlineData("1|2.0|1e2", """{"type":"integer"}""")]
    [InlineData("1|2.5", """{"type":"number"}""")]
    [InlineData("1|null", """{"type":["integer","null"]}""")]
    [InlineData("\"2026-01-02\"|\"2026-02-03\"", """{"type":"string","format":"date"}""")]
    [InlineData("\"2026-01-02\"|\"soon\"", """{"type":"string"}""")]
    [InlineData("\"a@example.org\"|1", """{"type":["string","integer"],"format":"email"}""")]
    [InlineData("[]", """{"type":"array"}""")]
    [InlineData("[1]|[\"a\",true]", """{"type":"array","items":{"type":["integer","string","boolean"]}}""")]
    [InlineData(
        "{\"a\":1,\"b\":2}|{\"b\":3,\"c\":null}",
        """{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"},"c":{"type":"null"}},"required":["b"]}"""
    )]
    [InlineData(
        "{\"a\":1}|[]",
        """{"type":["object","array"],"properties":{"a":{"type":"integer"}},"required":["a"]}"""
    )]
    public void A_schema_says_what_the_samples_have_in_common(string samples, string expected) =>
        Infer(samples.Split('|')).ShouldBe(expected);

    [Fact]
    public void Without_samples_everything_is_allowed() => Infer().ShouldBe("{}");

    [Fact]
    public void Every_sample_is_valid_under_its_schema()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var generator = new SchemaGenerator(new Random(seed));
            var samples = Enumerable.Range(0, 5).Select(_ => generator.Instance()).ToList();

            var schema = SchemaInference.Infer(
                samples.Select(sample => Schemas.Json(sample?.ToJsonString() ?? "null"))
            );

            var validator = Schemas.Compile(schema.ToJsonString(), new SchemaOptions { AssertFormat = true });
            samples.ShouldAllBe(sample => validator.IsValid(sample), schema.ToJsonString());
        }
    }
}
