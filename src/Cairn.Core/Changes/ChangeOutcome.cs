using System.Diagnostics.CodeAnalysis;
using Cairn.Storage;

namespace Cairn.Core.Changes;

/// <summary>What became of a change.</summary>
public abstract record ChangeOutcome
{
    private ChangeOutcome() { }

    /// <summary>All of it was committed, with its audit entry.</summary>
    /// <param name="Result">What it made.</param>
    public sealed record Committed(ChangeResult Result) : ChangeOutcome;

    /// <summary>Everything was so already, such as a schema that is registered: nothing was committed.</summary>
    /// <param name="Result">It has no resources.</param>
    public sealed record Unchanged(ChangeResult Result) : ChangeOutcome;

    /// <summary>It was refused, and nothing was changed.</summary>
    /// <param name="Problem">Why.</param>
    public sealed record Refused(Problem Problem) : ChangeOutcome;

    /// <summary>The store cannot be reached, or this node does not see yet what it committed there.</summary>
    /// <param name="Cause">Which of both.</param>
    public sealed record Unavailable(StoreUnavailableException Cause) : ChangeOutcome;

    /// <summary>Whether everything is now as it was asked for.</summary>
    /// <param name="made">What was made; without resources when everything was so already.</param>
    /// <param name="problem">Why it is not.</param>
    public bool IsDone([NotNullWhen(true)] out ChangeResult? made, [NotNullWhen(false)] out Problem? problem)
    {
        made = this switch
        {
            Committed committed => committed.Result,
            Unchanged unchanged => unchanged.Result,
            _ => null,
        };
        problem = this switch
        {
            Refused refused => refused.Problem,
            Unavailable unavailable => new Problem(ProblemKind.Unavailable, unavailable.Cause.Message),
            _ => null,
        };
        return made is not null;
    }

    /// <summary>What was made, for whoever expects nothing else.</summary>
    /// <exception cref="ProblemException">It was refused.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be reached.</exception>
    public ChangeResult Require() =>
        this is Unavailable unavailable ? throw unavailable.Cause
        : IsDone(out var made, out var problem) ? made
        : throw new ProblemException(problem);
}
