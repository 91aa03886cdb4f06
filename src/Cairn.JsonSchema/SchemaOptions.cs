using System.Text.Json;

namespace Cairn.JsonSchema;

/// <summary>How a schema is compiled.</summary>
public sealed record SchemaOptions
{
    /// <summary>All defaults: 2020-12, <c>format</c> annotates, no resolver.</summary>
    public static SchemaOptions Default { get; } = new();

    /// <summary>The draft of a schema without <c>$schema</c>.</summary>
    public SchemaDraft DefaultDraft { get; init; } = SchemaDraft.Draft202012;

    /// <summary>
    /// Whether <c>format</c> (and, in draft 7, <c>contentEncoding</c> and <c>contentMediaType</c>) is checked rather
    /// than only noted. A meta-schema with the format-assertion vocabulary has it checked in any case.
    /// </summary>
    public bool AssertFormat { get; init; }

    /// <summary>
    /// What the root schema's relative references are resolved against when it has no <c>$id</c> of its own.
    /// </summary>
    public Uri? BaseUri { get; init; }

    /// <summary>
    /// Finds a document by its absolute URI without fragment (or by the relative reference as written, where there is
    /// no base); null when there is none. Nothing is ever fetched by the library itself. Called only while compiling.
    /// </summary>
    public Func<Uri, JsonElement?>? Resolver { get; init; }

    /// <summary>The budgets of compilation and validation.</summary>
    public SchemaLimits Limits { get; init; } = new();
}
