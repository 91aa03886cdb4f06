using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Client;

/// <summary>What a write to a config answers.</summary>
/// <param name="Path">The config.</param>
/// <param name="Environment">The environment written to; null for the base.</param>
/// <param name="Version">The version made.</param>
/// <param name="Revision">The store revision it was committed as.</param>
/// <param name="Checksum">SHA-256 of the config's whole content in this version, or for a credential of some
/// environments of what the one it wrote to is made of; null for a deletion.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="CreatedBy">By whom.</param>
/// <param name="Message">Why.</param>
/// <param name="Change">The change it is part of.</param>
public sealed record ConfigWritten(
    string Path,
    string? Environment,
    long Version,
    long Revision,
    string? Checksum,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    string? Message,
    string Change
);

/// <summary>A config in a list.</summary>
/// <param name="Path">The config.</param>
/// <param name="Version">Its newest version.</param>
/// <param name="Revision">The store revision of that.</param>
/// <param name="UpdatedAt">When it was written.</param>
/// <param name="UpdatedBy">By whom.</param>
/// <param name="Message">Why.</param>
/// <param name="HasBase">Whether there is a base document, or overlays only.</param>
/// <param name="Overlays">The environments with an overlay, of those the credential is for.</param>
/// <param name="Pins">Of those, the environments that serve the base of an older version, and which; 0 for nothing
/// yet.</param>
/// <param name="HasSchema">Whether it is bound to a schema.</param>
/// <param name="Deleted">Whether it is deleted.</param>
/// <param name="Document">With <c>include=document</c>: the base, or what the environment asked for serves.</param>
/// <param name="Verbatim">Whether its documents are served as written.</param>
/// <param name="Problem">Why there is no document: its templates fail, or refer to what the credential may not
/// read.</param>
public sealed record ConfigItem(
    string Path,
    long Version,
    long Revision,
    DateTimeOffset UpdatedAt,
    string UpdatedBy,
    string? Message,
    bool HasBase,
    IReadOnlyList<string> Overlays,
    IReadOnlyDictionary<string, long> Pins,
    bool HasSchema,
    bool Deleted,
    JsonElement? Document,
    bool Verbatim,
    string? Problem
);

/// <summary>A version in a config's history.</summary>
/// <param name="Version">Counts from 1.</param>
/// <param name="Revision">The store revision.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="CreatedBy">By whom.</param>
/// <param name="CreatedById">The author's identifier, such as <c>key:0193…</c>; null in versions of before it was
/// kept.</param>
/// <param name="Message">Why.</param>
/// <param name="Change">The change it is part of.</param>
/// <param name="Checksum">SHA-256 of the whole content, or of what the environment asked for is made of; null for a
/// deletion.</param>
/// <param name="Deleted">Whether this version deleted the config.</param>
/// <param name="Layers">Which documents this version wrote: <c>base</c>, or an environment's name; of an environment
/// asked for, no other's.</param>
public sealed record ConfigVersionItem(
    long Version,
    long Revision,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    string? CreatedById,
    string? Message,
    string Change,
    string? Checksum,
    bool Deleted,
    IReadOnlyList<string> Layers
);

/// <summary>Two versions compared.</summary>
/// <param name="From">The first version.</param>
/// <param name="To">The second version.</param>
/// <param name="Environment">Compared as this environment serves them; null for the base.</param>
/// <param name="Patch">RFC 6902: turns the first into the second; null when that takes more than 10,000 operations or 1
/// MiB.</param>
/// <param name="Text">The same for people.</param>
public sealed record ConfigDiffView(long From, long To, string? Environment, JsonArray? Patch, string Text);

/// <summary>A request to bring an older version back.</summary>
/// <param name="ToVersion">The version; the newest before the deletion when left out.</param>
/// <param name="Message">Why.</param>
public sealed record ConfigRollback(long? ToVersion = null, string? Message = null);

/// <summary>A request to set which base an environment serves.</summary>
/// <param name="To">The environment.</param>
/// <param name="From">The environment whose base it takes over.</param>
/// <param name="Version">Or the version whose base it takes.</param>
/// <param name="Follow">Or true: it follows the newest base again.</param>
/// <param name="Message">Why.</param>
public sealed record ConfigPromotion(
    string To,
    string? From = null,
    long? Version = null,
    bool Follow = false,
    string? Message = null
);

/// <summary>The data of a watch event.</summary>
public sealed record ConfigEventView(string Path, long Version, long Revision, string? Environment);
