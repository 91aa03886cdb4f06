using Cairn.Rego.Builtins;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation.Types;

/// <summary>References that cannot lead anywhere; the variables in those that can take the types of the keys.</summary>
internal sealed class ReferenceCheck(TermTypes types, TypeUnification unification)
{
    private static readonly IReadOnlyList<RegoValue> NoKeys = [];

    /// <summary>What is wrong with a reference, or null.</summary>
    public RegoError? Check(RefTerm reference, TypeEnvironment environment)
    {
        if (reference.Head is VarTerm { Name: "input" })
            return Below(environment.Documents.Input, reference, 0, environment);
        if (reference.Head is not VarTerm variable)
        {
            return types.Of(reference.Head, environment) is { IsUnknown: false } head
                ? Below(head, reference, 0, environment)
                : null;
        }

        if (variable.Name != "data")
        {
            if (environment[variable.Name].IsUnknown)
                environment[variable.Name] = RegoType.Any;
            return Below(environment[variable.Name], reference, 0, environment);
        }

        if (types.Of(reference, environment) is { Form: TypeForm.Function } function)
            return TypeErrors.Unsupported(reference, reference.Path.Count, function);
        var (rules, _, data) = environment.Documents;
        return data is null && !rules.IsEmpty
            ? Documents(rules, reference, environment)
            : Below(data ?? RegoType.Any, reference, 0, environment);
    }

    // Through packages, down to a rule. Below them the base document may hold anything.
    private RegoError? Documents(TypeTree node, RefTerm reference, TypeEnvironment environment)
    {
        for (int i = 0; i < reference.Path.Count; i++)
        {
            var element = reference.Path[i];
            var constant = element as ScalarTerm;
            // Packages and the rules right below them have names.
            if (i < 2 && (constant is { Value: not RegoString } || element is ArrayTerm or ObjectTerm or SetTerm))
            {
                return TypeErrors.Invalid(
                    reference,
                    i,
                    types.Of(element, environment),
                    RegoType.String,
                    [.. node.Keys]
                );
            }

            if (
                constant is null
                && element is not (ArrayTerm or ObjectTerm or SetTerm)
                && !Fits(element, node.Extent.AllKeys, environment)
            )
            {
                return TypeErrors.Invalid(
                    reference,
                    i,
                    types.Of(element, environment),
                    node.Extent.AllKeys,
                    [.. node.Keys]
                );
            }

            if (constant is null || node.Child(constant.Value) is not { } child)
                return Below(RegoType.Any, reference, 0, environment);
            if (!child.Type.IsUnknown)
                return Below(child.Type, reference, i + 1, environment);
            node = child;
        }

        return null;
    }

    // Through the parts of a value.
    private RegoError? Below(RegoType type, RefTerm reference, int from, TypeEnvironment environment)
    {
        for (int i = from; i < reference.Path.Count; i++)
        {
            var keys = type.AllKeys;
            if (keys.IsUnknown)
                return TypeErrors.Unsupported(reference, i, type);
            switch (reference.Path[i])
            {
                case ScalarTerm constant:
                    var selected = TypeOperations.Select(type, constant.Value);
                    if (selected.IsUnknown)
                        return TypeErrors.Invalid(reference, i, null, keys, TypeErrors.Keys(type));
                    type = selected;
                    continue;
                case ArrayTerm or ObjectTerm or SetTerm:
                    if (!types.Match(reference.Path[i], keys, environment))
                        return TypeErrors.Invalid(reference, i, types.Of(reference.Path[i], environment), keys, NoKeys);
                    break;
                case var element:
                    if (!Fits(element, keys, environment))
                    {
                        return TypeErrors.Invalid(
                            reference,
                            i,
                            types.Of(element, environment),
                            keys,
                            TypeErrors.Keys(type)
                        );
                    }

                    break;
            }

            type = type.AllValues;
        }

        return null;
    }

    private bool Fits(Term element, RegoType keys, TypeEnvironment environment)
    {
        var known = types.Of(element, environment);
        if (!known.IsUnknown)
            return unification.Unifies(known, keys);
        if (element is VarTerm variable)
            environment[variable.Name] = keys;
        return true;
    }
}
