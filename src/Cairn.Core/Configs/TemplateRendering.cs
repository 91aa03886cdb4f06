using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Core.Documents;
using Cairn.Core.Environments;
using Cairn.Templates;

namespace Cairn.Core.Configs;

/// <summary>
/// Renders the templates of one document for one environment. Templates see <c>env</c>, <c>environment</c>,
/// <c>project</c>, <c>path</c>, the environment's variables, the project's, and <c>config('other/path')</c>: what the
/// same environment serves of another config. Using what does not exist is an error, for a typo must not become an
/// empty value.
/// </summary>
internal sealed class TemplateRendering(
    ConfigRenderer renderer,
    ConfigSource source,
    Principal caller,
    ConfigVersion config,
    string environment,
    IReadOnlyList<string> chain,
    CancellationToken? end,
    WorkBudget work
)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    private static readonly TemplateEnvironment Language = new()
    {
        Undefined = UndefinedMode.Strict,
        Budget = TemplateBudget.Default with
        {
            MaxOutputLength = ConfigRules.MaxDocumentBytes,
            MaxSourceLength = ConfigRules.MaxDocumentBytes,
        },
    };

    private readonly List<(string Path, ConfigState? State)> _references = [];
    private readonly Dictionary<string, VariableSet> _projects = [];
    private CancellationToken _end;

    /// <summary>Renders.</summary>
    /// <param name="document">The environment's document, merged.</param>
    /// <exception cref="ProblemException">A template fails; the error has the JSON Pointer of its string.</exception>
    public RenderedConfig Render(byte[] document)
    {
        try
        {
            var template = DocumentTemplate.Parse(Language, document, config.Path);
            if (!template.HasTemplates)
                return new RenderedConfig(environment, document, config.Version, config.Revision, config.Mark);

            string project = ConfigPath.Project(config.Path);
            var environmentVariables = source.EnvironmentVariables(environment);
            var projectVariables = _projects[project] = source.ProjectVariables(project);
            // What it refers to is rendered within the same time.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(end ?? work.Token);
            if (end is null)
                limit.CancelAfter(TimeLimit);
            _end = limit.Token;
            byte[] body = template.Render(
                Variables(project, environmentVariables, projectVariables),
                new Dictionary<string, TemplateFunction> { ["config"] = Config },
                limit.Token
            );
            work.Charge(1, body.Length);
            if (body.Length > ConfigRules.MaxDocumentBytes)
            {
                throw new ProblemException(
                    ProblemKind.Unprocessable,
                    $"What the templates of {config.Path} make in '{environment}' has {body.Length} bytes; a "
                        + $"document has at most {ConfigRules.MaxDocumentBytes}.",
                    [new ProblemError("", "Too large.", environment)]
                );
            }

            return new RenderedConfig(environment, body, config.Version, config.Revision, config.Mark)
            {
                EnvironmentVariables = environmentVariables,
                ProjectVariables = [.. _projects.Select(pair => (pair.Key, pair.Value))],
                References = _references,
            };
        }
        catch (TemplateException e)
        {
            string message = $"{e.Detail} (line {e.Line}, column {e.Column})";
            throw new ProblemException(
                ProblemKind.Unprocessable,
                $"A template of {config.Path} fails in '{environment}' at '{e.Pointer}': {message}\n{e.Excerpt}".TrimEnd(),
                [new ProblemError(e.Pointer ?? "", message, environment)]
            );
        }
        catch (OperationCanceledException)
        {
            work.Check();
            throw new ProblemException(
                ProblemKind.Unprocessable,
                $"The templates of {config.Path} take longer than {TimeLimit.TotalSeconds:0} s in '{environment}'."
            );
        }
    }

    private TemplateVariables Variables(string project, VariableSet environmentVariables, VariableSet projectVariables)
    {
        var variables = new Dictionary<string, JsonElement>(environmentVariables.Values);
        foreach (var (name, value) in projectVariables.Values)
            variables[name] = value;
        variables["env"] = variables["environment"] = Text(environment);
        variables["project"] = Text(project);
        variables["path"] = Text(config.Path);
        return new TemplateVariables(variables);
    }

    private JsonElement Config(TemplateCall call)
    {
        string path = call.String(0, "path");
        string[] deeper = [.. chain, config.Path];
        if (deeper.Contains(path))
        {
            throw new TemplateException(
                TemplateErrorKind.Runtime,
                $"configs refer to each other in a circle: {string.Join(" → ", deeper)} → {path}"
            );
        }

        if (deeper.Length >= ConfigRenderer.MaxReferenceDepth)
        {
            throw new TemplateException(
                TemplateErrorKind.Budget,
                $"configs refer to each other more than {ConfigRenderer.MaxReferenceDepth} deep: "
                    + $"{string.Join(" → ", deeper)}"
            );
        }

        if (!Authorizer.Allows(caller, ConfigService.ReadPermission, path, environment))
        {
            throw new ProblemException(
                ProblemKind.Denied,
                $"A template of {config.Path} reads {path}, which this credential does not allow."
            );
        }

        var state = source.Config(path);
        _references.Add((path, state));
        var referred = state is null
            ? null
            : renderer.Render(source, caller, new ConfigVersion(path, 0, 0, state), environment, deeper, _end, work);
        if (referred is null)
        {
            throw new TemplateException(
                TemplateErrorKind.NotFound,
                $"'{environment}' serves nothing of the config '{path}'"
            );
        }

        _references.AddRange(referred.References);
        foreach (var (project, variables) in referred.ProjectVariables)
            _projects[project] = variables;
        return JsonText.Element(referred.Body);
    }

    private static JsonElement Text(string value) =>
        JsonText.Element(JsonText.Write(writer => writer.WriteStringValue(value)));
}
