using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Documents;

namespace Cairn.Core.Environments;

/// <summary>Makes an environment, or changes it.</summary>
/// <param name="Path">Which environment.</param>
/// <param name="Description">For people; as it was when null, and nothing had to be there before.</param>
/// <param name="Protected">Whether what it serves is protected; as it was when null, else not.</param>
public sealed record PutEnvironment(string Path, string? Description, bool? Protected) : Operation
{
    /// <summary>An environment as it is to be.</summary>
    public PutEnvironment(string path, EnvironmentState state)
        : this(path, state.Description, state.Protected) => Replace = true;

    /// <summary>Whether what is not said is not to be there any more, instead of staying as it was.</summary>
    public bool Replace { get; init; }

    public override string Path { get; init; } = Path;
    public override Permission Needed => new("environments", PermissionLevel.Admin);

    public override ValueTask ApplyAsync(ChangeDraft draft, CancellationToken ct)
    {
        EnvironmentState.CheckName(Path);
        var environment = draft.Open(draft.Kinds.Environments, Path);
        environment.CheckVersion(IfVersion);
        if (environment.State is null && draft.Kinds.EnvironmentNames(draft).Count >= EnvironmentState.MaxCount)
            throw new ProblemException(ProblemKind.TooLarge, $"There may be {EnvironmentState.MaxCount} environments.");
        var before = Replace ? null : environment.State;
        environment.Set(
            new EnvironmentState(Description ?? before?.Description, Protected ?? before?.Protected ?? false),
            "put"
        );
        return ValueTask.CompletedTask;
    }
}

/// <summary>Removes an environment. Rules see to it that no config has anything of its own in it.</summary>
public sealed record DeleteEnvironment(string Path) : Operation
{
    public override string Path { get; init; } = Path;
    public override Permission Needed => new("environments", PermissionLevel.Admin);

    public override ValueTask ApplyAsync(ChangeDraft draft, CancellationToken ct)
    {
        var environment = draft.Open(draft.Kinds.Environments, Path);
        environment.CheckVersion(IfVersion);
        if (environment.State is null)
            throw new ProblemException(ProblemKind.NotFound, $"There is no environment '{Path}'.");
        if (environment.State.Protected)
        {
            throw new ProblemException(
                ProblemKind.Protected,
                $"The environment '{Path}' is protected. Take the protection off first."
            );
        }

        environment.Set(null, "delete");
        return ValueTask.CompletedTask;
    }
}

/// <summary>Brings an environment back to an older version.</summary>
public sealed record RestoreEnvironment(string Path, long ToVersion) : Operation
{
    public override string Path { get; init; } = Path;
    public override Permission Needed => new("environments", PermissionLevel.Admin);

    public override async ValueTask ApplyAsync(ChangeDraft draft, CancellationToken ct)
    {
        var environment = draft.Open(draft.Kinds.Environments, Path);
        environment.CheckVersion(IfVersion);
        var state =
            ToVersion == 0 ? null : (await draft.ReadVersionAsync(draft.Kinds.Environments, Path, ToVersion, ct)).State;
        if (state is null)
            await new DeleteEnvironment(Path).ApplyAsync(draft, ct);
        else
            environment.Set(state, "restore");
    }
}

/// <summary>Writes the variables of <c>environments/{name}</c> or <c>projects/{name}</c>.</summary>
/// <param name="Path">Whose variables.</param>
/// <param name="Json">A JSON object of them.</param>
/// <param name="Merge">Whether it is a merge patch to those that are there, instead of all of them.</param>
public sealed record PutVariables(string Path, byte[] Json, bool Merge) : Operation
{
    public override string Path { get; init; } = Path;
    public override Permission Needed => new("variables", PermissionLevel.Write);
    public override string? TargetEnvironment => VariableOwner.Environment(Path);

    public override ValueTask ApplyAsync(ChangeDraft draft, CancellationToken ct)
    {
        var variables = draft.Open(draft.Kinds.Variables, Path);
        variables.CheckVersion(IfVersion);
        VariableOwner.Check(draft, Path);
        var set = VariableSet.Parse(
            Merge ? MergePatch.Apply((variables.State ?? VariableSet.Empty).Json.ToArray(), Json) : Json
        );
        variables.Set(set, "put", TargetEnvironment);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Brings variables back to an older version.</summary>
public sealed record RestoreVariables(string Path, long ToVersion) : Operation
{
    public override string Path { get; init; } = Path;
    public override Permission Needed => new("variables", PermissionLevel.Write);
    public override string? TargetEnvironment => VariableOwner.Environment(Path);

    public override async ValueTask ApplyAsync(ChangeDraft draft, CancellationToken ct)
    {
        var variables = draft.Open(draft.Kinds.Variables, Path);
        variables.CheckVersion(IfVersion);
        VariableOwner.Check(draft, Path);
        var state =
            ToVersion == 0 ? null : (await draft.ReadVersionAsync(draft.Kinds.Variables, Path, ToVersion, ct)).State;
        variables.Set(state ?? VariableSet.Empty, "restore", TargetEnvironment);
    }
}

/// <summary>Who can have variables: an environment or a project.</summary>
internal static class VariableOwner
{
    private const string Environments = "environments/";
    private const string Projects = "projects/";

    public static string? Environment(string path) =>
        path.StartsWith(Environments, StringComparison.Ordinal) ? path[Environments.Length..] : null;

    public static void Check(ChangeDraft draft, string path)
    {
        if (Environment(path) is { } name)
        {
            var environment =
                draft.Get(draft.Kinds.Environments, name)
                ?? throw new ProblemException(ProblemKind.NotFound, $"There is no environment '{name}'.");
            if (environment.Protected)
            {
                throw new ProblemException(
                    ProblemKind.Protected,
                    $"The environment '{name}' is protected: its variables change through an approval only."
                );
            }
        }
        else if (!path.StartsWith(Projects, StringComparison.Ordinal))
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                $"Variables belong to environments/… or projects/…, not '{path}'."
            );
        }
        else
        {
            string project = path[Projects.Length..];
            if (PathSegment.Fault(project) is { } fault)
            {
                throw new ProblemException(
                    ProblemKind.Invalid,
                    $"'{(project.Length <= 80 ? project : project[..80] + "…")}' is not a project's name: {fault}."
                );
            }
        }
    }
}
