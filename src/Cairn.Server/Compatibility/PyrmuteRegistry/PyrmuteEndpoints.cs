using Cairn.Core.Access;
using Cairn.Node.Settings;
using Cairn.Server.Http;

namespace Cairn.Server.Compatibility.PyrmuteRegistry;

/// <summary>The HTTP API of Pyrmute Registry, for its clients to go on with: <c>/schemas</c> and
/// <c>/api-keys</c>.</summary>
internal static class PyrmuteEndpoints
{
    /// <param name="Name">In the description and the metrics.</param>
    /// <param name="Target">Whether it is about one model, rather than about a kind of thing.</param>
    private sealed record Route(
        string Method,
        string Template,
        string Name,
        string Kind,
        PermissionLevel Level,
        Func<HttpContext, Task> Handler,
        bool Target = true
    );

    private static readonly Route[] Routes =
    [
        new(
            "GET",
            "/schemas",
            "PyrmuteListSchemas",
            "schemas",
            PermissionLevel.Read,
            PyrmuteListing.List,
            Target: false
        ),
        .. Scoped("POST", "/versions", "Register", PermissionLevel.Write, PyrmuteSchemas.Register),
        .. Scoped("GET", "/versions", "ListVersions", PermissionLevel.Read, PyrmuteSchemas.ListVersions),
        .. Scoped("GET", "/versions/latest", "GetLatest", PermissionLevel.Read, PyrmuteSchemas.GetLatest),
        .. Scoped("GET", "/versions/{version}", "GetVersion", PermissionLevel.Read, PyrmuteSchemas.Get),
        .. Scoped("DELETE", "/versions/{version}", "DeleteVersion", PermissionLevel.Delete, PyrmuteSchemas.Delete),
        .. Scoped(
            "POST",
            "/versions/{version}/deprecate",
            "Deprecate",
            PermissionLevel.Write,
            PyrmuteSchemas.Deprecate
        ),
        .. Scoped("GET", "/compare", "Compare", PermissionLevel.Read, PyrmuteSchemas.Compare),
        new(
            "GET",
            "/schemas/{model}/namespaces",
            "PyrmuteListNamespaces",
            "schemas",
            PermissionLevel.Read,
            PyrmuteSchemas.ListNamespaces,
            Target: false
        ),
        new("POST", "/api-keys", "PyrmuteCreateKey", "keys", PermissionLevel.Admin, PyrmuteKeys.Create, Target: false),
        new("GET", "/api-keys", "PyrmuteListKeys", "keys", PermissionLevel.Admin, PyrmuteKeys.List, Target: false),
        new(
            "GET",
            "/api-keys/stats",
            "PyrmuteGetKeyStats",
            "keys",
            PermissionLevel.Admin,
            PyrmuteKeys.Stats,
            Target: false
        ),
        new("GET", "/api-keys/{id}", "PyrmuteGetKey", "keys", PermissionLevel.Admin, PyrmuteKeys.Get, Target: false),
        new(
            "DELETE",
            "/api-keys/{id}",
            "PyrmuteDeleteKey",
            "keys",
            PermissionLevel.Admin,
            PyrmuteKeys.Delete,
            Target: false
        ),
        new(
            "POST",
            "/api-keys/{id}/revoke",
            "PyrmuteRevokeKey",
            "keys",
            PermissionLevel.Admin,
            PyrmuteKeys.Revoke,
            Target: false
        ),
        new(
            "POST",
            "/api-keys/{id}/rotate",
            "PyrmuteRotateKey",
            "keys",
            PermissionLevel.Admin,
            PyrmuteKeys.Rotate,
            Target: false
        ),
    ];

    private static readonly RateClass Rate = new(
        "pyrmute-registry",
        static options => options.PyrmuteRegistry.RateLimit
    );

    public static void MapPyrmuteRegistry(this IEndpointRouteBuilder app, PyrmuteRegistryOptions options)
    {
        var surface = app.ServiceProvider.GetRequiredService<PyrmuteSurface>();
        var group = app.MapGroup("").WithTags("Pyrmute Registry");
        foreach (var route in Routes)
        {
            group
                .MapMethods(route.Template, [route.Method], Answering(route.Handler))
                .WithName(route.Name)
                .Describe("As in Pyrmute Registry")
                .Produces(200)
                .WithMetadata(
                    new EndpointRule(new Permission(route.Kind, route.Level), Rate)
                    {
                        Target = route.Target ? PyrmuteScope.Target : null,
                        Surface = surface,
                    }
                );
        }
        // What no route matches by path or by method is told so without a key.
        foreach (string root in new[] { "/schemas", "/api-keys" })
        {
            var unmatched = group
                .Map(root + "/{**rest}", (HttpContext http) => AnswerUnmatched(http, root, options))
                .ExcludeFromDescription()
                .WithName("PyrmuteUnmatched" + (root == "/schemas" ? "Schemas" : "Keys"))
                .WithMetadata(new EndpointRule(null, RateClass.None) { Surface = surface });
            unmatched.Add(builder => ((RouteEndpointBuilder)builder).Order = int.MaxValue - 2);
        }

        foreach (var (path, name) in new[] { ("/", "Root"), ("/health/{**rest}", "Health") })
        {
            group
                .MapMethods(path, ["OPTIONS"], (HttpContext http) => AnswerOptions(http, options))
                .ExcludeFromDescription()
                .WithName("PyrmuteUnmatchedOptions" + name)
                .WithMetadata(new EndpointRule(null, RateClass.None) { Surface = surface });
        }
    }

    /// <summary>Turns what a handler throws into the answer it stands for.</summary>
    private static Func<HttpContext, Task> Answering(Func<HttpContext, Task> handler) =>
        async http =>
        {
            try
            {
                await handler(http);
            }
            catch (PyrmuteRefusal e)
            {
                await PyrmuteAnswers.WriteDetailAsync(http, e.Status, e.Message);
            }
            catch (PyrmuteInvalid e)
            {
                await PyrmuteAnswers.WriteAsync(http, 422, e.Answer);
            }
        };

    private static Task AnswerOptions(HttpContext http, PyrmuteRegistryOptions options)
    {
        if (PyrmuteCors.IsPreflight(http, options))
            return PyrmuteCors.AnswerAsync(http, options);
        http.Response.Headers.Allow = "GET, HEAD, OPTIONS";
        http.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static Task AnswerUnmatched(HttpContext http, string root, PyrmuteRegistryOptions options)
    {
        if (PyrmuteCors.IsPreflight(http, options))
            return PyrmuteCors.AnswerAsync(http, options);
        string[] path = http.Request.RouteValues["rest"] is string rest ? $"{root}/{rest}".Split('/') : root.Split('/');
        bool slash = path[^1].Length == 0;
        if (slash)
            path = path[..^1];
        string[] methods =
        [
            .. Routes.Where(route => Matches(route.Template.Split('/'), path)).Select(route => route.Method).Distinct(),
        ];
        if (methods.Length == 0)
            return PyrmuteAnswers.WriteDetailAsync(http, 404, "Not Found");
        if (slash)
        {
            PyrmuteSurface.RedirectWithoutSlash(http);
            return Task.CompletedTask;
        }

        http.Response.Headers.Allow = string.Join(", ", methods);
        return PyrmuteAnswers.WriteDetailAsync(http, 405, "Method Not Allowed");
    }

    private static bool Matches(string[] template, string[] path) =>
        path.Length == template.Length
        && template
            .Zip(path)
            .All(pair => pair.First.StartsWith('{') ? pair.Second.Length > 0 : pair.First == pair.Second);

    private static Route[] Scoped(
        string method,
        string rest,
        string name,
        PermissionLevel level,
        Func<HttpContext, Task> handler
    ) =>
        [
            new(method, "/schemas/{ns}/{model}" + rest, "Pyrmute" + name, "schemas", level, handler),
            new(method, "/schemas/{model}" + rest, $"Pyrmute{name}Global", "schemas", level, handler),
        ];
}
