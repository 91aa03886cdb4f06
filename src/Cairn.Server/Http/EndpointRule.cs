using System.Collections.Frozen;
using Cairn.Core.Access;
using Cairn.Node;

namespace Cairn.Server.Http;

/// <summary>Which of a caller's limits a request counts against. An API brings its own.</summary>
/// <param name="Name">What is counted together.</param>
/// <param name="Limit">The server's limit, for callers that have none of their own; null for none.</param>
public sealed record RateClass(string Name, Func<CairnOptions, RateLimit?> Limit)
{
    /// <summary>None, not even a caller's own: health and metrics.</summary>
    public static readonly RateClass None = new("", static _ => null);

    public static readonly RateClass Read = new("read", static options => options.ReadLimit);

    public static readonly RateClass Write = new("write", static options => options.WriteLimit);
}

/// <summary>What part of a resource a request is about: what a credential for some environments is judged by.</summary>
public enum EnvironmentOf
{
    /// <summary>What all environments share, or what has none. An environment in the query says nothing.</summary>
    Shared,

    /// <summary>The environment that <c>?environment=</c> names; what they share when it names none.</summary>
    Query,

    /// <summary>The environment that the route names.</summary>
    Route,
}

/// <summary>What an endpoint asks of its callers. Every endpoint of Cairn carries one; what carries none is not
/// served.</summary>
/// <param name="Permission">What it takes; null for endpoints open to everybody.</param>
/// <param name="Rate">Which limit it counts against.</param>
public sealed record EndpointRule(Permission? Permission, RateClass Rate)
{
    /// <summary>Where the resource's path comes from, when the endpoint is about one resource: the name of a route
    /// value. Null when it is about the kind as a whole, and shows or changes only what the caller may.</summary>
    public string? PathFrom { get; init; }

    /// <summary>Makes the resource's path of the request, where that takes more than one route value.</summary>
    public Func<HttpContext, string>? Target { get; init; }

    /// <summary>Whose API it is part of.</summary>
    internal Surface Surface { get; init; } = Surface.Native;

    /// <summary>What goes before the route value to make the resource's path, such as <c>environments/</c>.</summary>
    public string PathPrefix { get; init; } = "";

    /// <summary>Where the environment that a request is about is named.</summary>
    public EnvironmentOf Environment { get; init; }

    /// <summary>The environment a request is about when its query names none.</summary>
    public string? DefaultEnvironment { get; init; }

    /// <summary>The route value that names the environment, with <see cref="EnvironmentOf.Route"/>.</summary>
    public string? EnvironmentFrom { get; init; }

    /// <summary>Whether an <c>Idempotency-Key</c> is honoured: on what is posted.</summary>
    public bool Idempotent { get; init; }

    /// <summary>Whether it takes paths that nothing else claims.</summary>
    public bool TakesLeftovers { get; init; }

    /// <summary>Whether a write honours <c>If-Match</c> and <c>If-None-Match</c>; where it does not, they are
    /// refused.</summary>
    public bool Conditional { get; init; }

    /// <summary>Whether query parameters that it does not know are ignored, as clients of a foreign API
    /// expect.</summary>
    public bool LenientQuery { get; init; }

    /// <summary>The query parameters it takes, by name; null when others are ignored.</summary>
    internal FrozenDictionary<string, Parameter>? Parameters { get; init; }

    /// <summary>How its path is written; null for what takes any.</summary>
    internal ExactPath? Path { get; init; }

    /// <summary>How many times larger than usual a body may be.</summary>
    public int BodyFactor { get; init; } = 1;

    /// <summary>The endpoint's name in metrics and usage counts.</summary>
    public string Name { get; init; } = "";
}

/// <summary>Says what endpoints ask of their callers, beside their routes.</summary>
internal static class EndpointRules
{
    /// <summary>Open to everybody, without a limit.</summary>
    public static RouteHandlerBuilder Open(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new EndpointRule(null, RateClass.None));

    /// <summary>Takes a permission on the resource whose path the route value <c>path</c> is.</summary>
    public static RouteHandlerBuilder Requires(
        this RouteHandlerBuilder endpoint,
        string kind,
        PermissionLevel level,
        string pathFrom = "path",
        string pathPrefix = "",
        string? environmentFrom = null
    ) =>
        endpoint.WithMetadata(
            new EndpointRule(new Permission(kind, level), RateOf(level))
            {
                PathFrom = pathFrom,
                PathPrefix = pathPrefix,
                EnvironmentFrom = environmentFrom,
                Environment = environmentFrom is null ? EnvironmentOf.Shared : EnvironmentOf.Route,
            }
        );

    /// <summary>Says that the request is about the environment of the query, if it names one.</summary>
    public static RouteHandlerBuilder ByEnvironment(this RouteHandlerBuilder endpoint) =>
        endpoint.Amend(rule => rule with { Environment = EnvironmentOf.Query });

    /// <summary>Honours <c>If-Match</c> and <c>If-None-Match</c>.</summary>
    public static RouteHandlerBuilder Conditional(this RouteHandlerBuilder endpoint) =>
        endpoint.Amend(rule => rule with { Conditional = true });

    /// <summary>Changes the rule that the endpoint was given before.</summary>
    public static RouteHandlerBuilder Amend(this RouteHandlerBuilder endpoint, Func<EndpointRule, EndpointRule> change)
    {
        endpoint.Add(builder =>
        {
            int index = builder.Metadata.ToList().FindLastIndex(item => item is EndpointRule);
            builder.Metadata[index] = change((EndpointRule)builder.Metadata[index]);
        });
        return endpoint;
    }

    /// <summary>Takes a permission on some resource of the kind; the handler shows or changes only what it
    /// covers.</summary>
    public static RouteHandlerBuilder RequiresSome(
        this RouteHandlerBuilder endpoint,
        string kind,
        PermissionLevel level
    ) => endpoint.WithMetadata(new EndpointRule(new Permission(kind, level), RateOf(level)));

    private static RateClass RateOf(PermissionLevel level) =>
        level == PermissionLevel.Read ? RateClass.Read : RateClass.Write;
}

/// <summary>Maps handlers by method. What they take is bound by routing: services, and what knows how to read itself
/// from a request, such as <see cref="Body{T}"/>.</summary>
internal static class EndpointMapping
{
    public static RouteHandlerBuilder OnGet(this IEndpointRouteBuilder app, string route, Delegate handler) =>
        app.MapMethods(route, ["GET", "HEAD"], handler);

    public static RouteHandlerBuilder OnPut(this IEndpointRouteBuilder app, string route, Delegate handler) =>
        app.MapMethods(route, ["PUT"], handler);

    public static RouteHandlerBuilder OnPost(this IEndpointRouteBuilder app, string route, Delegate handler) =>
        app.MapMethods(route, ["POST"], handler);

    public static RouteHandlerBuilder OnPatch(this IEndpointRouteBuilder app, string route, Delegate handler) =>
        app.MapMethods(route, ["PATCH"], handler);

    public static RouteHandlerBuilder OnDelete(this IEndpointRouteBuilder app, string route, Delegate handler) =>
        app.MapMethods(route, ["DELETE"], handler);
}
