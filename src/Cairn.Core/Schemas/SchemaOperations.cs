using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.JsonSchema;

namespace Cairn.Core.Schemas;

/// <summary>A write to a registered version.</summary>
public abstract record SchemaOperation(SchemaAddress Address) : Operation
{
    public override string Path { get; init; } = Address.Path;
    public override Permission Needed => new("schemas", PermissionLevel.Write);

    /// <inheritdoc/>
    public override ValueTask ApplyAsync(ChangeDraft draft, CancellationToken ct)
    {
        var schema = draft.Open(draft.Kinds.Schemas.Versions, Path);
        schema.CheckVersion(IfVersion);
        var state = schema.State ?? throw new ProblemException(ProblemKind.NotFound, $"There is no schema {Address}.");
        Apply(draft, schema, state);
        return ValueTask.CompletedTask;
    }

    protected abstract void Apply(ChangeDraft draft, DraftResource<SchemaState> schema, SchemaState state);
}

/// <summary>Says that a version should not be used any more, or (with no deprecation) that it may be again.</summary>
public sealed record DeprecateSchema(SchemaAddress Address, SchemaDeprecation? Deprecation) : SchemaOperation(Address)
{
    /// <summary>How long a message may be, in characters.</summary>
    public const int MaxMessageLength = 500;

    protected override void Apply(ChangeDraft draft, DraftResource<SchemaState> schema, SchemaState state)
    {
        if (Deprecation?.Message?.Length > MaxMessageLength)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                $"A message has at most {MaxMessageLength} characters.",
                [new ProblemError("/message", "Too long.")]
            );
        }

        var source = new SchemaSource(draft.Kinds.Schemas, draft);
        if (
            Deprecation?.Replacement is { } replacement
            && source.Resolve(SchemaSelector.Parse(replacement)) is not { } found
        )
        {
            throw new ProblemException(
                ProblemKind.Unprocessable,
                $"There is no schema {replacement} to use instead.",
                [new ProblemError("/replacement", "There is no such schema.")]
            );
        }

        schema.Set(state with { Deprecation = Deprecation }, Deprecation is null ? "restore" : "deprecate");
    }
}

/// <summary>Replaces the notes about a version.</summary>
/// <param name="Address">Which version.</param>
/// <param name="Meta">A JSON object.</param>
public sealed record DescribeSchema(SchemaAddress Address, byte[] Meta) : SchemaOperation(Address)
{
    protected override void Apply(ChangeDraft draft, DraftResource<SchemaState> schema, SchemaState state)
    {
        RegisterSchema.CheckMeta(Meta);
        schema.Set(state with { Meta = Meta }, "describe");
    }
}

/// <summary>Deletes a version.</summary>
/// <param name="Address">Which version.</param>
/// <param name="Force">Whether also when configs are bound to it or schemas refer to it, which then lead
/// nowhere.</param>
public sealed record DeleteSchema(SchemaAddress Address, bool Force) : SchemaOperation(Address)
{
    public override Permission Needed => new("schemas", PermissionLevel.Delete);

    protected override void Apply(ChangeDraft draft, DraftResource<SchemaState> schema, SchemaState state)
    {
        if (!Force)
        {
            SchemaUsers
                .Of(draft.Kinds, draft, state)
                .RequireNone(Address, draft.Caller, "Delete it with force if they may lead nowhere.");
        }

        schema.Set(null, "delete");
    }
}

/// <summary>Brings a version of a schema back to how it was; to version 0 by deleting it.</summary>
public sealed record RestoreSchema(string Path, long ToVersion) : Operation
{
    public override string Path { get; init; } = Path;
    public override Permission Needed =>
        new("schemas", ToVersion == 0 ? PermissionLevel.Delete : PermissionLevel.Write);

    public override async ValueTask ApplyAsync(ChangeDraft draft, CancellationToken ct)
    {
        var address =
            SchemaSelector.FromPath(Path).Exact
            ?? throw new ProblemException(ProblemKind.Invalid, $"'{Path}' names no version of a schema.");
        var schema = draft.Open(draft.Kinds.Schemas.Versions, Path);
        schema.CheckVersion(IfVersion);
        var state =
            ToVersion == 0
                ? null
                : (await draft.ReadVersionAsync(draft.Kinds.Schemas.Versions, Path, ToVersion, ct)).State;
        if (state is null)
        {
            await new DeleteSchema(address, Force: false).ApplyAsync(draft, ct);
            return;
        }

        var source = new SchemaSource(draft.Kinds.Schemas, draft);
        foreach (string reference in state.References)
        {
            if (source.Find(reference) is null)
            {
                throw new ProblemException(
                    ProblemKind.Conflict,
                    $"{address} refers to {reference}, which is not there any more."
                );
            }
        }

        schema.Set(state, "restore");
    }
}

/// <summary>Sets or, with no mode, takes off the compatibility rule of a namespace or a model.</summary>
public sealed record PutCompatibilityRule(string Path, CompatibilityMode? Mode) : Operation
{
    public override string Path { get; init; } = Path;
    public override Permission Needed => new("schemas", PermissionLevel.Admin);

    public override ValueTask ApplyAsync(ChangeDraft draft, CancellationToken ct)
    {
        CompatibilityRule.CheckPath(Path);
        var rule = draft.Open(draft.Kinds.Schemas.Rules, Path);
        rule.CheckVersion(IfVersion);
        if (Mode is null && rule.State is null)
            throw new ProblemException(ProblemKind.NotFound, $"'{Path}' has no compatibility rule of its own.");
        rule.Set(Mode is { } mode ? new CompatibilityRule(mode) : null, Mode is null ? "delete" : "put");
        return ValueTask.CompletedTask;
    }
}

/// <summary>Brings a compatibility rule back to an older version; to version 0 by taking it off.</summary>
public sealed record RestoreCompatibilityRule(string Path, long ToVersion) : Operation
{
    public override string Path { get; init; } = Path;
    public override Permission Needed => new("schemas", PermissionLevel.Admin);

    public override async ValueTask ApplyAsync(ChangeDraft draft, CancellationToken ct)
    {
        var rule = draft.Open(draft.Kinds.Schemas.Rules, Path);
        rule.CheckVersion(IfVersion);
        var state =
            ToVersion == 0
                ? null
                : (await draft.ReadVersionAsync(draft.Kinds.Schemas.Rules, Path, ToVersion, ct)).State;
        rule.Set(state, state is null ? "delete" : "restore");
    }
}
