using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Documents;
using Cairn.JsonSchema;

namespace Cairn.Core.Schemas;

/// <summary>Registers a version of a schema. The same content again leaves everything as it is.</summary>
public sealed record RegisterSchema(SchemaAddress Address, SchemaContent Content) : Operation
{
    public override string Path { get; init; } = Address.Path;
    public override Permission Needed => new("schemas", PermissionLevel.Write);

    /// <summary>Notes about it, a JSON object; none when null.</summary>
    public byte[]? Meta { get; init; }

    /// <summary>The same model in Avro.</summary>
    public byte[]? Avro { get; init; }

    /// <summary>Who registers it; the caller when null.</summary>
    public string? RegisteredBy { get; init; }

    /// <summary>When it was registered; now when null.</summary>
    public DateTimeOffset? RegisteredAt { get; init; }

    /// <summary>Whether it may be lower than the highest version of its major number.</summary>
    public bool Backport { get; init; }

    /// <summary>Whether it takes the place of other content under the same version.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether references may lead nowhere and constructs of other drafts are let pass: such a schema is kept
    /// and compared, but nothing can be validated against it.</summary>
    public bool Lenient { get; init; }

    /// <summary>For what comes from elsewhere: that it is deprecated, and its number there.</summary>
    public (SchemaDeprecation? Deprecation, long Id)? Imported { get; init; }

    public override async ValueTask ApplyAsync(ChangeDraft draft, CancellationToken ct)
    {
        var schemas = draft.Kinds.Schemas;
        var source = new SchemaSource(schemas, draft);
        var schema = draft.Open(schemas.Versions, Path);
        schema.CheckVersion(IfVersion);
        CheckMeta(Meta);
        if (schema.State is { } existing)
        {
            if (!Overwrite)
            {
                CheckSame(existing);
                return;
            }

            if (!existing.Content.SameAs(Content))
            {
                SchemaUsers
                    .Of(draft.Kinds, draft, existing)
                    .RequireNone(Address, draft.Caller, "Register another version instead.");
            }
        }

        if (schema.State is null && !Lenient)
            Address.Model.CheckVisible();
        CheckOrder(source);
        var compiled = Compile(source, draft.Caller);
        CheckRule(source, compiled);
        long id = schema.State?.Id ?? (Imported is { Id: > 0 and var number } ? number : await NextIdAsync(draft, ct));
        schema.Set(
            new SchemaState
            {
                Address = Address,
                Id = id,
                Content = Content,
                Avro = Avro,
                Meta = Meta ?? "{}"u8.ToArray(),
                RegisteredBy = RegisteredBy ?? draft.Caller.Name,
                RegisteredAt = RegisteredAt ?? schemas.Time.GetUtcNow(),
                Deprecation = schema.State?.Deprecation ?? Imported?.Deprecation,
                References =
                [
                    .. compiled.References.Select(reference => reference.Address.Path).Order(StringComparer.Ordinal),
                ],
            },
            schema.State is null ? "register" : "overwrite"
        );
    }

    // Numbers that were imported on another node may lie in the block that this one has.
    private async ValueTask<long> NextIdAsync(ChangeDraft draft, CancellationToken ct)
    {
        while (!draft.IsPreview)
        {
            long id = await draft.Kinds.Schemas.Ids.NextAsync(ct);
            if (!draft.Kinds.Schemas.IsTaken(draft.Start.Snapshot, id))
                return id;
        }

        return 0;
    }

    /// <summary>Refuses notes that are no JSON object.</summary>
    internal static void CheckMeta(byte[]? meta)
    {
        if (
            meta is not null
            && (meta.Length > MaxMetaBytes || JsonText.Element(meta).ValueKind != JsonValueKind.Object)
        )
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                $"Notes about a schema are a JSON object of at most {MaxMetaBytes} bytes."
            );
        }
    }

    /// <summary>How large the notes about a schema may be.</summary>
    public const int MaxMetaBytes = 64 * 1024;

    private void CheckSame(SchemaState existing)
    {
        if (!existing.Content.SameAs(Content) || !SameAvro(existing.Avro, Avro))
        {
            throw new ProblemException(
                ProblemKind.Conflict,
                $"{Address} is registered already, with other content ({existing.Content.Digest}). What is "
                    + "registered stays as it is: register another version."
            );
        }
    }

    private static bool SameAvro(byte[]? one, byte[]? other) =>
        one is null || other is null
            ? one == other
            : JsonElement.DeepEquals(JsonText.Element(one), JsonText.Element(other));

    private void CheckOrder(SchemaSource source)
    {
        if (Backport)
            return;
        var highest = source
            .Versions(Address.Model)
            .LastOrDefault(state =>
                SchemaVersion.CompareNumbers(state.Address.Version.Number(0), Address.Version.Number(0)) == 0
            );
        if (highest?.Address.Version.CompareTo(Address.Version) > 0)
        {
            throw new ProblemException(
                ProblemKind.Conflict,
                $"{Address} is lower than {highest.Address}, which is registered already. Register a higher "
                    + "version, or say that it is a backport."
            );
        }
    }

    private CompiledSchema Compile(SchemaSource source, Principal caller)
    {
        if (Content.Type != SchemaType.JsonSchema)
            return new CompiledSchema(null, null, []);
        var compiled = source.Schemas.Compiler.Compile(source, Content, Address, caller);
        if (compiled.Fault is { } fault && (!Lenient || compiled.LeadsBack))
            throw new ProblemException(fault);
        return compiled;
    }

    private void CheckRule(SchemaSource source, CompiledSchema candidate)
    {
        var mode = source.ModeOf(Address.Model);
        if (mode == CompatibilityMode.None || Content.Type != SchemaType.JsonSchema || Address.Version.IsPreRelease)
            return;
        var verdict = CompatibilityCheck.Run(source, mode, Address, candidate);
        if (verdict.Breaks.Count > 0)
        {
            throw new ProblemException(
                ProblemKind.Unprocessable,
                $"{Address} would not be {CompatibilityRule.NameOf(mode)} compatible with the versions of "
                    + $"{Address.Model} there are.",
                [.. verdict.Breaks.Take(50).Select(item => new ProblemError(item.Pointer, item.ToString()))]
            );
        }
    }
}
