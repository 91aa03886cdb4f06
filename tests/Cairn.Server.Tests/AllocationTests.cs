using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;
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

    /// <summary>Bytes allocated by the whole process, whose client allocates nothing: 1,230 and 47,900 were
    /// measured.</summary>
    [Theory]
    [InlineData("a read", "GET /api/v1/configs/app/web?environment=prod HTTP/1.1", "", 1_400)]
    [InlineData("a write", "PUT /api/v1/configs/app/web HTTP/1.1", "{\"port\":1}", 53_000)]
    public async Task What_a_request_allocates_stays_bounded(string what, string line, string body, int most)
    {
        await using var server = await CairnServer.StartAsync();
        await server.Admin.PutJsonAsync("/api/v1/configs/app/web", """{"port":1}""");
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        byte[] request = Encoding.ASCII.GetBytes(
            $"{line}\r\nHost: cairn\r\nX-API-Key: {CairnServer.AdminKey}\r\nContent-Length: {body.Length}\r\n\r\n{body}"
        );
        byte[] buffer = new byte[16_384];
        for (int i = 0; i < 300; i++)
            Exchange();

        const int Requests = 500;
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < Requests; i++)
            Exchange();
        long each = (GC.GetTotalAllocatedBytes(precise: true) - before) / Requests;
        each.ShouldBeLessThan(most, what);

        // An answer fits into one segment, or comes with the next.
        void Exchange()
        {
            socket.Send(request);
            int got = 0;
            do
            {
                got += socket.Receive(buffer.AsSpan(got));
            } while (!IsWhole(buffer.AsSpan(0, got)));
            if (!buffer.AsSpan(9, 3).SequenceEqual("200"u8))
                Assert.Fail(Encoding.ASCII.GetString(buffer, 0, got));
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        int head = answer.IndexOf("\r\n\r\n"u8);
        int length = answer.IndexOf("Content-Length: "u8);
        return head >= 0
            && length >= 0
            && Utf8Parser.TryParse(answer[(length + 16)..], out int bytes, out _)
            && answer.Length >= head + 4 + bytes;
    }
}

/// <summary>Tests that run when no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
