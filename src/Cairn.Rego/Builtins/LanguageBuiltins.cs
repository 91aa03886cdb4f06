using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>What the language itself needs: membership, walk, print and trace, and what tells of policies and the
/// host.</summary>
internal static class LanguageBuiltins
{
    private static readonly RegoType AnyObject = RegoType.Object(RegoType.String, RegoType.Any);
    private static readonly RegoType AnyArray = RegoType.Array(RegoType.Any);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new("internal.member_2", [RegoType.Any, RegoType.Any], RegoType.Boolean, Member2) { Infix = "in" },
        new("internal.member_3", [RegoType.Any, RegoType.Any, RegoType.Any], RegoType.Boolean, Member3)
        {
            Infix = "in",
        },
        new("internal.print", [RegoType.Array(RegoType.Set(RegoType.Any))], RegoType.Void, Print),
        new("print", [RegoType.Any], RegoType.Void, Print),
        new("trace", [RegoType.String], RegoType.Boolean, Trace),
        new("walk", [RegoType.Any], RegoType.Tuple(AnyArray, RegoType.Any), Walk) { Traits = BuiltinTraits.Relation },
        new("opa.runtime", [], AnyObject, (context, _) => context.Runtime) { Traits = BuiltinTraits.Nondeterministic },
        new("rego.parse_module", [RegoType.String, RegoType.String], AnyObject, ParseModule),
        new("rego.metadata.chain", [], RegoType.Array(RegoType.Any), NoMetadata),
        new("rego.metadata.rule", [], RegoType.Any, NoMetadata),
    ];

    private static RegoValue Member2(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        switch (args[1])
        {
            case RegoSet set:
                return RegoBoolean.Of(set.Contains(args[0]));
            case RegoArray array:
                context.ChargeSteps(array.Count);
                return RegoBoolean.Of(array.AsSpan().Contains(args[0]));
            case RegoObject o:
                context.ChargeSteps(o.Count);
                return RegoBoolean.Of(o.UnorderedValues.Contains(args[0]));
            default:
                return RegoBoolean.False;
        }
    }

    private static RegoValue Member3(BuiltinContext context, ReadOnlySpan<RegoValue> args) =>
        RegoBoolean.Of(
            args[2] is RegoArray or RegoObject or RegoSet
                && Evaluation.PathOperand.Look(args[2], args[0]) is { } found
                && found.Equals(args[1])
        );

    private static RegoBoolean Print(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var texts = args[0] is RegoArray array ? array.Select(Shown) : [Shown(args[0])];
        context.PrintSink?.Invoke(context.Location, string.Join(' ', texts));
        return RegoBoolean.True;
    }

    private static string Shown(RegoValue value) =>
        value switch
        {
            RegoSet { Count: 0 } => "<undefined>",
            RegoSet set => string.Join(' ', set.Select(Shown)),
            RegoString s => s.Value,
            _ => value.ToString(),
        };

    private static RegoBoolean Trace(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        context.Trace?.Note(((RegoString)args[0]).Value, context.Budget);
        return RegoBoolean.True;
    }

    // Every value inside a value, itself included, with the path to it.
    private static RegoArray Walk(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var found = new List<RegoValue>();
        Walk(context, args[0], [], found);
        return RegoArray.Of(found);
    }

    private static void Walk(BuiltinContext context, RegoValue value, List<RegoValue> path, List<RegoValue> found)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        context.ChargeSteps(1);
        context.ChargeMemory(96 + (path.Count * 8));
        found.Add(RegoArray.Of(RegoArray.Of([.. path]), value));
        switch (value)
        {
            case RegoArray array:
                for (int i = 0; i < array.Count; i++)
                    Inside(context, RegoNumber.Of(i), array[i], path, found);
                break;
            case RegoSet set:
                foreach (var item in set)
                    Inside(context, item, item, path, found);
                break;
            case RegoObject o:
                foreach (var (key, member) in o)
                    Inside(context, key, member, path, found);
                break;
        }
    }

    private static void Inside(
        BuiltinContext context,
        RegoValue key,
        RegoValue value,
        List<RegoValue> path,
        List<RegoValue> found
    )
    {
        path.Add(key);
        Walk(context, value, path, found);
        path.RemoveAt(path.Count - 1);
    }

    private static RegoObject ParseModule(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        string text = ((RegoString)args[1]).Value;
        context.ChargeSteps(text.Length);
        var errors = new List<RegoError>();
        return Parser.ParseModule(text, ((RegoString)args[0]).Value, RegoVersion.V1, errors) is { } module
            ? SyntaxJson.Module(module)
            : throw new BuiltinException($"{errors.Count} error{(errors.Count == 1 ? "" : "s")} occurred: {errors[0]}");
    }

    // The compiler puts a rule's metadata in place of the call; elsewhere there is none.
    private static RegoArray NoMetadata(BuiltinContext context, ReadOnlySpan<RegoValue> args) =>
        throw new BuiltinException("the function must only be called within a rule");
}
