using Cairn.Core.Policies;
using Cairn.Rego.Values;

namespace Cairn.Core.Tests.Policies;

public class PolicySeamTests
{
    [Theory]
    [InlineData("""{"type": "integer"}""", "\"x\"", "(root): Invalid type. Expected: integer, given: string")]
    [InlineData("""{"properties": {"a": {"type": ["string", "null"]}}}""", """{"a": 1.5}""", "a: Invalid type. Expected: string,null, given: number")]
    [InlineData("""{"required": ["a", "b"]}""", """{"b": 1}""", "(root): a is required")]
    [InlineData("""{"items": {"minimum": 3}}""", "[5, 2]", "1: Must be greater than or equal to 3")]
    [InlineData("""{"properties": {"a/b": {"enum": [1, "x"]}}}""", """{"a/b": 2}""", "a/b: a/b must be one of the following: 1, \"x\"")]
    [InlineData("""{"definitions": {"s": {"pattern": "^a"}}, "$ref": "#/definitions/s"}""", "\"b\"", "(root): Does not match pattern '^a'")]
    public void Mistakes_are_told_as_OPA_tells_them(string schema, string document, string expected)
    {
        var validator = new PolicyJsonSchema();
        validator.CheckSchema(RegoValue.ParseJson(schema)).ShouldBeNull();
        validator.Validate(RegoValue.ParseJson(schema), RegoValue.ParseJson(document)).ShouldHaveSingleItem().Error.ShouldBe(expected);
        // A schema may be given as text, too.
        validator.Validate(RegoString.Of(schema), RegoValue.ParseJson(document)).ShouldHaveSingleItem().Error.ShouldBe(expected);
    }

    [Fact]
    public void A_schema_of_an_unknown_type_is_refused_in_OPAs_words() =>
        new PolicyJsonSchema().CheckSchema(RegoValue.ParseJson("""{"properties": {"id": {"type": "unknown"}}}"""))
            .ShouldBe("has a primitive type that is NOT VALID -- given: /unknown/ Expected valid values are:[array boolean integer number null object string]");

    [Fact]
    public void Yaml_goes_both_ways_and_says_where_it_is_wrong()
    {
        var yaml = new PolicyYaml();
        var value = RegoValue.ParseJson("""{"a": [1, "x", null, {"b": 1.5}]}""");
        yaml.Read(yaml.Write(value)).ShouldBe(value);
        Should.Throw<FormatException>(() => yaml.Read("a: [")).Message.ShouldContain("line");
    }
}
