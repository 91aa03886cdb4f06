using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Documents;
using Cairn.Core.Environments;

namespace Cairn.Core.Configs;

/// <summary>Tells what a planned change would make the environments serve: of the configs it writes, and of those that
/// refer to what it writes.</summary>
internal sealed class ConfigEffects(ResourceKinds kinds, ConfigRenderer renderer, ConfigRules rules)
{
    /// <summary>The differences that the change's author may see.</summary>
    /// <param name="draft">The change.</param>
    /// <param name="work">What the telling may use.</param>
    /// <param name="hidden">How many more there are, of configs that the author may not read.</param>
    public IReadOnlyList<ChangeEffect> Of(ChangeDraft draft, WorkBudget work, out int hidden)
    {
        var effects = new List<ChangeEffect>();
        hidden = 0;
        var written = rules
            .Written(draft)
            .Select(config => (config.Path, Environments: (IEnumerable<string>)kinds.EnvironmentNames(draft)));
        foreach (
            var (path, environment) in written
                .Concat(rules.Affected(draft, work))
                .SelectMany(config => config.Environments.Select(environment => (config.Path, environment)))
                .Distinct()
        )
        {
            bool visible = Authorizer.Allows(draft.Caller, ConfigService.ReadPermission, path, environment);
            if (Of(draft, visible ? draft.Caller : Principal.System, path, environment, work) is not { } effect)
                continue;
            if (visible)
                effects.Add(effect);
            else
                hidden++;
        }

        return effects;
    }

    private ChangeEffect? Of(ChangeDraft draft, Principal caller, string path, string environment, WorkBudget work)
    {
        var head = draft.Head(kinds.Configs, path);
        var before = Render(
            new ConfigSource(kinds, draft.Start),
            caller,
            new ConfigVersion(path, head?.Version ?? 0, head?.Revision ?? 0, head?.State!, head?.Mark),
            environment,
            work
        );
        var after = Render(
            new ConfigSource(kinds, draft),
            caller,
            new ConfigVersion(path, 0, 0, draft.Get(kinds.Configs, path)!),
            environment,
            work
        );
        if (
            before is null && after is null
            || before is { } one && after is { } other && JsonElement.DeepEquals(one, other)
        )
        {
            return null;
        }

        return new ChangeEffect(
            path,
            environment,
            before,
            after,
            before is { } from && after is { } to ? JsonPatch.Diff(from, to) : null
        );
    }

    private JsonElement? Render(
        ConfigSource source,
        Principal caller,
        ConfigVersion config,
        string environment,
        WorkBudget work
    )
    {
        try
        {
            return
                config.State is not null && renderer.Render(source, caller, config, environment, work) is { } rendered
                ? JsonText.Element(rendered.Body)
                : null;
        }
        catch (ProblemException) when (!work.IsSpent)
        {
            // What cannot be rendered has no effect to show; the preview's problems say why.
            return null;
        }
    }
}
