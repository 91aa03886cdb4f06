using System.Text.Json.Nodes;

namespace Cairn.Client;

/// <summary>Many writes that happen together or not at all.</summary>
/// <param name="Operations">1 to 1000, in the order in which they are applied.</param>
/// <param name="Message">Why; up to 1000 characters.</param>
/// <param name="DryRun">Whether to answer what would happen instead of doing it.</param>
public sealed record ChangeSet(IReadOnlyList<ChangeOperation> Operations, string? Message = null, bool DryRun = false);

/// <summary>One write of a change set. Which of the optional members it takes depends on what is done to which kind;
/// others are refused.</summary>
/// <param name="Kind">Of resource, such as <c>configs</c>.</param>
/// <param name="Op">What is done, such as <c>put</c>, <c>patch</c>, <c>delete</c> or <c>restore</c>.</param>
/// <param name="Path">Which resource.</param>
public sealed record ChangeOperation(string Kind, string Op, string Path)
{
    /// <summary>The version the resource has to be at; 0 for none yet; null for any.</summary>
    public long? IfVersion { get; init; }

    /// <summary>What is put, the patch, the variables, the environment, the rule, or the schema.</summary>
    public JsonNode? Document { get; init; }

    /// <summary>Whose overlay; for <c>promote</c> the environment that is to serve another base.</summary>
    public string? Environment { get; init; }

    /// <summary>For <c>promote</c>: the environment whose base is taken over.</summary>
    public string? From { get; init; }

    /// <summary>For <c>promote</c>: or the version whose base is taken.</summary>
    public long? Version { get; init; }

    /// <summary>For <c>restore</c>: the older version.</summary>
    public long? ToVersion { get; init; }

    /// <summary>For <c>put</c> and <c>patch</c> of a config: whether its documents are served as written, templates or
    /// not.</summary>
    public bool? Verbatim { get; init; }

    /// <summary>For <c>bind</c>: whether <c>format</c> is checked, too.</summary>
    public bool? AssertFormat { get; init; }

    /// <summary>For <c>register</c>: also when it is lower than the highest version of its major number.</summary>
    public bool? Backport { get; init; }

    /// <summary>For <c>register</c>: notes about the schema.</summary>
    public JsonObject? Meta { get; init; }

    /// <summary>For <c>delete</c> of a schema: also when it is in use.</summary>
    public bool? Force { get; init; }
}
