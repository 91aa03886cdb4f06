using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>
/// A built-in function. It gives its result, null for undefined, or throws <see cref="BuiltinException"/>. Arguments
/// have already been checked against the outermost kinds of the declared types; they must not be kept after the call's
/// end.
/// </summary>
public delegate RegoValue? BuiltinFunction(BuiltinContext context, ReadOnlySpan<RegoValue> arguments);

/// <summary>What sets a built-in apart.</summary>
[Flags]
public enum BuiltinTraits
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Refused in strict mode.</summary>
    Deprecated = 1,

    /// <summary>Its result depends on more than its arguments: the clock, chance, the network, the host.</summary>
    Nondeterministic = 2,

    /// <summary>Gives an array of results, each of which is one solution of the call.</summary>
    Relation = 4,
}

/// <summary>A built-in's name, types and function.</summary>
/// <param name="Name">As policies call it, for example <c>array.concat</c>.</param>
/// <param name="Arguments">The operands' types. A call has as many operands, or one more that is unified with the
/// result.</param>
/// <param name="Result">The result's type.</param>
/// <param name="Function">What it does.</param>
public sealed record BuiltinDefinition(
    string Name,
    IReadOnlyList<RegoType> Arguments,
    RegoType Result,
    BuiltinFunction Function
)
{
    /// <summary>What sets the built-in apart.</summary>
    public BuiltinTraits Traits { get; init; }

    /// <summary>The operator that means this built-in, for example <c>+</c>.</summary>
    public string? Infix { get; init; }

    /// <summary>Whether the built-in has this trait.</summary>
    internal bool Has(BuiltinTraits trait) => (Traits & trait) != 0;
}
