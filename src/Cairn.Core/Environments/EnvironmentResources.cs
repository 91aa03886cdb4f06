using Cairn.Core.Changes;
using Cairn.Core.Cryptography;
using Cairn.Core.Documents;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Environments;

/// <summary>The kinds of resource that configs are rendered with: environments, and variables of environments and
/// projects.</summary>
public sealed class EnvironmentResources : IResourceSet
{
    public EnvironmentResources(Keyring keyring, TimedIds ids)
    {
        Environments = new(
            "environments",
            "environment-versions",
            keyring,
            ids,
            EnvironmentState.Encode,
            EnvironmentState.Decode
        )
        {
            Restore = (path, version) => new RestoreEnvironment(path, version),
            Operations = new Dictionary<string, Func<OperationForm, Operation>>
            {
                ["put"] = form => new PutEnvironment(form.Path, StateOf(form)),
                ["delete"] = form => new DeleteEnvironment(form.Path),
                ["restore"] = form => new RestoreEnvironment(form.Path, form.ToVersion()),
            },
        };
        Variables = new("variables", "variable-versions", keyring, ids, VariableSet.Encode, VariableSet.Decode)
        {
            Restore = (path, version) => new RestoreVariables(path, version),
            Operations = new Dictionary<string, Func<OperationForm, Operation>>
            {
                ["put"] = form => new PutVariables(form.Path, form.Document(), Merge: false),
                ["patch"] = form => new PutVariables(form.Path, form.Document(), Merge: true),
                ["restore"] = form => new RestoreVariables(form.Path, form.ToVersion()),
            },
        };
    }

    /// <summary>By name.</summary>
    public ResourceKind<EnvironmentState> Environments { get; }

    /// <summary>At <c>environments/prod</c> or <c>projects/payments</c>.</summary>
    public ResourceKind<VariableSet> Variables { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ResourceKind> Kinds => [Environments, Variables];

    /// <inheritdoc/>
    public IEnumerable<Catalog> Catalogs => [Environments.Catalog, Variables.Catalog];

    private static EnvironmentState StateOf(OperationForm form)
    {
        var json = JsonText.Element(form.Document());
        try
        {
            return new EnvironmentState(
                json.TryGetProperty("description", out var description) ? description.GetString() : null,
                json.TryGetProperty("protected", out var isProtected) && isProtected.GetBoolean()
            );
        }
        catch (InvalidOperationException)
        {
            throw form.Bad("document", "An environment is an object with 'description' and 'protected'.");
        }
    }
}

/// <summary>Finds environments and variables among the kinds.</summary>
public static class EnvironmentKinds
{
    extension(ResourceKinds kinds)
    {
        /// <summary>Environments, by name.</summary>
        public ResourceKind<EnvironmentState> Environments => kinds.Of<EnvironmentResources>().Environments;

        /// <summary>Sets of variables, at <c>environments/prod</c> or <c>projects/payments</c>.</summary>
        public ResourceKind<VariableSet> Variables => kinds.Of<EnvironmentResources>().Variables;

        /// <summary>The environments that exist, by name.</summary>
        public List<string> EnvironmentNames(IResourceView view) =>
            [.. view.Range(kinds.Environments, "").Select(environment => environment.Path)];

        /// <summary>The environments that exist in a snapshot, by name.</summary>
        public List<string> EnvironmentNames(CatalogSnapshot snapshot) =>
            kinds.EnvironmentNames(new SnapshotView(snapshot));

        /// <summary>Refuses an environment that does not exist.</summary>
        /// <exception cref="ProblemException">It does not; the message names those that do.</exception>
        public void RequireEnvironment(IResourceView view, string name)
        {
            if (view.Get(kinds.Environments, name) is null)
            {
                throw new ProblemException(
                    ProblemKind.NotFound,
                    $"There is no environment '{name}'. There are: {string.Join(", ", kinds.EnvironmentNames(view))}."
                );
            }
        }

        /// <inheritdoc cref="RequireEnvironment(ResourceKinds, IResourceView, string)"/>
        public void RequireEnvironment(CatalogSnapshot snapshot, string name) =>
            kinds.RequireEnvironment(new SnapshotView(snapshot), name);
    }
}
