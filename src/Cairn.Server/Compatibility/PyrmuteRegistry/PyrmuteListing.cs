using Cairn.Core.Access;
using Cairn.Core.Schemas;
using Cairn.Server.Http;

namespace Cairn.Server.Compatibility.PyrmuteRegistry;

/// <summary><c>GET /schemas</c>: a page of versions in the order of their numbers, grouped by model.</summary>
internal static class PyrmuteListing
{
    public static Task List(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var input = new PyrmuteInput(http);
        string? space = input.Query("namespace"),
            model = input.Query("model_name");
        bool deprecated = input.QueryFlag("include_deprecated");
        int limit = input.QueryNumber("limit", 100, 1, 1000),
            offset = input.QueryNumber("offset", 0, 0, int.MaxValue);
        input.ThrowIfWrong();

        var (count, page) = Find(request, space, string.IsNullOrEmpty(model) ? null : model, deprecated, limit, offset);
        var groups = page.GroupBy(schema => schema.Address.Model).ToList();
        return PyrmuteAnswers.WriteAsync(
            http,
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("schemas");
                foreach (var group in groups)
                {
                    var versions = group.Select(schema => schema.Address.Version).Order().ToList();
                    json.WriteStartObject();
                    json.WriteString("namespace", group.Key.Namespace);
                    json.WriteString("model_name", group.Key.Name);
                    json.WriteStrings("versions", versions.Select(version => version.Text));
                    json.WriteString("latest_version", versions[^1].Text);
                    json.WriteStrings("registered_by", group.Select(schema => schema.RegisteredBy).Distinct());
                    json.WriteStrings(
                        "deprecated_versions",
                        group
                            .Where(schema => schema.Deprecation is not null)
                            .Select(schema => schema.Address.Version)
                            .Order()
                            .Select(version => version.Text)
                    );
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteNumber("total", groups.Count);
                json.WriteNumber("limit", limit);
                json.WriteNumber("offset", offset);
                json.WriteNumber("total_count", count);
                json.WriteEndObject();
            }
        );
    }

    private static (int Count, List<SchemaState> Page) Find(
        CairnRequest request,
        string? space,
        string? model,
        bool deprecated,
        int limit,
        int offset
    )
    {
        var (schemas, snapshot) = (request.Node.Schemas, request.Node.Catalogs.Current);
        // The word that stands for the global ones in Cairn is a namespace like any other there, which nothing can be
        // in.
        if (space == ModelName.Global)
            return (0, []);
        string? part =
            space is null ? null
            : space is "" or "null" ? ModelName.Global
            : space;
        if (model is null && Authorizer.AllowsAll(request.Caller, SchemaService.ReadPermission))
        {
            var (count, rest) = schemas.ByNumber(snapshot, part, deprecated, offset);
            return (count, [.. rest.Take(limit)]);
        }

        var found = (
            model is null ? schemas.ByNumber(snapshot, part, deprecated, 0).Versions : schemas.Named(snapshot, model)
        )
            .Where(schema => part is null || (schema.Address.Model.Namespace ?? ModelName.Global) == part)
            .Where(schema => deprecated || schema.Deprecation is null)
            .Where(schema => Authorizer.Allows(request.Caller, SchemaService.ReadPermission, schema.Address.Path, null))
            .OrderBy(schema => schema.Id)
            .ToList();
        return (found.Count, [.. found.Skip(offset).Take(limit)]);
    }
}
