namespace Cairn.Server.Http;

/// <summary>A query parameter, as metadata of an endpoint, which takes those it declares and no others.</summary>
/// <param name="Name">As in the query.</param>
/// <param name="Type">As in JSON Schema.</param>
/// <param name="Meaning">For people.</param>
/// <param name="MayBeEmpty">Whether an empty value is the same as none. Elsewhere it is refused: an empty variable of a
/// script would ask for something else than was meant.</param>
internal sealed record Parameter(string Name, string Type, string Meaning, bool MayBeEmpty = false);

/// <summary>What an endpoint's body is, as metadata for the API's description. Bodies are judged by those who read
/// them: routing would answer another media type without a word.</summary>
/// <param name="Type">Its shape; null for any JSON, or a text.</param>
/// <param name="MediaTypes">As which it may be sent.</param>
internal sealed record BodyDescription(Type? Type, IReadOnlyList<string> MediaTypes);

internal static class Descriptions
{
    /// <summary>Says that the body is JSON of a shape.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new BodyDescription(typeof(T), ["application/json"]));

    /// <summary>Takes bodies so many times larger than usual.</summary>
    public static RouteHandlerBuilder TakesUpTo(this RouteHandlerBuilder endpoint, int factor) =>
        endpoint.Amend(rule => rule with { BodyFactor = factor });

    /// <summary>Says that the body is a document of one of these media types.</summary>
    public static RouteHandlerBuilder TakesDocument(
        this RouteHandlerBuilder endpoint,
        params IReadOnlyList<string> mediaTypes
    ) => endpoint.WithMetadata(new BodyDescription(null, mediaTypes));

    /// <summary>Says what the endpoint does and which query parameters it takes, beside those that its handler's own
    /// parameters read.</summary>
    public static RouteHandlerBuilder Describe(
        this RouteHandlerBuilder endpoint,
        string summary,
        params IReadOnlyList<Parameter> query
    ) => endpoint.WithSummary(summary).WithMetadata([.. query]);

    /// <summary>Honours <c>Idempotency-Key</c>.</summary>
    public static RouteHandlerBuilder Idempotent(this RouteHandlerBuilder endpoint) =>
        endpoint.Amend(rule => rule with { Idempotent = true });
}

internal static class Parameters
{
    public static readonly Parameter Prefix = new(
        "prefix",
        "string",
        "Only paths that start with this.",
        MayBeEmpty: true
    );
    public static readonly Parameter Limit = new("limit", "integer", "How many, 1 to 1000; 100 by default.");
    public static readonly Parameter Cursor = new(
        "cursor",
        "string",
        "The next_cursor of the page before.",
        MayBeEmpty: true
    );
    public static readonly Parameter Environment = new(
        "environment",
        "string",
        "Which environment; the base when left out."
    );
    public static readonly Parameter Include = new("include", "string", "'document' for the documents too.");
    public static readonly Parameter Deleted = new("deleted", "boolean", "The deleted ones instead.");
    public static readonly Parameter Version = new("version", "integer", "An older version.");
    public static readonly Parameter Format = new(
        "format",
        "string",
        "json, jsonc (with comments), yaml, properties, dotenv or toml."
    );
    public static readonly Parameter Verbatim = new(
        "verbatim",
        "boolean",
        "Serve the config's documents as written, whatever looks like a template in them; as it was when left out."
    );
    public static readonly Parameter AssertFormat = new(
        "assert_format",
        "boolean",
        "Check 'format' of the schema, too, which is a note for people otherwise."
    );
    public static readonly Parameter Raw = new("raw", "boolean", "The environment's overlay as written.");
    public static readonly Parameter Consistency = new(
        "consistency",
        "string",
        "'strong' to see every write acknowledged anywhere before."
    );
    public static readonly Parameter Wait = new(
        "wait",
        "string",
        "With If-None-Match: wait this long for another answer, such as 30s."
    );
    public static readonly Parameter From = new(
        "from",
        "integer",
        "The first version; the one before 'to' when left out."
    );
    public static readonly Parameter To = new("to", "integer", "The second version; the newest when left out.");
    public static readonly Parameter Since = new("since", "string", "The oldest time wanted, RFC 3339.");
    public static readonly Parameter Until = new("until", "string", "The newest time wanted, RFC 3339.");
    public static readonly Parameter Actor = new(
        "actor",
        "string",
        "Who did it: a credential such as key:0193…, or its name."
    );
    public static readonly Parameter Action = new(
        "action",
        "string",
        "What was done: configs.put, or configs for all of a kind."
    );
    public static readonly Parameter Outcome = new("outcome", "string", "success, denied or unauthenticated.");
    public static readonly Parameter Resource = new(
        "resource",
        "string",
        "Kind and path; all below it when it ends in a slash."
    );
    public static readonly Parameter Change = new("change", "string", "The entries of one change.");
    public static readonly Parameter LastEventId = new(
        "after",
        "integer",
        "The last revision seen; Last-Event-ID goes before it."
    );
    public static readonly Parameter Schema = new("schema", "string", "A JSON Schema to bind the config to.");
}
