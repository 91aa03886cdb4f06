using System.Reflection;
using Cairn.Core;
using Microsoft.AspNetCore.Http.Metadata;

namespace Cairn.Server.Http;

/// <summary>Which page of a list is asked for, as a handler's parameter.</summary>
/// <param name="Limit">How many items at most, 1 to 1000.</param>
/// <param name="Cursor">Where the page before ended; null for the first.</param>
internal sealed record Paging(int Limit, string? Cursor)
    : IBindableFromHttpContext<Paging>,
        IEndpointParameterMetadataProvider
{
    /// <exception cref="Core.ProblemException">The limit is none.</exception>
    public static ValueTask<Paging?> BindAsync(HttpContext http, ParameterInfo parameter) =>
        ValueTask.FromResult<Paging?>(new Paging(Query.Limit(http.Request), Query.Cursor(http.Request)));

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(Parameters.Limit);
        builder.Metadata.Add(Parameters.Cursor);
    }

    /// <summary>A page of a journal, as it is told.</summary>
    public static Page<TView> Of<T, TView>(JournalPage<T> page, Func<T, TView> view) =>
        new([.. page.Items.Select(view)], page.Next is { } next ? Query.MakeCursor(next) : null);

    /// <summary>The page of a list that begins behind the cursor.</summary>
    /// <param name="found">At least one item more than the page has, if there is one.</param>
    /// <param name="view">How an item is told.</param>
    /// <param name="key">What an item's cursor is.</param>
    public Page<TView> Of<T, TView>(IEnumerable<T> found, Func<T, TView> view, Func<T, string> key)
    {
        var items = found.Take(Limit + 1).ToList();
        return new Page<TView>(
            [.. items.Take(Limit).Select(view)],
            items.Count > Limit ? Query.MakeCursor(key(items[Limit - 1])) : null
        );
    }
}
