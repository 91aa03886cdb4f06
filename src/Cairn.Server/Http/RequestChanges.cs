using System.Reflection;
using Cairn.Core.Changes;

namespace Cairn.Server.Http;

/// <summary>What a request writes, as a handler's parameter: for its caller, on its conditions (<c>If-Match</c>,
/// <c>If-None-Match</c>), for the reason it gives (<c>Cairn-Message</c>).</summary>
internal sealed class RequestChanges(ChangeService changes, CairnRequest request, HttpContext http)
    : IBindableFromHttpContext<RequestChanges>
{
    public static ValueTask<RequestChanges?> BindAsync(HttpContext http, ParameterInfo parameter) =>
        ValueTask.FromResult<RequestChanges?>(
            new RequestChanges(http.RequestServices.GetRequiredService<ChangeService>(), CairnRequest.Of(http), http)
        );

    /// <summary>Commits one write and tells its revision.</summary>
    /// <param name="operation">The write; on the request's conditions.</param>
    /// <param name="message">Why, where the body says it.</param>
    /// <exception cref="Core.ProblemException">It is refused.</exception>
    public Task<ChangeResult> CommitAsync(Operation operation, string? message = null) =>
        CommitAsync(
            new ChangeRequest([operation with { IfVersion = EntityTags.Condition(http.Request) }], Message(message))
        );

    /// <summary>Commits many writes as one and tells their revision.</summary>
    /// <exception cref="Core.ProblemException">They are refused.</exception>
    public async Task<ChangeResult> CommitAsync(ChangeRequest change)
    {
        var made = await changes.CommitAsync(request.Commit, change, http.RequestAborted);
        http.Response.Headers["Cairn-Revision"] = Texts.Of(made.Change.Revision);
        return made;
    }

    /// <summary>Why the caller writes.</summary>
    /// <param name="said">What the body says of it.</param>
    public string? Message(string? said) => said ?? CommitMessage.Of(http);
}
