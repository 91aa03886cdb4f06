using System.Collections.Frozen;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>The methods of strings, numbers, lists, mappings and tuples, by name.</summary>
internal static class Methods
{
    public static FrozenDictionary<string, Builtin> String { get; } = Build(StringMethods.Register);

    public static FrozenDictionary<string, Builtin> List { get; } = Build(CollectionMethods.RegisterList);

    public static FrozenDictionary<string, Builtin> Mapping { get; } = Build(CollectionMethods.RegisterMapping);

    public static FrozenDictionary<string, Builtin> Tuple { get; } = Build(CollectionMethods.RegisterTuple);

    public static FrozenDictionary<string, Builtin> Number { get; } = Build(NumberMethods.Register);

    private static FrozenDictionary<string, Builtin> Build(Action<BuiltinTable> register)
    {
        var table = new BuiltinTable("method");
        register(table);
        return table.Freeze();
    }

    public static bool TryBind(FrozenDictionary<string, Builtin> methods, string name, Value self, out Value method)
    {
        bool found = methods.TryGetValue(name, out var builtin);
        method = found ? Value.Of(new BoundMethod(name, builtin!, self)) : default;
        return found;
    }
}
