using System.Security.Cryptography;
using Cairn.Server.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cairn.Server;

/// <summary>The API's description: <c>/openapi/v1.json</c>, and <c>/docs</c> to browse it.</summary>
internal static class ApiDescription
{
    /// <param name="services">The application's.</param>
    /// <param name="basePath">What goes before every path; empty for nothing.</param>
    public static void Add(IServiceCollection services, string basePath) =>
        services.AddOpenApi(
            "v1",
            openApi =>
            {
                openApi.AddDocumentTransformer(
                    (document, _, _) =>
                    {
                        document.Info = new OpenApiInfo
                        {
                            Title = "Cairn",
                            Version = "v1",
                            Description =
                                "A configuration control plane: versioned, validated, encrypted, "
                                + "access-controlled, audited configuration.",
                        };
                        document.Servers = [new OpenApiServer { Url = basePath.Length == 0 ? "/" : basePath }];
                        document.Components ??= new OpenApiComponents();
                        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
                        {
                            ["ApiKey"] = new OpenApiSecurityScheme
                            {
                                Type = SecuritySchemeType.ApiKey,
                                In = ParameterLocation.Header,
                                Name = "X-API-Key",
                            },
                            ["Bearer"] = new OpenApiSecurityScheme
                            {
                                Type = SecuritySchemeType.Http,
                                Scheme = "bearer",
                            },
                        };
                        document.AddComponent(OperationDescription.ProblemSchema, OperationDescription.Problem());
                        // HEAD is GET without a body, everywhere.
                        foreach (var path in document.Paths.Values)
                            path.Operations?.Remove(HttpMethod.Head);
                        return Task.CompletedTask;
                    }
                );
                openApi.AddSchemaTransformer(
                    (schema, context, _) =>
                    {
                        // A list of anything.
                        if (schema is { Type: { } type, Items: null } && type.HasFlag(JsonSchemaType.Array))
                            schema.Items = new OpenApiSchema();
                        return Task.CompletedTask;
                    }
                );
                openApi.AddOperationTransformer(OperationDescription.CompleteAsync);
            }
        );

    /// <summary>The description as bytes: making it takes long and it never changes, so it is made once.</summary>
    /// <param name="provider">Makes it.</param>
    /// <param name="adapt">Says whose it is.</param>
    public static Lazy<Task<byte[]>> Made(IOpenApiDocumentProvider provider, Action<OpenApiInfo> adapt) =>
        new(async () =>
        {
            var document = await provider.GetOpenApiDocumentAsync();
            adapt(document.Info);
            using var buffer = new MemoryStream();
            await document.SerializeAsJsonAsync(buffer, OpenApiSpecVersion.OpenApi3_1);
            return buffer.ToArray();
        });

    /// <summary>Answers with a description, or 304 when the caller has it.</summary>
    public static Task WriteAsync(HttpContext http, byte[] document)
    {
        string etag = $"\"{Convert.ToHexStringLower(SHA256.HashData(document).AsSpan(0, 8))}\"";
        http.Response.Headers.ETag = etag;
        http.Response.Headers.CacheControl = "no-cache";
        return EntityTags.EndsRead(http, etag)
            ? Task.CompletedTask
            : Bodies.WriteAsync(http, 200, document, "application/json");
    }

    /// <summary>Serves the page to browse it with. It has to come before routing: it leaves alone what an endpoint
    /// takes.</summary>
    public static void UsePages(WebApplication app) =>
        // Its middleware matches patterns on every path it sees: nothing but its own goes through it.
        app.UseWhen(
            http => http.Request.Path.StartsWithSegments("/docs"),
            docs =>
                docs.UseSwaggerUI(ui =>
                {
                    ui.RoutePrefix = "docs";
                    ui.SwaggerEndpoint("../openapi/v1.json", "Cairn v1");
                    ui.DocumentTitle = "Cairn API";
                })
        );

    /// <summary>Maps the description.</summary>
    public static void Map(WebApplication app)
    {
        var document = Made(app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1"), static _ => { });
        app.MapInPipeline("")
            .OnGet("/openapi/v1.json", async (HttpContext http) => await WriteAsync(http, await document.Value))
            .WithTags("Health")
            .WithName("GetDescription")
            .Open()
            .Describe("This description")
            .Produces(200)
            .Produces(304);
    }
}
