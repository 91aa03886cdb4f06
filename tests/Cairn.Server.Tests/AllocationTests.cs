using System.Net;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

/// <summary>Counts what the whole process allocates, so nothing else may run meanwhile.</summary>
[Collection(Alone.Name)]
public sealed class AllocationTests
{
    [Fact]
    public async Task The_description_is_made_once_and_sent_to_those_who_do_not_have_it()
    {
        await using var server = await CairnServer.StartAsync();
        using var first = await server.Admin.GetAsync("/openapi/v1.json");
        string etag = first.Headers.ETag!.ToString();
        first.Headers.CacheControl!.NoCache.ShouldBeTrue();
        using var known = await server.Admin.SendAsync(
            HttpMethod.Get,
            "/openapi/v1.json",
            headers: ("If-None-Match", $"\"other\", W/{etag}")
        );
        known.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await known.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        using var other = await server.Admin.SendAsync(
            HttpMethod.Get,
            "/openapi.json",
            headers: ("If-None-Match", etag)
        );
        other.StatusCode.ShouldBe(HttpStatusCode.OK, "its title is another");

        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < 20; i++)
        {
            (
                await server.Admin.SendAsync(HttpMethod.Get, "/openapi/v1.json", headers: ("If-None-Match", etag))
            ).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        }

        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(
            20 * first.Content.Headers.ContentLength!.Value,
            "nothing was made anew"
        );
    }
}

/// <summary>Tests that run when no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
