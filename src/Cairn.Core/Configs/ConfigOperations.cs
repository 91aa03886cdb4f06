using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Documents;
using Cairn.Core.Environments;

namespace Cairn.Core.Configs;

/// <summary>A write to a config.</summary>
public abstract record ConfigOperation(string Path) : Operation
{
    public override string Path { get; init; } = Path;
    public override Permission Needed => new("configs", PermissionLevel.Write);

    /// <inheritdoc/>
    public override ValueTask ApplyAsync(ChangeDraft draft, CancellationToken ct)
    {
        ConfigPath.Check(Path);
        if (TargetEnvironment is { } environment)
            draft.Kinds.RequireEnvironment(draft, environment);
        var config = draft.Open(draft.Kinds.Configs, Path);
        config.CheckVersion(IfVersion);
        return ApplyAsync(draft, config, ct);
    }

    protected abstract ValueTask ApplyAsync(ChangeDraft draft, DraftResource<ConfigState> config, CancellationToken ct);

    /// <summary>The state, which has to exist.</summary>
    protected ConfigState Existing(DraftResource<ConfigState> config) =>
        config.State
        ?? throw new ProblemException(
            ProblemKind.NotFound,
            config.Before is null
                ? $"There is no config '{Path}'."
                : $"The config '{Path}' was deleted in version {config.Before.Version}."
        );
}

/// <summary>Writes the base document, or an environment's overlay.</summary>
/// <param name="Path">Which config.</param>
/// <param name="Environment">Whose overlay; null for the base.</param>
/// <param name="Document">JSON, compact.</param>
/// <param name="Merge">Whether it is a merge patch to the document that is there, instead of all of it.</param>
public sealed record PutConfig(string Path, string? Environment, byte[] Document, bool Merge = false)
    : ConfigOperation(Path)
{
    public override string? TargetEnvironment => Environment;

    /// <summary>The schema to bind with the same write; null to leave the binding as it is.</summary>
    public SchemaBinding? Schema { get; init; }

    /// <summary>Whether the config's documents are to be served as written from now on; null to leave that as it
    /// is.</summary>
    public bool? Verbatim { get; init; }

    protected override ValueTask ApplyAsync(ChangeDraft draft, DraftResource<ConfigState> config, CancellationToken ct)
    {
        // What is not there cannot be changed in part.
        var state = Merge ? Existing(config) : config.State ?? new ConfigState();
        if (Verbatim is { } verbatim && verbatim != state.Verbatim)
        {
            // It is so in every environment.
            Authorizer.Require(draft.Caller, Needed, Path, null);
            state = state.AsVerbatim(verbatim);
        }

        byte[] document = Document;
        if (Merge)
        {
            document = MergePatch.Apply(
                Environment is null ? state.Base?.Document : state.Overlays.GetValueOrDefault(Environment)?.Document,
                Document
            );
        }

        var layer = new ConfigLayer(config.NextVersion, document);
        state = Environment is null
            ? state.With(@base: layer)
            : state.With(overlays: state.Overlays.SetItem(Environment, layer));
        config.Set(Schema is null ? state : state.Bind(Schema), "put", Environment);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Applies a JSON Patch (RFC 6902) to the base document or to an environment's overlay.</summary>
public sealed record PatchConfig(string Path, string? Environment, byte[] Patch) : ConfigOperation(Path)
{
    public override string? TargetEnvironment => Environment;

    protected override ValueTask ApplyAsync(ChangeDraft draft, DraftResource<ConfigState> config, CancellationToken ct)
    {
        var state = Existing(config);
        byte[]? before = Environment is null
            ? state.Base?.Document
            : state.Overlays.GetValueOrDefault(Environment)?.Document;
        if (before is null)
        {
            throw new ProblemException(
                ProblemKind.NotFound,
                $"The config '{Path}' has no {(Environment is null ? "base" : $"overlay for '{Environment}'")} "
                    + "to patch."
            );
        }

        using var budget = new WorkBudget(ct);
        var layer = new ConfigLayer(
            config.NextVersion,
            JsonPatch.Apply(before, Patch, ConfigRules.MaxDocumentBytes, budget)
        );
        config.Set(
            Environment is null
                ? state.With(@base: layer)
                : state.With(overlays: state.Overlays.SetItem(Environment, layer)),
            "put",
            Environment
        );
        return ValueTask.CompletedTask;
    }
}

/// <summary>Deletes a config, leaving its versions; or removes an environment's overlay.</summary>
public sealed record DeleteConfig(string Path, string? Environment) : ConfigOperation(Path)
{
    public override string? TargetEnvironment => Environment;
    public override Permission Needed => new("configs", PermissionLevel.Delete);

    protected override ValueTask ApplyAsync(ChangeDraft draft, DraftResource<ConfigState> config, CancellationToken ct)
    {
        var state = Existing(config);
        if (Environment is null)
        {
            config.Set(null, "delete");
        }
        else if (!state.Overlays.ContainsKey(Environment))
        {
            throw new ProblemException(
                ProblemKind.NotFound,
                $"The config '{Path}' has no overlay for '{Environment}'."
            );
        }
        else if (state.Overlays.Remove(Environment) is { Count: 0 } && state.Base is null)
        {
            config.Set(null, "delete");
        }
        else
        {
            config.Set(state.With(overlays: state.Overlays.Remove(Environment)), "delete", Environment);
        }

        return ValueTask.CompletedTask;
    }
}

/// <summary>Makes a new version that is as an older one was: a rollback, or the undoing of a deletion.</summary>
/// <param name="Path">Which config.</param>
/// <param name="ToVersion">The older version; 0 deletes; null is the newest that was not a deletion.</param>
public sealed record RestoreConfig(string Path, long? ToVersion) : ConfigOperation(Path)
{
    public override Permission Needed =>
        new("configs", ToVersion == 0 ? PermissionLevel.Delete : PermissionLevel.Write);

    protected override async ValueTask ApplyAsync(
        ChangeDraft draft,
        DraftResource<ConfigState> config,
        CancellationToken ct
    )
    {
        if (config.Before is not { } head)
            throw new ProblemException(ProblemKind.NotFound, $"There is no config '{Path}'.");
        if (ToVersion == 0)
        {
            config.Set(null, "delete");
            return;
        }

        if (ToVersion is null && head.State is not null)
            throw new ProblemException(ProblemKind.Conflict, $"The config '{Path}' is not deleted.");
        var version = await draft.ReadVersionAsync(draft.Kinds.Configs, Path, ToVersion ?? head.Version - 1, ct);
        var state =
            version.State
            ?? throw new ProblemException(
                ProblemKind.Conflict,
                $"Version {version.Version} of '{Path}' is a deletion: there is nothing to bring back."
            );

        // The layers keep the versions they were written in, so that pins and history still tell where they came from.
        var known = draft.Kinds.EnvironmentNames(draft);
        config.Set(
            new ConfigState
            {
                Base = state.Base,
                Overlays = state.Overlays.RemoveRange(state.Overlays.Keys.Where(name => !known.Contains(name))),
                Pins = state.Pins.RemoveRange(state.Pins.Keys.Where(name => !known.Contains(name))),
                Schema = state.Schema,
                Verbatim = state.Verbatim,
            },
            "restore"
        );
    }
}

/// <summary>Sets which base an environment builds on.</summary>
/// <param name="Path">Which config.</param>
/// <param name="To">The environment.</param>
/// <param name="From">The environment whose base it takes over; null with <paramref name="Version"/> or to follow the
/// newest.</param>
/// <param name="Version">A version whose base it takes.</param>
public sealed record PromoteConfig(string Path, string To, string? From, long? Version) : ConfigOperation(Path)
{
    public override string? TargetEnvironment => To;

    protected override async ValueTask ApplyAsync(
        ChangeDraft draft,
        DraftResource<ConfigState> config,
        CancellationToken ct
    )
    {
        var state = Existing(config);
        ConfigLayer? layer = null;
        if (Version is { } version)
        {
            layer =
                (await draft.ReadVersionAsync(draft.Kinds.Configs, Path, version, ct)).State?.Base
                ?? throw new ProblemException(
                    ProblemKind.Conflict,
                    $"Version {version} of '{Path}' has no base document."
                );
        }
        else if (From is not null)
        {
            draft.Kinds.RequireEnvironment(draft, From);
            if (From == To)
                throw new ProblemException(ProblemKind.Invalid, $"'{From}' cannot be promoted to itself.");
            Authorizer.Require(draft.Caller, new Permission("configs", PermissionLevel.Read), Path, From);
            layer =
                state.BaseOf(From)
                ?? throw new ProblemException(ProblemKind.Conflict, $"'{From}' has no base of '{Path}' to promote.");
        }

        config.Set(
            state.With(pins: layer is null ? state.Pins.Remove(To) : state.Pins.SetItem(To, layer)),
            "promote",
            To
        );
    }
}

/// <summary>Binds a config to a schema, or to none.</summary>
public sealed record BindConfigSchema(string Path, SchemaBinding? Schema) : ConfigOperation(Path)
{
    protected override ValueTask ApplyAsync(ChangeDraft draft, DraftResource<ConfigState> config, CancellationToken ct)
    {
        config.Set(Existing(config).Bind(Schema), Schema is null ? "unbind" : "bind");
        return ValueTask.CompletedTask;
    }
}
