namespace Cairn.JsonSchema.Tests.Conformance;

/// <summary>The optional tests that fail, as docs/json-schema.md lists them with their reasons. Only ever remove
/// lines.</summary>
internal static class OptionalMisses
{
    public static readonly string[] All = [];
}
