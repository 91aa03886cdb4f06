using Cairn.Core.Policies;
using Cairn.Rego.Values;

namespace Cairn.Core.Tests.Policies;

public class PolicySeamTests
{
    [Theory]
    [InlineData("""{"type": "integer"}""", "\"x\"", "(Root): Invalid type. Expected: integer, given: string")]
    [InlineData(
        """{"properties": {"a": {"type": ["string", "null"]}}}""",
        """{"a": 1.5}""",
        "a: Invalid type. Expected: string,null, given: number"
    )]
    [InlineData("""{"required": ["a", "b"]}""", """{"b": 1}""", "(Root): a is required")]
    [InlineData("""{"items": {"minimum": 3}}""", "[5, 2]", "1: Must be greater than or equal to 3")]
    [InlineData(
        """{"properties": {"a/b": {"enum": [1, "x"]}}}""",
        """{"a/b": 2}""",
        "a/b: a/b must be one of the following: 1, \"x\""
    )]
    [InlineData(
        """{"definitions": {"s": {"pattern": "^a"}}, "$ref": "#/definitions/s"}""",
        "\"b\"",
        "(Root): Does not match pattern '^a'"
    )]
    public void Mistakes_are_told_as_OPA_tells_them(string schema, string document, string expected)
    {
        var validator = new PolicyJsonSchema();
        validator.CheckSchema(RegoValue.ParseJson(schema)).ShouldBeNull();
        validator
            .Validate(RegoValue.ParseJson(schema), RegoValue.ParseJson(document))
            .ShouldHaveSingleItem()
            .Error.ShouldBe(expected);
        // A schema may be given as text, too.
        validator
            .Validate(RegoString.Of(schema), RegoValue.ParseJson(document))
            .ShouldHaveSingleItem()
            .Error.ShouldBe(expected);
    }

    [Theory]
    [InlineData(
        """{"properties":{"a":{}},"additionalProperties":false}""",
        """{"a":1,"b":2,"c":3}""",
        "(Root): Additional property b is not allowed|(Root): Additional property c is not allowed",
        "additional_property_not_allowed"
    )]
    [InlineData(
        """{"properties":{"x":{"additionalProperties":false}}}""",
        """{"x":{"b":2}}""",
        "x: Additional property b is not allowed",
        "additional_property_not_allowed"
    )]
    [InlineData(
        """{"uniqueItems":true}""",
        "[1,2,1,1]",
        "(Root): array items[0,2] must be unique|(Root): array items[2,3] must be unique",
        "unique"
    )]
    [InlineData(
        """{"items":[{}],"additionalItems":false}""",
        "[1,2,3]",
        "(Root): No additional items allowed on array",
        "array_no_additional_items"
    )]
    [InlineData(
        """{"oneOf":[{"type":"number"},{"minimum":0}]}""",
        "1",
        "(Root): Must validate one and only one schema (oneOf)",
        "number_one_of"
    )]
    [InlineData(
        """{"oneOf":[{"type":"string"},{"minimum":5}]}""",
        "1",
        "(Root): Must validate one and only one schema (oneOf)|(Root): Invalid type. Expected: string, given: integer",
        "number_one_of"
    )]
    [InlineData(
        """{"anyOf":[{"required":["a","b"]},{"required":["c"]}]}""",
        "{}",
        "(Root): Must validate at least one schema (anyOf)|(Root): c is required",
        "number_any_of"
    )]
    [InlineData(
        """{"allOf":[{"type":"string"},{"minimum":5}]}""",
        "1",
        "(Root): Invalid type. Expected: string, given: integer|(Root): Must be greater than or equal to "
            + "5|(Root): Must validate all the schemas (allOf)",
        "invalid_type"
    )]
    [InlineData(
        """{"properties":{"n":{"not":{"type":"number"}}}}""",
        """{"n":1}""",
        "n: Must not validate the schema (not)",
        "number_not"
    )]
    [InlineData(
        """{"contains":{"type":"string"}}""",
        "[1,2]",
        "(Root): At least one of the items must match",
        "contains"
    )]
    [InlineData(
        """{"dependencies":{"a":["b","c"]}}""",
        """{"a":1}""",
        "(Root): Has a dependency on b|(Root): Has a dependency on c",
        "missing_dependency"
    )]
    [InlineData("""{"dependencies":{"a":{"required":["b"]}}}""", """{"a":1}""", "(Root): b is required", "required")]
    [InlineData(
        """{"propertyNames":{"pattern":"^x"}}""",
        """{"a":1}""",
        "(Root): Property name of \"a\" does not match|(Root): Does not match pattern '^x'",
        "invalid_property_name"
    )]
    [InlineData(
        """{"if":{"type":"number"},"then":{"minimum":5}}""",
        "1",
        "(Root): Must validate \"then\" as \"if\" was valid|(Root): Must be greater than or equal to 5",
        "condition_then"
    )]
    [InlineData(
        """{"properties":{"a":{"allOf":[{"properties":{"b":{"const":1}}}]}}}""",
        """{"a":{"b":2}}""",
        "a.b: a.b does not match: 1|a: Must validate all the schemas (allOf)",
        "const"
    )]
    [InlineData(
        """{"type":"object","required":["a"],"enum":[{}]}""",
        "1",
        "(Root): Invalid type. Expected: object, given: integer",
        "invalid_type"
    )]
    [InlineData("""{"properties":{"a":false}}""", """{"a":1}""", "a: False always fails validation", "false")]
    [InlineData(
        """{"properties":{"z":{"type":"string"}},"required":["y"],"additionalProperties":false}""",
        """{"z":1,"b":2}""",
        "(Root): y is required|(Root): Additional property b is not allowed|z: Invalid type. Expected: string, "
            + "given: integer",
        "required"
    )]
    [InlineData(
        """{"enum":["a",{"b":[1]}]}""",
        "1",
        "(Root): (Root) must be one of the following: \"a\", {\"b\":[1]}",
        "enum"
    )]
    [InlineData(
        """{"$def":{"x":{"$id":"http://x/y","type":"string"}},"$ref":"http://x/y"}""",
        "1",
        "(Root): Invalid type. Expected: string, given: integer",
        "invalid_type"
    )]
    [InlineData(
        """{"$id":"http://x/root","parts":[{"$id":"part","minimum":5}],"properties":{"a":{"$ref":"part"}}}""",
        """{"a":1}""",
        "a: Must be greater than or equal to 5",
        "number_gte"
    )]
    public void Every_kind_of_mistake_has_OPAs_words_type_and_order(
        string schema,
        string document,
        string errors,
        string type
    )
    {
        var validator = new PolicyJsonSchema();
        validator.CheckSchema(RegoValue.ParseJson(schema)).ShouldBeNull();
        var mistakes = validator.Validate(RegoValue.ParseJson(schema), RegoValue.ParseJson(document));
        string.Join('|', mistakes.Select(mistake => mistake.Error)).ShouldBe(errors);
        mistakes[0].Type.ShouldBe(type);
    }

    [Fact]
    public void A_schema_of_an_unknown_type_is_refused_in_OPAs_words() =>
        new PolicyJsonSchema()
            .CheckSchema(RegoValue.ParseJson("""{"properties": {"id": {"type": "unknown"}}}"""))
            .ShouldBe(
                "has a primitive type that is NOT VALID -- given: /unknown/ Expected valid values are:[array "
                    + "boolean integer number null object string]"
            );

    [Fact]
    public void Yaml_goes_both_ways_and_says_where_it_is_wrong()
    {
        var yaml = new PolicyYaml();
        var value = RegoValue.ParseJson("""{"a": [1, "x", null, {"b": 1.5}]}""");
        yaml.Read(yaml.Write(value)).ShouldBe(value);
        Should.Throw<FormatException>(() => yaml.Read("a: [")).Message.ShouldContain("line");
    }
}
