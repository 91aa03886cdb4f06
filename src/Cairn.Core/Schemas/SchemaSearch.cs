using Cairn.Storage.Catalogs;

namespace Cairn.Core.Schemas;

/// <summary>Finds models by what is in their path, or in the title of the version written last.</summary>
/// <remarks>It looks through a table of all models, and looks up those that were written since the table was made, by
/// their marks. When they are many the table is made anew.</remarks>
internal sealed class SchemaSearch(SchemaResources schemas)
{
    private const int MostChanges = 500;

    private readonly Lock _making = new();
    private Table? _table;

    /// <summary>The paths of the models that have <paramref name="text"/>, in any case, in order.</summary>
    public IEnumerable<string> Find(CatalogSnapshot snapshot, string text)
    {
        string wanted = text.ToUpperInvariant();
        var (models, changed) = TableOf(snapshot);
        int next = 0;
        foreach (var (path, searched) in models)
        {
            // What was written since goes in between, or takes the place of what the table has.
            bool replaced = false;
            for (; next < changed.Count && string.CompareOrdinal(changed[next].Path, path) <= 0; next++)
            {
                replaced = changed[next].Path == path;
                if (Has(changed[next].Searched))
                    yield return changed[next].Path;
            }

            if (!replaced && Has(searched))
                yield return path;
        }

        for (; next < changed.Count; next++)
        {
            if (Has(changed[next].Searched))
                yield return changed[next].Path;
        }

        bool Has(string searched) => searched.Contains(wanted, StringComparison.Ordinal);
    }

    // The table, and what was written since, by path.
    private ((string Path, string Searched)[] Models, List<(string Path, string Searched)> Changed) TableOf(
        CatalogSnapshot snapshot
    )
    {
        var marks = snapshot.Of(schemas.Models);
        if (Volatile.Read(ref _table) is not { } table || CountSince(table) > MostChanges)
        {
            lock (_making)
            {
                table = _table;
                if (table is null || CountSince(table) > MostChanges)
                {
                    Volatile.Write(
                        ref _table,
                        table = new Table(
                            snapshot.Revision,
                            [.. marks.Range("").Select(model => (model.Key, Searched(snapshot, model.Key)))]
                        )
                    );
                }
            }
        }

        var changed = marks
            .Range(schemas.ModelsByRevision, Since(table), MarkOrder.End)
            .Select(mark => (mark.Path, Searched(snapshot, mark.Path)))
            .ToList();
        changed.Sort(static (one, other) => string.CompareOrdinal(one.Path, other.Path));
        return (table.Models, changed);

        int CountSince(Table table) => marks.CountRange(schemas.ModelsByRevision, Since(table), MarkOrder.End);
    }

    private string Searched(CatalogSnapshot snapshot, string path)
    {
        string? title = snapshot
            .Of(schemas.Versions.Catalog)
            .Range(path + "/")
            .Select(version => version.Value)
            .Where(version => version.State is not null)
            .MaxBy(version => version.Revision)
            ?.State!.Title;
        return (title is null ? path : $"{path}\n{title}").ToUpperInvariant();
    }

    private static MarkOrder Since(Table table) => new(table.Revision + 1, "");

    private sealed record Table(long Revision, (string Path, string Searched)[] Models);
}
