namespace Cairn.JsonSchema.Tests.Output;

/// <summary>The standard's own example of a polygon with too few points and a point with a stray member.</summary>
public sealed class OutputTests
{
    private const string Schema = """
        {
          "$id": "https://example.org/polygon",
          "$defs": {
            "point": {
              "type": "object", "additionalProperties": false, "required": ["x", "y"],
              "properties": { "x": { "type": "number" }, "y": { "type": "number" } }
            }
          },
          "type": "array", "items": { "$ref": "#/$defs/point" }, "minItems": 3
        }
        """;

    private const string Instance = """[{ "x": 2.5, "y": 1.3 }, { "x": 1, "z": 6.7 }]""";

    private static string Write(OutputFormat format) =>
        Schemas.Compile(Schema).Validate(Schemas.Json(Instance)).ToOutput(format).ToJsonString();

    [Fact]
    public void Flag_says_only_whether() => Write(OutputFormat.Flag).ShouldBe("""{"valid":false}""");

    [Fact]
    public void Basic_lists_the_errors()
    {
        var output = Schemas.Compile(Schema).Validate(Schemas.Json(Instance)).ToOutput(OutputFormat.Basic);

        output["errors"]!
            .AsArray()
            .Select(unit => $"{unit!["keywordLocation"]} {unit["absoluteKeywordLocation"]} {unit["instanceLocation"]}")
            .ShouldBe([
                "/minItems https://example.org/polygon#/minItems ",
                "/items/$ref/additionalProperties https://example.org/polygon#/$defs/point/additionalProperties /1/z",
                "/items/$ref/required https://example.org/polygon#/$defs/point/required /1",
            ]);
    }

    [Fact]
    public void Detailed_nests_the_errors_and_leaves_out_levels_with_one_child()
    {
        var output = Schemas.Compile(Schema).Validate(Schemas.Json(Instance)).ToOutput(OutputFormat.Detailed);

        var units = output["errors"]!.AsArray();
        units.Count.ShouldBe(2);
        units[0]!["keywordLocation"]!.GetValue<string>().ShouldBe("/minItems");
        units[1]!["keywordLocation"]!.GetValue<string>().ShouldBe("/items/$ref");
        units[1]!["instanceLocation"]!.GetValue<string>().ShouldBe("/1");
        units[1]!["errors"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public void A_valid_instance_has_annotations()
    {
        var output = Schemas.Compile("""{ "title": "Any" }""").Validate(Schemas.Json("1")).ToOutput(OutputFormat.Basic);

        output
            .ToJsonString()
            .ShouldBe(
                """{"valid":true,"annotations":[{"valid":true,"keywordLocation":"/title","absoluteKeywordLocation":"#/title","instanceLocation":"","annotation":"Any"}]}"""
            );
    }
}
