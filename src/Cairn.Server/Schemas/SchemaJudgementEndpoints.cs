using System.Text;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Core.Documents;
using Cairn.Core.Environments;
using Cairn.Core.Schemas;
using Cairn.JsonSchema;
using Cairn.Server.Http;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Schemas;

/// <summary>What can be asked of schemas: checks, comparisons, validations, usage, samples, drafts, and the rules they
/// keep to.</summary>
internal static class SchemaJudgementEndpoints
{
    private const int MaxErrors = 100;

    private static readonly Parameter From = new("from", "string", "The first version, or a range.");
    private static readonly Parameter To = new("to", "string", "The second version; latest when left out.");
    private static readonly Parameter Compatibility = new(
        "compatibility",
        "string",
        "Judge by this instead of by the rule in force."
    );

    public static void MapSchemaJudgements(this IEndpointRouteBuilder app)
    {
        var schemas = app.MapGroup("/api/v1").WithTags("Schemas");
        schemas
            .OnPost("/schema-checks/{**path}", Check)
            .WithName("CheckSchema")
            .Requires("schemas", PermissionLevel.Read)
            .Describe(
                "Says what registering namespace/Model/version would be answered; the body is the candidate",
                Compatibility,
                SchemaEndpoints.Type
            )
            .TakesDocument(
                "application/schema+json",
                "application/json",
                "application/vnd.apache.avro+json",
                "text/plain"
            )
            .Produces<SchemaCheckView>();
        schemas
            .OnGet("/schema-comparisons/{**path}", Compare)
            .WithName("CompareSchemas")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Compares two versions of namespace/Model", From, To, Parameters.Consistency)
            .Produces<SchemaComparisonView>();
        schemas
            .OnPost("/schema-validations/{**path}", Validate)
            .WithName("ValidateBySchema")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Validates the body against a version", Parameters.Consistency)
            .TakesDocument("application/json")
            .Produces<SchemaValidationView>();
        schemas
            .OnGet("/schema-usage/{**path}", Usage)
            .WithName("GetSchemaUsage")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Lists who relies on a version", Parameters.Consistency)
            .Produces<SchemaUsageView>();
        schemas
            .OnGet("/schema-samples/{**path}", Sample)
            .WithName("GetSchemaSample")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Makes up a document that a version describes", Parameters.Consistency)
            .Produces<SchemaSampleView>();
        schemas
            .OnPost("/schema-inferences", Infer)
            .WithName("InferSchema")
            .RequiresSome("schemas", PermissionLevel.Read)
            .Describe("Drafts a schema from sample documents; nothing is kept")
            .Takes<SchemaInferenceRequest>()
            .Produces(200);
        schemas
            .OnGet("/schema-rules/{**path}", GetRule)
            .WithName("GetSchemaRule")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Reads the compatibility rule of a namespace, or of namespace/Model", Parameters.Consistency)
            .Produces<SchemaRuleView>();
        schemas
            .OnPut("/schema-rules/{**path}", PutRule)
            .WithName("PutSchemaRule")
            .Requires("schemas", PermissionLevel.Admin)
            .Conditional()
            .Describe("Sets the compatibility rule of a namespace, or of namespace/Model")
            .Takes<SchemaRuleUpdate>()
            .Produces<SchemaRuleView>();
        schemas
            .OnDelete("/schema-rules/{**path}", DeleteRule)
            .WithName("DeleteSchemaRule")
            .Requires("schemas", PermissionLevel.Admin)
            .Conditional()
            .Describe("Takes a compatibility rule off")
            .Produces<SchemaRuleView>();
    }

    private static async Task Check(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var content = await SchemaEndpoints.ReadContentAsync(http);
        CompatibilityMode? mode = Query.Text(http.Request, "compatibility") is { } text
            ? CompatibilityRule.ParseMode(text)
            : null;
        var (snapshot, address) = (request.Node.Catalogs.Current, SchemaSelector.AddressFromPath(request.Path));
        var (compiled, finding) = request.Node.Schemas.Check(snapshot, request.Caller, address, content, mode);
        var errors = content.Type == SchemaType.JsonSchema ? Errors(compiled.Fault) : [];
        if (errors.Count == 0 && mode is null)
        {
            // What else registering would be refused for; the promise itself is reported apart.
            var register = new RegisterSchema(address, content);
            var refusal = await RefusalAsync(request, register, http.RequestAborted);
            if (refusal is { Kind: not ProblemKind.Unprocessable })
                errors = Errors(refusal);
        }

        await Bodies.WriteAsync(
            http,
            200,
            new SchemaCheckView(
                errors.Count == 0 && finding.Breaks.Count == 0,
                compiled.Fault is null || content.Type != SchemaType.JsonSchema,
                errors,
                CompatibilityRule.NameOf(finding.Mode),
                [.. finding.Against.Select(version => version.Text)],
                [
                    .. finding
                        .Breaks.Take(MaxErrors)
                        .Select(item => new SchemaBreakView(
                            item.Version.Text,
                            item.Direction,
                            item.Pointer,
                            item.Reason,
                            item.IsUnknown
                        )),
                ]
            ),
            WireJson.Default.SchemaCheckView
        );
    }

    private static async Task<Problem?> RefusalAsync(
        CairnRequest request,
        RegisterSchema register,
        CancellationToken ct
    )
    {
        try
        {
            // A plan on the state of now, which is thrown away: a reader may ask what a writer would be told.
            var draft = new ChangeDraft(
                request.Node.Kinds,
                request.Node.Catalogs.Current,
                request.Node.Store,
                request.Caller,
                preview: true
            );
            await register.ApplyAsync(draft, ct);
            return null;
        }
        catch (ProblemException e)
        {
            return e.Problem;
        }
    }

    private static async Task Compare(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var snapshot = await Snapshots.OfAsync(http, request.Node);
        var model = ModelName.FromPath(request.Path);
        var (from, to) = (Version("from", null), Version("to", "latest"));
        var comparison = SchemaComparer.Compare(
            request.Node.Schemas.Compile(snapshot, from),
            request.Node.Schemas.Compile(snapshot, to)
        );
        await Bodies.WriteAsync(
            http,
            200,
            SchemaComparisonView.Of(from, to, comparison),
            WireJson.Default.SchemaComparisonView
        );

        SchemaState Version(string name, string? usual)
        {
            string text =
                Query.Text(http.Request, name)
                ?? usual
                ?? throw new ProblemException(ProblemKind.Invalid, $"Say which versions: {name}=1.0.0.");
            return request.Node.Schemas.Resolve(snapshot, SchemaSelector.FromPath($"{model.Path}/{text}"));
        }
    }

    private static async Task Validate(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        byte[] instance = JsonText.Normalize(await Bodies.ReadAsync(http, request.Node.Options.MaxBodyBytes));
        var snapshot = await Snapshots.OfAsync(http, request.Node);
        var schema = request.Node.Schemas.Resolve(snapshot, SchemaSelector.FromPath(request.Path));
        var result = request.Node.Schemas.Compile(snapshot, schema).Validate(instance, MaxErrors);
        await Bodies.WriteAsync(
            http,
            200,
            new SchemaValidationView(
                schema.Address.ToString(),
                result.IsValid,
                [
                    .. result.Errors.Select(error => new SchemaInstanceErrorView(
                        error.InstancePointer,
                        error.SchemaPointer,
                        error.Keyword,
                        error.Message
                    )),
                ]
            ),
            WireJson.Default.SchemaValidationView
        );
    }

    private static async Task Usage(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var snapshot = await Snapshots.OfAsync(http, request.Node);
        var schema = request.Node.Schemas.Resolve(snapshot, SchemaSelector.FromPath(request.Path));
        var users = request.Node.Schemas.Users(snapshot, schema);
        var schemas = users
            .Schemas.Where(user =>
                Authorizer.Allows(request.Caller, SchemaService.ReadPermission, user.Address.Path, null)
            )
            .ToList();
        var configs = users
            .Configs.Where(user => Authorizer.Allows(request.Caller, ConfigService.ReadPermission, user.Path, null))
            .ToList();
        using var work = new WorkBudget(http.RequestAborted);
        await Bodies.WriteAsync(
            http,
            200,
            new SchemaUsageView(
                schema.Address.ToString(),
                [.. schemas.Select(user => user.Address.ToString())],
                [
                    .. configs.Select(user => new BoundConfigView(
                        user.Path,
                        user.Selector.ToString(),
                        Unmet(request, snapshot, user.Path, work)
                    )),
                ],
                users.Schemas.Count + users.Configs.Count - schemas.Count - configs.Count
            ),
            WireJson.Default.SchemaUsageView
        );
    }

    // Where what a config serves now does not meet what its binding stands for now.
    private static List<BoundConfigErrorView> Unmet(
        CairnRequest request,
        CatalogSnapshot snapshot,
        string path,
        WorkBudget work
    )
    {
        var node = request.Node;
        var unmet = new List<BoundConfigErrorView>();
        var source = new SchemaSource(node.Kinds.Schemas, new SnapshotView(snapshot));
        var config = node.Configs.Head(snapshot, path);
        foreach (var (environment, state) in snapshot.Of(node.Kinds.Environments.Catalog).Range(""))
        {
            if (state.State is null)
                continue;
            Problem? problem;
            try
            {
                problem =
                    config is not null
                    && node.Configs.Read(snapshot, request.Caller, config, environment, work) is { } served
                        ? config.State!.Schema?.Check(source, served.Body, path, environment)
                        : null;
            }
            catch (ProblemException e) when (!work.IsSpent)
            {
                problem = e.Problem;
            }

            if (problem is not null)
            {
                unmet.AddRange(
                    Errors(problem)
                        .Take(5)
                        .Select(error => new BoundConfigErrorView(environment, error.Pointer, error.Message))
                );
            }
        }

        return unmet;
    }

    private static async Task Sample(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var snapshot = await Snapshots.OfAsync(http, request.Node);
        var schema = request.Node.Schemas.Resolve(snapshot, SchemaSelector.FromPath(request.Path));
        var (document, valid) = request.Node.Schemas.Sample(snapshot, schema);
        await Bodies.WriteAsync(
            http,
            200,
            new SchemaSampleView(schema.Address.ToString(), valid, JsonText.Element(document)),
            WireJson.Default.SchemaSampleView
        );
    }

    private static async Task Infer(HttpContext http)
    {
        var samples = (await Bodies.ReadAsync(http, WireJson.Default.SchemaInferenceRequest)).Samples;
        if (samples.Count == 0)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                "Give at least one sample.",
                [new ProblemError("/samples", "It is empty.")]
            );
        }

        await Bodies.WriteAsync(
            http,
            200,
            Encoding.UTF8.GetBytes(SchemaInference.Infer(samples).ToJsonString()),
            SchemaContent.JsonSchemaMediaType
        );
    }

    private static async Task GetRule(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        CompatibilityRule.CheckPath(request.Path);
        await WriteRuleAsync(http, await Snapshots.OfAsync(http, request.Node));
    }

    private static async Task PutRule(HttpContext http)
    {
        var update = await Bodies.ReadAsync(http, WireJson.Default.SchemaRuleUpdate);
        await CommitRuleAsync(http, CompatibilityRule.ParseMode(update.Compatibility));
    }

    private static Task DeleteRule(HttpContext http) => CommitRuleAsync(http, null);

    private static async Task CommitRuleAsync(HttpContext http, CompatibilityMode? mode)
    {
        var request = CairnRequest.Of(http);
        var operation = new PutCompatibilityRule(request.Path, mode) { IfVersion = EntityTags.Condition(http.Request) };
        await request.Node.Changes.CommitAsync(
            request.Commit,
            new ChangeRequest([operation], CommitMessage.Of(http)),
            http.RequestAborted
        );
        await WriteRuleAsync(http, request.Node.Catalogs.Current);
    }

    private static Task WriteRuleAsync(HttpContext http, CatalogSnapshot snapshot)
    {
        var request = CairnRequest.Of(http);
        var rule = request.Node.Schemas.RuleOf(snapshot, request.Path);
        return Bodies.WriteAsync(
            http,
            200,
            new SchemaRuleView(request.Path, CompatibilityRule.NameOf(rule.Mode), rule.Source),
            WireJson.Default.SchemaRuleView
        );
    }

    private static List<SchemaErrorView> Errors(Problem? problem) =>
        problem is null ? []
        : problem.Errors.Count == 0 ? [new SchemaErrorView("", problem.Detail)]
        : [.. problem.Errors.Select(error => new SchemaErrorView(error.Pointer, error.Message))];
}
