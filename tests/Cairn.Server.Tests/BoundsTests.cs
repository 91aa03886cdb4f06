using System.Net;
using Cairn.Core;
using Cairn.Node;
using Cairn.Node.Limits;
using Cairn.Server.Http;
using Cairn.Server.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Cairn.Server.Tests;

/// <summary>What one caller may make a node hold, and for how long.</summary>
public sealed class BoundsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(1L)]
    [InlineData(1L << 20)]
    [InlineData(16L << 20)]
    public async Task A_body_takes_memory_as_it_comes_whatever_was_announced(long? announced)
    {
        var body = new SlowBody([1, 1, 5000, 70_000]);
        var http = new DefaultHttpContext { Request = { Body = body, ContentLength = announced } };
        (await Bodies.ReadAsync(http, 16 << 20)).Length.ShouldBe(75_002);
        body.Offered.Select((room, i) => room <= (16 << 10) + 3 * body.Sent[i])
            .ShouldAllBe(fits => fits, string.Join(", ", body.Offered));
    }

    [Theory]
    [InlineData(null, 2000)]
    [InlineData(1001L, 0)]
    [InlineData(long.MaxValue, 0)]
    public async Task A_body_over_the_limit_is_refused_as_soon_as_that_is_known(long? announced, int read)
    {
        var body = new SlowBody([1000, 1000, 1000]);
        var http = new DefaultHttpContext { Request = { Body = body, ContentLength = announced } };
        (await Should.ThrowAsync<ProblemException>(Bodies.ReadAsync(http, 1000))).Problem.Kind.ShouldBe(
            ProblemKind.TooLarge
        );
        body.Total.ShouldBe(read);
    }

    [Theory]
    [InlineData("/api/v1/configs")]
    [InlineData("/schemas")]
    [InlineData("/api-keys")]
    [InlineData("/config/a/b")]
    [InlineData("/a/b")]
    public async Task An_address_that_guesses_keys_has_to_wait_on_every_surface(string path)
    {
        await using var server = await CairnServer.StartAsync(options =>
        {
            options.Node.FailureLimit = CairnOptions.ParseLimit("3/minute");
            options.Node.ConfigManager.AtRoot = true;
        });
        using var guesser = server.Client("cairn_live_guess");
        for (int i = 0; i < 3; i++)
            (await guesser.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var refused = await guesser.GetAsync(path);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("/api/v1/watch", false)]
    [InlineData("/api/v1/configs/w/none?wait=60s", true)]
    public async Task One_caller_cannot_take_the_places_of_the_others(string path, bool poll)
    {
        await using var server = await CairnServer.StartAsync(options => options.Node.MaxWatchers = 5);
        (string, string)[] headers = poll ? [("If-None-Match", "\"0\"")] : [];
        using var one = await server.ClientWithKeyAsync("read");
        using var other = await server.ClientWithKeyAsync("read");
        using var gone = new CancellationTokenSource();
        var open = new[] { Open(one, path), Open(one, path) };
        while (server.Node.Watchers.Taken < 2)
            await Task.Yield();
        using var refused = await one.SendAsync(HttpMethod.Get, path, headers: headers);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("max-watchers-per-caller");
        var others = Open(other, path);
        while (server.Node.Watchers.Taken < 3)
            await Task.Yield();

        await gone.CancelAsync();
        foreach (var request in open.Append(others))
            await request.ContinueWith(static _ => { }, TaskScheduler.Default);
        while (server.Node.Watchers.Taken > 0)
            await Task.Yield();
        await using var again = await EventReader.OpenAsync(one, "/api/v1/watch");
        server.Node.Watchers.Taken.ShouldBe(1, "places are given back");

        Task Open(HttpClient client, string path)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (poll)
                request.Headers.TryAddWithoutValidation("If-None-Match", "\"0\"");
            return Task.Run(async () =>
            {
                using var response = await client.SendAsync(
                    request,
                    HttpCompletionOption.ResponseHeadersRead,
                    gone.Token
                );
                await response.Content.CopyToAsync(Stream.Null, gone.Token);
            });
        }
    }

    [Theory]
    [InlineData(
        "Limit                     Soft Limit           Hard Limit           Units     \n"
            + "Max open files            1024                 524288               files     \n",
        1024L
    )]
    [InlineData("Max open files            unlimited            unlimited            files     \n", null)]
    [InlineData("Max processes             1                    1                    processes \n", null)]
    [InlineData("", null)]
    public void The_limit_of_open_files_is_read(string limits, long? expected) =>
        OpenFiles.Parse(limits).ShouldBe(expected);

    /// <summary>A body that comes in pieces, and notes how much room it was given for each.</summary>
    private sealed class SlowBody(int[] pieces) : MemoryStream
    {
        private int _next;

        public List<int> Offered { get; } = [];
        public List<int> Sent { get; } = [];
        public int Total { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Offered.Add(buffer.Length);
            Sent.Add(Total);
            if (_next == pieces.Length)
                return ValueTask.FromResult(0);
            int read = Math.Min(buffer.Length, pieces[_next]);
            pieces[_next] -= read;
            if (pieces[_next] == 0)
                _next++;
            Total += read;
            return ValueTask.FromResult(read);
        }
    }
}
