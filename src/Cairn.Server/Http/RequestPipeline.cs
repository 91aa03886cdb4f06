using System.Buffers;
using System.Diagnostics;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Configs;
using Cairn.Server.Limits;
using Cairn.Server.Observability;
using Cairn.Storage;

namespace Cairn.Server.Http;

/// <summary>
/// What every request of Cairn goes through, in this order: correlation id, authentication, rate limit, authorisation,
/// idempotency, the endpoint itself, refusals as problem documents, metrics and usage counts.
/// </summary>
/// <remarks>It is wrapped around each endpoint rather than put into the application's middleware, so that it also holds
/// where Cairn is mounted in somebody else's application.</remarks>
internal sealed class RequestPipeline(CairnNode node, ILogger<RequestPipeline> log)
{
    private const int MaxCorrelationLength = 128;

    private static readonly SearchValues<char> CorrelationCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:");

    public async Task InvokeAsync(HttpContext http, EndpointRule rule, RequestDelegate endpoint)
    {
        long started = Stopwatch.GetTimestamp();
        var request = new CairnRequest
        {
            Node = node,
            Rule = rule,
            Origin = new Origin(http.Connection.RemoteIpAddress, CorrelationId(http)),
        };
        http.Features.Set(request);
        http.Response.Headers["X-Correlation-ID"] = request.Origin.CorrelationId;
        try
        {
            if (rule.Permission is null || await AdmitAsync(http, request, rule.Permission.Value))
            {
                if (rule.Idempotent && http.Request.Headers.TryGetValue("Idempotency-Key", out var key))
                    await new IdempotentExchange(request, http).RunAsync(key.ToString(), endpoint);
                else
                    await endpoint(http);
            }
        }
        catch (ProblemException e)
        {
            if (e.Problem.Kind is ProblemKind.Denied)
                node.Refusals.Record(request.Caller, ActionOf(rule), "denied", "not granted", request.Origin);
            await Problems.WriteAsync(http, e.Problem);
        }
        catch (StoreUnavailableException e)
        {
            log.StoreUnavailable(e, request.Origin.CorrelationId);
            await Problems.WriteAsync(http, new Problem(ProblemKind.Unavailable, e.Message));
        }
        catch (BadHttpRequestException e)
        {
            await Problems.WriteAsync(http, new Problem(e.StatusCode == 413 ? ProblemKind.TooLarge : ProblemKind.Invalid, e.Message));
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
            await Problems.WriteAsync(http, 500, "internal", "Something went wrong", "This is a fault of Cairn. The log has more under the trace_id.");
        }
        finally
        {
            Observe(http, request, rule, started);
        }
    }

    private void Observe(HttpContext http, CairnRequest request, EndpointRule rule, long started)
    {
        var elapsed = Stopwatch.GetElapsedTime(started);
        node.Metrics.Requests.Record(rule.Name, http.Response.StatusCode, elapsed.TotalSeconds);
        if (request.Caller is { } caller && caller.Id.StartsWith("key:", StringComparison.Ordinal))
            node.KeyUsage.Record(caller.Id[4..], rule.Name, http.Response.StatusCode, request.Origin);
        if (Activity.Current is { IsAllDataRequested: true } span)
            Describe(span, http, rule);
        if (log.IsEnabled(LogLevel.Debug))
            log.Request(rule.Name, http.Response.StatusCode, elapsed.TotalMilliseconds, request.Caller?.Id, request.Origin.CorrelationId);
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
        if (!Authenticate(http, request, needed, out string? reason))
            return RefuseUnauthenticatedAsync(http, request, reason);
        if (!WithinLimit(http, request, out var decision))
            return RefuseLimitedAsync(http, decision);

        ReadTarget(http, request);
        bool allowed = request.Rule.PathFrom is null
            ? Authorizer.AllowsSome(request.Caller, needed)
            : Authorizer.Allows(request.Caller, needed, request.Path, request.Environment);
        return allowed ? ValueTask.FromResult(true) : RefuseDeniedAsync(http, request);
    }

    private bool Authenticate(HttpContext http, CairnRequest request, Permission needed, out string? reason)
    {
        var presented = Presented(http.Request);
        if (presented.IsEmpty)
        {
            reason = null;
            return false;
        }

        switch (node.Keys.Authenticate(node.Catalogs.Current, presented, request.Origin.Address))
        {
            case Authentication.Accepted accepted:
                request.Caller = accepted.Caller;
                reason = null;
                return true;
            case Authentication.Rejected rejected:
                reason = rejected.Reason;
                node.Refusals.Record(rejected.Caller, needed.ToString(), "unauthenticated", reason, request.Origin);
                return false;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The key of <c>X-API-Key</c>, or of <c>Authorization: Bearer</c>.</summary>
    private static ReadOnlySpan<char> Presented(HttpRequest request)
    {
        if (request.Headers.TryGetValue("X-API-Key", out var key) && key.Count == 1)
            return key[0];
        string? authorization = request.Headers.Authorization;
        return authorization is not null && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? authorization.AsSpan(7).Trim()
            : [];
    }

    private bool WithinLimit(HttpContext http, CairnRequest request, out RateDecision decision)
    {
        var (name, limit) = request.Rule.Rate switch
        {
            RateClass.Read => ("read", request.Caller.RateLimit ?? node.Options.ReadLimit),
            RateClass.Write => ("write", request.Caller.RateLimit ?? node.Options.WriteLimit),
            RateClass.ConfigManagerRead => ("config-manager-read", request.Caller.RateLimit ?? node.Options.ConfigManagerReadLimit),
            RateClass.ConfigManagerWrite => ("config-manager-write", request.Caller.RateLimit ?? node.Options.ConfigManagerWriteLimit),
            _ => ("", null),
        };
        decision = new RateDecision(true, 0, 0);
        if (limit is null)
            return true;
        // A key's own limit holds for all it does; the server's are apart for reads and writes.
        decision = node.Limiter.Take(request.Caller.Id, request.Caller.RateLimit is null ? name : "all", limit);
        var headers = http.Response.Headers;
        headers["RateLimit-Limit"] = Texts.Of(limit.Permits);
        headers["RateLimit-Remaining"] = Texts.Of(decision.Remaining);
        headers["RateLimit-Reset"] = Texts.Of(decision.Reset);
        return decision.Allowed;
    }

    private static void ReadTarget(HttpContext http, CairnRequest request)
    {
        var rule = request.Rule;
        if (rule.PathFrom is { } pathFrom && http.Request.RouteValues[pathFrom] is string path)
            request.Path = rule.PathPrefix.Length == 0 ? path : rule.PathPrefix + path;
        string? environment = Query.Environment(http.Request, out bool alone);
        request.AsksEnvironmentOnly = alone;
        if (rule.EnvironmentFrom is { } name)
            environment = http.Request.RouteValues[name] as string;
        request.Environment = string.IsNullOrEmpty(environment) ? rule.DefaultEnvironment : environment;
        if (rule.Permission is { Kind: "configs" } && rule.PathFrom is not null)
            ConfigPath.Check(request.Path);
    }

    private async ValueTask<bool> RefuseUnauthenticatedAsync(HttpContext http, CairnRequest request, string? reason)
    {
        node.Metrics.AuthenticationFailed(reason is null ? "missing" : "rejected");
        string address = request.Origin.Address?.ToString() ?? "unknown";
        if (reason is not null && node.Options.FailureLimit is { } limit
            && node.Limiter.Take(address, "failures", limit) is { Allowed: false } decision)
            return await RefuseLimitedAsync(http, decision);
        http.Response.Headers.WWWAuthenticate = "Bearer realm=\"cairn\"";
        await Problems.WriteAsync(
            http, 401, "unauthenticated", "Not authenticated",
            "Present a valid API key as X-API-Key, or as Authorization: Bearer.");
        return false;
    }

    private async ValueTask<bool> RefuseLimitedAsync(HttpContext http, RateDecision decision)
    {
        node.Metrics.RateLimited();
        http.Response.Headers.RetryAfter = Texts.Of(decision.Reset);
        await Problems.WriteAsync(
            http, 429, "rate-limited", "Too many requests", $"Try again in {decision.Reset} seconds.");
        return false;
    }

    private async ValueTask<bool> RefuseDeniedAsync(HttpContext http, CairnRequest request)
    {
        node.Refusals.Record(request.Caller, ActionOf(request.Rule), "denied", "not granted", request.Origin);
        await Problems.WriteAsync(http, new Problem(ProblemKind.Denied, "This credential does not allow that."));
        return false;
    }

    private static string ActionOf(EndpointRule rule) => rule.Permission?.ToString() ?? rule.Name;

    private static string CorrelationId(HttpContext http)
    {
        string? given = http.Request.Headers["X-Correlation-ID"];
        if (given is { Length: > 0 and <= MaxCorrelationLength } && !given.AsSpan().ContainsAnyExcept(CorrelationCharacters))
            return given;
        return Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier;
    }
}

/// <summary>Numbers as text, the small ones without making it anew.</summary>
internal static class Texts
{
    private static readonly string[] Small =
        [.. Enumerable.Range(0, 16_384).Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    public static string Of(int number) =>
        (uint)number < (uint)Small.Length ? Small[number] : number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
