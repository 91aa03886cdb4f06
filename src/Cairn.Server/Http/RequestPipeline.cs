using System.Buffers;
using System.Diagnostics;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Configs;
using Cairn.Core.Keys;
using Cairn.Node;
using Cairn.Node.Limits;
using Cairn.Server.Observability;
using Cairn.Storage;
using Microsoft.AspNetCore.Http.Features;

namespace Cairn.Server.Http;

/// <summary>
/// What every request of Cairn goes through, in this order: correlation id, authentication, rate limit, authorisation,
/// idempotency, the endpoint itself, refusals as problem documents, metrics and usage counts.
/// </summary>
/// <remarks>It is wrapped around each endpoint rather than put into the application's middleware, so that it also holds
/// where Cairn is mounted in somebody else's application.</remarks>
internal sealed class RequestPipeline(CairnNode host, ILogger<RequestPipeline> log)
{
    private const int MaxCorrelationLength = 128;

    private static readonly SearchValues<char> CorrelationCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:"
    );

    private NodeServices Node => host.Services;

    public async Task InvokeAsync(HttpContext http, EndpointRule rule, RequestDelegate endpoint)
    {
        long started = Stopwatch.GetTimestamp();
        var request = new CairnRequest
        {
            Node = Node,
            Rule = rule,
            Origin = new Origin(
                http.Connection.RemoteIpAddress,
                rule.Surface.CorrelationId(http.Request) ?? CorrelationId(http)
            ),
        };
        http.Features.Set(request);
        http.Response.Headers["X-Correlation-ID"] = request.Origin.CorrelationId;
        if (rule.Permission is not null && rule.Surface == Surface.Native)
        {
            // Which answer it is depends on these, and it is the caller's alone.
            http.Response.Headers.CacheControl = "private, no-cache";
            http.Response.Headers.Vary = "Accept, X-API-Key, Authorization, Origin";
        }

        if (Node.StaleSeconds is { } stale)
            http.Response.Headers["Cairn-Stale"] = stale.ToString(System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            if (!rule.Path!.Matches(http.Request.Path))
            {
                throw new ProblemException(
                    ProblemKind.NotFound,
                    "There is nothing at this path: upper and lower case are told apart."
                );
            }

            if (await rule.Surface.InterceptAsync(http))
                return;
            if (rule.Permission is null || await AdmitAsync(http, request, rule.Permission.Value))
            {
                Query.Check(http.Request, rule, request.AsksEnvironmentOnly);
                EntityTags.Check(http.Request, rule);
                if (rule.Idempotent && http.Request.Headers.TryGetValue("Idempotency-Key", out var key))
                    await new IdempotentExchange(request, http, log).RunAsync(key.ToString(), endpoint);
                else
                    await endpoint(http);
            }
        }
        catch (ProblemException e)
        {
            await RefuseAsync(http, e.Problem);
        }
        catch (StoreUnavailableException e)
        {
            log.StoreUnavailable(e, request.Origin.CorrelationId);
            await rule.Surface.WriteAsync(http, new Problem(ProblemKind.Unavailable, e.Message));
        }
        catch (BadHttpRequestException e)
        {
            await rule.Surface.WriteAsync(
                http,
                new Problem(e.StatusCode == 413 ? ProblemKind.TooLarge : ProblemKind.Invalid, e.Message)
            );
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone: nobody reads an answer.
            if (!http.Response.HasStarted)
                http.Response.StatusCode = 499;
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            log.RequestFailed(e, rule.Name, request.Origin.CorrelationId);
            await rule.Surface.WriteFaultAsync(http, e);
        }
        finally
        {
            Observe(http, request, rule, started);
        }
    }

    /// <summary>Answers with a problem, as the API says no that was asked.</summary>
    public static Task RefuseAsync(HttpContext http, Problem problem)
    {
        var request = CairnRequest.Of(http);
        var rule = request.Rule;
        if (problem.Kind is ProblemKind.Denied)
            request.Node.Refusals.Record(request.Caller, ActionOf(rule), "denied", "not granted", request.Origin);
        return rule.Surface.WriteAsync(http, problem);
    }

    private void Observe(HttpContext http, CairnRequest request, EndpointRule rule, long started)
    {
        var elapsed = Stopwatch.GetElapsedTime(started);
        Node.Metrics.Requests.Record(rule.Name, http.Response.StatusCode, elapsed.TotalSeconds);
        if (request.Caller?.KeyId is { } key)
            Node.KeyUsage.Record(key, rule.Name, http.Response.StatusCode, request.Origin);
        if (Activity.Current is { IsAllDataRequested: true } span)
            Describe(span, http, rule);
        if (log.IsEnabled(LogLevel.Debug))
        {
            log.Request(
                rule.Name,
                http.Response.StatusCode,
                elapsed.TotalMilliseconds,
                request.Caller?.Id,
                request.Origin.CorrelationId
            );
        }
    }

    // By the semantic conventions for HTTP; the path itself may name what is confidential and is left out.
    private static void Describe(Activity span, HttpContext http, EndpointRule rule)
    {
        span.DisplayName = rule.Name;
        span.SetTag("http.request.method", http.Request.Method);
        span.SetTag("http.route", (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText);
        span.SetTag("http.response.status_code", http.Response.StatusCode);
        if (http.Response.StatusCode >= 500)
            span.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Authentication, rate limit and authorisation. Answers the refusal itself.</summary>
    private ValueTask<bool> AdmitAsync(HttpContext http, CairnRequest request, Permission needed)
    {
        var presented = PresentedKey.Of(http);
        return presented is not null && Node.ImportedKeys.MayKnow(Node.Catalogs.Current, presented.Text)
            ? AdoptThenAdmitAsync(http, request, needed, presented)
            : AdmitKnownAsync(http, request, needed, presented);
    }

    // The key may be one that was imported and is used for the first time. Finding that out is slow: it is limited.
    private async ValueTask<bool> AdoptThenAdmitAsync(
        HttpContext http,
        CairnRequest request,
        Permission needed,
        PresentedKey presented
    )
    {
        string address = request.Origin.Address?.ToString() ?? "unknown";
        if (
            Node.Options.FailureLimit is not { } limit
            || (await Node.Limiter.TakeAsync(address, "foreign-keys", limit)).Allowed
        )
        {
            await Node.ImportedKeys.AdoptAsync(presented.Text.ToString(), request.Origin, http.RequestAborted);
        }

        return await AdmitKnownAsync(http, request, needed, presented);
    }

    private ValueTask<bool> AdmitKnownAsync(
        HttpContext http,
        CairnRequest request,
        Permission needed,
        PresentedKey? presented
    )
    {
        if (request.Rule.Surface.Anonymous(Node) is { } anonymous)
            request.Caller = anonymous;
        else if (!Authenticate(request, needed, presented, out string? reason))
            return RefuseUnauthenticatedAsync(http, request, reason);
        var taking = TakeAsync(request);
        return taking.IsCompletedSuccessfully
            ? AuthorizeAsync(http, request, needed, taking.Result)
            : WaitAsync(taking);

        // Limits that nodes share are asked for elsewhere.
        async ValueTask<bool> WaitAsync(ValueTask<(RateLimit? Limit, RateDecision Decision)> taking) =>
            await AuthorizeAsync(http, request, needed, await taking);
    }

    private ValueTask<bool> AuthorizeAsync(
        HttpContext http,
        CairnRequest request,
        Permission needed,
        (RateLimit? Limit, RateDecision Decision) taken
    )
    {
        if (taken.Limit is not null)
        {
            var headers = http.Response.Headers;
            headers["RateLimit-Limit"] = Texts.Of(taken.Limit.Permits);
            headers["RateLimit-Remaining"] = Texts.Of(taken.Decision.Remaining);
            headers["RateLimit-Reset"] = Texts.Of(taken.Decision.Reset);
            if (!taken.Decision.Allowed)
                return RefuseLimitedAsync(http, request, taken.Decision);
        }

        ReadTarget(http, request);
        return IsAuthorized(request, needed) ? ValueTask.FromResult(true) : RefuseDeniedAsync(http, request);
    }

    private static bool IsAuthorized(CairnRequest request, Permission needed) =>
        request.Rule is { PathFrom: null, Target: null }
            ? Authorizer.AllowsSome(request.Caller, needed)
            : Authorizer.Allows(request.Caller, needed, request.Path, request.Environment);

    private bool Authenticate(CairnRequest request, Permission needed, PresentedKey? presented, out string? reason)
    {
        if (presented is null)
        {
            reason = null;
            return false;
        }

        switch (Node.Credentials.Authenticate(Node.Catalogs.Current, presented.Hash, request.Origin.Address))
        {
            case Authentication.Accepted accepted:
                request.Caller = accepted.Caller;
                reason = null;
                return true;
            case Authentication.Rejected rejected:
                reason = rejected.Reason;
                Node.Refusals.Record(rejected.Caller, needed.ToString(), "unauthenticated", reason, request.Origin);
                return false;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Whether who asked would still be let in: asked again by whatever goes on for longer than a moment,
    /// since keys end, and what they may do changes.</summary>
    public static bool IsStillAdmitted(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var node = request.Node;
        if (request.Rule.Surface.Anonymous(node) is not null)
            return true;
        if (
            PresentedKey.Of(http) is not { } presented
            || node.Credentials.Authenticate(node.Catalogs.Current, presented.Hash, request.Origin.Address)
                is not Authentication.Accepted accepted
        )
        {
            return false;
        }

        request.Caller = accepted.Caller;
        return IsAuthorized(request, request.Rule.Permission!.Value);
    }

    private ValueTask<(RateLimit? Limit, RateDecision Decision)> TakeAsync(CairnRequest request)
    {
        var rate = request.Rule.Rate;
        var limit = rate == RateClass.None ? null : request.Caller.RateLimit ?? rate.Limit(Node.Options);
        if (limit is null)
            return ValueTask.FromResult<(RateLimit?, RateDecision)>((null, default));
        // A key's own limit holds for all it does; the server's are apart for reads and writes.
        string who =
            request.Rule.Surface.Anonymous(Node) == request.Caller
                ? request.Origin.Address?.ToString() ?? "unknown"
                : request.Caller.Id;
        var taking = Node.Limiter.TakeAsync(who, request.Caller.RateLimit is null ? rate.Name : "all", limit);
        return taking.IsCompletedSuccessfully
            ? ValueTask.FromResult<(RateLimit?, RateDecision)>((limit, taking.Result))
            : WaitAsync(taking);

        async ValueTask<(RateLimit?, RateDecision)> WaitAsync(ValueTask<RateDecision> taking) => (limit, await taking);
    }

    private static void ReadTarget(HttpContext http, CairnRequest request)
    {
        var rule = request.Rule;
        if (rule.PathFrom is { } pathFrom && http.Request.RouteValues[pathFrom] is string path)
        {
            // Generated clients encode the slashes of a path; a name within one has none.
            if (pathFrom == "path" && path.Contains("%2F", StringComparison.OrdinalIgnoreCase) && !IsEncodedTwice(http))
            {
                http.Request.RouteValues[pathFrom] = path = path.Replace(
                    "%2F",
                    "/",
                    StringComparison.OrdinalIgnoreCase
                );
            }

            request.Path = rule.PathPrefix.Length == 0 ? path : rule.PathPrefix + path;
        }
        else if (rule.Target is { } target)
        {
            request.Path = target(http);
        }

        string? environment = Query.Environment(http.Request, out bool alone);
        request.AsksEnvironmentOnly = alone;
        environment = rule.Environment switch
        {
            EnvironmentOf.Query => environment,
            EnvironmentOf.Route => http.Request.RouteValues[rule.EnvironmentFrom!] as string,
            _ => null,
        };
        request.Environment = string.IsNullOrEmpty(environment) ? rule.DefaultEnvironment : environment;
        if (rule.Permission is { Kind: "configs" } && rule.PathFrom is not null)
            ConfigPath.Check(request.Path);
    }

    // What was sent as %252F is no slash: it reads as %2F, and no name has that.
    private static bool IsEncodedTwice(HttpContext http) =>
        http.Features.Get<IHttpRequestFeature>()!.RawTarget.Contains("%252F", StringComparison.OrdinalIgnoreCase);

    private async ValueTask<bool> RefuseUnauthenticatedAsync(HttpContext http, CairnRequest request, string? reason)
    {
        Node.Metrics.AuthenticationFailed(reason is null ? "missing" : "rejected");
        string address = request.Origin.Address?.ToString() ?? "unknown";
        if (
            reason is not null
            && Node.Options.FailureLimit is { } limit
            && await Node.Limiter.TakeAsync(address, "failures", limit) is { Allowed: false } decision
        )
        {
            return await RefuseLimitedAsync(http, request, decision);
        }

        await request.Rule.Surface.WriteUnauthenticatedAsync(http, presented: reason is not null);
        return false;
    }

    private async ValueTask<bool> RefuseLimitedAsync(HttpContext http, CairnRequest request, RateDecision decision)
    {
        Node.Metrics.RateLimited();
        http.Response.Headers.RetryAfter = Texts.Of(decision.Reset);
        await request.Rule.Surface.WriteLimitedAsync(http, decision.Reset);
        return false;
    }

    private async ValueTask<bool> RefuseDeniedAsync(HttpContext http, CairnRequest request)
    {
        Node.Refusals.Record(request.Caller, ActionOf(request.Rule), "denied", "not granted", request.Origin);
        await request.Rule.Surface.WriteDeniedAsync(http, request.Rule.Permission!.Value);
        return false;
    }

    private static string ActionOf(EndpointRule rule) => rule.Permission?.ToString() ?? rule.Name;

    private static string CorrelationId(HttpContext http)
    {
        string? given = http.Request.Headers["X-Correlation-ID"];
        if (
            given is { Length: > 0 and <= MaxCorrelationLength }
            && !given.AsSpan().ContainsAnyExcept(CorrelationCharacters)
        )
        {
            return given;
        }

        return Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier;
    }
}
