namespace Cairn.Server.Http;

internal static class Pages
{
    /// <summary>The first items of a list as a page, with a cursor when there are more.</summary>
    public static async Task<Page<TView>> TakeAsync<T, TView>(IAsyncEnumerable<T> source, int limit, Func<T, TView> view, Func<T, string> key)
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
