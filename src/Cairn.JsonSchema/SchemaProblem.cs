namespace Cairn.JsonSchema;

/// <summary>One thing wrong with a schema.</summary>
/// <param name="SchemaPointer">
/// JSON Pointer to the subschema or keyword, in the root document; for a document that was resolved, its URI with the
/// pointer as fragment.
/// </param>
/// <param name="Keyword">The keyword at fault; empty where it is the subschema itself.</param>
/// <param name="Message">A sentence.</param>
public sealed record SchemaProblem(string SchemaPointer, string Keyword, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(SchemaPointer.Length == 0 ? "(root)" : SchemaPointer)}: {Message}";
}
