using System.Globalization;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Environments;
using Cairn.Server.Http;

namespace Cairn.Server.Environments;

/// <summary>An environment.</summary>
public sealed record EnvironmentView(
    string Name,
    string? Description,
    bool Protected,
    long Version,
    long Revision,
    DateTimeOffset UpdatedAt,
    string UpdatedBy
)
{
    public static EnvironmentView Of(Versioned<EnvironmentState> environment) =>
        new(
            environment.Path,
            environment.State!.Description,
            environment.State.Protected,
            environment.Version,
            environment.Revision,
            environment.CreatedAt,
            environment.CreatedBy
        );
}

/// <summary>What an environment is to be. What is left out stays as it is.</summary>
public sealed record EnvironmentUpdate(string? Description = null, bool? Protected = null);

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
            .Describe("Lists the environments", Parameters.Consistency)
            .Produces<Page<EnvironmentView>>();
        environments
            .OnGet("/environments/{name}", Get)
            .WithName("GetEnvironment")
            .Requires("environments", PermissionLevel.Read, pathFrom: "name")
            .Describe("Reads an environment", Parameters.Consistency)
            .Produces<EnvironmentView>();
        environments
            .OnPut("/environments/{name}", Put)
            .WithName("PutEnvironment")
            .Requires("environments", PermissionLevel.Admin, pathFrom: "name")
            .Conditional()
            .Describe("Makes an environment, or changes it")
            .Takes<EnvironmentUpdate>()
            .Produces<EnvironmentView>()
            .Produces<EnvironmentView>(201);
        environments
            .OnDelete("/environments/{name}", Delete)
            .WithName("DeleteEnvironment")
            .Requires("environments", PermissionLevel.Admin, pathFrom: "name")
            .Conditional()
            .Describe("Removes an environment that nothing uses")
            .Produces(204);

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
            .Describe("Reads the variables templates can use", Parameters.Consistency)
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

    private static async Task List(HttpContext http)
    {
        var node = CairnRequest.Of(http).Node;
        var snapshot = await Snapshots.OfAsync(http, node);
        var caller = CairnRequest.Of(http).Caller;
        var items = snapshot
            .Of(node.Kinds.Environments.Catalog)
            .Range("")
            .Where(pair =>
                pair.Value.State is not null
                && Authorizer.Allows(caller, new Permission("environments", PermissionLevel.Read), pair.Key, null)
            )
            .Select(pair => EnvironmentView.Of(pair.Value));
        await Bodies.WriteAsync(
            http,
            200,
            new Page<EnvironmentView>([.. items], null),
            WireJson.Default.PageEnvironmentView
        );
    }

    private static async Task Get(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var snapshot = await Snapshots.OfAsync(http, request.Node);
        request.Node.Kinds.RequireEnvironment(snapshot, request.Path);
        await WriteAsync(http, 200, Head(request)!);
    }

    private static async Task Put(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var update = await Bodies.ReadAsync(http, WireJson.Default.EnvironmentUpdate);
        var made = await CommitAsync(
            http,
            new PutEnvironment(request.Path, update.Description, update.Protected)
            {
                IfVersion = EntityTags.Condition(http.Request),
            }
        );
        var written = made.Of(request.Node.Kinds.Environments, request.Path)!;
        await WriteAsync(http, written.IsNew ? 201 : 200, written.After);
    }

    private static async Task Delete(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        await CommitAsync(http, new DeleteEnvironment(request.Path) { IfVersion = EntityTags.Condition(http.Request) });
        http.Response.StatusCode = 204;
    }

    private static async Task GetVariables(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var snapshot = await Snapshots.OfAsync(http, request.Node);
        if (request.Path.StartsWith("environments/", StringComparison.Ordinal))
            request.Node.Kinds.RequireEnvironment(snapshot, request.Path["environments/".Length..]);
        await WriteVariablesAsync(http, snapshot.Of(request.Node.Kinds.Variables.Catalog).Get(request.Path));
    }

    private static Task PutVariables(HttpContext http) => WriteVariablesAsync(http, merge: false);

    private static Task PatchVariables(HttpContext http) => WriteVariablesAsync(http, merge: true);

    private static async Task WriteVariablesAsync(HttpContext http, bool merge)
    {
        var request = CairnRequest.Of(http);
        byte[] body = await Bodies.ReadAsync(http, request.Node.Options.MaxBodyBytes);
        byte[] json = Core.Documents.JsonText.Normalize(body);
        var made = await CommitAsync(
            http,
            new PutVariables(request.Path, json, merge) { IfVersion = EntityTags.Condition(http.Request) }
        );
        await WriteVariablesAsync(http, made.Of(request.Node.Kinds.Variables, request.Path)!.After);
    }

    private static Task WriteVariablesAsync(HttpContext http, Versioned<VariableSet>? variables)
    {
        http.Response.Headers.ETag = variables is null ? "\"0\"" : EntityTags.Of(variables);
        http.Response.Headers["Cairn-Version"] = (variables?.Version ?? 0).ToString(CultureInfo.InvariantCulture);
        return Bodies.WriteAsync(http, 200, (variables?.State ?? VariableSet.Empty).Json, "application/json");
    }

    private static Versioned<EnvironmentState>? Head(CairnRequest request) =>
        request.Node.Catalogs.Current.Of(request.Node.Kinds.Environments.Catalog).Get(request.Path);

    private static async Task<ChangeResult> CommitAsync(HttpContext http, Operation operation)
    {
        var request = CairnRequest.Of(http);
        var made = await request.Node.Changes.CommitAsync(
            request.Commit,
            new ChangeRequest([operation], CommitMessage.Of(http)),
            http.RequestAborted
        );
        http.Response.Headers["Cairn-Revision"] = made.Change.Revision.ToString(CultureInfo.InvariantCulture);
        return made;
    }

    private static Task WriteAsync(HttpContext http, int status, Versioned<EnvironmentState> environment)
    {
        http.Response.Headers.ETag = EntityTags.Of(environment);
        return Bodies.WriteAsync(http, status, EnvironmentView.Of(environment), WireJson.Default.EnvironmentView);
    }
}
