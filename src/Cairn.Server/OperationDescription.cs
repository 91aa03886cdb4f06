using System.Text.RegularExpressions;
using Cairn.Server.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cairn.Server;

/// <summary>Completes the description of an operation with what its endpoint says of itself: parameters, body,
/// conditions, permission and refusals.</summary>
internal static partial class OperationDescription
{
    public const string ProblemSchema = "Problem";

    private static readonly (int Status, string Meaning)[] ReadRefusals =
    [
        (400, "The request is not acceptable"),
        (401, "No valid key"),
        (403, "Not allowed"),
        (404, "Not found"),
        (429, "Too many requests"),
        (503, "The store is not available"),
    ];

    private static readonly (int Status, string Meaning)[] WriteRefusals =
    [
        (409, "The state does not allow it"),
        (413, "Too large"),
        (415, "Not a format spoken here"),
        (422, "The result would not be valid"),
    ];

    public static async Task CompleteAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken ct
    )
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Parameters ??= [];
        // A catch-all is written {path} in OpenAPI; routing's handlers take the request as a whole.
        foreach (Match name in PathParameter().Matches(context.Description.RelativePath ?? ""))
        {
            if (operation.Parameters.All(parameter => parameter.Name != name.Groups[1].Value))
            {
                operation.Parameters.Add(
                    Parameter(name.Groups[1].Value, ParameterLocation.Path, JsonSchemaType.String, null)
                );
            }
        }

        foreach (var parameter in metadata.OfType<Parameter>())
        {
            operation.Parameters.Add(
                Parameter(
                    parameter.Name,
                    ParameterLocation.Query,
                    Enum.Parse<JsonSchemaType>(parameter.Type, ignoreCase: true),
                    parameter.Meaning
                )
            );
        }

        if (metadata.OfType<BodyDescription>().LastOrDefault() is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = await ContentAsync(context, body, ct),
            };
        }

        if (metadata.OfType<EndpointRule>().LastOrDefault() is { Permission: not null } rule)
            Complete(operation, context.Document!, rule, isWrite: context.Description.HttpMethod != "GET");
    }

    /// <summary>RFC 9457, with what Cairn adds to it.</summary>
    public static OpenApiSchema Problem() =>
        new()
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "type", "title", "status", "detail", "errors", "trace_id" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Description = "urn:cairn:problem: and the kind of refusal.",
                },
                ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
                ["detail"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Description = "What, where, and what would be right.",
                },
                ["trace_id"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Description = "The X-Correlation-ID of the request.",
                },
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string> { "pointer", "message" },
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            ["pointer"] = new OpenApiSchema
                            {
                                Type = JsonSchemaType.String,
                                Description = "A JSON Pointer.",
                            },
                            ["message"] = new OpenApiSchema { Type = JsonSchemaType.String },
                            ["environment"] = new OpenApiSchema { Type = JsonSchemaType.String },
                        },
                    },
                },
            },
        };

    private static async Task<Dictionary<string, OpenApiMediaType>> ContentAsync(
        OpenApiOperationTransformerContext context,
        BodyDescription body,
        CancellationToken ct
    )
    {
        IOpenApiSchema schema = body.Type is null
            ? new OpenApiSchema()
            : await context.GetOrCreateSchemaAsync(body.Type, null, ct);
        return body.MediaTypes.ToDictionary(type => type, _ => new OpenApiMediaType { Schema = schema });
    }

    private static void Complete(OpenApiOperation operation, OpenApiDocument document, EndpointRule rule, bool isWrite)
    {
        operation.Description = $"Takes the permission `{rule.Permission}`.";
        operation.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("ApiKey", document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("Bearer", document)] = [] },
        ];
        if (rule.Surface != Surface.Native)
            return;
        if (rule.Conditional)
        {
            AddHeader("If-Match", "Only if the resource is at one of these versions, such as \"12\", or * for any.");
            AddHeader("If-None-Match", "Only if it is at none of these; * for only if it is not there.");
            AddHeader("Cairn-Message", "Why, percent-encoded where it is not ASCII.");
        }

        if (rule.Idempotent)
            AddHeader("Idempotency-Key", "The same request with the same key takes effect once in 24 hours.");
        bool returnsVersion = rule.Conditional || operation.Parameters!.Any(parameter => parameter.Name == "version");
        if (!isWrite && returnsVersion)
            AddHeader("If-None-Match", "The tags known already: 304 when it is one of them.");
        if (operation.Parameters!.Any(parameter => parameter.Name == "consistency"))
            AddHeader("Cairn-Min-Revision", "Waits until the node has this revision.");
        AddHeader("X-Correlation-ID", "Repeated in the answer, in errors and in the audit.");
        foreach (var (status, answer) in operation.Responses ?? [])
        {
            if (answer is OpenApiResponse { } response && status.StartsWith('2') && returnsVersion)
            {
                response.Headers = new Dictionary<string, IOpenApiHeader>
                {
                    ["ETag"] = Header("The version, as a condition of later requests."),
                    ["Cairn-Revision"] = Header("The store revision."),
                };
            }
        }

        foreach (
            var (status, meaning) in isWrite
                ?
                [
                    .. ReadRefusals,
                    .. WriteRefusals,
                    .. rule.Conditional ? [(412, "A condition does not hold")] : Array.Empty<(int, string)>(),
                ]
                : ReadRefusals
        )
        {
            (operation.Responses ??= []).TryAdd(
                $"{status}",
                new OpenApiResponse
                {
                    Description = meaning,
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        [Problems.MediaType] = new OpenApiMediaType
                        {
                            Schema = new OpenApiSchemaReference(ProblemSchema, document),
                        },
                    },
                }
            );
        }

        void AddHeader(string name, string meaning) =>
            operation.Parameters!.Add(Parameter(name, ParameterLocation.Header, JsonSchemaType.String, meaning));
    }

    private static OpenApiHeader Header(string meaning) =>
        new()
        {
            Description = meaning,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        };

    private static OpenApiParameter Parameter(
        string name,
        ParameterLocation place,
        JsonSchemaType type,
        string? meaning
    ) =>
        new()
        {
            Name = name,
            In = place,
            Required = place == ParameterLocation.Path,
            Description = meaning,
            Schema = new OpenApiSchema { Type = type },
        };

    [GeneratedRegex(@"\{\**(\w+)")]
    private static partial Regex PathParameter();
}
