using Cairn.Rego.Builtins;

namespace Cairn.Rego.Compilation.Types;

/// <summary>Finds the types of all rules, those first that others need, and what is wrong on the way.</summary>
internal sealed class RuleTypes(ExpressionCheck expressions, SchemaAnnotations schemas)
{
    private readonly TypeTree _tree = new();

    /// <summary>The types of documents as queries see them.</summary>
    public DocumentTypes Documents => new(_tree, schemas.Input, null);

    /// <summary>Checks rules.</summary>
    /// <param name="order">The paths of the rules; each after those its rules refer to.</param>
    /// <param name="rules">The rules of each path.</param>
    public void Check(IEnumerable<RuleTreeNode> order, ILookup<RuleTreeNode, RuleDeclaration> rules)
    {
        foreach (var node in order)
        {
            foreach (var declaration in rules[node])
            {
                for (var rule = declaration.Resolved; rule is not null; rule = rule.Else)
                    Check(rule, declaration);
            }
        }
    }

    private void Check(ResolvedRule rule, RuleDeclaration declaration)
    {
        int before = expressions.Errors.Count;
        var environment = new TypeEnvironment(schemas.Apply(declaration, _tree, expressions.Errors), null);
        expressions.Body(rule.Body, environment);
        foreach (var term in rule.Path)
            expressions.Term(term, environment);
        expressions.Term(rule.Value, environment);
        var path = declaration.Node.Keys;
        // What is wrong here is not to be wrong again wherever the rule is used.
        if (expressions.Errors.Count > before)
            _tree.Put(path, RegoType.Any);
        else if (TypeOf(rule, declaration, environment) is { IsUnknown: false } type)
            _tree.Insert(path, type);
        else
            _tree.At(path);
    }

    private RegoType TypeOf(ResolvedRule rule, RuleDeclaration declaration, TypeEnvironment environment)
    {
        if (declaration.Kind == RuleSetKind.Function)
        {
            // An argument the body says nothing of may be anything.
            foreach (var argument in rule.Arguments)
            {
                Variables.Visit(
                    argument,
                    closures: false,
                    variable =>
                    {
                        if (environment[variable.Name].IsUnknown)
                            environment[variable.Name] = RegoType.Any;
                    }
                );
            }

            return RegoType.Function(
                [.. rule.Arguments.Select(argument => expressions.Types.Of(argument, environment))],
                expressions.Types.Of(rule.Value, environment)
            );
        }

        var type = expressions.Types.Of(rule.Value, environment);
        if (type.IsUnknown)
            return type;
        if (declaration.Kind == RuleSetKind.Set)
            return rule.Path.Count == 0 ? RegoType.Set(type) : RegoType.Unknown;
        foreach (var term in rule.Path.Reverse())
        {
            var key = expressions.Types.Of(term, environment);
            if (key.IsUnknown)
                return key;
            type = RegoType.Object(key, type);
        }

        return type;
    }
}
