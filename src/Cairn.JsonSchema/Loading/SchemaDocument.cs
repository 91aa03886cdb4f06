using System.Text.Json;
using Cairn.JsonSchema.Evaluation;

namespace Cairn.JsonSchema.Loading;

/// <summary>A JSON text that holds schemas, and every place in it known to be one.</summary>
internal sealed class SchemaDocument(string uri, JsonElement root, bool isRoot)
{
    /// <summary>What it was asked for by; empty for a root document without a base URI.</summary>
    public string Uri { get; } = uri;

    public JsonElement Root { get; } = root;

    /// <summary>The document the caller compiles: pointers into it are given bare, those into others with the
    /// URI.</summary>
    public bool IsRoot { get; } = isRoot;

    /// <summary>By JSON Pointer from the document's root.</summary>
    public Dictionary<string, SchemaLocation> Locations { get; } = new(StringComparer.Ordinal);

    public string Describe(string pointer) => IsRoot ? pointer : $"{Uri}#{pointer}";
}

/// <summary>A schema with an identifier of its own (or a document's root), against which references resolve.</summary>
internal sealed class SchemaResource(int id, string uri, SchemaDocument document, string pointer, Dialect dialect)
{
    /// <summary>Unique within one compilation.</summary>
    public int Id { get; } = id;

    /// <summary>The canonical URI, without fragment.</summary>
    public string Uri { get; } = uri;

    public SchemaDocument Document { get; } = document;

    /// <summary>Of the resource's root in its document.</summary>
    public string Pointer { get; } = pointer;

    public Dialect Dialect { get; } = dialect;

    /// <summary>Names given by <c>$anchor</c>, <c>$dynamicAnchor</c>, or an <c>$id</c> that is only a
    /// fragment.</summary>
    public Dictionary<string, SchemaLocation> Anchors { get; } = new(StringComparer.Ordinal);

    /// <summary>Those of <c>$dynamicAnchor</c>; the empty name stands for <c>$recursiveAnchor: true</c>.</summary>
    public Dictionary<string, SchemaLocation> DynamicAnchors { get; } = new(StringComparer.Ordinal);
}

/// <summary>One place that holds a schema.</summary>
internal sealed class SchemaLocation(SchemaResource resource, string pointer, JsonElement element)
{
    /// <summary>The nearest resource at or above it.</summary>
    public SchemaResource Resource { get; } = resource;

    /// <summary>From the document's root.</summary>
    public string Pointer { get; } = pointer;

    public JsonElement Element { get; } = element;

    /// <summary>What it was compiled to, once somebody needed it.</summary>
    public SchemaNode? Node { get; set; }

    public string Describe() => Resource.Document.Describe(Pointer);
}
