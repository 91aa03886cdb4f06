using Cairn.Core.Schemas;

namespace Cairn.Server.Compatibility.PyrmuteRegistry;

/// <summary>What a path there is about: a model, in a namespace or global, and perhaps a version.</summary>
/// <param name="Model">The model; of a namespace that cannot exist when <see cref="Exists"/> is false.</param>
/// <param name="Version">As it was written; empty when the path names none.</param>
/// <param name="Exists">Whether Cairn can have such a model at all.</param>
internal sealed record PyrmuteScope(ModelName Model, string Version, bool Exists)
{
    /// <summary>As the original writes it: <c>billing::Invoice</c>.</summary>
    public string ModelId => Id(Model);

    /// <summary>As the original writes it: <c>billing::Invoice@1.2.0</c>.</summary>
    public string VersionId(string version) => $"{ModelId}@{version}";

    public static string Id(ModelName model) =>
        model.Namespace is null ? model.Name : $"{model.Namespace}::{model.Name}";

    /// <summary>The path that Cairn's permissions are about.</summary>
    public static string Target(HttpContext http)
    {
        var scope = Of(http);
        return scope.Version.Length == 0 ? scope.Model.Path : $"{scope.Model.Path}/{scope.Version}";
    }

    public static PyrmuteScope Of(HttpContext http)
    {
        var values = http.Request.RouteValues;
        string? space = values["ns"] as string;
        // A global path acts as one in the namespace that the query names, if it names one.
        if (
            space is null
            && http.Request.Query.TryGetValue("namespace", out var given)
            && given.Count > 0
            && given[^1] is { Length: > 0 } named
        )
        {
            space = named;
        }

        return new PyrmuteScope(
            new ModelName(space, (string)values["model"]!),
            values["version"] as string ?? "",
            space != ModelName.Global
        );
    }

    /// <summary>The address, when there can be a schema at it.</summary>
    public SchemaAddress? Address(string version) =>
        Exists && SchemaVersion.TryParse(version, out var parsed, leadingZeros: true)
            ? new SchemaAddress(Model, parsed)
            : null;
}
