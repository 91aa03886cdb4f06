using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Routing.Template;

namespace Cairn.Server.Http;

/// <summary>What no other endpoint takes: 404 for a path that is nobody's, 405 or the answer to OPTIONS with the
/// methods of one that is somebody's. Like every other answer it is a problem document with a correlation id.</summary>
internal static class UnmatchedEndpoint
{
    public static void MapUnmatched(this IEndpointRouteBuilder app)
    {
        var allowed = new Lazy<
            IReadOnlyList<(TemplateMatcher Path, RoutePattern Pattern, IReadOnlyList<string> Methods)>
        >(() => Paths(app.ServiceProvider.GetRequiredService<EndpointDataSource>()));
        var unmatched = app.Map("/{**rest}", (HttpContext http) => AnswerAsync(http, allowed.Value))
            .WithName("Unmatched")
            .ExcludeFromDescription()
            .WithMetadata(new EndpointRule(null, RateClass.None));
        unmatched.Add(builder => ((RouteEndpointBuilder)builder).Order = int.MaxValue);
    }

    private static Task AnswerAsync(
        HttpContext http,
        IReadOnlyList<(TemplateMatcher Path, RoutePattern Pattern, IReadOnlyList<string> Methods)> allowed
    )
    {
        string[] methods =
        [
            .. allowed
                .Where(entry => Matches(entry.Path, entry.Pattern, http.Request.Path))
                .SelectMany(entry => entry.Methods)
                .Append("OPTIONS")
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        if (methods.Length == 1)
        {
            return Problems.WriteAsync(
                http,
                404,
                "not-found",
                "Not found",
                "There is nothing at this path. The API is below /api/v1; /openapi/v1.json describes it."
            );
        }

        http.Response.Headers.Allow = string.Join(", ", methods);
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            http.Response.StatusCode = 204;
            return Task.CompletedTask;
        }

        return Problems.WriteAsync(
            http,
            405,
            "method-not-allowed",
            "Method not allowed",
            $"This path takes {string.Join(", ", methods)}, not {Shown(http.Request.Method)}."
        );
    }

    // A path that a catch-all would match with nothing is that of the list, which has methods of its own.
    private static bool Matches(TemplateMatcher matcher, RoutePattern pattern, PathString path)
    {
        var values = new RouteValueDictionary();
        return matcher.TryMatch(path, values)
            && pattern.Parameters.All(parameter =>
                !parameter.IsCatchAll || values[parameter.Name] is string { Length: > 0 }
            );
    }

    private static IReadOnlyList<(TemplateMatcher, RoutePattern, IReadOnlyList<string>)> Paths(
        EndpointDataSource source
    ) =>
        [
            .. source
                .Endpoints.OfType<RouteEndpoint>()
                .Select(endpoint =>
                    (
                        endpoint.RoutePattern,
                        Rule: endpoint.Metadata.GetMetadata<EndpointRule>(),
                        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods
                    )
                )
                // What takes whatever is left says nothing about what there is.
                .Where(entry => entry is { Rule.TakesLeftovers: false, HttpMethods.Count: > 0 })
                .Select(entry =>
                    (
                        new TemplateMatcher(new RouteTemplate(entry.RoutePattern), []),
                        entry.RoutePattern,
                        entry.HttpMethods!
                    )
                ),
        ];

    private static string Shown(string method) => method.Length > 20 ? method[..20] + "…" : method;
}
