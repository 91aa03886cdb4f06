using System.Globalization;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Parts of documents by path: json.filter, json.remove, json.patch; and json.match_schema,
/// json.verify_schema.</summary>
internal static class JsonPathBuiltins
{
    private static readonly RegoType Path = RegoType.AnyOf(RegoType.String, RegoType.Array(RegoType.Any));
    private static readonly RegoType Paths = RegoType.AnyOf(RegoType.Set(Path), RegoType.Array(Path));
    private static readonly RegoType AnyObject = RegoType.Object(RegoType.Any, RegoType.Any);
    private static readonly RegoType Operation = RegoType.Object(
        [("op", RegoType.String), ("path", RegoType.Any)],
        RegoType.Any,
        RegoType.Any
    );
    private static readonly RegoType Violation = RegoType.Record(
        ("desc", RegoType.String),
        ("error", RegoType.String),
        ("field", RegoType.String),
        ("type", RegoType.String)
    );
    private static readonly RegoType StringOrObject = RegoType.AnyOf(RegoType.String, AnyObject);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new(
            "json.filter",
            [AnyObject, Paths],
            RegoType.Any,
            (context, args) => Filter(context, args[0], TreeOf(context, args))
        ),
        new(
            "json.remove",
            [AnyObject, Paths],
            RegoType.Any,
            (context, args) => Remove(context, args[0], TreeOf(context, args))
        ),
        new("json.patch", [RegoType.Any, RegoType.Array(Operation)], RegoType.Any, JsonPatch.Apply),
        new(
            "json.match_schema",
            [StringOrObject, StringOrObject],
            RegoType.Tuple(RegoType.Boolean, RegoType.Array(Violation)),
            MatchSchema
        ),
        new(
            "json.verify_schema",
            [StringOrObject],
            RegoType.Tuple(RegoType.Boolean, RegoType.AnyOf(RegoType.Null, RegoType.String)),
            VerifySchema
        ),
    ];

    /// <summary>The keys of a path: a JSON Pointer whose first slash may be missing, or an array.</summary>
    public static RegoValue[] KeysOf(RegoValue path) =>
        path switch
        {
            RegoArray keys => keys.AsSpan().ToArray(),
            _ =>
            [
                .. ((RegoString)path)
                    .Value.TrimStart('/')
                    .Split('/')
                    .Select(key =>
                        (RegoValue)
                            RegoString.Of(
                                key.Replace("~1", "/", StringComparison.Ordinal)
                                    .Replace("~0", "~", StringComparison.Ordinal)
                            )
                    ),
            ],
        };

    /// <summary>Paths put together: a node without branches is the end of one.</summary>
    private sealed class Tree
    {
        public Dictionary<RegoValue, Tree> Branches { get; } = [];
        public bool IsEnd { get; set; }

        public Tree? Of(RegoValue key) => Branches.GetValueOrDefault(key);

        public Tree? OfIndex(int index) =>
            Of(RegoNumber.Of(index)) ?? Of(RegoString.Of(index.ToString(CultureInfo.InvariantCulture)));
    }

    private static Tree TreeOf(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var root = new Tree();
        foreach (var path in args.Items(1))
        {
            if (path is not (RegoString or RegoArray))
            {
                throw BuiltinException.Value(
                    2,
                    $"must be one of {{set, array}} containing string paths or array of path segments but got "
                        + $"{path.TypeName}"
                );
            }

            var node = root;
            foreach (var key in KeysOf(path))
            {
                context.ChargeSteps(1);
                if (!node.Branches.TryGetValue(key, out var next))
                    node.Branches[key] = next = new Tree();
                node = next;
            }

            node.IsEnd = true;
        }

        return root;
    }

    private static RegoValue Filter(BuiltinContext context, RegoValue value, Tree tree)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (tree.IsEnd)
            return value;
        switch (value)
        {
            case RegoObject members:
                Charge(context, members.Count);
                var kept = new RegoObjectBuilder();
                foreach (var (key, member) in members)
                {
                    if (tree.Of(key) is { } branch)
                        kept.Set(key, Filter(context, member, branch));
                }

                return kept.Build();
            case RegoArray array:
                Charge(context, array.Count);
                return RegoArray.Of(
                    array
                        .Select((item, i) => (Item: item, Branch: tree.OfIndex(i)))
                        .Where(pair => pair.Branch is not null)
                        .Select(pair => Filter(context, pair.Item, pair.Branch!))
                );
            case RegoSet set:
                Charge(context, set.Count);
                return RegoSet.Of(
                    set.Where(item => tree.Of(item) is not null).Select(item => Filter(context, item, tree.Of(item)!))
                );
            default:
                return value;
        }
    }

    private static RegoValue Remove(BuiltinContext context, RegoValue value, Tree tree)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case RegoObject members:
                Charge(context, members.Count);
                var kept = new RegoObjectBuilder();
                foreach (var (key, member) in members)
                {
                    if (tree.Of(key) is not { } branch)
                        kept.Set(key, member);
                    else if (!branch.IsEnd)
                        kept.Set(key, Remove(context, member, branch));
                }

                return kept.Build();
            case RegoArray array:
                Charge(context, array.Count);
                return RegoArray.Of(
                    array
                        .Select((item, i) => (Item: item, Branch: tree.OfIndex(i)))
                        .Where(pair => pair.Branch is not { IsEnd: true })
                        .Select(pair => pair.Branch is null ? pair.Item : Remove(context, pair.Item, pair.Branch))
                );
            case RegoSet set:
                Charge(context, set.Count);
                return RegoSet.Of(
                    set.Where(item => tree.Of(item) is not { IsEnd: true })
                        .Select(item => tree.Of(item) is { } branch ? Remove(context, item, branch) : item)
                );
            default:
                return value;
        }
    }

    private static void Charge(BuiltinContext context, int members)
    {
        context.ChargeSteps(members + 1);
        context.ChargeMemory(members * 24L);
    }

    private static IJsonSchemaValidator Validator(BuiltinContext context) =>
        context.JsonSchema ?? throw new BuiltinException("JSON Schema is not provided by the host");

    private static RegoValue MatchSchema(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var validator = Validator(context);
        var (document, schema) = (Document(args, 0), Document(args, 1));
        if (validator.CheckSchema(schema) is { } fault)
            throw new BuiltinException(fault);
        var mistakes = validator.Validate(schema, document);
        return RegoArray.Of(
            RegoBoolean.Of(mistakes.Count == 0),
            RegoArray.Of(
                mistakes.Select(mistake =>
                    (RegoValue)
                        RegoObject.Of(
                            ("error", mistake.Error),
                            ("type", mistake.Type),
                            ("field", mistake.Field),
                            ("desc", mistake.Description)
                        )
                )
            )
        );
    }

    private static RegoValue VerifySchema(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var validator = Validator(context);
        string? fault;
        try
        {
            fault = validator.CheckSchema(Document(args, 0));
        }
        catch (BuiltinException e)
        {
            fault = e.Message;
        }

        return fault is null
            ? RegoArray.Of(RegoBoolean.True, RegoNull.Instance)
            : RegoArray.Of(RegoBoolean.False, RegoString.Of("jsonschema: " + fault));
    }

    private static RegoValue Document(ReadOnlySpan<RegoValue> args, int index)
    {
        if (args[index] is not RegoString text)
            return args[index];
        try
        {
            return RegoValue.ParseJson(text.Value);
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new BuiltinException($"invalid JSON: {e.Message}", e);
        }
    }
}
