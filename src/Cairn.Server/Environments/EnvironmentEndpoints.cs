using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Environments;
using Cairn.Server.Http;

namespace Cairn.Server.Environments;

/// <summary><c>/api/v1/environments</c>, and the variables of environments and projects.</summary>
internal static class EnvironmentEndpoints
{
    public static void MapEnvironments(this IEndpointRouteBuilder app)
    {
        var environments = app.MapGroup("/api/v1").WithTags("Environments");
        environments
            .OnGet("/environments", List)
            .WithName("ListEnvironments")
            .RequiresSome("environments", PermissionLevel.Read)
            .Describe("Lists the environments");
        environments
            .OnGet("/environments/{name}", Get)
            .WithName("GetEnvironment")
            .Requires("environments", PermissionLevel.Read, pathFrom: "name")
            .Describe("Reads an environment");
        environments
            .OnPut("/environments/{name}", Put)
            .WithName("PutEnvironment")
            .Requires("environments", PermissionLevel.Admin, pathFrom: "name")
            .Conditional()
            .Describe("Makes an environment, or changes it");
        environments
            .OnDelete("/environments/{name}", Delete)
            .WithName("DeleteEnvironment")
            .Requires("environments", PermissionLevel.Admin, pathFrom: "name")
            .Conditional()
            .Describe("Removes an environment that nothing uses");

        MapVariables(environments, "environments", "Environment", environmentFrom: "name");
        MapVariables(environments, "projects", "Project", environmentFrom: null);
    }

    private static void MapVariables(IEndpointRouteBuilder app, string owner, string name, string? environmentFrom)
    {
        string route = $"/{owner}/{{name}}/variables";
        string prefix = owner + "/";
        app.OnGet(route, GetVariables)
            .WithName($"Get{name}Variables")
            .Requires("variables", PermissionLevel.Read, "name", prefix, environmentFrom)
            .Describe("Reads the variables templates can use")
            .Produces(200);
        app.OnPut(route, PutVariables)
            .WithName($"Put{name}Variables")
            .Requires("variables", PermissionLevel.Write, "name", prefix, environmentFrom)
            .Conditional()
            .Describe("Replaces the variables")
            .TakesDocument("application/json")
            .Produces(200);
        app.OnPatch(route, PatchVariables)
            .WithName($"Patch{name}Variables")
            .Requires("variables", PermissionLevel.Write, "name", prefix, environmentFrom)
            .Conditional()
            .Describe("Changes some variables, by JSON Merge Patch")
            .TakesDocument("application/merge-patch+json", "application/json")
            .Produces(200);
    }

    private static Answer<Page<EnvironmentView>> List(
        CairnRequest request,
        RequestSnapshot snapshot,
        ResourceKinds kinds
    ) =>
        new Page<EnvironmentView>(
            [
                .. snapshot
                    .Value.Of(kinds.Environments.Catalog)
                    .Range("")
                    .Where(pair => pair.Value.State is not null && MayRead(request.Caller, pair.Key))
                    .Select(pair => EnvironmentView.Of(pair.Value)),
            ],
            null
        );

    private static Answer<EnvironmentView> Get(
        CairnRequest request,
        RequestSnapshot snapshot,
        ResourceKinds kinds,
        HttpContext http
    )
    {
        kinds.RequireEnvironment(snapshot.Value, request.Path);
        return View(snapshot.Value.Of(kinds.Environments.Catalog).Get(request.Path)!, http);
    }

    private static async Task<Upserted<EnvironmentView>> Put(
        CairnRequest request,
        RequestChanges changes,
        ResourceKinds kinds,
        Body<EnvironmentUpdate> body,
        HttpContext http
    )
    {
        var (description, isProtected) = body.Value;
        var outcome = await changes.CommitAsync(new PutEnvironment(request.Path, description, isProtected));
        if (!outcome.IsDone(out var made, out var problem))
            return problem;
        var written = made.Of(kinds.Environments, request.Path)!;
        return new Upserted<EnvironmentView>(View(written.After, http), written.IsNew);
    }

    private static async Task<Done> Delete(CairnRequest request, RequestChanges changes)
    {
        var outcome = await changes.CommitAsync(new DeleteEnvironment(request.Path));
        return outcome.IsDone(out _, out var problem) ? Done.Instance : problem;
    }

    private static Task GetVariables(
        CairnRequest request,
        RequestSnapshot snapshot,
        ResourceKinds kinds,
        HttpContext http
    )
    {
        if (request.Path.StartsWith("environments/", StringComparison.Ordinal))
            kinds.RequireEnvironment(snapshot.Value, request.Path["environments/".Length..]);
        return WriteVariablesAsync(snapshot.Value.Of(kinds.Variables.Catalog).Get(request.Path), http);
    }

    private static Task PutVariables(
        CairnRequest request,
        RequestChanges changes,
        ResourceKinds kinds,
        HttpContext http
    ) => CommitVariablesAsync(request.Path, changes, kinds, merge: false, http);

    private static Task PatchVariables(
        CairnRequest request,
        RequestChanges changes,
        ResourceKinds kinds,
        HttpContext http
    ) => CommitVariablesAsync(request.Path, changes, kinds, merge: true, http);

    private static async Task CommitVariablesAsync(
        string path,
        RequestChanges changes,
        ResourceKinds kinds,
        bool merge,
        HttpContext http
    )
    {
        byte[] json = Core.Documents.JsonText.Normalize(await Bodies.ReadAsync(http));
        var outcome = await changes.CommitAsync(new PutVariables(path, json, merge));
        if (outcome.IsDone(out var made, out var problem))
            await WriteVariablesAsync(made.Of(kinds.Variables, path)!.After, http);
        else
            await RequestPipeline.RefuseAsync(http, problem);
    }

    private static Task WriteVariablesAsync(Versioned<VariableSet>? variables, HttpContext http)
    {
        http.Response.Headers.ETag = variables is null ? "\"0\"" : EntityTags.Of(variables);
        http.Response.Headers["Cairn-Version"] = Texts.Of(variables?.Version ?? 0);
        return Bodies.WriteAsync(http, 200, (variables?.State ?? VariableSet.Empty).Json, "application/json");
    }

    private static EnvironmentView View(Versioned<EnvironmentState> environment, HttpContext http)
    {
        http.Response.Headers.ETag = EntityTags.Of(environment);
        return EnvironmentView.Of(environment);
    }

    private static bool MayRead(Principal caller, string environment) =>
        Authorizer.Allows(caller, new Permission("environments", PermissionLevel.Read), environment, null);
}
