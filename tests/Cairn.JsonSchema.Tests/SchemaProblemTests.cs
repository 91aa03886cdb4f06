namespace Cairn.JsonSchema.Tests;

public sealed class SchemaProblemTests
{
    [Theory]
    [InlineData("""{ "type": "text" }""", "/type", "\"text\" is not a type")]
    [InlineData("""{ "type": 3 }""", "/type", "type must list strings")]
    [InlineData("""{ "properties": [] }""", "/properties", "properties must be an object")]
    [InlineData("""{ "properties": { "a": 5 } }""", "/properties/a", "a schema must be an object or a boolean")]
    [InlineData("""{ "minLength": -1 }""", "/minLength", "minLength must be an integer that is not negative")]
    [InlineData("""{ "minLength": 1.5 }""", "/minLength", "minLength must be an integer that is not negative")]
    [InlineData("""{ "multipleOf": 0 }""", "/multipleOf", "multipleOf must be greater than 0")]
    [InlineData("""{ "required": ["a", "a"] }""", "/required", "required must not repeat a name")]
    [InlineData("""{ "required": true }""", "/required", "required must list strings")]
    [InlineData("""{ "enum": 1 }""", "/enum", "enum must be an array")]
    [InlineData("""{ "anyOf": [] }""", "/anyOf", "anyOf must not be empty")]
    [InlineData(
        """{ "items": [true] }""",
        "/items",
        "items must be a schema; a list of schemas is written as prefixItems"
    )]
    [InlineData("""{ "pattern": "(" }""", "/pattern", "the pattern ( has a group that is not closed (at character 2)")]
    [InlineData("""{ "pattern": "a**" }""", "/pattern", "the pattern a** has nothing to repeat (at character 3)")]
    [InlineData(
        """{ "patternProperties": { "[": true } }""",
        "/patternProperties",
        "the pattern [ has a character class that is not closed (at character 2)"
    )]
    [InlineData(
        """{ "$ref": "#/nowhere" }""",
        "/$ref",
        "\"#/nowhere\" leads nowhere: there is no \"/nowhere\" in the schema"
    )]
    [InlineData("""{ "$ref": "other.json" }""", "/$ref", "\"other.json\" refers to \"other.json\", which is not known")]
    [InlineData(
        """{ "$schema": "https://example.org/meta" }""",
        "",
        "the meta-schema \"https://example.org/meta\" is not known"
    )]
    [InlineData(
        """{ "$schema": "http://json-schema.org/schema#" }""",
        "",
        "the meta-schema \"http://json-schema.org/schema#\" is not known: it names no one draft; write "
            + "https://json-schema.org/draft/2020-12/schema, or the draft that is meant"
    )]
    [InlineData(
        """{ "$defs": { "a": { "$anchor": "x" }, "b": { "$anchor": "x" } } }""",
        "/$defs/b",
        "the anchor \"x\" is used twice"
    )]
    [InlineData("""[]""", "", "a schema must be an object or a boolean")]
    public void A_problem_names_its_place(string schema, string pointer, string message)
    {
        var problem = Schemas.Refused(schema).Problems.ShouldHaveSingleItem();

        problem.SchemaPointer.ShouldBe(pointer);
        problem.Message.ShouldBe(message);
    }

    [Theory]
    [InlineData("https://json-schema.org/draft-07/schema#", SchemaDraft.Draft7)]
    [InlineData("https://json-schema.org/draft-04/schema", SchemaDraft.Draft4)]
    [InlineData("https://json-schema.org/draft-06/schema#", SchemaDraft.Draft6)]
    [InlineData("http://json-schema.org/draft/2020-12/schema", SchemaDraft.Draft202012)]
    [InlineData("http://json-schema.org/draft/2019-09/schema#", SchemaDraft.Draft201909)]
    public void A_draft_is_known_with_either_scheme(string uri, SchemaDraft draft) =>
        Schemas.Compile($$"""{ "$schema": "{{uri}}", "type": "object" }""").Draft.ShouldBe(draft);

    [Theory]
    [InlineData("04", """{"oneOf":[{"const":"a"},{"const":"b"}]}""", "/oneOf/0/const|/oneOf/1/const")]
    [InlineData("04", """{"properties":{"const":{"type":"string"}},"contains":{}}""", "/contains")]
    [InlineData("06", """{"if":{},"items":{"const":1}}""", "/if")]
    [InlineData(
        "07",
        """{"prefixItems":[{}],"definitions":{"x":{"unevaluatedProperties":false}}}""",
        "/prefixItems|/definitions/x/unevaluatedProperties"
    )]
    [InlineData("07", """{"enum":[{"prefixItems":1}],"const":{"if":1}}""", "")]
    public void Keywords_of_later_drafts_are_warned_of(string draft, string schema, string pointers)
    {
        string text = $"{{\"$schema\":\"http://json-schema.org/draft-{draft}/schema#\",{schema[1..]}";
        var warnings = Schemas.Compile(text).Warnings;
        warnings
            .Select(warning => warning.SchemaPointer)
            .ShouldBe(pointers.Split('|', StringSplitOptions.RemoveEmptyEntries));
        warnings.ShouldAllBe(warning => warning.Message.Contains("is ignored"));
    }

    [Fact]
    public void All_problems_are_found_and_not_only_the_first()
    {
        var refused = Schemas.Refused(
            """
            { "type": "text", "properties": { "a": { "pattern": "(" }, "b": { "$ref": "#/nope" } }, "$defs": { "unused": { "minItems": "x" } } }
            """
        );

        refused
            .Problems.Select(problem => problem.SchemaPointer)
            .ShouldBe(
                ["/type", "/properties/a/pattern", "/properties/b/$ref", "/$defs/unused/minItems"],
                ignoreOrder: true
            );
        refused.Message.ShouldContain("4 problems");
    }

    [Fact]
    public void Problems_in_a_resolved_document_are_told_by_its_URI()
    {
        var options = new SchemaOptions
        {
            Resolver = _ => Schemas.Json("""{ "$defs": { "a": { "type": "text" } } }"""),
        };

        var refused = Schemas.Refused("""{ "$ref": "https://example.org/x#/$defs/a" }""", options);

        refused.SchemaPointer.ShouldBe("https://example.org/x#/$defs/a/type");
    }

    [Fact]
    public void The_resolver_is_asked_for_absolute_URIs_without_fragment()
    {
        var asked = new List<Uri>();
        var options = new SchemaOptions
        {
            BaseUri = new Uri("registry://payments/Order@2"),
            Resolver = uri =>
            {
                asked.Add(uri);
                return Schemas.Json("""{ "$defs": { "id": { "type": "integer" } } }""");
            },
        };

        var validator = Schemas.Compile(
            """{ "properties": { "a": { "$ref": "Common@1#/$defs/id" }, "b": { "$ref": "./Common@1#/$defs/id" } } }""",
            options
        );

        asked.ShouldBe([new Uri("registry://payments/Common@1")]);
        validator.IsValid(Schemas.Json("""{ "a": "x" }""")).ShouldBeFalse();
    }

    [Fact]
    public void Text_that_is_not_Unicode_is_refused() =>
        Schemas.Refused("""{ "required": ["\ud800"] }""").Message.ShouldContain("not valid Unicode");

    [Theory]
    [InlineData("http://json-schema.org/draft-04/schema#", SchemaDraft.Draft4)]
    [InlineData("http://json-schema.org/draft-06/schema#", SchemaDraft.Draft6)]
    [InlineData("http://json-schema.org/draft-07/schema", SchemaDraft.Draft7)]
    [InlineData("https://json-schema.org/draft/2019-09/schema", SchemaDraft.Draft201909)]
    [InlineData("https://json-schema.org/draft/2020-12/schema", SchemaDraft.Draft202012)]
    public void Every_meta_schema_is_built_in_and_valid_under_itself(string uri, SchemaDraft draft)
    {
        var meta = Schemas.Compile($"{{ \"$schema\": \"{uri}\", \"$ref\": \"{uri}\" }}");

        meta.Draft.ShouldBe(draft);
        meta.IsValid(Schemas.Json("""{ "type": "object", "properties": { "a": { "minLength": 1 } } }"""))
            .ShouldBeTrue();
        meta.IsValid(Schemas.Json("""{ "properties": { "a": { "minLength": -1 } } }""")).ShouldBeFalse();
    }
}
