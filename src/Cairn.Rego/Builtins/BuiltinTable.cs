using System.Collections.Frozen;

namespace Cairn.Rego.Builtins;

/// <summary>The built-ins a policy may call, found by name.</summary>
public sealed class BuiltinTable
{
    private readonly FrozenDictionary<string, BuiltinDefinition> _byName;

    private BuiltinTable(IEnumerable<BuiltinDefinition> definitions) =>
        _byName = definitions.ToFrozenDictionary(definition => definition.Name);

    /// <summary>All that come with the language.</summary>
    public static BuiltinTable Default { get; } =
        new([
            .. ArithmeticBuiltins.All,
            .. ComparisonBuiltins.All,
            .. SetBuiltins.All,
            .. AggregateBuiltins.All,
            .. ArrayBuiltins.All,
            .. AwsBuiltins.All,
            .. BitsBuiltins.All,
            .. CryptoBuiltins.All,
            .. EncodingBuiltins.All,
            .. GraphBuiltins.All,
            .. GraphQlBuiltins.All,
            .. HttpBuiltins.All,
            .. JsonPathBuiltins.All,
            .. JwtBuiltins.All,
            .. LanguageBuiltins.All,
            .. NetBuiltins.All,
            .. NumberBuiltins.All,
            .. ObjectBuiltins.All,
            .. RegexBuiltins.All,
            .. SemverBuiltins.All,
            .. StringBuiltins.All,
            .. TimeBuiltins.All,
            .. TypeBuiltins.All,
            .. UnitBuiltins.All,
            .. UriBuiltins.All,
            .. UuidBuiltins.All,
        ]);

    /// <summary>All definitions, in no particular order.</summary>
    public IReadOnlyList<BuiltinDefinition> Definitions => _byName.Values;

    /// <summary>The definition of a name, or null.</summary>
    public BuiltinDefinition? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A table with the host's own functions too; of equal names the new one counts.</summary>
    public BuiltinTable With(params IEnumerable<BuiltinDefinition> definitions)
    {
        var all = _byName.ToDictionary();
        foreach (var definition in definitions)
            all[definition.Name] = definition;
        return new BuiltinTable(all.Values);
    }
}
