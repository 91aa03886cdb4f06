using Cairn.Core.Access;
using Cairn.Core.Changes;

namespace Cairn.Core.Schemas;

/// <summary>Who relies on a version: the schemas that refer to it, and the configs whose binding stands for it
/// now.</summary>
/// <param name="Schemas">Paths of schemas.</param>
/// <param name="Configs">Bound configs.</param>
public sealed record SchemaUsers(IReadOnlyList<SchemaState> Schemas, IReadOnlyList<BoundConfig> Configs)
{
    /// <summary>Whether there is nobody.</summary>
    public bool IsEmpty => Schemas.Count == 0 && Configs.Count == 0;

    /// <summary>Finds them.</summary>
    public static SchemaUsers Of(ResourceKinds kinds, IResourceView view, SchemaState schema)
    {
        var source = new SchemaSource(kinds.Schemas, view);
        var schemas = view.Lookup(kinds.Schemas.Referrers, schema.Address.Path)
            .Select(source.Find)
            .OfType<SchemaState>();
        var configs = kinds
            .Schemas.BoundConfigs(view, schema.Address.Model)
            .Where(config => source.Resolve(config.Selector)?.Address == schema.Address);
        return new SchemaUsers([.. schemas], [.. configs]);
    }

    /// <summary>Refuses when there is somebody.</summary>
    /// <exception cref="ProblemException">There is; the errors name the first of those that the caller may
    /// read.</exception>
    public void RequireNone(SchemaAddress address, Principal caller, string cure)
    {
        if (IsEmpty)
            return;
        var errors = Schemas
            .Where(schema => SchemaUse.Allows(caller, schema.Address))
            .Select(schema => new ProblemError("", $"The schema {schema.Address} refers to it."))
            .Concat(
                Configs
                    .Where(config =>
                        Authorizer.Allows(caller, new Permission("configs", PermissionLevel.Read), config.Path, null)
                    )
                    .Select(config => new ProblemError(
                        "",
                        $"The config {config.Path} is bound to it, as {config.Selector}."
                    ))
            )
            .Take(20);
        throw new ProblemException(
            ProblemKind.Conflict,
            $"{address} is in use by {Schemas.Count} schemas and {Configs.Count} configs. {cure}",
            [.. errors]
        );
    }
}

/// <summary>A config that is bound to a registered schema.</summary>
/// <param name="Path">The config.</param>
/// <param name="Selector">How the binding names the schema.</param>
public sealed record BoundConfig(string Path, SchemaSelector Selector);
