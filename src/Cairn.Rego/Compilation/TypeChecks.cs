using Cairn.Rego.Builtins;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation;

/// <summary>
/// Operands and sides of unifications whose kinds are known from the text alone and cannot fit. Variables and references
/// may be anything: what they hold is seen when they are evaluated.
/// </summary>
internal static class TypeChecks
{
    public static void Call(CallTerm call, BuiltinDefinition builtin, BuiltinTable builtins, List<RegoError> errors)
    {
        var have = call.Arguments.Select(argument => TypeOf(argument, builtins)).ToArray();
        for (int i = 0; i < builtin.Arguments.Count; i++)
            if ((have[i].Kinds & builtin.Arguments[i].Kinds) == 0)
            {
                string got = string.Join(", ", have.Select((type, at) => call.Arguments[at] is VarTerm or RefTerm ? "any" : type.ToString()));
                errors.Add(new RegoError(RegoError.Type, $"{builtin.Name}: invalid argument(s)\n\thave: ({got})\n\twant: ({string.Join(", ", builtin.Arguments)})", call.Location));
                return;
            }
    }

    public static void Match(Expression expression, BuiltinTable builtins, List<RegoError> errors)
    {
        if (expression is not UnifyExpression unify)
            return;
        var (left, right) = (TypeOf(unify.Left, builtins), TypeOf(unify.Right, builtins));
        if ((left.Kinds & right.Kinds) == 0)
            errors.Add(new RegoError(RegoError.Type, $"match error\n\tleft  : {left}\n\tright : {right}", unify.Location));
    }

    private static RegoType TypeOf(Term term, BuiltinTable builtins) => term switch
    {
        ScalarTerm { Value: var value } => value.Kind switch
        {
            Values.RegoKind.Null => RegoType.Null,
            Values.RegoKind.Boolean => RegoType.Boolean,
            Values.RegoKind.Number => RegoType.Number,
            _ => RegoType.String,
        },
        ArrayTerm array => RegoType.Tuple([.. array.Items.Select(item => TypeOf(item, builtins))]),
        SetTerm => RegoType.Set(RegoType.Any),
        ObjectTerm => RegoType.Object(RegoType.Any, RegoType.Any),
        ComprehensionTerm { Kind: ComprehensionKind.Array } => RegoType.Array(RegoType.Any),
        ComprehensionTerm { Kind: ComprehensionKind.Set } => RegoType.Set(RegoType.Any),
        ComprehensionTerm => RegoType.Object(RegoType.Any, RegoType.Any),
        TemplateTerm => RegoType.String,
        CallTerm { Function: VarTerm name } when builtins.Find(name.Name) is { Result.Kinds: not RegoKinds.None } builtin => builtin.Result,
        _ => RegoType.Any,
    };
}
