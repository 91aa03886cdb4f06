using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation.Types;

/// <summary>The order in which the expressions of bodies are evaluated, where it is not the order of the
/// text.</summary>
internal sealed class BodyOrder
{
    private readonly Dictionary<IReadOnlyList<Expression>, IReadOnlyList<Expression>> _reordered = new(
        ReferenceEqualityComparer.Instance
    );

    /// <summary>Notes the order of a body.</summary>
    public void Set(IReadOnlyList<Expression> body, IReadOnlyList<Expression> ordered) => _reordered[body] = ordered;

    /// <summary>A body's expressions in order.</summary>
    public IReadOnlyList<Expression> Of(IReadOnlyList<Expression> body) =>
        _reordered.Count == 0 ? body : _reordered.GetValueOrDefault(body, body);
}
