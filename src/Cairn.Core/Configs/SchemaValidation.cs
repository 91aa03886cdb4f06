namespace Cairn.Core.Configs;

/// <summary>Holds rendered documents against the schemas they are bound to.</summary>
public sealed class SchemaValidation
{
    /// <summary>What is wrong with a schema itself; null when it can be used.</summary>
    public Problem? Fault(SchemaBinding binding) => null;

    /// <summary>What is wrong with a document.</summary>
    public IEnumerable<Problem> Check(SchemaBinding binding, ReadOnlyMemory<byte> document, string path, string environment) => [];
}
