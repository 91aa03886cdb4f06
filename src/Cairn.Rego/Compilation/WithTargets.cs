using Cairn.Rego.Builtins;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation;

/// <summary>What a <c>with</c> may replace: parts of <c>input</c>, base documents, whole rules, and most
/// functions.</summary>
internal static class WithTargets
{
    /// <summary>What is wrong with a resolved target, or null.</summary>
    public static RegoError? Check(Term target, SourceLocation location, ModuleScope module)
    {
        switch (target)
        {
            case VarTerm { Name: "input" or "data" }:
                return null;
            case RefTerm { Head: VarTerm { Name: "input" or "data" } } reference
                when reference.Path.Any(element => element is not ScalarTerm):
                return new RegoError(RegoError.Type, "with keyword target must be ground", location);
            case RefTerm { Head: VarTerm { Name: "input" } }:
                return null;
            case RefTerm { Head: VarTerm { Name: "data" } } reference:
                return module.IsBelowRule(reference)
                    ? new RegoError(
                        RegoError.Compile,
                        "with keyword cannot partially replace virtual document(s)",
                        location
                    )
                    : null;
            case VarTerm name when module.Unsafe.Contains(name.Name):
                return new RegoError(
                    RegoError.Compile,
                    $"with keyword replacing built-in function: target must not be unsafe: \"{name.Name}\"",
                    location
                );
            case VarTerm name when module.FindBuiltin(name.Name) is { } builtin:
                return Builtin(builtin) is { } problem
                    ? new RegoError(RegoError.Compile, $"with keyword replacing built-in function: {problem}", location)
                    : null;
            default:
                return new RegoError(
                    RegoError.Type,
                    "with keyword target must reference existing input, data, or a function",
                    location
                );
        }
    }

    private static string? Builtin(BuiltinDefinition builtin) =>
        builtin switch
        {
            { Name: "rego.metadata.chain" or "rego.metadata.rule" } => $"replacement of \"{builtin.Name}\" invalid",
            { } when builtin.Name.StartsWith("internal.", StringComparison.Ordinal) =>
                $"replacement of internal function \"{builtin.Name}\" invalid",
            { } when builtin.Has(BuiltinTraits.Relation) => "target must not be a relation",
            { } when ReferenceEquals(builtin.Result, RegoType.Void) => "target must not be a void function",
            _ => null,
        };
}
