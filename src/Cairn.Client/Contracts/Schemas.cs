using System.Text.Json;

namespace Cairn.Client;

/// <summary>A registered version, without its text.</summary>
/// <param name="Schema">Its address, such as <c>payments/Database@1.2.0</c>.</param>
/// <param name="Namespace">Null when it is global.</param>
/// <param name="Type"><c>json-schema</c>, <c>avro</c> or <c>other</c>.</param>
/// <param name="MediaType">What the text is served as.</param>
/// <param name="Digest">SHA-256 of the text as it is served.</param>
/// <param name="Size">Of the text, in bytes.</param>
/// <param name="Title">What the schema calls itself.</param>
/// <param name="Meta">What its owners note about it.</param>
/// <param name="References">The schemas it refers to, directly or through others.</param>
/// <param name="Deprecated">Whether it should not be used any more.</param>
/// <param name="Replacement">What to use instead.</param>
/// <param name="Version">The version's own number in the model.</param>
/// <param name="ResourceVersion">Counts the writes to this record: registration, deprecation, notes.</param>
/// <param name="Revision">The store revision of the last of them.</param>
public sealed record SchemaView(
    string Schema,
    string? Namespace,
    string Model,
    string Version,
    string Type,
    string MediaType,
    string Digest,
    int Size,
    string? Title,
    DateTimeOffset RegisteredAt,
    string RegisteredBy,
    JsonElement Meta,
    IReadOnlyList<string> References,
    bool Deprecated,
    DateTimeOffset? DeprecatedAt,
    string? DeprecationMessage,
    string? Replacement,
    long ResourceVersion,
    long Revision
);

/// <summary>A model in a list.</summary>
/// <param name="Path">For the API's paths; <c>_/Model</c> when it is global.</param>
/// <param name="Namespace">Null when it is global.</param>
/// <param name="Latest">The version that <c>latest</c> stands for.</param>
/// <param name="Versions">All of them, ascending.</param>
/// <param name="DeprecatedVersions">Those of them that are deprecated.</param>
/// <param name="Title">What the latest version calls itself.</param>
public sealed record SchemaModelView(
    string Path,
    string? Namespace,
    string Model,
    string Latest,
    IReadOnlyList<string> Versions,
    IReadOnlyList<string> DeprecatedVersions,
    string? Title
);

/// <summary>A request to deprecate a version.</summary>
/// <param name="Message">Why, and what to do.</param>
/// <param name="Replacement">What to use instead, such as <c>payments/Database@^2.0</c>.</param>
public sealed record SchemaDeprecationRequest(string? Message = null, string? Replacement = null);

/// <summary>The compatibility rule of a namespace or model.</summary>
/// <param name="Path">The namespace, or namespace/Model.</param>
/// <param name="Compatibility">NONE, BACKWARD, FORWARD, FULL, or one of the last three with _TRANSITIVE.</param>
/// <param name="SetAt">The path whose rule it is: its own or its namespace's; null when nobody set one.</param>
public sealed record SchemaRuleView(string Path, string Compatibility, string? SetAt);

/// <summary>A request to set a rule.</summary>
public sealed record SchemaRuleUpdate(string Compatibility);

/// <summary>A place where a promise does not hold.</summary>
/// <param name="Version">Towards which version.</param>
/// <param name="Direction"><c>backward</c>, <c>forward</c> or <c>both</c>.</param>
/// <param name="Pointer">The keyword that refuses.</param>
/// <param name="Reason">A sentence.</param>
/// <param name="Unknown">Whether it could not be proven either way.</param>
public sealed record SchemaBreakView(string? Version, string Direction, string Pointer, string Reason, bool Unknown);

/// <summary>What is wrong, and where.</summary>
public sealed record SchemaErrorView(string Pointer, string Message);

/// <summary>What would be said of a candidate.</summary>
/// <param name="Acceptable">Whether it would be registered.</param>
/// <param name="Valid">Whether it can be used as it is.</param>
/// <param name="Errors">Why not.</param>
/// <param name="Compatibility">The promise it was judged by.</param>
/// <param name="Against">The versions it was judged against.</param>
/// <param name="Breaks">Where the promise would not hold.</param>
public sealed record SchemaCheckView(
    bool Acceptable,
    bool Valid,
    IReadOnlyList<SchemaErrorView> Errors,
    string Compatibility,
    IReadOnlyList<string> Against,
    IReadOnlyList<SchemaBreakView> Breaks
);

/// <summary>A difference between two versions.</summary>
/// <param name="Kind">Such as <c>property_added</c>.</param>
public sealed record SchemaDifferenceView(string Kind, string Pointer, JsonElement? From, JsonElement? To);

/// <summary>Two versions compared.</summary>
/// <param name="Verdict"><c>identical</c>, <c>full</c>, <c>backward</c>, <c>forward</c> or <c>breaking</c>.</param>
/// <param name="Backward">Documents of the first are valid under the second.</param>
/// <param name="Forward">Documents of the second are valid under the first.</param>
public sealed record SchemaComparisonView(
    string From,
    string To,
    string Verdict,
    bool Backward,
    bool Forward,
    IReadOnlyList<SchemaDifferenceView> Differences,
    IReadOnlyList<SchemaBreakView> Breaks
);

/// <summary>What a validation found.</summary>
/// <param name="Schema">By which version it was judged.</param>
public sealed record SchemaValidationView(string Schema, bool Valid, IReadOnlyList<SchemaInstanceErrorView> Errors);

/// <summary>A value that does not meet its schema.</summary>
/// <param name="Pointer">The value.</param>
/// <param name="SchemaPointer">The keyword it does not meet.</param>
public sealed record SchemaInstanceErrorView(string Pointer, string SchemaPointer, string Keyword, string Message);

/// <summary>Who relies on a version.</summary>
/// <param name="Schemas">Schemas that refer to it.</param>
/// <param name="Configs">Configs whose binding stands for it now.</param>
/// <param name="Hidden">How many more there are that the caller may not read.</param>
public sealed record SchemaUsageView(
    string Schema,
    IReadOnlyList<string> Schemas,
    IReadOnlyList<BoundConfigView> Configs,
    int Hidden
);

/// <summary>A bound config.</summary>
/// <param name="Binding">How the config names the schema.</param>
/// <param name="Errors">Where what the environments serve now does not meet it: a version that came after the config's
/// last write may ask for more.</param>
public sealed record BoundConfigView(string Path, string Binding, IReadOnlyList<BoundConfigErrorView> Errors);

public sealed record BoundConfigErrorView(string Environment, string Pointer, string Message);

/// <summary>A made-up document.</summary>
/// <param name="Valid">Whether the schema accepts it.</param>
public sealed record SchemaSampleView(string Schema, bool Valid, JsonElement Document);

/// <summary>A request to draft a schema from samples.</summary>
public sealed record SchemaInferenceRequest(IReadOnlyList<JsonElement> Samples);
