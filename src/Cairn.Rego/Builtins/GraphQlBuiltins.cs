using Cairn.Rego.GraphQl;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>GraphQL documents: parsing and checking. Wherever a document is wanted, its text or its parsed form will
/// do.</summary>
internal static class GraphQlBuiltins
{
    private static readonly RegoType Ast = RegoType.Object(RegoType.Any, RegoType.Any);
    private static readonly RegoType Document = RegoType.AnyOf(RegoType.String, Ast);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new("graphql.parse_query", [RegoType.String], Ast, (context, args) => Query(context, args[0])),
        new("graphql.parse_schema", [RegoType.String], Ast, (context, args) => Schema(context, args[0])),
        new("graphql.parse", [Document, Document], RegoType.Tuple(Ast, Ast), Parse),
        new(
            "graphql.parse_and_verify",
            [Document, Document],
            RegoType.Tuple(RegoType.Boolean, Ast, Ast),
            ParseAndVerify
        ),
        new("graphql.is_valid", [Document, Document], RegoType.Boolean, IsValid),
        new("graphql.schema_is_valid", [Document], RegoType.Boolean, SchemaIsValid),
    ];

    private static RegoObject Query(BuiltinContext context, RegoValue document) =>
        Read(context, document, GraphQlQueryParser.Parse);

    private static RegoObject Schema(BuiltinContext context, RegoValue document) =>
        Read(context, document, GraphQlSchemaParser.Parse);

    private static RegoObject Read(BuiltinContext context, RegoValue document, Func<string, RegoObject> parse)
    {
        if (document is RegoObject parsed)
            return parsed;
        string text = ((RegoString)document).Value;
        context.ChargeSteps(1 + text.Length);
        context.ChargeMemory(text.Length * 64L);
        try
        {
            return parse(text);
        }
        catch (GraphQlException e)
        {
            throw new BuiltinException(e.Message, e);
        }
    }

    private static (RegoObject Query, RegoObject Schema) Checked(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var (query, schema) = (Query(context, args[0]), Schema(context, args[1]));
        try
        {
            GraphQlValidator.Validate(GraphQlSchema.Build(schema), query);
        }
        catch (GraphQlInvalidException e)
        {
            throw new BuiltinException(e.Message, e);
        }

        return (query, schema);
    }

    private static RegoValue Parse(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var (query, schema) = Checked(context, args);
        return RegoArray.Of(query, schema);
    }

    private static RegoValue ParseAndVerify(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        try
        {
            var (query, schema) = Checked(context, args);
            return RegoArray.Of(RegoBoolean.True, query, schema);
        }
        catch (BuiltinException)
        {
            return RegoArray.Of(RegoBoolean.False, RegoObject.Empty, RegoObject.Empty);
        }
    }

    private static RegoValue IsValid(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        try
        {
            Checked(context, args);
            return RegoBoolean.True;
        }
        catch (BuiltinException)
        {
            return RegoBoolean.False;
        }
    }

    private static RegoValue SchemaIsValid(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        try
        {
            GraphQlSchema.Build(Schema(context, args[0]));
            return RegoBoolean.True;
        }
        catch (Exception e) when (e is BuiltinException or GraphQlInvalidException)
        {
            return RegoBoolean.False;
        }
    }
}
