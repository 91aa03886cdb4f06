using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Environments;
using Cairn.Core.Schemas;

namespace Cairn.Core.Configs;

/// <summary>What every change must keep to: sizes, protected environments, templates that render, schemas that
/// hold.</summary>
/// <remarks>What is written is rendered as its author, who must be allowed to read what its templates refer to. What is
/// only affected is rendered as Cairn itself: whether a rule holds does not depend on what the author may see, and what
/// they may not see is not told.</remarks>
public sealed class ConfigRules(ResourceKinds kinds, ConfigRenderer renderer) : IChangeRules
{
    /// <summary>How large one document may be, in bytes of compact JSON.</summary>
    public const int MaxDocumentBytes = 1 << 20;

    private const int MaxProblems = 100;

    /// <inheritdoc/>
    public IReadOnlyList<Problem> Problems(ChangeDraft draft, WorkBudget work)
    {
        var problems = new List<Problem>();
        CheckParts(draft, problems);
        foreach (var config in Written(draft))
        {
            KeepProtected(draft, config);
            CheckSizes(config, problems);
            CheckProtection(draft, config, problems);
            if (config.State is { } state)
                CheckResults(draft, config, state, problems, work);
        }

        foreach (var (path, environments) in Affected(draft, work))
        {
            foreach (string environment in environments)
                CheckAffected(draft, path, environment, problems, work);
        }

        return problems;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ChangeEffect> Effects(ChangeDraft draft, WorkBudget work, out int hidden) =>
        new ConfigEffects(kinds, renderer, this).Of(draft, work, out hidden);

    // What is deleted may not be needed any more: no config has a part of its own in it.
    private void CheckParts(ChangeDraft draft, List<Problem> problems)
    {
        foreach (var environment in draft.Written(kinds.Environments).Where(environment => environment.State is null))
        {
            if (draft.Lookup(kinds.Parts, environment.Path).FirstOrDefault() is { } config)
            {
                problems.Add(
                    new Problem(
                        ProblemKind.Conflict,
                        $"The config {config} has a part of its own in '{environment.Path}'. Delete that first."
                    )
                );
            }
        }
    }

    internal IEnumerable<DraftResource<ConfigState>> Written(ChangeDraft draft) => draft.Written(kinds.Configs);

    /// <summary>Where a draft changes what something serves whose own documents it leaves as they are.</summary>
    internal IEnumerable<(string Path, IEnumerable<string> Environments)> Affected(ChangeDraft draft, WorkBudget work)
    {
        var impact = new ConfigImpact(kinds, draft, kinds.EnvironmentNames(draft));
        // What refers to a config that was not there served nothing that could break.
        foreach (var config in Written(draft).Where(config => draft.IsPreview || config.Before?.State is not null))
            impact.Add(config.Path, config.Before?.State, config.State);
        foreach (var variables in draft.Written(kinds.Variables))
        {
            impact.Add(
                variables.Path,
                variables.Before?.State ?? VariableSet.Empty,
                variables.State ?? VariableSet.Empty
            );
        }

        foreach (var (path, environments) in impact.Reached(work))
        {
            var (before, after) = (draft.Start.Get(kinds.Configs, path), draft.Get(kinds.Configs, path));
            yield return (path, environments.Where(environment => ConfigState.SameIn(environment, before, after)));
        }
    }

    // A protected environment never follows the newest base: it stays at what it serves until it is promoted.
    private void KeepProtected(ChangeDraft draft, DraftResource<ConfigState> config)
    {
        if (config.State is not { } state || ReferenceEquals(state.Base, config.Before?.State?.Base))
            return;
        var pins = state.Pins;
        foreach (string environment in Protected(draft))
        {
            if (!pins.ContainsKey(environment))
                pins = pins.SetItem(environment, config.Before?.State?.Base ?? new ConfigLayer(0, null));
        }

        if (pins != state.Pins)
            config.Set(state.With(pins: pins), config.Action!, config.Environment);
    }

    private IEnumerable<string> Protected(ChangeDraft draft) =>
        kinds.EnvironmentNames(draft).Where(name => IsProtected(draft, name));

    // Protection that the same change takes off or puts on holds for the change itself, too.
    private bool IsProtected(ChangeDraft draft, string environment) =>
        draft.Start.Get(kinds.Environments, environment) is { Protected: true }
        || draft.Get(kinds.Environments, environment) is { Protected: true };

    private static void CheckSizes(DraftResource<ConfigState> config, List<Problem> problems)
    {
        if (config.State is not { } state)
            return;
        foreach (var layer in state.Overlays.Values.Append(state.Base))
        {
            if (layer?.Version == config.NextVersion && layer.Document!.Length > MaxDocumentBytes)
            {
                problems.Add(
                    new Problem(
                        ProblemKind.TooLarge,
                        $"A document of a config has at most {MaxDocumentBytes} bytes; this one of "
                            + $"{config.Path} has {layer.Document.Length}."
                    )
                );
            }
        }
    }

    private void CheckProtection(ChangeDraft draft, DraftResource<ConfigState> config, List<Problem> problems)
    {
        foreach (string environment in Protected(draft))
        {
            if (
                !ConfigState.SameIn(environment, config.Before?.State, config.State)
                && !IsPromotion(draft, config, environment)
            )
            {
                problems.Add(
                    new Problem(
                        ProblemKind.Protected,
                        $"'{environment}' is protected: what it serves of {config.Path} changes only when an "
                            + "administrator of configs promotes a version to it."
                    )
                );
            }
        }
    }

    // Whoever may rule a config's environment may take a version of it there that others have reviewed.
    private bool IsPromotion(ChangeDraft draft, DraftResource<ConfigState> config, string environment) =>
        config.Action == "promote"
        && config.Environment == environment
        && Authorizer.Allows(
            draft.Caller,
            new Permission(kinds.Configs.Name, PermissionLevel.Admin),
            config.Path,
            environment
        );

    private void CheckResults(
        ChangeDraft draft,
        DraftResource<ConfigState> config,
        ConfigState state,
        List<Problem> problems,
        WorkBudget work
    )
    {
        var before = config.Before?.State;
        bool bound = !Equals(state.Schema, before?.Schema);
        if (bound && state.Schema?.Fault(new SchemaSource(kinds.Schemas, draft), draft.Caller) is { } fault)
        {
            problems.Add(fault);
            return;
        }

        // Environments that are made of the same documents serve the same, unless templates tell them apart.
        var good = ConfigDependencies.MayHaveTemplates(state) ? null : new HashSet<(ConfigLayer?, ConfigLayer?)>();
        foreach (string environment in kinds.EnvironmentNames(draft))
        {
            if (
                (!bound && ConfigState.SameIn(environment, before, state))
                || problems.Sum(problem => problem.Errors.Count) > MaxProblems
            )
            {
                continue;
            }

            var layers = (state.BaseOf(environment), state.Overlays.GetValueOrDefault(environment));
            if (good?.Contains(layers) == true)
                continue;
            var served = Serve(
                new ConfigSource(kinds, draft),
                new SchemaSource(kinds.Schemas, draft),
                draft.Caller,
                new ConfigVersion(config.Path, config.NextVersion, 0, state),
                environment,
                work
            );
            if (served.Fault is { } wrong)
                problems.Add(wrong);
            else
                good?.Add(layers);
        }
    }

    // It held before and must hold after. What did not hold before is not this change's doing.
    private void CheckAffected(
        ChangeDraft draft,
        string path,
        string environment,
        List<Problem> problems,
        WorkBudget work
    )
    {
        if (
            draft.Get(kinds.Configs, path) is not { } state
            || problems.Sum(problem => problem.Errors.Count) > MaxProblems
        )
        {
            return;
        }

        var head = draft.Head(kinds.Configs, path)!;
        var before = Serve(
            new ConfigSource(kinds, draft.Start),
            new SchemaSource(kinds.Schemas, draft.Start),
            Principal.System,
            new ConfigVersion(path, head.Version, head.Revision, head.State!, head.Mark),
            environment,
            work
        );
        if (before.Body is null || before.Fault is not null)
            return;
        var after = Serve(
            new ConfigSource(kinds, draft),
            new SchemaSource(kinds.Schemas, draft),
            Principal.System,
            new ConfigVersion(path, head.Version, 0, state),
            environment,
            work
        );
        bool known = Authorizer.Allows(draft.Caller, ConfigService.ReadPermission, path, environment);
        string name = known ? path : "a config that this credential may not read";
        if (IsProtected(draft, environment) && (after.Body is null || !after.Body.AsSpan().SequenceEqual(before.Body)))
        {
            problems.Add(
                new Problem(
                    ProblemKind.Protected,
                    $"'{environment}' is protected, and this changes what it serves of {name}."
                )
            );
        }
        // What refers to a config that is deleted fails from then on, and says why when it is read.
        else if (after.Fault is { } fault && (after.Body is not null || !Deletes(draft)))
        {
            problems.Add(
                known ? fault : new Problem(ProblemKind.Unprocessable, $"This would break {name}, in '{environment}'.")
            );
        }
    }

    private bool Deletes(ChangeDraft draft) =>
        Written(draft).Any(config => config.State is null || config.Action == "delete");

    /// <summary>What is served, and what is wrong with it: without a body it does not render.</summary>
    private (byte[]? Body, Problem? Fault) Serve(
        ConfigSource source,
        SchemaSource schemas,
        Principal caller,
        ConfigVersion config,
        string environment,
        WorkBudget work
    )
    {
        try
        {
            var rendered = renderer.Render(source, caller, config, environment, work);
            return rendered is null
                ? (null, null)
                : (rendered.Body, config.State.Schema?.Check(schemas, rendered.Body, config.Path, environment));
        }
        catch (ProblemException e) when (!work.IsSpent)
        {
            return (
                null,
                e.Problem with
                {
                    Errors =
                    [
                        .. e.Problem.Errors.Select(error =>
                            error with
                            {
                                Environment = error.Environment ?? environment,
                            }
                        ),
                    ],
                }
            );
        }
    }
}
