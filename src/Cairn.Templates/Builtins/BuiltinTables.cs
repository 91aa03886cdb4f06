using System.Collections.Frozen;

namespace Cairn.Templates.Builtins;

/// <summary>Collects builtins under their names.</summary>
internal sealed class BuiltinTable(string kind)
{
    private readonly Dictionary<string, Builtin> _builtins = [];

    public void Add(string names, BuiltinFunction function) => Add(names, [], function);

    /// <summary>Adds a builtin under one name or several, separated by spaces.</summary>
    public void Add(string names, string[] parameters, BuiltinFunction function)
    {
        foreach (string name in names.Split(' '))
            _builtins.Add(name, new Builtin($"the {kind} '{name}'", parameters, function));
    }

    public FrozenDictionary<string, Builtin> Freeze() => _builtins.ToFrozenDictionary();
}

/// <summary>Every filter and test.</summary>
internal static class BuiltinTables
{
    public static FrozenDictionary<string, Builtin> Filters { get; } =
        Build(
            "filter",
            TextFilters.Register,
            MarkupFilters.Register,
            NumberFilters.Register,
            ListFilters.Register,
            SelectionFilters.Register
        );

    public static FrozenDictionary<string, Builtin> Tests { get; } = Build("test", Builtins.Tests.Register);

    private static FrozenDictionary<string, Builtin> Build(string kind, params Action<BuiltinTable>[] registrations)
    {
        var table = new BuiltinTable(kind);
        foreach (var register in registrations)
            register(table);
        return table.Freeze();
    }

    public static IReadOnlyList<string> NamesOf(FrozenDictionary<string, Builtin> table) =>
        [.. table.Keys.Order(StringComparer.Ordinal)];
}
