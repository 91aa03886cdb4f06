using System.Reflection;
using Cairn.Core.Changes;
using Cairn.Server.Observability;

namespace Cairn.Server.Http;

/// <summary>What a request writes, as a handler's parameter: for its caller, on its conditions (<c>If-Match</c>,
/// <c>If-None-Match</c>), for the reason it gives (<c>Cairn-Message</c>).</summary>
internal sealed class RequestChanges(ChangeService changes, CairnRequest request, HttpContext http, ILogger log)
    : IBindableFromHttpContext<RequestChanges>
{
    public static ValueTask<RequestChanges?> BindAsync(HttpContext http, ParameterInfo parameter) =>
        ValueTask.FromResult<RequestChanges?>(
            new RequestChanges(
                http.RequestServices.GetRequiredService<ChangeService>(),
                CairnRequest.Of(http),
                http,
                http.RequestServices.GetRequiredService<ILogger<RequestPipeline>>()
            )
        );

    /// <summary>Commits one write and tells its revision.</summary>
    /// <param name="operation">The write; on the request's conditions.</param>
    /// <param name="message">Why, where the body says it.</param>
    public ValueTask<ChangeOutcome> CommitAsync(Operation operation, string? message = null) =>
        CommitAsync(
            new ChangeRequest([operation with { IfVersion = EntityTags.Condition(http.Request) }], Message(message))
        );

    /// <summary>Commits many writes as one and tells their revision.</summary>
    public async ValueTask<ChangeOutcome> CommitAsync(ChangeRequest change)
    {
        var outcome = await changes.CommitAsync(request.Commit, change, http.RequestAborted);
        if (outcome.IsDone(out var made, out _))
            http.Response.Headers["Cairn-Revision"] = Texts.Of(made.Change.Revision);
        else if (outcome is ChangeOutcome.Unavailable unavailable)
            log.StoreUnavailable(unavailable.Cause, request.Origin.CorrelationId);
        return outcome;
    }

    /// <summary>Why the caller writes: what the body says of it, else the header <c>Cairn-Message</c>, percent-encoded
    /// where it is not ASCII; null when neither does.</summary>
    /// <param name="said">What the body says.</param>
    public string? Message(string? said) =>
        said
        ?? (
            http.Request.Headers["Cairn-Message"].ToString() is { Length: > 0 } told
                ? Uri.UnescapeDataString(told)
                : null
        );
}
