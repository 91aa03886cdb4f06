using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.JsonSchema.Tests.Evaluation;

public sealed class ErrorTests
{
    private const string Schema = """
        {
          "$id": "https://example.org/service",
          "type": "object",
          "required": ["name", "port"],
          "properties": {
            "name": { "type": "string", "minLength": 3 },
            "port": { "$ref": "#/$defs/port" },
            "tags": { "patternProperties": { "^x": { "type": "string" } }, "additionalProperties": false },
            "hosts": { "items": { "type": "string" }, "uniqueItems": true }
          },
          "$defs": { "port": { "type": "integer", "maximum": 65535 } }
        }
        """;

    [Theory]
    [InlineData(
        """{ "name": "ab", "port": 1 }""",
        "/name",
        "/properties/name/minLength",
        "minLength",
        "must have at least 3 characters but has 2"
    )]
    [InlineData("""{ "name": "abc" }""", "", "/required", "required", "must have the member \"port\"")]
    [InlineData(
        """{ "name": "abc", "port": 70000 }""",
        "/port",
        "/$defs/port/maximum",
        "maximum",
        "must be at most 65535 but is 70000"
    )]
    [InlineData(
        """{ "name": "abc", "port": "1" }""",
        "/port",
        "/$defs/port/type",
        "type",
        "must be integer but is string"
    )]
    [InlineData(
        """{ "name": "abc", "port": 1.5 }""",
        "/port",
        "/$defs/port/type",
        "type",
        "must be integer but 1.5 is not"
    )]
    [InlineData(
        """{ "name": "abc", "port": 1, "tags": { "a/b~": 1 } }""",
        "/tags/a~1b~0",
        "/properties/tags/additionalProperties",
        "",
        "is not allowed here"
    )]
    [InlineData(
        """{ "name": "abc", "port": 1, "hosts": ["a", 2] }""",
        "/hosts/1",
        "/properties/hosts/items/type",
        "type",
        "must be string but is number"
    )]
    public void An_error_says_where_and_what(
        string instance,
        string pointer,
        string schemaPointer,
        string keyword,
        string message
    )
    {
        var error = Schemas.Compile(Schema).Validate(Schemas.Json(instance)).Errors.ShouldHaveSingleItem();

        error.InstancePointer.ShouldBe(pointer);
        error.SchemaPointer.ShouldBe(schemaPointer);
        error.SchemaUri.ShouldBe("https://example.org/service#" + schemaPointer);
        error.Keyword.ShouldBe(keyword);
        error.Message.ShouldBe(message);
    }

    [Fact]
    public void The_evaluation_path_goes_through_the_reference()
    {
        var error = Schemas
            .Compile(Schema)
            .Validate(Schemas.Json("""{ "name": "abc", "port": null }"""))
            .Errors.Single();

        error.EvaluationPath.ShouldBe("/properties/port/$ref/type");
    }

    [Fact]
    public void All_errors_are_reported_up_to_the_limit()
    {
        var validator = Schemas.Compile("""{ "items": { "type": "string" } }""");
        var instance = Schemas.Json("[1, 2, 3, 4, 5]");

        validator.Validate(instance).Errors.Count.ShouldBe(5);
        validator.Validate(instance, maxErrors: 2).Errors.Count.ShouldBe(2);
    }

    [Fact]
    public void Alternatives_that_were_not_needed_leave_no_errors()
    {
        var validator = Schemas.Compile(
            """{ "anyOf": [{ "type": "string" }, { "type": "number" }], "not": { "const": 2 }, "maximum": 5 }"""
        );

        validator.Validate(Schemas.Json("7")).Errors.Select(error => error.Keyword).ShouldBe(["maximum"]);
        validator.Validate(Schemas.Json("2")).Errors.Select(error => error.Keyword).ShouldBe(["not"]);
        validator
            .Validate(Schemas.Json("null"))
            .Errors.Select(error => error.Keyword)
            .ShouldBe(["type", "type", "anyOf"]);
    }

    [Fact]
    public void Annotations_come_from_what_holds()
    {
        var validator = Schemas.Compile(
            """
            {
              "properties": { "when": { "title": "Time", "format": "date-time", "x-unit": "s" } },
              "anyOf": [{ "title": "no", "type": "string" }, { "title": "yes", "type": "object" }]
            }
            """
        );

        var result = validator.Validate(Schemas.Json("""{ "when": "soon" }"""));

        result
            .Annotations.Select(note => $"{note.InstancePointer} {note.Keyword} {note.Value}")
            .ShouldBe(["/when title Time", "/when format date-time", "/when x-unit s", " title yes"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{} {}")]
    [InlineData("[1,]")]
    [InlineData("\"\u0001\"")]
    public void A_text_that_is_not_JSON_is_refused_with_an_exception(string text) =>
        Should.Throw<JsonException>(() => Schemas.Compile("{}").IsValid(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_text_that_is_not_UTF_8_is_refused_with_an_exception() =>
        Should.Throw<JsonException>(() => Schemas.Compile("{}").IsValid([(byte)'"', 0xC3, 0x28, (byte)'"']));

    [Theory]
    [InlineData("""{ "a": 1, "a": 2 }""", "\"a\" occurs twice")]
    [InlineData("""{ "a": 1, "\u0061": 2 }""", "\"a\" occurs twice")]
    [InlineData("""[{ "b": {}, "c": 1, "b": 2 }]""", "\"b\" occurs twice")]
    public void A_repeated_member_name_is_invalid_under_every_schema(string instance, string message)
    {
        var validator = Schemas.Compile("""{ "not": { "type": "null" } }""");

        validator.IsValid(Schemas.Json(instance)).ShouldBeFalse();
        validator.Validate(Schemas.Json(instance)).Errors.ShouldHaveSingleItem().Message.ShouldContain(message);
    }

    [Fact]
    public void Repeated_names_are_found_among_many()
    {
        var members = Enumerable.Range(0, 500).Select(i => $"\"name-{i}\": {i}").ToList();
        var validator = Schemas.Compile("true");

        validator.IsValid(Schemas.Json($"{{{string.Join(',', members)}}}")).ShouldBeTrue();
        validator.IsValid(Schemas.Json($"{{{string.Join(',', members.Append(members[250]))}}}")).ShouldBeFalse();
    }

    [Fact]
    public void Documents_parsed_with_comments_and_trailing_commas_are_judged_as_parsed()
    {
        using var document = JsonDocument.Parse(
            """{ "a": [1, /* two */ 2,], }""",
            new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
        );

        Schemas
            .Compile("""{ "properties": { "a": { "maxItems": 2 } } }""")
            .IsValid(document.RootElement)
            .ShouldBeTrue();
    }

    [Fact]
    public void A_missing_node_is_the_value_null() =>
        Schemas.Compile("""{ "type": "null" }""").IsValid((JsonNode?)null).ShouldBeTrue();

    [Fact]
    public void Escapes_in_names_and_texts_are_resolved()
    {
        var validator = Schemas.Compile(
            """{ "properties": { "a\"\u00e9": { "maxLength": 2, "const": "\ud83d\ude00\n" } }, "additionalProperties": false }"""
        );

        validator.IsValid(Encoding.UTF8.GetBytes("""{ "\u0061\"é": "\uD83D\uDE00\n" }""")).ShouldBeTrue();
        validator.IsValid(Encoding.UTF8.GetBytes("""{ "\u0061\"é": "\uD83D\uDE01\n" }""")).ShouldBeFalse();
    }

    [Fact]
    public void Different_lone_surrogates_stay_different() =>
        Schemas
            .Compile("""{ "uniqueItems": true, "items": { "maxLength": 1 } }""")
            .IsValid(Encoding.UTF8.GetBytes("""["\ud800", "\ud801"]"""))
            .ShouldBeTrue();
}
