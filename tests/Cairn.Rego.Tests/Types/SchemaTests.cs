using Cairn.Core.Policies;
using Cairn.Rego.Compilation.Types;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Types;

public class SchemaTests
{
    private const string Request =
        """{"type": "object", "properties": {"user": {"type": "string"}, "operation": {"type": "string"}}}""";
    private const string Acl =
        """{"type": "object", "properties": {"alice": {"type": "array", "items": {"type": "string"}}, "bob": {"type": "array", "items": {"type": "string"}}}}""";

    [Theory]
    [InlineData("""{"type": "string"}""", "string")]
    [InlineData("""{"type": "integer", "minimum": 3}""", "number")]
    [InlineData("""{"type": ["null", "string"]}""", "string")]
    [InlineData("""{"type": "null"}""", "any")]
    [InlineData("""{"enum": [1, "a"]}""", "any")]
    [InlineData("true", "any")]
    [InlineData("""{"type": "object"}""", "object[any: any]")]
    [InlineData(Request, "object<operation: string, user: string>")]
    [InlineData(
        """{"properties": {"a": {"items": {"type": "boolean"}}}, "additionalProperties": true}""",
        "object<a: array[boolean]>"
    )]
    [InlineData("""{"type": "array"}""", "array[any]")]
    [InlineData("""{"type": "array", "items": [{"type": "string"}, {"type": "number"}]}""", "array<string, number>")]
    [InlineData("""{"anyOf": [{"type": "string"}, {"type": "number"}]}""", "any<number, string>")]
    [InlineData(
        """{"type": "object", "properties": {"a": {"type": "string"}}, "anyOf": [{"properties": {"b": {"type": "number"}}}]}""",
        "any<object<a: string>, object<b: number>>"
    )]
    [InlineData(
        """{"allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "number"}}}]}""",
        "object<a: string, b: number>"
    )]
    [InlineData(
        """{"type": "object", "properties": {"c": {}}, "allOf": [{"properties": {"a": {"type": "string"}}}]}""",
        "object<a: string, c: any>"
    )]
    [InlineData("""{"allOf": [{"type": "string"}, {"type": "string"}]}""", "string")]
    [InlineData(
        """{"properties": {"a": {"$ref": "#/definitions/x~1y"}}, "definitions": {"x/y": {"type": "string"}}}""",
        "object<a: string>"
    )]
    [InlineData(
        """{"$id": "https://example.com/s", "properties": {"a": {"$ref": "https://example.com/s#/$defs/n"}}, "$defs": {"n": {"type": "number"}}}""",
        "object<a: number>"
    )]
    [InlineData(
        """{"properties": {"value": {"type": "number"}, "next": {"$ref": "#"}}}""",
        "object<next: object<next: any, value: number>, value: number>"
    )]
    public void A_schema_says_what_type_a_document_has(string schema, string type) =>
        SchemaTypes.Of(RegoValue.ParseJson(schema)).ToString().ShouldBe(type);

    [Theory]
    [InlineData(
        """{"properties": {"a": 3}}""",
        "unable to compile the schema: a schema must be an object or a boolean, not number"
    )]
    [InlineData(
        """{"type": "text"}""",
        "unable to compile the schema: has a primitive type that is NOT VALID -- given: /text/"
    )]
    [InlineData(
        """{"$ref": "#/definitions/none"}""",
        "unable to compile the schema: reference #/definitions/none leads nowhere"
    )]
    [InlineData(
        """{"$ref": "https://example.com/other"}""",
        "unable to compile the schema: remote reference loading disabled"
    )]
    [InlineData(
        """{"allOf": [{"type": "string"}, {"type": "number"}]}""",
        "type checking: unable to merge these schemas: type mismatch: string and number"
    )]
    public void A_schema_without_sense_is_refused(string schema, string message)
    {
        TypeErrorTests.Error("p := input.x", Options(("", schema))).ShouldStartWith(message);
        TypeErrorTests
            .Error($"# METADATA\n# schemas:\n# - input: {schema}\np := input.x", Options())
            .ShouldStartWith(message);
    }

    [Fact]
    public void References_into_the_input_follow_its_schema()
    {
        var options = Options(
            (
                "",
                """{"type": "object", "properties": {"foo": {"type": "object", "properties": {"baz": {"type": "string"}}}}}"""
            )
        );
        TypeErrorTests
            .Error("p if input.foo.bar", options)
            .ShouldBe(
                "undefined ref: input.foo.bar\n\tinput.foo.bar\n\t          ^\n\t          have: \"bar\"\n"
                    + "\t          want (one of): [\"baz\"]"
            );
        TypeErrorTests
            .Error(
                "p if input.foo.baz > 1; q if input.foo.baz == 1".Replace("; ", "\n", StringComparison.Ordinal),
                options
            )
            .ShouldStartWith("match error\n\tleft  : string");
        TypeErrorTests.Error("p := input.foo.baz + 1", options).ShouldContain("have: (string, number, ???)");
        TypeInferenceTests.TypeOf("p := input.foo", "p", options).ShouldBe("object<baz: string>");
        Should
            .Throw<Syntax.RegoCompilationException>(() =>
                RegoPolicy.Compile("package test", options: options).Prepare("input.fo")
            )
            .Message.ShouldContain("want (one of): [\"foo\"]");
    }

    [Theory]
    [InlineData("rule", "- input: schema.request", "p if input.user == 1", "match error")]
    [InlineData("rule", "- input: schema[\"request\"]", "p if input.usr", "undefined ref: input.usr")]
    [InlineData("rule", "- data.acl: schema.acl", "p if data.acl.carol", "undefined ref: data.acl.carol")]
    [InlineData(
        "rule",
        "- data.acl: schema.acl\n# - input: schema.request",
        "p if data.acl[input.user] == 1",
        "match error\n\tleft  : array[string]"
    )]
    [InlineData(
        "rule",
        "- input: schema.acl\n# - input: schema.request",
        "p if input.alice",
        "undefined ref: input.alice"
    )]
    [InlineData(
        "rule",
        "- input: schema.request\n# - input.apple.orange: schema.acl",
        "p if input.apple.banana",
        "undefined ref: input.apple.banana"
    )]
    [InlineData(
        "rule",
        "- input.apple[\"orange\"]: schema.acl",
        "p if input.apple.orange.carol",
        "undefined ref: input.apple.orange.carol"
    )]
    [InlineData(
        "rule",
        "- input: {type: object, properties: {n: {type: number}}}",
        "p if input.n == \"a\"",
        "match error\n\tleft  : number"
    )]
    [InlineData("rule", "- input: schema.deep.request", "p if input.usr", "undefined ref: input.usr")]
    [InlineData("rule", "- input: schema.missing", "p if input.user", "undefined schema: schema.missing")]
    [InlineData(
        "document",
        "- input: schema.request",
        "p if input.user == \"a\"\n\np if input.usr",
        "undefined ref: input.usr"
    )]
    public void Metadata_names_the_schemas_of_a_rule(string scope, string schemas, string rule, string message)
    {
        var options = Options(("request", Request), ("acl", Acl), ("deep/request", Request));
        TypeErrorTests
            .Error($"# METADATA\n# scope: {scope}\n# schemas:\n# {schemas}\n{rule}", options)
            .ShouldStartWith(message);
    }

    [Theory]
    [InlineData(
        "- input: schema.request\n# - input.apple.orange: schema.acl",
        "p if { input.apple.orange.alice; input.user }"
    )]
    [InlineData("- data.acl: schema.acl", "p if { input.any.thing; data.other.thing; data.test.q == 1 }\n\nq := 1")]
    [InlineData("- input: schema.request", "q if input.user\n\np if input.anything")]
    public void They_say_nothing_of_other_documents_and_rules(string schemas, string rule) =>
        Should.NotThrow(() =>
            RegoPolicy.Compile(
                $"package test\n# METADATA\n# schemas:\n# {schemas}\n{rule}",
                options: Options(("request", Request), ("acl", Acl))
            )
        );

    [Fact]
    public void The_nearest_annotation_counts()
    {
        var options = Options(("number", """{"type": "number"}"""), ("string", """{"type": "string"}"""));
        Check(
                "# METADATA\n# scope: subpackages\n# schemas:\n# - input: schema.number\npackage a",
                "package a.b\n\np if input == \"s\""
            )
            .ShouldBe("b.rego:3: match error");
        Check(
                "# METADATA\n# scope: package\n# schemas:\n# - input: schema.number\npackage a",
                "package a\n\np if input == \"s\""
            )
            .ShouldBe("b.rego:3: match error");
        Check(
                "# METADATA\n# scope: package\n# schemas:\n# - input: schema.number\npackage a",
                "package a.b\n\np if input == \"s\""
            )
            .ShouldBe("");
        Check(
                "# METADATA\n# scope: subpackages\n# schemas:\n# - input: schema.number\npackage a",
                "# METADATA\n# scope: package\n# schemas:\n# - input: schema.string\npackage a.b\n\np if input == 1"
            )
            .ShouldBe("b.rego:7: match error");
        Check(
                "# METADATA\n# scope: package\n# schemas:\n# - input: schema.number\npackage a",
                "package a\n\n# METADATA\n# scope: document\n# schemas:\n# - input: schema.string\np if input == \"s\""
            )
            .ShouldBe("");
        Check(
                "package a",
                "package a\n\n# METADATA\n# scope: document\n# schemas:\n# - input: schema.number\n"
                    + "p if input == 1\n\n# METADATA\n# schemas:\n# - input: schema.string\np if input == 2"
            )
            .ShouldBe("b.rego:12: match error");
        Check(
                "# METADATA\n# schemas:\n# - input: schema.number\npackage a",
                "# METADATA\n# schemas:\n# - input: schema.string\npackage a"
            )
            .ShouldBe("b.rego:1: package annotation redeclared: a.rego:1");

        string Check(string a, string b)
        {
            try
            {
                RegoPolicy.Compile([new RegoModule("a.rego", a), new RegoModule("b.rego", b)], options: options);
                return "";
            }
            catch (Syntax.RegoCompilationException e)
            {
                return $"{e.Errors[0].Location}: {e.Errors[0].Message.Split('\n')[0]}";
            }
        }
    }

    [Theory]
    [InlineData("- input", "invalid schemas: expected a document and its schema")]
    [InlineData("- foo: schema.x", "invalid document reference")]
    [InlineData("- input[x]: schema.x", "invalid document reference")]
    [InlineData("- input: schemas.x", "invalid schema reference")]
    [InlineData("- input: \"schema.\"", "invalid schema reference")]
    [InlineData("- input: 7", "invalid schema declaration for path \"input\"")]
    public void Malformed_annotations_are_parse_errors(string schemas, string message)
    {
        var error = TypeErrorTests.Errors($"# METADATA\n# schemas:\n# {schemas}\np := 1", Options())[0];
        (error.Code, error.Message, error.Location.Row).ShouldBe(("rego_parse_error", message, 2));
    }

    [Fact]
    public void References_to_schemas_are_ignored_where_none_are_given_but_written_ones_are_not()
    {
        var options = new CompileOptions { Yaml = new PolicyYaml(metadata: true) };
        Should.NotThrow(() =>
            RegoPolicy.Compile(
                "package test\n# METADATA\n# schemas:\n# - input: schema.none\np if input.x",
                options: options
            )
        );
        TypeErrorTests
            .Error("# METADATA\n# schemas:\n# - input: {type: string}\np if input.x", options)
            .ShouldStartWith("undefined ref: input.x");
    }

    [Fact]
    public void A_schema_that_grows_without_bound_ends_in_any()
    {
        string definitions = string.Join(
            ", ",
            Enumerable
                .Range(0, 40)
                .Select(i =>
                    $"\"d{i}\": {{\"properties\": {{\"a\": {{\"$ref\": \"#/d/d{i + 1}\"}}, \"b\": {{\"$ref\": "
                    + $"\"#/d/d{i + 1}\"}}}}}}"
                )
        );
        TypeInferenceTests
            .TypeOf(
                "p := input.a.b.a",
                "p",
                Options(("", $"{{\"$ref\": \"#/d/d0\", \"d\": {{{definitions}, \"d40\": {{}}}}}}"))
            )
            .ShouldNotBeEmpty();
    }

    private static CompileOptions Options(params (string Path, string Schema)[] schemas) =>
        new()
        {
            Yaml = new PolicyYaml(metadata: true),
            Schemas = schemas.ToDictionary(schema => schema.Path, schema => RegoValue.ParseJson(schema.Schema)),
        };
}
