namespace Cairn.Core;

/// <summary>The kinds of refusal a caller must expect. Each maps to one HTTP status and one CLI exit code.</summary>
public enum ProblemKind
{
    /// <summary>The request itself is wrong: 400.</summary>
    Invalid,

    /// <summary>The caller may not do this: 403.</summary>
    Denied,

    /// <summary>It would change what a protected environment serves: 403.</summary>
    Protected,

    /// <summary>There is no such thing, or the caller may not know of it: 404.</summary>
    NotFound,

    /// <summary>The state of the resource does not allow it: 409.</summary>
    Conflict,

    /// <summary>It was there once and is no longer kept: 410.</summary>
    Gone,

    /// <summary>A version named by the caller is no longer the newest: 412.</summary>
    PreconditionFailed,

    /// <summary>None of the formats asked for can be given: 406.</summary>
    NotAcceptable,

    /// <summary>More than a limit allows: 413.</summary>
    TooLarge,

    /// <summary>A format that is not spoken here: 415.</summary>
    UnsupportedFormat,

    /// <summary>Well-formed, but it breaks a schema or a template fails: 422.</summary>
    Unprocessable,

    /// <summary>The caller has as many of something open as one may have: 429.</summary>
    TooMany,

    /// <summary>The store holds something else than Cairn wrote: 500.</summary>
    Damaged,

    /// <summary>The store cannot be reached or cannot write: 503.</summary>
    Unavailable,
}

/// <summary>One thing that is wrong, and where.</summary>
/// <param name="Pointer">A JSON Pointer (RFC 6901) into the request or the document; empty for the whole.</param>
/// <param name="Message">What is wrong and what would be right.</param>
/// <param name="Environment">The environment in whose rendered result it is wrong, when it is not wrong
/// everywhere.</param>
public sealed record ProblemError(string Pointer, string Message, string? Environment = null);

/// <summary>Why a request was refused. Nothing was changed.</summary>
/// <param name="Kind">What kind of refusal.</param>
/// <param name="Detail">A sentence for a person.</param>
/// <param name="Errors">The single faults, when there are several or they have a place.</param>
public sealed record Problem(ProblemKind Kind, string Detail, IReadOnlyList<ProblemError> Errors)
{
    /// <summary>A refusal with nothing more to say than its sentence.</summary>
    public Problem(ProblemKind kind, string detail)
        : this(kind, detail, []) { }
}

/// <summary>Carries a <see cref="Core.Problem"/> from wherever a request turns out to be impossible, through everything
/// half planned, to the one place that answers it.</summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public ProblemException(ProblemKind kind, string detail, params IReadOnlyList<ProblemError> errors)
        : this(new Problem(kind, detail, errors)) { }

    /// <summary>What to answer.</summary>
    public Problem Problem { get; } = problem;
}
