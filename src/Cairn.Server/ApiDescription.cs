using System.Security.Cryptography;
using Cairn.Server.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cairn.Server;

/// <summary>The API's description: <c>/openapi/v1.json</c>, and <c>/docs</c> to browse it.</summary>
internal static class ApiDescription
{
    public static void Add(IServiceCollection services) => services.AddOpenApi("v1", openApi =>
    {
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Cairn",
                Version = "v1",
                Description = "A configuration control plane: versioned, validated, encrypted, access-controlled, audited configuration.",
            };
            document.Servers?.Clear();
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["ApiKey"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-API-Key" },
                ["Bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
            };
            return Task.CompletedTask;
        });
        openApi.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            operation.Parameters ??= [];
            if (metadata.OfType<EndpointDescription>().LastOrDefault() is { } description)
                foreach (var parameter in description.Query)
                    operation.Parameters.Add(new OpenApiParameter
                    {
                        Name = parameter.Name,
                        In = ParameterLocation.Query,
                        Description = parameter.Meaning,
                        Schema = new OpenApiSchema { Type = Enum.Parse<JsonSchemaType>(parameter.Type, ignoreCase: true) },
                    });
            // A catch-all is written {path} in OpenAPI; routing's handlers take the request as a whole.
            foreach (System.Text.RegularExpressions.Match name in System.Text.RegularExpressions.Regex.Matches(context.Description.RelativePath ?? "", @"\{(\w+)"))
                if (operation.Parameters.All(parameter => parameter.Name != name.Groups[1].Value))
                    operation.Parameters.Add(new OpenApiParameter
                    {
                        Name = name.Groups[1].Value,
                        In = ParameterLocation.Path,
                        Required = true,
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    });
            if (metadata.OfType<EndpointRule>().LastOrDefault() is { Permission: { } permission })
            {
                operation.Description = $"Takes the permission `{permission}`.";
                operation.Security =
                [
                    new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("ApiKey", context.Document)] = [] },
                    new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("Bearer", context.Document)] = [] },
                ];
            }

            return Task.CompletedTask;
        });
    });

    /// <summary>The description as bytes: making it takes long and it never changes, so it is made once.</summary>
    /// <param name="provider">Makes it.</param>
    /// <param name="adapt">Says whose it is.</param>
    public static Lazy<Task<byte[]>> Made(IOpenApiDocumentProvider provider, Action<OpenApiInfo> adapt) => new(async () =>
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
        return EntityTags.EndsRead(http, etag) ? Task.CompletedTask : Bodies.WriteAsync(http, 200, document, "application/json");
    }

    /// <param name="app">The application.</param>
    /// <param name="pages">Whether to serve the page to browse it with, too.</param>
    public static void Map(WebApplication app, bool pages)
    {
        var document = Made(app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1"), static _ => { });
        app.MapInPipeline("").OnGet("/openapi/v1.json", async http => await WriteAsync(http, await document.Value))
            .WithTags("Health").WithName("GetDescription").Open().Describe("This description").Produces(200).Produces(304);
        if (!pages)
            return;
        // The page's middleware matches patterns on every path it sees: nothing but its own goes through it.
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/docs"), docs => docs.UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = "docs";
            ui.SwaggerEndpoint("../openapi/v1.json", "Cairn v1");
            ui.DocumentTitle = "Cairn API";
        }));
    }
}
