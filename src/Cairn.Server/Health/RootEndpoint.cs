using Cairn.Core.Documents;
using Cairn.Node;
using Cairn.Server.Compatibility.PyrmuteRegistry;
using Cairn.Server.Http;

namespace Cairn.Server.Health;

/// <summary><c>/</c>: what this is and where to go on. Of each system whose API is served it has the members that
/// system's clients look for.</summary>
internal static class RootEndpoint
{
    public static void MapRoot(this IEndpointRouteBuilder app)
    {
        var root = app.OnGet("/", Get)
            .WithTags("Health")
            .WithName("GetRoot")
            .Open()
            .Describe("What this is")
            .Produces(200);
        // Whoever mounts Cairn at the root of their own application may have a page of their own there.
        root.Add(builder => ((RouteEndpointBuilder)builder).Order = int.MaxValue);
    }

    private static Task Get(CairnOptions options, HttpContext http)
    {
        var registry = options.PyrmuteRegistry;
        byte[] body = JsonText.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("name", registry is { Enabled: true, AppName: { } name } ? name : "Cairn");
            json.WriteString(
                "version",
                registry is { Enabled: true, AppVersion: { } version } ? version : CairnNode.Version
            );
            json.WriteString("server", "Cairn " + CairnNode.Version);
            if (registry.Enabled)
            {
                bool pages = PyrmutePages.AreServed(http.RequestServices, registry);
                json.WriteString("environment", registry.Environment);
                json.WriteStartObject("documentation");
                json.WriteString("swagger", pages ? "/docs" : null);
                json.WriteString("redoc", pages ? "/redoc" : null);
                json.WriteString("openapi", "/openapi.json");
                json.WriteEndObject();
            }

            json.WriteStartObject("endpoints");
            json.WriteString("health", "/health");
            json.WriteString("api", "/api/v1");
            if (registry.Enabled)
                json.WriteString("schemas", "/schemas");
            json.WriteEndObject();
            if (registry is { Enabled: true, Repository: not null })
                json.WriteString("repository", registry.Repository);
            json.WriteEndObject();
        });
        if (registry.Enabled)
            PyrmuteCors.Apply(http, registry);
        return Bodies.WriteAsync(http, 200, body, "application/json");
    }
}
