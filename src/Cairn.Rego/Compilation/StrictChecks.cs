using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation;

/// <summary>What only strict mode forbids, besides unused variables and deprecated built-ins.</summary>
internal static class StrictChecks
{
    public static void Imports(ModuleNode module, ModuleScope scope, List<RegoError> errors)
    {
        var names = new HashSet<string>();
        foreach (var import in module.Imports)
        {
            if (!names.Add(import.Name))
                errors.Add(new RegoError(RegoError.Compile, $"import must not shadow import {import.Path.DottedName}", import.Location));
            else if (((VarTerm)import.Path.Head).Name is "data" or "input" && !scope.Used.Contains(import.Name))
                errors.Add(new RegoError(RegoError.Compile, $"import {import.Path.DottedName}{(import.Alias is null ? "" : $" as {import.Alias.Name}")} unused", import.Location));
        }

        foreach (var rule in module.Rules)
            if (((VarTerm)rule.Head.Name).Name is "input" or "data")
                errors.Add(new RegoError(RegoError.Compile, $"rules must not shadow {((VarTerm)rule.Head.Name).Name} (use a different rule name)", rule.Location));
    }
}
