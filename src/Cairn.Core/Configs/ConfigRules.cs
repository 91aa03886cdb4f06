using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Core.Changes;
using Cairn.Core.Documents;
using Cairn.Core.Environments;
using Cairn.Core.Schemas;

namespace Cairn.Core.Configs;

/// <summary>What a change makes of one config in one environment.</summary>
/// <param name="Path">The config.</param>
/// <param name="Environment">The environment.</param>
/// <param name="Before">What it serves now; null when nothing.</param>
/// <param name="After">What it would serve; null when nothing, or when that cannot be rendered.</param>
/// <param name="Patch">The difference, as RFC 6902 has it; null when one of them is nothing.</param>
public sealed record ConfigEffect(string Path, string Environment, JsonElement? Before, JsonElement? After, JsonArray? Patch);

/// <summary>What every change must keep to: sizes, protected environments, templates that render, schemas that hold.</summary>
public sealed class ConfigRules(ResourceKinds kinds, ConfigRenderer renderer)
{
    /// <summary>How large one document may be, in bytes of compact JSON.</summary>
    public const int MaxDocumentBytes = 1 << 20;

    private const int MaxProblems = 100;

    /// <summary>Refuses a draft that breaks a rule.</summary>
    /// <exception cref="ProblemException">What it breaks; when several rules, all of their errors.</exception>
    public void Check(ChangeDraft draft)
    {
        var problems = Problems(draft);
        if (problems.Count == 0)
            return;
        var first = problems[0];
        throw new ProblemException(problems.Count == 1
            ? first
            : first with { Errors = [.. problems.Where(problem => problem.Kind == first.Kind).SelectMany(problem => problem.Errors.Count > 0 ? problem.Errors : [new ProblemError("", problem.Detail)])] });
    }

    /// <summary>All that is wrong with a draft; empty when it may be committed.</summary>
    public IReadOnlyList<Problem> Problems(ChangeDraft draft)
    {
        var problems = new List<Problem>();
        foreach (var config in Configs(draft))
        {
            KeepProtected(draft, config);
            CheckSizes(config, problems);
            CheckProtection(draft, config, problems);
            if (config.State is { } state)
                CheckResults(draft, config, state, problems);
        }

        foreach (var variables in draft.Resources.OfType<DraftResource<VariableSet>>().Where(set => set.Action is not null))
            CheckUsers(draft, variables, problems);
        return problems;
    }

    /// <summary>What the environments would serve, where it is not what they serve now.</summary>
    public IReadOnlyList<ConfigEffect> Effects(ChangeDraft draft)
    {
        var effects = new List<ConfigEffect>();
        foreach (var config in Configs(draft))
            foreach (string environment in kinds.EnvironmentNames(draft))
            {
                var before = TryRender(new ConfigSource(kinds, draft.Snapshot), draft, config.Path, config.Before?.State, environment);
                var after = TryRender(new ConfigSource(kinds, draft.Snapshot, draft), draft, config.Path, config.State, environment);
                if (before is null && after is null || before is { } one && after is { } other && JsonElement.DeepEquals(one, other))
                    continue;
                effects.Add(new ConfigEffect(
                    config.Path, environment, before, after, before is { } from && after is { } to ? JsonPatch.Diff(from, to) : null));
            }

        return effects;
    }

    private static IEnumerable<DraftResource<ConfigState>> Configs(ChangeDraft draft) =>
        draft.Resources.OfType<DraftResource<ConfigState>>().Where(config => config.Action is not null);

    // A protected environment never follows the newest base: it stays at what it serves until it is promoted.
    private void KeepProtected(ChangeDraft draft, DraftResource<ConfigState> config)
    {
        if (config.State is not { } state || ReferenceEquals(state.Base, config.Before?.State?.Base))
            return;
        var pins = state.Pins;
        foreach (string environment in Protected(draft))
            if (!pins.ContainsKey(environment))
                pins = pins.SetItem(environment, config.Before?.State?.Base ?? new ConfigLayer(0, null));
        if (pins != state.Pins)
            config.Set(state.With(pins: pins), config.Action!, config.Environment);
    }

    private IEnumerable<string> Protected(ChangeDraft draft)
    {
        foreach (var (name, environment) in draft.Snapshot.Of(kinds.Environments.Catalog).Range(""))
            if (environment.State is { Protected: true })
                yield return name;
    }

    private static void CheckSizes(DraftResource<ConfigState> config, List<Problem> problems)
    {
        if (config.State is not { } state)
            return;
        foreach (var layer in state.Overlays.Values.Append(state.Base))
            if (layer?.Version == config.NextVersion && layer.Document!.Length > MaxDocumentBytes)
                problems.Add(new Problem(
                    ProblemKind.TooLarge, $"A document of a config has at most {MaxDocumentBytes} bytes; this one of {config.Path} has {layer.Document.Length}."));
    }

    private void CheckProtection(ChangeDraft draft, DraftResource<ConfigState> config, List<Problem> problems)
    {
        foreach (string environment in Protected(draft))
            if (!ConfigState.SameIn(environment, config.Before?.State, config.State))
                problems.Add(new Problem(
                    ProblemKind.Protected, $"'{environment}' is protected: what it serves of {config.Path} changes through an approval only."));
    }

    private void CheckResults(ChangeDraft draft, DraftResource<ConfigState> config, ConfigState state, List<Problem> problems)
    {
        var before = config.Before?.State;
        bool bound = !Equals(state.Schema, before?.Schema);
        if (state.Schema?.Selector is { } selector)
            new SchemaSource(kinds.Schemas, draft).Guard(selector.Model, claim: bound);
        if (bound && state.Schema?.Fault(new SchemaSource(kinds.Schemas, draft)) is { } fault)
        {
            problems.Add(fault);
            return;
        }

        foreach (string environment in kinds.EnvironmentNames(draft))
            if (bound || !ConfigState.SameIn(environment, before, state))
                CheckResult(draft, config.Path, config.NextVersion, state, environment, problems);
    }

    // Variables reach every config with templates in their environment or project; those bound to a schema must still hold.
    private void CheckUsers(ChangeDraft draft, DraftResource<VariableSet> variables, List<Problem> problems)
    {
        string[] owner = variables.Path.Split('/', 2);
        var written = Configs(draft).Select(config => config.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var config in draft.Snapshot.Of(kinds.Configs.Catalog).Lookup(kinds.BoundConfigs, true))
            if (!written.Contains(config.Path) && (owner[0] == "environments" || ConfigPath.Project(config.Path) == owner[1]))
                foreach (string environment in owner[0] == "environments" ? new[] { owner[1] } : [.. kinds.EnvironmentNames(draft)])
                    CheckResult(draft, config.Path, config.Version, config.State!, environment, problems);
        if (owner[0] != "projects")
            return;
        foreach (var (path, config) in draft.Snapshot.Of(kinds.Configs.Catalog).Range(owner[1]))
            if (config.State is { } state && ConfigPath.Project(path) == owner[1])
                foreach (string environment in Protected(draft))
                {
                    var now = TryRender(new ConfigSource(kinds, draft.Snapshot), draft, path, state, environment);
                    var then = TryRender(new ConfigSource(kinds, draft.Snapshot, draft), draft, path, state, environment);
                    if (now is { } one && (then is not { } other || !JsonElement.DeepEquals(one, other)))
                        problems.Add(new Problem(
                            ProblemKind.Protected, $"'{environment}' is protected, and these variables change what it serves of {path}."));
                }
    }

    private void CheckResult(ChangeDraft draft, string path, long version, ConfigState state, string environment, List<Problem> problems)
    {
        if (problems.Sum(problem => problem.Errors.Count) > MaxProblems)
            return;
        try
        {
            var source = new ConfigSource(kinds, draft.Snapshot, draft);
            var rendered = renderer.Render(source, draft.Caller, new ConfigVersion(path, version, 0, state), environment);
            if (rendered is not null && state.Schema?.Check(new SchemaSource(kinds.Schemas, draft), rendered.Body, path, environment) is { } broken)
                problems.Add(broken);
        }
        catch (ProblemException e)
        {
            problems.Add(e.Problem with { Errors = [.. e.Problem.Errors.Select(error => error with { Environment = error.Environment ?? environment })] });
        }
    }

    private JsonElement? TryRender(ConfigSource source, ChangeDraft draft, string path, ConfigState? state, string environment)
    {
        try
        {
            return state is not null
                && renderer.Render(source, draft.Caller, new ConfigVersion(path, 0, 0, state), environment) is { } rendered
                ? JsonText.Element(rendered.Body)
                : null;
        }
        catch (ProblemException)
        {
            // What cannot be rendered has no effect to show; the preview's problems say why.
            return null;
        }
    }
}
