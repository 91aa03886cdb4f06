using System.Reflection;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Server.Http;

namespace Cairn.Server.Configs;

/// <summary>What a request writes to a config, as a handler's parameter, and how that is told.</summary>
internal sealed class ConfigWrites(RequestChanges changes, ResourceKinds kinds, CairnRequest request, HttpContext http)
    : IBindableFromHttpContext<ConfigWrites>
{
    public static async ValueTask<ConfigWrites?> BindAsync(HttpContext http, ParameterInfo parameter) =>
        new(
            (await RequestChanges.BindAsync(http, parameter))!,
            http.RequestServices.GetRequiredService<ResourceKinds>(),
            CairnRequest.Of(http),
            http
        );

    /// <summary>Commits what may make the config.</summary>
    /// <param name="operation">The write; on the request's conditions.</param>
    /// <param name="message">Why, where the body says it.</param>
    public async Task<Upserted<ConfigWritten>> CommitAsync(Operation operation, string? message = null)
    {
        var outcome = await changes.CommitAsync(operation, message);
        if (!outcome.IsDone(out var made, out var problem))
            return problem;
        var written = made.Of(kinds.Configs, operation.Path)!;
        return new Upserted<ConfigWritten>(View(written, operation), written.IsNew);
    }

    /// <summary>Commits what changes a config that is there.</summary>
    /// <param name="operation">The write; on the request's conditions.</param>
    /// <param name="message">Why, where the body says it.</param>
    public async Task<Answer<ConfigWritten>> ChangeAsync(Operation operation, string? message = null)
    {
        var outcome = await changes.CommitAsync(operation, message);
        return outcome.IsDone(out var made, out var problem)
            ? View(made.Of(kinds.Configs, operation.Path)!, operation)
            : problem;
    }

    private ConfigWritten View(Written<ConfigState> written, Operation operation)
    {
        http.Response.Headers.ETag = EntityTags.Of(written.After);
        http.Response.Headers["Cairn-Version"] = Texts.Of(written.After.Version);
        return ConfigWritten.Of(written.After, operation.TargetEnvironment, request.Caller);
    }
}
