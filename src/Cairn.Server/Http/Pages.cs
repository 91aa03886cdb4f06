using Cairn.Core;

namespace Cairn.Server.Http;

internal static class Pages
{
    /// <summary>A page of a journal, as it is told.</summary>
    public static Page<TView> Of<T, TView>(JournalPage<T> page, Func<T, TView> view) =>
        new([.. page.Items.Select(view)], page.Next is { } next ? Query.MakeCursor(next) : null);

    /// <summary>The first items of a list as a page, with a cursor when there are more.</summary>
    public static async Task<Page<TView>> TakeAsync<T, TView>(
        IAsyncEnumerable<T> source,
        int limit,
        Func<T, TView> view,
        Func<T, string> key
    )
    {
        var items = new List<TView>();
        string? last = null;
        await foreach (var item in source)
        {
            if (items.Count == limit)
                return new Page<TView>(items, Query.MakeCursor(last!));
            items.Add(view(item));
            last = key(item);
        }

        return new Page<TView>(items, null);
    }
}
