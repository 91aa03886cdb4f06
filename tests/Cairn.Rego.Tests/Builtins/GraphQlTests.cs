using System.Text;
using Cairn.Rego.Evaluation;
using Cairn.Rego.GraphQl;
using Cairn.Rego.Values;
using FsCheck;
using FsCheck.Fluent;
using static Cairn.Rego.Tests.Builtins.BuiltinCalls;

namespace Cairn.Rego.Tests.Builtins;

public class GraphQlTests
{
    private const string Schema = """
        type Query { pet(name: String!): Pet  pets(kind: Kind = CAT, first: Int): [Pet!]!  find(by: Filter): Animal }
        interface Pet { name: String! }
        type Cat implements Pet { name: String! lives(of: Int): Int }
        type Dog implements Pet { name: String! barks: Boolean }
        union Animal = Cat | Dog
        enum Kind { CAT DOG }
        input Filter { name: String! age: Int }
        """;

    [Theory]
    [InlineData("{ pet(name: \"a\") { name } }", true)]
    [InlineData(
        "query Q($n: String!) { pet(name: $n) { ... on Cat { lives } ...D } } fragment D on Dog { barks }",
        true
    )]
    [InlineData("{ pets { __typename name } __schema { types { name } } }", true)]
    [InlineData("{ find(by: {name: \"x\"}) { ... on Cat { name } } }", true)]
    [InlineData("query($k: Kind) { pets(kind: $k) { name } }", true)]
    [InlineData("{ pet { name } }", false)]
    [InlineData("{ pet(name: 1) { name } }", false)]
    [InlineData("{ pet(name: \"a\") }", false)]
    [InlineData("{ pet(name: \"a\") { name { x } } }", false)]
    [InlineData("{ pet(name: \"a\") { lives } }", false)]
    [InlineData("{ pets(kind: BIRD) { name } }", false)]
    [InlineData("{ find(by: {age: 1}) { __typename } }", false)]
    [InlineData("{ find(by: {name: \"x\", extra: 1}) { __typename } }", false)]
    [InlineData("{ pets(first: 99999999999) { name } }", false)]
    [InlineData("query($n: String) { pet(name: $n) { name } }", false)]
    [InlineData("query($n: Int) { pets { name } }", false)]
    [InlineData("{ pets { name @unknown } }", false)]
    [InlineData("{ pets { name @include(if: true) @include(if: true) } }", false)]
    [InlineData("mutation { pets { name } }", false)]
    [InlineData("{ pets { ...A } } fragment A on Pet { ...B } fragment B on Pet { ...A }", false)]
    [InlineData("{ pets { name } } fragment A on Pet { name }", false)]
    [InlineData("{ pets { ... on Query { __typename } } }", false)]
    [InlineData("{ pets { x: name x: __typename } }", false)]
    [InlineData("{ a: pets { name } a: pets(first: 1) { name } }", false)]
    [InlineData("{ pets { name } } { pets { name } }", false)]
    public void A_query_is_checked_against_its_schema(string query, bool valid) =>
        Call("graphql.is_valid", EvaluationLimits.Default, query, Schema).ShouldBe(valid ? "true" : "false");

    [Theory]
    [InlineData("type Query { a: Missing }")]
    [InlineData("type A { a: Int } type A { b: Int }")]
    [InlineData("interface I { a: Int } type A implements I { b: Int }")]
    [InlineData("interface I { a: Int } type A implements I { a: String }")]
    [InlineData("union U = Query type Query { a: Int } union U = Query")]
    [InlineData("type Query { a(b: Query): Int }")]
    [InlineData("input I { a: Query } type Query { a: Int }")]
    [InlineData("type Query { __a: Int }")]
    [InlineData("type Query { a: Int @nowhere }")]
    [InlineData("type A { a: Int } extend input A { b: Int }")]
    public void A_schema_that_contradicts_itself_is_invalid(string schema) =>
        Call("graphql.schema_is_valid", EvaluationLimits.Default, schema).ShouldBe("false");

    [Fact]
    public void A_document_can_be_given_in_its_parsed_form()
    {
        var schema = RegoValue.ParseJson(Call("graphql.parse_schema", EvaluationLimits.Default, Schema));
        Call("graphql.is_valid", EvaluationLimits.Default, "{ pets { name } }", schema).ShouldBe("true");
        Call("graphql.is_valid", EvaluationLimits.Default, RegoObject.Of(("Operations", 1L)), schema).ShouldBe("false");
    }

    [Fact]
    public void A_document_nested_very_deeply_is_refused() =>
        Call("graphql.parse_query", EvaluationLimits.Default, new string('{', 10_000)).ShouldStartWith("Expected Name");

    [Fact]
    public void Any_text_is_a_document_or_an_error()
    {
        var texts = ArbMap
            .Default.GeneratorFor<byte[]>()
            .Select(bytes => Encoding.Latin1.GetString(bytes))
            .Or(
                Gen.Elements(
                        "{",
                        "}",
                        "(",
                        ")",
                        "a",
                        ":",
                        "$",
                        "\"\"\"",
                        "\"",
                        "[",
                        "]",
                        "1",
                        "...",
                        " on ",
                        "query ",
                        "type ",
                        "@",
                        "=",
                        "|",
                        "\\"
                    )
                    .ListOf()
                    .Select(string.Concat)
            );
        Prop.ForAll(
                texts.ToArbitrary(),
                text =>
                {
                    foreach (
                        var parse in new Func<string, RegoObject>[]
                        {
                            GraphQlQueryParser.Parse,
                            GraphQlSchemaParser.Parse,
                        }
                    )
                    {
                        try
                        {
                            parse(text);
                        }
                        catch (GraphQlException e)
                        {
                            e.Message.ShouldContain("in GraphQL string at location");
                        }
                    }
                }
            )
            .QuickCheckThrowOnFailure();
    }
}
