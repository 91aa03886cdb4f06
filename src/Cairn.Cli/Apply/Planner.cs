using Cairn.Cli.Transfer;

namespace Cairn.Cli.Apply;

/// <summary>Compares files with a server.</summary>
internal sealed class Planner(ServerConfigs server)
{
    // More projects than this are found faster in one list of all configs.
    private const int MaxLists = 20;

    /// <summary>Finds out what is to be done.</summary>
    /// <param name="documents">What the files say.</param>
    /// <param name="prune">Whether what the files do not have is deleted, in the projects they are about.</param>
    /// <param name="ct">Ends the comparing.</param>
    public async Task<Plan> MakeAsync(IReadOnlyList<ConfigDocument> documents, bool prune, CancellationToken ct)
    {
        var wanted = documents.ToLookup(document => document.Path);
        var projects = documents.Select(document => Project(document.Path)).ToHashSet(StringComparer.Ordinal);
        var steps = new List<PlanStep>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int unchanged = 0;
        foreach (string prefix in projects.Count <= MaxLists ? projects.Order(StringComparer.Ordinal).ToArray() : [""])
        {
            await foreach (var config in server.ListAsync(prefix, ct))
            {
                // "pay" is a prefix of "payments/database" too.
                if (!projects.Contains(Project(config.Path)) || !seen.Add(config.Path))
                    continue;
                foreach (var document in wanted[config.Path])
                {
                    if (config.Find(document.Environment) is not { } known)
                    {
                        steps.Add(
                            new PlanStep(
                                StepAction.Create,
                                document.Path,
                                document.Environment,
                                null,
                                document.Json,
                                config.Version
                            )
                        );
                    }
                    else if (known.Json.AsSpan().SequenceEqual(document.Json))
                    {
                        unchanged++;
                    }
                    else
                    {
                        steps.Add(
                            new PlanStep(
                                StepAction.Change,
                                document.Path,
                                document.Environment,
                                known.Json,
                                document.Json,
                                config.Version
                            )
                        );
                    }
                }

                if (prune)
                    steps.AddRange(Superfluous(config, wanted[config.Path]));
            }
        }

        steps.AddRange(
            documents
                .Where(document => !seen.Contains(document.Path))
                .Select(document => new PlanStep(
                    StepAction.Create,
                    document.Path,
                    document.Environment,
                    null,
                    document.Json,
                    0
                ))
        );
        return new Plan(
            [
                .. steps
                    .OrderBy(step => step.Path, StringComparer.Ordinal)
                    .ThenBy(step => step.Environment, StringComparer.Ordinal),
            ],
            unchanged
        );
    }

    // A base whose overlays stay cannot be deleted alone; the whole config can, and each overlay.
    private static IEnumerable<PlanStep> Superfluous(ServerConfig config, IEnumerable<ConfigDocument> wanted)
    {
        var kept = wanted.Select(document => document.Environment ?? "").ToHashSet(StringComparer.Ordinal);
        return kept.Count == 0
            ? [new PlanStep(StepAction.Delete, config.Path, null, config.Find(null)?.Json, null, config.Version)]
            : config
                .Documents.Where(document => document.Environment is not null && !kept.Contains(document.Environment))
                .Select(document => new PlanStep(
                    StepAction.Delete,
                    config.Path,
                    document.Environment,
                    document.Json,
                    null,
                    config.Version
                ));
    }

    private static string Project(string path) => path.Split('/')[0];
}
