using System.Reflection;
using Cairn.Core.Changes;
using Cairn.Core.Schemas;
using Cairn.Server.Http;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Schemas;

/// <summary>What a request writes to a version of a schema, as a handler's parameter, and how that is told.</summary>
internal sealed class SchemaWrites(
    RequestChanges changes,
    ResourceKinds kinds,
    SchemaService schemas,
    CatalogSet catalogs,
    HttpContext http
) : IBindableFromHttpContext<SchemaWrites>
{
    public static async ValueTask<SchemaWrites?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var services = http.RequestServices;
        return new SchemaWrites(
            (await RequestChanges.BindAsync(http, parameter))!,
            services.GetRequiredService<ResourceKinds>(),
            services.GetRequiredService<SchemaService>(),
            services.GetRequiredService<CatalogSet>(),
            http
        );
    }

    /// <summary>Registers a version, with warnings of what in it nothing will look at.</summary>
    public async Task<Upserted<SchemaView>> CommitAsync(RegisterSchema register)
    {
        if (!(await changes.CommitAsync(register)).IsDone(out var made, out var problem))
            return problem;
        var record = Record(made, register);
        if (record.State is { Content.Type: SchemaType.JsonSchema } state)
        {
            var ignored = schemas.Ignored(catalogs.Current, state);
            Warnings.Tell(http, [.. ignored.Select(warning => warning.ToString())]);
        }

        bool isNew = made.Of(kinds.Schemas.Versions, register.Path)?.IsNew == true;
        return new Upserted<SchemaView>(View(record, http), isNew);
    }

    /// <summary>Changes what is known of a version that is there.</summary>
    public async Task<Answer<SchemaView>> ChangeAsync(Operation operation) =>
        (await changes.CommitAsync(operation)).IsDone(out var made, out var problem)
            ? View(Record(made, operation), http)
            : problem;

    /// <summary>A version as it is told, with its entity tag.</summary>
    public static SchemaView View(Versioned<SchemaState> record, HttpContext http)
    {
        http.Response.Headers.ETag = $"\"{record.Version}\"";
        return SchemaView.Of(record);
    }

    // A deletion is answered with what was deleted; what left everything as it was with what there is.
    private Versioned<SchemaState> Record(ChangeResult made, Operation operation)
    {
        var written = made.Of(kinds.Schemas.Versions, operation.Path);
        return (written is { After.State: null } ? written.Before : written?.After)
            ?? schemas.Head(catalogs.Current, operation.Path)!;
    }
}
