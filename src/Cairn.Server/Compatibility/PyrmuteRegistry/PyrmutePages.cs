using System.Text;
using Cairn.Node;
using Cairn.Node.Settings;
using Cairn.Server.Http;
using Microsoft.AspNetCore.OpenApi;

namespace Cairn.Server.Compatibility.PyrmuteRegistry;

/// <summary><c>/openapi.json</c> and <c>/redoc</c>. <c>/docs</c> is Cairn's own.</summary>
internal static class PyrmutePages
{
    private const string Page = """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>API</title></head>
        <body><h1>API</h1><p>The API is described in <a href="openapi.json">OpenAPI</a>. <a href="docs/">Browse it.</a></p></body></html>
        """;

    /// <summary>Whether there are pages to browse the API with.</summary>
    public static bool AreServed(IServiceProvider services, PyrmuteRegistryOptions options) =>
        !options.IsProduction && services.GetKeyedService<IOpenApiDocumentProvider>("v1") is not null;

    public static void MapPyrmutePages(this IEndpointRouteBuilder app, PyrmuteRegistryOptions options)
    {
        if (app.ServiceProvider.GetKeyedService<IOpenApiDocumentProvider>("v1") is not { } provider)
            return;
        var pages = app.MapGroup("").WithTags("Pyrmute Registry");
        var description = ApiDescription.Made(
            provider,
            info =>
            {
                info.Title = options.AppName ?? info.Title;
                info.Version = options.AppVersion ?? CairnNode.Version;
            }
        );
        pages
            .OnGet(
                "/openapi.json",
                async (HttpContext http) => await ApiDescription.WriteAsync(http, await description.Value)
            )
            .WithName("PyrmuteGetOpenApi")
            .Open()
            .Describe("This description, under the name of Pyrmute Registry")
            .Produces(200);
        if (!options.IsProduction)
        {
            pages
                .OnGet(
                    "/redoc",
                    (HttpContext http) =>
                        Bodies.WriteAsync(http, 200, Encoding.UTF8.GetBytes(Page), "text/html; charset=utf-8")
                )
                .WithName("PyrmuteGetRedoc")
                .Open()
                .Describe("A page about the API")
                .Produces(200, contentType: "text/html");
        }
    }
}
