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
        var (record, isNew) = await WriteAsync(register);
        if (record.State is { Content.Type: SchemaType.JsonSchema } state)
        {
            var ignored = schemas.Ignored(catalogs.Current, state);
            Warnings.Tell(http, [.. ignored.Select(warning => warning.ToString())]);
        }

        return new Upserted<SchemaView>(View(record, http), isNew);
    }

    /// <summary>Changes what is known of a version that is there.</summary>
    public async Task<Answer<SchemaView>> ChangeAsync(Operation operation) =>
        View((await WriteAsync(operation)).Record, http);

    /// <summary>A version as it is told, with its entity tag.</summary>
    public static SchemaView View(Versioned<SchemaState> record, HttpContext http)
    {
        http.Response.Headers.ETag = $"\"{record.Version}\"";
        return SchemaView.Of(record);
    }

    // A deletion is answered with what was deleted; what left everything as it was with what there is.
    private async Task<(Versioned<SchemaState> Record, bool IsNew)> WriteAsync(Operation operation)
    {
        var made = await changes.CommitAsync(operation);
        var written = made.Of(kinds.Schemas.Versions, operation.Path);
        var record = written is { After.State: null } ? written.Before : written?.After;
        return (record ?? schemas.Head(catalogs.Current, operation.Path)!, written?.IsNew == true);
    }
}
