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
            );
        schemas
            .OnGet("/schema-comparisons/{**path}", Compare)
            .WithName("CompareSchemas")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Compares two versions of namespace/Model", From, To);
        schemas
            .OnPost("/schema-validations/{**path}", Validate)
            .WithName("ValidateBySchema")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Validates the body against a version")
            .TakesDocument("application/json");
        schemas
            .OnGet("/schema-usage/{**path}", Usage)
            .WithName("GetSchemaUsage")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Lists who relies on a version");
        schemas
            .OnGet("/schema-samples/{**path}", Sample)
            .WithName("GetSchemaSample")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Makes up a document that a version describes");
        schemas
            .OnPost("/schema-inferences", Infer)
            .WithName("InferSchema")
            .RequiresSome("schemas", PermissionLevel.Read)
            .Describe("Drafts a schema from sample documents; nothing is kept")
            .Produces(200);
        schemas
            .OnGet("/schema-rules/{**path}", GetRule)
            .WithName("GetSchemaRule")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Reads the compatibility rule of a namespace, or of namespace/Model");
        schemas
            .OnPut("/schema-rules/{**path}", PutRule)
            .WithName("PutSchemaRule")
            .Requires("schemas", PermissionLevel.Admin)
            .Conditional()
            .Describe("Sets the compatibility rule of a namespace, or of namespace/Model");
        schemas
            .OnDelete("/schema-rules/{**path}", DeleteRule)
            .WithName("DeleteSchemaRule")
            .Requires("schemas", PermissionLevel.Admin)
            .Conditional()
            .Describe("Takes a compatibility rule off");
    }

    private static async Task<Answer<SchemaCheckView>> Check(
        CairnRequest request,
        CatalogSet catalogs,
        SchemaService schemas,
        ChangeService changes,
        HttpContext http
    )
    {
        var content = await SchemaEndpoints.ReadContentAsync(http);
        CompatibilityMode? mode = Query.Text(http.Request, "compatibility") is { } text
            ? CompatibilityRule.ParseMode(text)
            : null;
        var (snapshot, address) = (catalogs.Current, SchemaSelector.AddressFromPath(request.Path));
        var (compiled, finding) = schemas.Check(snapshot, request.Caller, address, content, mode);
        var errors = content.Type == SchemaType.JsonSchema ? Errors(compiled.Fault) : [];
        if (errors.Count == 0 && mode is null)
        {
            // What else registering would be refused for; the promise itself is reported apart.
            var register = new RegisterSchema(address, content);
            var refusal = await changes.RefusalAsync(request.Caller, register, http.RequestAborted);
            if (refusal is { Kind: not ProblemKind.Unprocessable })
                errors = Errors(refusal);
        }

        return new SchemaCheckView(
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
        );
    }

    private static Answer<SchemaComparisonView> Compare(
        CairnRequest request,
        RequestSnapshot asked,
        SchemaService schemas,
        HttpContext http
    )
    {
        var snapshot = asked.Value;
        var model = ModelName.FromPath(request.Path);
        var (from, to) = (Version("from", null), Version("to", "latest"));
        var comparison = SchemaComparer.Compare(schemas.Compile(snapshot, from), schemas.Compile(snapshot, to));
        return SchemaComparisonView.Of(from, to, comparison);

        SchemaState Version(string name, string? usual)
        {
            string text =
                Query.Text(http.Request, name)
                ?? usual
                ?? throw new ProblemException(ProblemKind.Invalid, $"Say which versions: {name}=1.0.0.");
            return schemas.Resolve(snapshot, SchemaSelector.FromPath($"{model.Path}/{text}"));
        }
    }

    private static async Task<Answer<SchemaValidationView>> Validate(
        CairnRequest request,
        RequestSnapshot asked,
        SchemaService schemas,
        HttpContext http
    )
    {
        byte[] instance = JsonText.Normalize(await Bodies.ReadAsync(http));
        var snapshot = asked.Value;
        var schema = schemas.Resolve(snapshot, SchemaSelector.FromPath(request.Path));
        var result = schemas.Compile(snapshot, schema).Validate(instance, MaxErrors);
        return new SchemaValidationView(
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
        );
    }

    private static Answer<SchemaUsageView> Usage(
        CairnRequest request,
        RequestSnapshot asked,
        SchemaService schemas,
        ConfigService configs,
        ResourceKinds kinds,
        CancellationToken ct
    )
    {
        var snapshot = asked.Value;
        var schema = schemas.Resolve(snapshot, SchemaSelector.FromPath(request.Path));
        var users = schemas.Users(snapshot, schema);
        var referring = users
            .Schemas.Where(user =>
                Authorizer.Allows(request.Caller, SchemaService.ReadPermission, user.Address.Path, null)
            )
            .ToList();
        var bound = users
            .Configs.Where(user => Authorizer.Allows(request.Caller, ConfigService.ReadPermission, user.Path, null))
            .ToList();
        using var work = new WorkBudget(ct);
        return new SchemaUsageView(
            schema.Address.ToString(),
            [.. referring.Select(user => user.Address.ToString())],
            [
                .. bound.Select(user => new BoundConfigView(
                    user.Path,
                    user.Selector.ToString(),
                    Unmet(configs, kinds, request, snapshot, user.Path, work)
                )),
            ],
            users.Schemas.Count + users.Configs.Count - referring.Count - bound.Count
        );
    }

    // Where what a config serves now does not meet what its binding stands for now.
    private static List<BoundConfigErrorView> Unmet(
        ConfigService configs,
        ResourceKinds kinds,
        CairnRequest request,
        CatalogSnapshot snapshot,
        string path,
        WorkBudget work
    )
    {
        var unmet = new List<BoundConfigErrorView>();
        var source = new SchemaSource(kinds.Schemas, new SnapshotView(snapshot));
        var config = configs.Head(snapshot, path);
        foreach (var (environment, state) in snapshot.Of(kinds.Environments.Catalog).Range(""))
        {
            if (state.State is null)
                continue;
            Problem? problem;
            try
            {
                problem =
                    config is not null
                    && configs.Read(snapshot, request.Caller, config, environment, work) is { } served
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

    private static Answer<SchemaSampleView> Sample(CairnRequest request, RequestSnapshot asked, SchemaService schemas)
    {
        var snapshot = asked.Value;
        var schema = schemas.Resolve(snapshot, SchemaSelector.FromPath(request.Path));
        var (document, valid) = schemas.Sample(snapshot, schema);
        return new SchemaSampleView(schema.Address.ToString(), valid, JsonText.Element(document));
    }

    private static async Task Infer(Body<SchemaInferenceRequest> body, HttpContext http)
    {
        var samples = body.Value.Samples;
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

    private static Answer<SchemaRuleView> GetRule(CairnRequest request, RequestSnapshot snapshot, SchemaService schemas)
    {
        CompatibilityRule.CheckPath(request.Path);
        return Rule(schemas, snapshot.Value, request.Path);
    }

    private static Task<Answer<SchemaRuleView>> PutRule(
        CairnRequest request,
        RequestChanges changes,
        SchemaService schemas,
        CatalogSet catalogs,
        Body<SchemaRuleUpdate> body
    )
    {
        var mode = CompatibilityRule.ParseMode(body.Value.Compatibility);
        return CommitRuleAsync(request, changes, schemas, catalogs, mode);
    }

    private static Task<Answer<SchemaRuleView>> DeleteRule(
        CairnRequest request,
        RequestChanges changes,
        SchemaService schemas,
        CatalogSet catalogs
    ) => CommitRuleAsync(request, changes, schemas, catalogs, null);

    private static async Task<Answer<SchemaRuleView>> CommitRuleAsync(
        CairnRequest request,
        RequestChanges changes,
        SchemaService schemas,
        CatalogSet catalogs,
        CompatibilityMode? mode
    )
    {
        var outcome = await changes.CommitAsync(new PutCompatibilityRule(request.Path, mode));
        return outcome.IsDone(out _, out var problem) ? Rule(schemas, catalogs.Current, request.Path) : problem;
    }

    private static SchemaRuleView Rule(SchemaService schemas, CatalogSnapshot snapshot, string path)
    {
        var rule = schemas.RuleOf(snapshot, path);
        return new SchemaRuleView(path, CompatibilityRule.NameOf(rule.Mode), rule.Source);
    }

    private static List<SchemaErrorView> Errors(Problem? problem) =>
        problem is null ? []
        : problem.Errors.Count == 0 ? [new SchemaErrorView("", problem.Detail)]
        : [.. problem.Errors.Select(error => new SchemaErrorView(error.Pointer, error.Message))];
}
