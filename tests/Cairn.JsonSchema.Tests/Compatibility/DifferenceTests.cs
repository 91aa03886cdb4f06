namespace Cairn.JsonSchema.Tests.Compatibility;

public sealed class DifferenceTests
{
    [Theory]
    [InlineData(
        "{\"properties\":{\"a\":{}}}",
        "{\"properties\":{\"a\":{},\"b\":true}}",
        DifferenceKind.PropertyAdded,
        "/properties/b",
        null,
        "true"
    )]
    [InlineData(
        "{\"properties\":{\"a\":{},\"b/c\":true}}",
        "{\"properties\":{\"a\":{}}}",
        DifferenceKind.PropertyRemoved,
        "/properties/b~1c",
        "true",
        null
    )]
    [InlineData(
        "{\"required\":[\"a\"]}",
        "{\"required\":[\"a\",\"b\"]}",
        DifferenceKind.RequiredAdded,
        "/required",
        null,
        "b"
    )]
    [InlineData("{\"required\":[\"a\"]}", "{}", DifferenceKind.RequiredRemoved, "/required", "a", null)]
    [InlineData(
        "{\"type\":\"string\"}",
        "{\"type\":[\"string\",\"null\"]}",
        DifferenceKind.TypeAdded,
        "/type",
        null,
        "null"
    )]
    [InlineData(
        "{\"type\":[\"string\",\"null\"]}",
        "{\"type\":\"string\"}",
        DifferenceKind.TypeRemoved,
        "/type",
        "null",
        null
    )]
    [InlineData("{\"enum\":[1]}", "{\"enum\":[1,2]}", DifferenceKind.EnumValueAdded, "/enum", null, "2")]
    [InlineData("{\"enum\":[1,2]}", "{\"enum\":[1]}", DifferenceKind.EnumValueRemoved, "/enum", "2", null)]
    [InlineData("{\"anyOf\":[{}]}", "{\"anyOf\":[{},false]}", DifferenceKind.SubschemaAdded, "/anyOf/1", null, "false")]
    [InlineData("{\"$defs\":{\"x\":true}}", "{}", DifferenceKind.SubschemaRemoved, "/$defs/x", "true", null)]
    [InlineData("{\"maximum\":5}", "{\"maximum\":4}", DifferenceKind.LimitTightened, "/maximum", "5", "4")]
    [InlineData("{\"minLength\":5}", "{\"minLength\":4}", DifferenceKind.LimitLoosened, "/minLength", "5", "4")]
    [InlineData("{}", "{\"minItems\":4}", DifferenceKind.LimitTightened, "/minItems", null, "4")]
    [InlineData(
        "{\"items\":{\"maximum\":5}}",
        "{\"items\":{}}",
        DifferenceKind.LimitLoosened,
        "/items/maximum",
        "5",
        null
    )]
    [InlineData("{\"pattern\":\"a\"}", "{\"pattern\":\"b\"}", DifferenceKind.KeywordChanged, "/pattern", "a", "b")]
    [InlineData("{}", "{\"format\":\"date\"}", DifferenceKind.KeywordAdded, "/format", null, "date")]
    [InlineData("{\"const\":1}", "{}", DifferenceKind.KeywordRemoved, "/const", "1", null)]
    [InlineData("{\"title\":\"a\"}", "{\"title\":\"b\"}", DifferenceKind.AnnotationChanged, "/title", "a", "b")]
    [InlineData("true", "false", DifferenceKind.KeywordChanged, "", "True", "False")]
    public void A_change_is_listed_with_its_place(
        string oldSchema,
        string newSchema,
        DifferenceKind kind,
        string pointer,
        string? from,
        string? to
    )
    {
        var difference = SchemaComparer
            .Compare(Schemas.Compile(oldSchema), Schemas.Compile(newSchema))
            .Differences.ShouldHaveSingleItem();

        (difference.Kind, difference.Pointer).ShouldBe((kind, pointer));
        difference.From?.ToString().ShouldBe(from is "true" ? "True" : from);
        difference
            .To?.ToString()
            .ShouldBe(
                to switch
                {
                    "true" => "True",
                    "false" => "False",
                    _ => to,
                }
            );
    }

    [Fact]
    public void Equal_schemas_have_no_differences() =>
        SchemaComparer
            .Compare(
                Schemas.Compile("{\"enum\":[1.0],\"type\":\"number\"}"),
                Schemas.Compile("{\"type\":\"number\",\"enum\":[1]}")
            )
            .Differences.ShouldBeEmpty();
}
