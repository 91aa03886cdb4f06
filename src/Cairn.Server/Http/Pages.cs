using Cairn.Core;

namespace Cairn.Server.Http;

internal static class Pages
{
    /// <summary>A page of a journal, as it is told.</summary>
    public static Page<TView> Of<T, TView>(JournalPage<T> page, Func<T, TView> view) =>
        new([.. page.Items.Select(view)], page.Next is { } next ? Query.MakeCursor(next) : null);
}
