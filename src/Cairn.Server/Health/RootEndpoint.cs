using System.Text.Json.Nodes;
using Cairn.Core.Documents;
using Cairn.Node;
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

    private static Task Get(IEnumerable<Surface> surfaces, HttpContext http)
    {
        var root = new JsonObject
        {
            ["name"] = "Cairn",
            ["version"] = CairnNode.Version,
            ["server"] = "Cairn " + CairnNode.Version,
            ["endpoints"] = new JsonObject { ["health"] = "/health", ["api"] = "/api/v1" },
        };
        foreach (var surface in surfaces)
        {
            surface.Prepare(http);
            surface.CompleteRoot(root, http);
        }

        return Bodies.WriteAsync(http, 200, JsonText.Write(writer => root.WriteTo(writer)), "application/json");
    }
}
