using Cairn.Storage.Catalogs;

namespace Cairn.Core.Schemas;

/// <summary>Finds models by what is in their path, or in the title of the version written last.</summary>
/// <remarks>It looks through a table of all of them, made anew when it is asked for after a write: 10,000 models take some
/// milliseconds to put together and a fraction of one to look through.</remarks>
internal sealed class SchemaSearch(SchemaResources schemas)
{
    private readonly Lock _making = new();
    private Table? _table;

    /// <summary>The paths of the models that have <paramref name="text"/>, in any case, in order.</summary>
    public IEnumerable<string> Find(CatalogSnapshot snapshot, string text)
    {
        string wanted = text.ToUpperInvariant();
        foreach (var (path, searched) in TableOf(snapshot).Models)
            if (searched.Contains(wanted, StringComparison.Ordinal))
                yield return path;
    }

    private Table TableOf(CatalogSnapshot snapshot)
    {
        var (versions, models) = (snapshot.Of(schemas.Versions.Catalog), snapshot.Of(schemas.Models));
        if (Volatile.Read(ref _table) is { } known && known.Versions == versions)
            return known;
        lock (_making)
        {
            if (_table is { } made && made.Versions == versions)
                return made;
            var table = new Table(versions, [.. models.Range("").Select(model =>
            {
                string? title = versions.Lookup(schemas.ByModel, model.Key) is [.., var last] ? last.State!.Title : null;
                return (model.Key, (title is null ? model.Key : $"{model.Key}\n{title}").ToUpperInvariant());
            })]);
            Volatile.Write(ref _table, table);
            return table;
        }
    }

    private sealed record Table(CatalogView Versions, (string Path, string Searched)[] Models);
}
