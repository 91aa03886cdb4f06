using System.Text;

namespace Cairn.JsonSchema.Tests.Evaluation;

/// <summary>What is meant to hang or crash a validator ends in an error instead.</summary>
public sealed class HostileInputTests
{
    private static string Nest(string open, int levels, string inner, string close) =>
        string.Concat(Enumerable.Repeat(open, levels)) + inner + string.Concat(Enumerable.Repeat(close, levels));

    [Fact]
    public void An_instance_nested_too_deep_is_invalid_and_says_so()
    {
        byte[] deep = Encoding.UTF8.GetBytes(Nest("[", 100_000, "", "]"));
        var validator = Schemas.Compile("""{ "items": { "$ref": "#" } }""");

        validator.IsValid(deep).ShouldBeFalse();
        validator.Validate(deep).Errors.Single().Message.ShouldContain("deeper than 128 levels");
    }

    [Fact]
    public void A_limit_that_runs_out_inside_not_does_not_make_the_instance_valid()
    {
        byte[] deep = Encoding.UTF8.GetBytes(Nest("[", 200, "", "]"));

        Schemas.Compile("""{ "not": { "items": { "$ref": "#" } } }""").IsValid(deep).ShouldBeFalse();
    }

    [Fact]
    public void A_schema_nested_too_deep_is_refused() =>
        Schemas.Refused(Nest("{\"not\":", 50_000, "true", "}")).Message.ShouldContain("JSON");

    [Fact]
    public void A_parsed_schema_nested_too_deep_is_refused()
    {
        var schema = Schemas.Json(Nest("{\"not\":", 5_000, "true", "}"));

        Should.Throw<SchemaException>(() => JsonSchemaValidator.Compile(schema)).Message.ShouldContain("nested deeper");
    }

    [Fact]
    public void Subschemas_nested_deeper_than_the_limit_are_refused() =>
        Schemas.Refused(Nest("{\"not\":", 201, "true", "}")).Message.ShouldContain("deeper than 200 levels");

    [Fact]
    public void A_constant_nested_too_deep_is_refused() =>
        Schemas.Refused("{\"const\":" + Nest("[", 300, "", "]") + "}").Keyword.ShouldBe("const");

    [Theory]
    [InlineData("""{ "$ref": "#" }""")]
    [InlineData("""{ "allOf": [{ "$ref": "#/$defs/a" }], "$defs": { "a": { "anyOf": [{ "$ref": "#" }] } } }""")]
    [InlineData("""{ "$defs": { "a": { "not": { "$ref": "#/$defs/b" } }, "b": { "if": { "$ref": "#/$defs/a" } } } }""")]
    [InlineData("""{ "dependentSchemas": { "x": { "$ref": "#" } } }""")]
    public void A_schema_that_applies_itself_to_the_same_value_is_refused(string schema) =>
        Schemas.Refused(schema).Message.ShouldContain("without end");

    [Fact]
    public void Dynamic_references_that_lead_in_a_circle_end_in_an_error()
    {
        var validator = Schemas.Compile(
            """
            {
              "$id": "https://example.org/outer", "$dynamicAnchor": "x",
              "$ref": "inner",
              "$defs": { "inner": { "$id": "inner", "$dynamicRef": "#x", "$defs": { "x": { "$dynamicAnchor": "x" } } } }
            }
            """
        );

        validator.IsValid(Schemas.Json("1")).ShouldBeFalse();
        validator.Validate(Schemas.Json("1")).Errors.Single().Message.ShouldContain("deeper than 1000 levels");
    }

    [Fact]
    public void A_long_chain_of_references_compiles_without_recursion()
    {
        var definitions = Enumerable
            .Range(0, 10_000)
            .Select(i => $"\"d{i}\":{{\"items\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}}}");
        var validator = Schemas.Compile(
            $"{{\"$ref\":\"#/$defs/d0\",\"$defs\":{{{string.Join(',', definitions)},\"d10000\":false}}}}"
        );

        validator.IsValid(Schemas.Json("[[[]]]")).ShouldBeTrue();
    }

    [Fact]
    public void Work_that_doubles_with_every_level_is_given_up()
    {
        var levels = Enumerable
            .Range(0, 60)
            .Select(i =>
                $"\"l{i}\":{{\"allOf\":[{{\"$ref\":\"#/$defs/l{i + 1}\"}},{{\"$ref\":\"#/$defs/l{i + 1}\"}}]}}"
            );
        var validator = Schemas.Compile(
            $"{{\"$ref\":\"#/$defs/l0\",\"$defs\":{{{string.Join(',', levels)},\"l60\":true}}}}",
            new SchemaOptions { Limits = new SchemaLimits { MaxEvaluationSteps = 100_000 } }
        );

        validator.Validate(Schemas.Json("1")).Errors.Single().Message.ShouldContain("100000 steps");
    }

    [Fact]
    public void A_pattern_that_backtracks_without_end_is_given_up()
    {
        var validator = Schemas.Compile("""{ "not": { "pattern": "^(a|aa)+\\1b$" } }""");
        var instance = Schemas.Json($"\"{new string('a', 40)}!\"");

        validator.IsValid(instance).ShouldBeFalse();
        validator.Validate(instance).Errors.Single().Message.ShouldContain("took longer than 100 ms");
    }

    [Fact]
    public void A_pattern_that_would_backtrack_elsewhere_runs_in_linear_time() =>
        Schemas
            .Compile("""{ "pattern": "^(a+)+$" }""")
            .IsValid(Schemas.Json($"\"{new string('a', 50_000)}!\""))
            .ShouldBeFalse();

    [Theory]
    [InlineData("(a?){50}a{50}$")]
    [InlineData("(a{1000}){1000}")]
    [InlineData("^(a{0,2147483647}|b){1,1000}$")]
    [InlineData("((((a{9}){9}){9}){9}){9}")]
    public void Repetitions_of_repetitions_end(string pattern) =>
        Schemas
            .Compile($"{{ \"pattern\": \"{pattern}\" }}")
            .Validate(Schemas.Json($"\"{new string('a', 30)}!\""))
            .ShouldNotBeNull();

    public static TheoryData<string> Multiplying() =>
        [
            Nest("(", 50, "a", "){2}"),
            Nest("(", 26, "a", "){2}"),
            Nest("(?:", 50, "ab|c", "){0,2}\\b"),
            Nest("(?=(", 20, "a", "){3})"),
            "((((){9999}){9999}){9999}){9999}",
            "((((a{1000}){1000}){1000}){1000}){1000}",
            "((abc){2147483647,}){2147483647}",
            string.Concat(Enumerable.Repeat("(abcdefghi){100}", 2_000)),
        ];

    [Theory]
    [MemberData(nameof(Multiplying))]
    public void Repetitions_that_multiply_are_refused_before_they_are_written_out(string pattern) =>
        Schemas.Refused($"{{ \"pattern\": \"{pattern}\" }}").Message.ShouldContain("written out");

    [Fact]
    public void Patterns_are_limited_in_size_together()
    {
        string classes = string.Concat(Enumerable.Repeat(@"\\p{L}", 40)) + new string('a', 64);
        string all = string.Join(',', Enumerable.Range(0, 900).Select(i => $"{{ \"pattern\": \"{classes}{i}\" }}"));
        Schemas.Refused($"{{ \"anyOf\": [{all}] }}").Message.ShouldContain("8388608 characters");
    }

    [Fact]
    public void Of_very_many_problems_the_first_hundred_are_told()
    {
        string all = string.Join(',', Enumerable.Repeat("""{ "pattern": "(" }""", 5_000));
        Schemas.Refused($"{{ \"anyOf\": [{all}] }}").Problems.Count.ShouldBe(100);
    }

    [Fact]
    public void A_pattern_has_at_most_32_768_characters()
    {
        Schemas
            .Compile($"{{ \"pattern\": \"^{string.Join('|', Enumerable.Repeat("word", 6_500))}$\" }}")
            .IsValid(Schemas.Json("\"word\""))
            .ShouldBeTrue();
        Schemas.Refused($"{{ \"pattern\": \"{new string('a', 32_769)}\" }}").Message.ShouldContain("32768 characters");
    }

    [Fact]
    public void Large_Unicode_classes_in_large_numbers_are_refused() =>
        Schemas
            .Refused($"{{ \"pattern\": \"{string.Concat(Enumerable.Repeat(@"\\P{L}", 1_000))}\" }}")
            .Message.ShouldContain("large classes");

    [Fact]
    public void Annotations_of_many_elements_do_not_take_a_walk_each()
    {
        var instance = Schemas.Json($"[{string.Join(',', Enumerable.Repeat("1", 100_000))}]");

        var result = Schemas.Compile("""{ "items": { "title": "Number" } }""").Validate(instance);

        result.Annotations.Count.ShouldBe(100_000);
        result.Annotations[99_999].InstancePointer.ShouldBe("/99999");
    }

    [Theory]
    [InlineData("maxSchemaBytes")]
    [InlineData("maxSubschemas")]
    [InlineData("maxReferences")]
    [InlineData("maxPatterns")]
    public void A_schema_beyond_a_limit_is_refused(string limit)
    {
        var limits = limit switch
        {
            "maxSchemaBytes" => new SchemaLimits { MaxSchemaBytes = 10 },
            "maxSubschemas" => new SchemaLimits { MaxSubschemas = 2 },
            "maxReferences" => new SchemaLimits { MaxReferences = 1 },
            _ => new SchemaLimits { MaxPatterns = 1 },
        };

        Schemas
            .Refused(
                """{ "properties": { "a": { "$ref": "#/$defs/x" }, "b": { "$ref": "#/$defs/x", "pattern": "a" }, "c": { "pattern": "b" } }, "$defs": { "x": true } }""",
                new SchemaOptions { Limits = limits }
            )
            .Problems.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_resolver_that_always_finds_more_documents_is_stopped()
    {
        int next = 0;
        var options = new SchemaOptions
        {
            Resolver = _ => Schemas.Json($"{{ \"$ref\": \"https://example.org/{++next}\" }}"),
        };

        Schemas.Refused("""{ "$ref": "https://example.org/0" }""", options).Message.ShouldContain("256 documents");
    }
}
