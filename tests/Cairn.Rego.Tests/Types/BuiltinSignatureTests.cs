using Cairn.Rego.Builtins;
using Cairn.Rego.Compilation.Types;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Tests.Types;

public class BuiltinSignatureTests
{
    // OPA gives no names to the operands of these.
    private static readonly HashSet<string> Nameless =
    [
        "all",
        "any",
        "array.flatten",
        "cast_array",
        "cast_boolean",
        "cast_null",
        "cast_object",
        "cast_set",
        "cast_string",
        "internal.member_2",
        "internal.member_3",
        "internal.print",
        "net.cidr_overlap",
        "print",
        "re_match",
        "set_diff",
    ];

    public static TheoryData<string> Builtins =>
        [.. BuiltinTable.Default.Definitions.Select(builtin => builtin.Name).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Builtins))]
    public void Operands_and_results_have_names(string name)
    {
        var builtin = BuiltinTable.Default.Find(name)!;
        var described = BuiltinSignatures
            .Describe(new VarTerm(name, default), BuiltinSignatures.TypeOf(builtin), withResult: true)
            .ToList();
        described.Count.ShouldBe(builtin.Arguments.Count + (ReferenceEquals(builtin.Result, RegoType.Void) ? 0 : 1));
        int named = described.Count(each => System.Text.RegularExpressions.Regex.IsMatch(each, "^[a-z0-9_ ]+: "));
        named.ShouldBe(Nameless.Contains(name) ? 0 : described.Count);
    }
}
