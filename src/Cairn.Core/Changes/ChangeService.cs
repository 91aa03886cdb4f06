using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Core.Audit;
using Cairn.Core.Cryptography;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Changes;

/// <summary>What was asked for.</summary>
/// <param name="Operations">At least one; applied in order, committed as one.</param>
/// <param name="Message">Why.</param>
/// <param name="Reverts">The change it undoes, if it does.</param>
public sealed record ChangeRequest(IReadOnlyList<Operation> Operations, string? Message, string? Reverts = null);

/// <summary>What a change would do, without doing it.</summary>
/// <param name="Resources">What would be written.</param>
/// <param name="Effects">What each environment serves before and after, of the configs it writes and of those that
/// refer to what it writes.</param>
/// <param name="HiddenEffects">How many more there are, of configs that the caller may not read.</param>
/// <param name="Problems">Why it would be refused; empty when it would be accepted.</param>
public sealed record ChangePreview(
    IReadOnlyList<AuditedResource> Resources,
    IReadOnlyList<ChangeEffect> Effects,
    int HiddenEffects,
    IReadOnlyList<Problem> Problems
);

/// <summary>Plans, checks and commits changes: every write to a versioned resource goes through here.</summary>
public sealed class ChangeService(
    IStore store,
    Keyring keyring,
    CatalogSet catalogs,
    Committer committer,
    ResourceKinds kinds,
    IChangeRules rules,
    TimedIds ids,
    TimeProvider time
)
{
    /// <summary>How many operations one change may have.</summary>
    public const int MaxOperations = 1000;

    /// <summary>How long a message may be, in characters.</summary>
    public const int MaxMessageLength = 1000;

    private const int MaxAttempts = 100;

    // The change, its audit entry and its absence, and what goes with an idempotency key.
    private const int RoomOfOthers = 6;
    private static readonly TimeSpan ListPeriod = TimeSpan.FromDays(30);
    private readonly Journal _journal = new(store, keyring, "changes/");

    /// <summary>Commits a change: all of it, with its audit entry, or nothing.</summary>
    public async ValueTask<ChangeOutcome> CommitAsync(
        CommitContext context,
        ChangeRequest request,
        CancellationToken ct
    )
    {
        try
        {
            var made = await PlanAndCommitAsync(context, request, ct);
            return made.Resources.Count == 0 ? new ChangeOutcome.Unchanged(made) : new ChangeOutcome.Committed(made);
        }
        catch (ProblemException e)
        {
            return new ChangeOutcome.Refused(e.Problem);
        }
        catch (StoreUnavailableException e)
        {
            return new ChangeOutcome.Unavailable(e);
        }
    }

    private async ValueTask<ChangeResult> PlanAndCommitAsync(
        CommitContext context,
        ChangeRequest request,
        CancellationToken ct
    )
    {
        Validate(request);
        string id = ids.New();
        bool latest = false;
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            long planned = catalogs.Current.Revision;
            ChangeDraft draft;
            try
            {
                using var work = new WorkBudget(ct, time: time);
                draft = await PlanAsync(context.Caller, request, work.Token);
                Require(rules.Problems(draft, work));
            }
            catch (ProblemException) when (!latest)
            {
                // Another node may have written what this one does not know of yet: a refusal takes the newest state.
                latest = true;
                if ((await catalogs.ReadLatestAsync(ct)).Revision == planned)
                    throw;
                continue;
            }

            if (!Written(draft).Any())
                return new ChangeResult(Nothing(id, context.Caller, request, draft), []);
            var (change, conditions, writes) = Encode(id, context.Caller, request, draft);
            var entry = new AuditEntry
            {
                Id = id,
                Time = change.CreatedAt,
                Actor = context.Caller.Id,
                Action = Action(change),
                Outcome = "success",
                Resources = change.Resources,
                Change = id,
                Message = change.Message,
            };
            if (await committer.CommitAsync(context, entry, conditions, writes, ct) is { } revision)
                return new ChangeResult(change with { Revision = revision }, [.. Written(draft)]);
        }

        throw new ProblemException(
            ProblemKind.Conflict,
            $"Others wrote the same resources {MaxAttempts} times meanwhile. Try again."
        );
    }

    /// <summary>Answers what a change would do.</summary>
    public async ValueTask<ChangePreview> PreviewAsync(Principal caller, ChangeRequest request, CancellationToken ct)
    {
        Validate(request);
        using var work = new WorkBudget(ct, time: time);
        var draft = await PlanAsync(caller, request, work.Token, preview: true);
        var problems = rules.Problems(draft, work);
        var told = rules.Effects(draft, work, out int hidden);
        return new ChangePreview(
            [.. Written(draft).Select(resource => Describe(resource, null))],
            told,
            hidden,
            problems
        );
    }

    /// <summary>Why a write would be refused as things stand, whoever may make it; null when it would not. The rules
    /// are not asked.</summary>
    public async Task<Problem?> RefusalAsync(Principal caller, Operation operation, CancellationToken ct)
    {
        try
        {
            await operation.ApplyAsync(new ChangeDraft(kinds, catalogs.Current, store, caller, preview: true), ct);
            return null;
        }
        catch (ProblemException e)
        {
            return e.Problem;
        }
    }

    /// <summary>A change by its identifier; null when there is none.</summary>
    public async ValueTask<Change?> GetAsync(string id, CancellationToken ct) =>
        _journal.KeyOf(id) is { } key && await store.GetAsync(key, ct) is { } record
            ? Read(record) with
            {
                Intact = _journal.IsIntact(record),
            }
            : null;

    /// <summary>The newest changes.</summary>
    /// <param name="since">The oldest time wanted; 30 days before <paramref name="until"/> when null.</param>
    /// <param name="until">The newest time wanted; any when null.</param>
    /// <param name="mayRead">Whether the reader may see a change.</param>
    /// <param name="before">Where the page before stopped; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Ends the reading.</param>
    public ValueTask<JournalPage<Change>> ListAsync(
        DateTimeOffset? since,
        DateTimeOffset? until,
        Func<Change, bool> mayRead,
        string? before,
        int limit,
        CancellationToken ct
    ) =>
        _journal.PageAsync(
            since ?? (until ?? time.GetUtcNow()) - ListPeriod,
            until,
            before,
            limit,
            record =>
                Read(record) is var change && mayRead(change)
                    ? change with
                    {
                        Intact = _journal.IsIntact(record),
                    }
                    : null,
            ct
        );

    /// <summary>The change that brings every resource of <paramref name="change"/> back to what it was before
    /// it.</summary>
    /// <exception cref="ProblemException">Somebody has moved on since; the errors name the resources.</exception>
    public ChangeRequest Inverse(Change change, string? message)
    {
        var snapshot = catalogs.Current;
        var operations = new List<Operation>();
        var conflicts = new List<ProblemError>();
        foreach (var resource in change.Resources)
        {
            if (!change.Intact)
            {
                throw new ProblemException(
                    ProblemKind.Conflict,
                    $"The change {change.Id} is not as it was written, and is not reverted: its record in the "
                        + "store was altered."
                );
            }

            if (resource is not { VersionBefore: { } before, VersionAfter: { } after })
                throw new ProblemException(ProblemKind.Conflict, $"A change of {resource.Kind} cannot be reverted.");
            var kind = kinds.Find(resource.Kind);
            long current = kind.VersionOf(snapshot, resource.Path);
            if (current != after)
            {
                conflicts.Add(
                    new ProblemError(
                        "",
                        $"{resource.Kind}/{resource.Path} is at version {current}; this change left it at {after}."
                    )
                );
            }

            operations.Add(kind.Restore(resource.Path, before) with { IfVersion = after });
        }

        return conflicts.Count == 0
            ? new ChangeRequest(operations, message ?? $"Revert {change.Id}", change.Id)
            : throw new ProblemException(
                ProblemKind.Conflict,
                "Somebody has moved on since: revert the later changes first, or write what you want.",
                conflicts
            );
    }

    // When several rules are broken, all of their errors.
    private static void Require(IReadOnlyList<Problem> problems)
    {
        if (problems.Count == 0)
            return;
        var first = problems[0];
        throw new ProblemException(
            problems.Count == 1
                ? first
                : first with
                {
                    Errors =
                    [
                        .. problems
                            .Where(problem => problem.Kind == first.Kind)
                            .SelectMany(problem =>
                                problem.Errors.Count > 0 ? problem.Errors : [new ProblemError("", problem.Detail)]
                            ),
                    ],
                }
        );
    }

    private static void Validate(ChangeRequest request)
    {
        if (request.Operations.Count == 0)
            throw new ProblemException(ProblemKind.Invalid, "A change has at least one operation.");
        if (request.Operations.Count > MaxOperations)
        {
            throw new ProblemException(
                ProblemKind.TooLarge,
                $"A change has at most {MaxOperations} operations, not {request.Operations.Count}."
            );
        }

        if (request.Message?.Length > MaxMessageLength)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                $"A message has at most {MaxMessageLength} characters, not {request.Message.Length}."
            );
        }
    }

    private async ValueTask<ChangeDraft> PlanAsync(
        Principal caller,
        ChangeRequest request,
        CancellationToken ct,
        bool preview = false
    )
    {
        var draft = new ChangeDraft(kinds, catalogs.Current, store, caller, preview);
        int index = 0;
        foreach (var operation in request.Operations)
        {
            try
            {
                Authorizer.Require(caller, operation.Needed, operation.Path, operation.TargetEnvironment);
                await operation.ApplyAsync(draft, ct);
            }
            catch (ProblemException e) when (request.Operations.Count > 1)
            {
                throw new ProblemException(
                    e.Problem.Kind,
                    e.Problem.Detail,
                    e.Problem.Errors.Count > 0
                        ?
                        [
                            .. e.Problem.Errors.Select(error =>
                                error with
                                {
                                    Pointer = $"/operations/{index}{error.Pointer}",
                                }
                            ),
                        ]
                        : [new ProblemError($"/operations/{index}", e.Problem.Detail)]
                );
            }

            index++;
        }

        return draft;
    }

    private (Change Change, List<Condition> Conditions, List<Write> Writes) Encode(
        string id,
        Principal caller,
        ChangeRequest request,
        ChangeDraft draft
    )
    {
        var change = new Change
        {
            Id = id,
            CreatedAt = time.GetUtcNow(),
            CreatedBy = caller.Name,
            CreatedById = caller.Id,
            Message = request.Message,
            Resources = [],
            Reverts = request.Reverts,
        };
        var writes = new List<Write>();
        var resources = new List<AuditedResource>();
        foreach (var resource in Written(draft))
        {
            var (own, digest) = resource.Encode(change);
            writes.AddRange(own);
            resources.Add(Describe(resource, digest));
        }

        // Several resources may renew the same record.
        writes = [.. writes.DistinctBy(write => write.Key)];
        var conditions = draft.Conditions(
            writes.Select(write => write.Key).ToHashSet(StringComparer.Ordinal),
            store.Limits.MaxOperations - writes.Count - RoomOfOthers
        );

        change = change with { Resources = resources };
        writes.Add(_journal.Put(id, JsonSerializer.SerializeToUtf8Bytes(change, StoredJson.Default.Change)));
        return (change, conditions, writes);
    }

    private Change Nothing(string id, Principal caller, ChangeRequest request, ChangeDraft draft) =>
        new()
        {
            Id = id,
            CreatedAt = time.GetUtcNow(),
            CreatedBy = caller.Name,
            CreatedById = caller.Id,
            Message = request.Message,
            Resources = [],
            Revision = draft.Start.Snapshot.Revision,
        };

    private static IEnumerable<DraftResource> Written(ChangeDraft draft) =>
        draft.Resources.Where(resource => resource.Action is not null);

    private static AuditedResource Describe(DraftResource resource, string? digest) =>
        new(
            resource.KindName,
            resource.Path,
            resource.Environment,
            resource.Action!,
            resource.VersionBefore,
            resource.NextVersion,
            digest
        );

    private static string Action(Change change) =>
        change.Reverts is not null ? "changes.revert"
        : change.Resources is [var only] ? $"{only.Kind}.{only.Action}"
        : "changes.commit";

    private static Change Read(StoreRecord record) =>
        JsonSerializer.Deserialize(record.Value.Span, StoredJson.Default.Change)! with
        {
            Revision = record.Revision,
        };
}
