using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation;

/// <summary>Names of imports and rules: imports of one name, rules named as a document, and what nobody uses.</summary>
internal static class ModuleChecks
{
    /// <summary>Checks a module whose names are resolved.</summary>
    public static void Check(ModuleNode module, ModuleScope scope, List<RegoError> errors)
    {
        if (scope.Strict)
        {
            foreach (var import in module.Imports)
            {
                if (((VarTerm)import.Path.Head).Name is "data" or "input" && !scope.Used.Contains(import.Name))
                    errors.Add(new RegoError(RegoError.Compile, $"{Text(import)} unused", import.Location));
            }
        }

        if (!scope.Strict && !module.Version1)
            return;
        var names = new Dictionary<string, ImportNode>();
        foreach (var import in module.Imports)
        {
            if (!names.TryAdd(import.Name, import))
            {
                errors.Add(
                    new RegoError(
                        RegoError.Compile,
                        $"import must not shadow {Text(names[import.Name])}",
                        import.Location
                    )
                );
            }
        }

        foreach (var rule in module.Rules)
        {
            if (((VarTerm)rule.Head.Name).Name is "input" or "data")
            {
                errors.Add(
                    new RegoError(
                        RegoError.Compile,
                        $"rules must not shadow {((VarTerm)rule.Head.Name).Name} (use a different rule name)",
                        rule.Location
                    )
                );
            }
        }
    }

    private static string Text(ImportNode import) =>
        $"import {import.Path.DottedName}{(import.Alias is null ? "" : $" as {import.Alias.Name}")}";
}
