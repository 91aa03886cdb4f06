using Cairn.Storage.Catalogs;

namespace Cairn.Core.Changes;

/// <summary>What a capability keeps in versions, and the catalogs that belong to it.</summary>
public interface IResourceSet
{
    /// <summary>Its kinds.</summary>
    IReadOnlyList<ResourceKind> Kinds { get; }

    /// <summary>The catalogs of its kinds and what is found by, in the order in which a commit is to be taken
    /// in.</summary>
    IEnumerable<Catalog> Catalogs { get; }
}

/// <summary>The versioned kinds of resource: what a change can be made of. Each capability brings its own, and finds
/// them again by its set's type.</summary>
/// <param name="sets">One of each type. What others depend on goes before them: a commit is taken in by this
/// order.</param>
public sealed class ResourceKinds(params IReadOnlyList<IResourceSet> sets)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<ResourceKind> All { get; } = [.. sets.SelectMany(set => set.Kinds)];

    /// <summary>Their catalogs, in the order in which a commit is to be taken in.</summary>
    public IEnumerable<Catalog> Catalogs => sets.SelectMany(set => set.Catalogs);

    /// <summary>A capability's set.</summary>
    /// <exception cref="InvalidOperationException">There is none of that type.</exception>
    public T Of<T>()
        where T : class, IResourceSet
    {
        foreach (var set in sets)
        {
            if (set is T found)
                return found;
        }

        throw new InvalidOperationException($"There are no {typeof(T).Name} among the kinds of resource.");
    }

    /// <summary>A kind by its name.</summary>
    /// <exception cref="ProblemException">There is none of that name; the message names those there are.</exception>
    public ResourceKind Find(string name) =>
        All.FirstOrDefault(kind => kind.Name == name)
        ?? throw new ProblemException(
            ProblemKind.Invalid,
            $"'{name}' is not one of {string.Join(", ", All.Select(kind => kind.Name).Order(StringComparer.Ordinal))}."
        );

    /// <summary>The operations that forms stand for.</summary>
    /// <exception cref="ProblemException">One makes no sense; the pointer is into the list, such as
    /// <c>/operations/3/document</c>.</exception>
    public IReadOnlyList<Operation> Read(IReadOnlyList<OperationForm> forms)
    {
        var operations = new Operation[forms.Count];
        for (int i = 0; i < operations.Length; i++)
        {
            try
            {
                operations[i] = Read(forms[i]);
            }
            catch (ProblemException e) when (e.Problem.Errors.Count > 0)
            {
                throw new ProblemException(
                    e.Problem with
                    {
                        Errors =
                        [
                            .. e.Problem.Errors.Select(error =>
                                error with
                                {
                                    Pointer = $"/operations/{i}{error.Pointer}",
                                }
                            ),
                        ],
                    }
                );
            }
        }

        return operations;
    }

    private Operation Read(OperationForm form)
    {
        var kind =
            All.FirstOrDefault(kind => kind.Name == form.Kind)
            ?? throw form.Bad(
                "kind",
                $"'{form.Kind}' is not one of "
                    + $"{string.Join(", ", All.Select(kind => kind.Name).Order(StringComparer.Ordinal))}."
            );
        if (!kind.Operations.TryGetValue(form.Op, out var read))
        {
            throw form.Bad(
                "op",
                $"'{form.Op}' cannot be done to {kind.Name}; there are "
                    + $"{string.Join(", ", kind.Operations.Keys.Order(StringComparer.Ordinal))}."
            );
        }

        var operation = read(form);
        form.RequireAllRead();
        return operation with { IfVersion = form.IfVersion };
    }
}
