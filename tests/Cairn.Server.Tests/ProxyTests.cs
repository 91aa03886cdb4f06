using System.Net;
using System.Net.Sockets;
using System.Text;
using Cairn.Core.Access;
using Cairn.Core.Keys;
using Cairn.Node;
using Cairn.Node.Settings;
using Cairn.Server.Security;
using Cairn.Server.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Cairn.Server.Tests;

/// <summary>Behind proxies: who the caller is, and who only says so.</summary>
public sealed class ProxyTests
{
    [Theory] // 10.0.0.0/8 and fd00::/8 are trusted; the peer is 10.0.0.1.
    [InlineData("X-Forwarded-For: 203.0.113.9", "203.0.113.9")]
    [InlineData("X-Forwarded-For: 198.51.100.7, 203.0.113.9", "203.0.113.9")]
    [InlineData("X-Forwarded-For: 10.0.0.5, 203.0.113.9", "203.0.113.9")]
    [InlineData("X-Forwarded-For: 203.0.113.9, 10.0.0.2, 10.0.0.3", "203.0.113.9")]
    [InlineData("X-Forwarded-For: 198.51.100.7, 203.0.113.9, 10.0.0.2", "203.0.113.9")]
    [InlineData("X-Forwarded-For: 10.0.0.4, 10.0.0.2", "10.0.0.4")]
    [InlineData("X-Forwarded-For: 203.0.113.9:4711", "203.0.113.9")]
    [InlineData("X-Forwarded-For: [2001:db8::9]:4711", "2001:db8::9")]
    [InlineData("X-Forwarded-For: 2001:db8::9, fd00::2", "2001:db8::9")]
    [InlineData("X-Forwarded-For: 198.51.100.7\nX-Forwarded-For: 203.0.113.9", "203.0.113.9")]
    [InlineData("X-Forwarded-For: 203.0.113.9, unknown", "10.0.0.1")]
    [InlineData("X-Forwarded-For: 203.0.113.9, 010.0.0.2", "10.0.0.1")]
    [InlineData("X-Forwarded-For: 203.0.113.9, 10.2", "10.0.0.1")]
    [InlineData("X-Forwarded-For: 203.0.113.9,", "10.0.0.1")]
    [InlineData("X-Forwarded-For: ", "10.0.0.1")]
    [InlineData("Forwarded: for=203.0.113.9", "10.0.0.1")]
    [InlineData("X-Real-IP: 203.0.113.9", "10.0.0.1")]
    public Task The_caller_is_the_last_address_that_is_no_trusted_proxy_s(string headers, string expected) =>
        ResolvesAsync(headers, expected, useForwarded: false);

    [Theory]
    [InlineData("Forwarded: for=203.0.113.9", "203.0.113.9")]
    [InlineData("Forwarded: for=198.51.100.7, for=203.0.113.9;proto=https, For=10.0.0.2", "203.0.113.9")]
    [InlineData("Forwarded: for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17")]
    [InlineData("Forwarded: for=\"203.0.113.9:80\";by=10.0.0.1;host=a.example", "203.0.113.9")]
    [InlineData("Forwarded: for=\"a, b\", for=203.0.113.9", "203.0.113.9")]
    [InlineData("Forwarded: for=203.0.113.9, for=_hidden", "10.0.0.1")]
    [InlineData("Forwarded: for=203.0.113.9, for=unknown", "10.0.0.1")]
    [InlineData("Forwarded: for=203.0.113.9, proto=http", "10.0.0.1")]
    [InlineData("Forwarded: for=\"203.0.113.9", "10.0.0.1")]
    [InlineData("X-Forwarded-For: 203.0.113.9", "10.0.0.1")]
    public Task The_same_in_the_header_of_RFC_7239(string headers, string expected) =>
        ResolvesAsync(headers, expected, useForwarded: true);

    private static async Task ResolvesAsync(string headers, string expected, bool useForwarded)
    {
        foreach (string peer in new[] { "10.0.0.1", "::ffff:10.0.0.1" })
        {
            (await ForwardAsync(peer, headers, useForwarded)).Connection.RemoteIpAddress.ShouldBe(
                IPAddress.Parse(expected == "10.0.0.1" ? peer : expected)
            );
        }

        (await ForwardAsync("192.0.2.1", headers, useForwarded)).Connection.RemoteIpAddress.ShouldBe(
            IPAddress.Parse("192.0.2.1"),
            "not a trusted one"
        );
    }

    [Theory]
    [InlineData(
        "10.0.0.1",
        "X-Forwarded-For: 203.0.113.9\nX-Forwarded-Proto: https\nX-Forwarded-Host: cairn.example.com\n"
            + "X-Forwarded-Prefix: /cairn/",
        "https://cairn.example.com/cairn/x"
    )]
    [InlineData("10.0.0.1", "X-Forwarded-Proto: HTTPS", "https://h/x")]
    [InlineData(
        "10.0.0.1",
        "X-Forwarded-Proto: gopher\nX-Forwarded-Host: a b/@c\nX-Forwarded-Prefix: //evil.example",
        "http://h/x"
    )]
    [InlineData(
        "10.0.0.1",
        "X-Forwarded-For: 198.51.100.7, 203.0.113.9\nX-Forwarded-Proto: https, http\n"
            + "X-Forwarded-Host: evil.example, good.example",
        "http://good.example/x"
    )]
    [InlineData(
        "192.0.2.1",
        "X-Forwarded-For: 203.0.113.9\nX-Forwarded-Proto: https\nX-Forwarded-Host: evil.example\n"
            + "X-Forwarded-Prefix: /evil",
        "http://h/x"
    )]
    public async Task Scheme_host_and_prefix_come_from_trusted_proxies_alone(
        string peer,
        string headers,
        string address
    )
    {
        var request = (await ForwardAsync(peer, headers, useForwarded: false)).Request;
        $"{request.Scheme}://{request.Host}{request.PathBase}{request.Path}".ShouldBe(address);
    }

    [Fact]
    public async Task Networks_failures_and_the_audit_go_by_the_caller_behind_the_proxy()
    {
        await using var server = await CairnServer.StartAsync(options =>
        {
            options.Proxy.Trusted = [IPNetwork.Parse("127.0.0.0/8")];
            options.Node.FailureLimit = CairnOptions.ParseLimit("2/minute");
        });
        using var bound = await server.ClientWithKeyAsync("write", ""","allowed_ips":["203.0.113.0/24"]""");
        async Task<HttpStatusCode> AskAsync(HttpClient client, string forwarded) =>
            (
                await client.SendAsync(
                    HttpMethod.Put,
                    "/api/v1/configs/a/b",
                    "1",
                    headers: ("X-Forwarded-For", forwarded)
                )
            ).StatusCode;

        (await AskAsync(bound, "203.0.113.9")).ShouldBe(HttpStatusCode.Created);
        (await AskAsync(bound, "203.0.113.9, 198.51.100.7")).ShouldBe(
            HttpStatusCode.Unauthorized,
            "the caller wrote the first one"
        );
        (await AskAsync(bound, "127.0.0.1")).ShouldBe(HttpStatusCode.Unauthorized);
        var entry = (await server.Admin.GetJsonAsync("/api/v1/audit?resource=configs/a/b"))["items"]![0]!;
        ((string?)entry["address"]).ShouldBe("203.0.113.9");

        using var guesser = server.Client("cairn_live_guess");
        for (int i = 0; i < 2; i++)
            (await AskAsync(guesser, "198.51.100.8")).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync(guesser, "192.0.2.77, 198.51.100.8")).ShouldBe(
            HttpStatusCode.TooManyRequests,
            "another first address is no other caller"
        );
        (await AskAsync(guesser, "198.51.100.9")).ShouldBe(
            HttpStatusCode.Unauthorized,
            "others are not kept out with it"
        );
    }

    [Fact]
    public async Task Without_a_setting_nobody_is_believed()
    {
        await using var server = await CairnServer.StartAsync();
        using var bound = await server.ClientWithKeyAsync("read", ""","allowed_ips":["203.0.113.0/24"]""");
        foreach (string header in new[] { "X-Forwarded-For", "X-Real-IP", "True-Client-IP" })
        {
            (
                await bound.SendAsync(HttpMethod.Get, "/api/v1/configs", headers: (header, "203.0.113.9"))
            ).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        (
            await bound.SendAsync(HttpMethod.Get, "/api/v1/configs", headers: ("Forwarded", "for=203.0.113.9"))
        ).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var loopback = await server.ClientWithKeyAsync("read", ""","allowed_ips":["127.0.0.1"]""");
        (await loopback.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.9 10.0.0.1 56324 443\r\n", 200)]
    [InlineData("PROXY TCP6 2001:db8::9 fd00::1 56324 443\r\n", 401)]
    [InlineData("PROXY TCP4 198.51.100.7 10.0.0.1 56324 443\r\n", 401)]
    [InlineData("PROXY UNKNOWN\r\n", 401)]
    [InlineData("v2:21:11:CB007109 0A000001 DC04 01BB", 200)]
    [InlineData("v2:21:11:CB007109 0A000001 DC04 01BB 0300041234ABCD", 200)]
    [InlineData("v2:21:11:C6336407 0A000001 DC04 01BB", 401)]
    [InlineData("v2:21:21:20010DB8000000000000000000000009 FD000000000000000000000000000001 DC04 01BB", 401)]
    [InlineData("v2:20:00:", 401)]
    [InlineData("PROXY TCP4 203.0.113.09 10.0.0.1 56324 443\r\n", 0)]
    [InlineData("PROXY TCP6 203.0.113.9 10.0.0.1 56324 443\r\n", 0)]
    [InlineData("PROXY TCP4 203.0.113.9\r\n", 0)]
    [InlineData(
        "PROXY "
            + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        0
    )]
    [InlineData("v2:31:11:CB007109 0A000001 DC04 01BB", 0)]
    [InlineData("v2:21:11:CB007109", 0)]
    [InlineData("", 0)]
    public async Task A_proxy_s_connection_begins_with_who_it_is_for(string header, int status)
    {
        await using var server = await CairnServer.StartAsync(options =>
        {
            options.Proxy.Trusted = [IPNetwork.Parse("127.0.0.1/32")];
            options.Proxy.ProxyProtocol = true;
            options.Node.OnAdminKeyCreated = static _ => { };
        });
        string key = await KeyAsync(server, "203.0.113.0/24");
        (await AskAsync(server.Address, ProxyHeader(header), key)).ShouldBe(status);
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.9 10.0.0.1 56324 443\r\n", 400)]
    [InlineData("v2:21:11:CB007109 0A000001 DC04 01BB", 400)]
    [InlineData("", 401)]
    public async Task Who_is_no_trusted_proxy_cannot_speak_for_another(string header, int status)
    {
        await using var server = await CairnServer.StartAsync(options =>
        {
            options.Proxy.Trusted = [IPNetwork.Parse("10.0.0.0/8")];
            options.Proxy.ProxyProtocol = true;
        });
        // In one piece: what comes after the server has answered and hung up would take its answer away.
        (
            await AskAsync(server.Address, ProxyHeader(header), await KeyAsync(server, "203.0.113.0/24"), pieces: 4096)
        ).ShouldBe(status);
    }

    [Fact]
    public async Task Below_a_base_path_everything_is_as_it_is_at_the_root()
    {
        await using var server = await CairnServer.StartAsync(options => options.Proxy.BasePath = "/cairn");
        using var made = await server.Admin.SendAsync(HttpMethod.Post, "/cairn/api/v1/keys", """{"name":"k"}""");
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        made.Headers.Location!.ToString().ShouldStartWith("/cairn/api/v1/keys/");
        (await server.Admin.GetAsync(made.Headers.Location)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.Admin.GetAsync("/cairn/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.Admin.GetAsync("/cairn/docs/index.html")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.Admin.GetStringAsync("/cairn/docs/index.js")).ShouldContain("../openapi/v1.json");
    }

    [Theory]
    [InlineData("LOCAL", "http://LOCAL/schemas/a/M/versions")]
    [InlineData("cairn.example.com", "http://cairn.example.com/schemas/a/M/versions")]
    [InlineData("CAIRN.example.com:8443", "http://cairn.example.com:8443/schemas/a/M/versions")]
    [InlineData("evil.example", "/schemas/a/M/versions")]
    [InlineData("127.0.0.1:1", "/schemas/a/M/versions")]
    [InlineData("cairn.example.com.evil.example", "/schemas/a/M/versions")]
    public async Task A_redirect_names_no_host_but_the_server_s(string host, string location)
    {
        await using var server = await CairnServer.StartAsync(options =>
            options.Node.PublicHosts = ["cairn.example.com"]
        );
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = server.Address,
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/schemas/a/M/versions/");
        request.Headers.Host = host.Replace("LOCAL", server.Address.Authority, StringComparison.Ordinal);
        using var answer = await client.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(307);
        answer
            .Headers.GetValues("Location")
            .Single()
            .ShouldBe(location.Replace("LOCAL", server.Address.Authority, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("203.0.113.7", true)]
    [InlineData("2001:db8::/32", true)]
    [InlineData("::1", true)]
    [InlineData("0.0.0.0/0", true)]
    [InlineData("012.0.0.0/8", false)]
    [InlineData("0x7f000001", false)]
    [InlineData("10.1", false)]
    [InlineData("2130706433", false)]
    [InlineData("10.0.0.1/8", false)]
    [InlineData("10.0.0.0/33", false)]
    [InlineData("10.0.0.0/08", false)]
    [InlineData("10.0.0.0/+8", false)]
    [InlineData("10.0.0.0/", false)]
    [InlineData("10.0.0.0/8/8", false)]
    [InlineData(" 10.0.0.0/8", false)]
    [InlineData("[::1]", false)]
    [InlineData("fe80::1%eth0", false)]
    [InlineData("::ffff:10.0.0.0/104", false)]
    [InlineData("", false)]
    public async Task Networks_are_read_strictly(string text, bool isOne)
    {
        Networks.TryParse(text, out _).ShouldBe(isOne);
        await using var server = await CairnServer.StartAsync();
        using var answer = await server.Admin.SendAsync(
            HttpMethod.Post,
            "/api/v1/keys",
            $$"""{"name":"k","allowed_ips":["{{text}}"]}"""
        );
        answer.StatusCode.ShouldBe(isOne ? HttpStatusCode.Created : HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("--trusted-proxies", "10.1", "networks such as 10.0.0.0/8")]
    [InlineData(
        "--rate-limit-read",
        "5",
        "--rate-limit-read '5' is not acceptable: it should be a limit such as 200/minute (second, minute, "
            + "hour or day), or off."
    )]
    [InlineData("--forwarded-header", "x-real-ip", "x-forwarded-for or forwarded")]
    [InlineData("--base-path", "cairn/", "a path such as /cairn")]
    [InlineData("--base-path", "/../x", "a path such as /cairn")]
    public void A_senseless_setting_is_refused(string name, string value, string sentence) =>
        Should
            .Throw<SettingException>(() =>
                EffectiveSettings.Load(
                    new Dictionary<string, string> { [name[2..]] = value },
                    new Dictionary<string, string>(),
                    null
                )
            )
            .Message.ShouldContain(sentence);

    [Fact]
    public void Settings_that_make_no_sense_together_are_refused()
    {
        var trusting = new ServeOptions();
        trusting.Proxy.ProxyProtocol = true;
        Should.Throw<SettingException>(() => CairnProgram.Build(trusting)).Message.ShouldContain("trusted-proxies");
        var plain = new ServeOptions
        {
            Listen = ["http://127.0.0.1:0"],
            TlsCertificate = "none.pem",
            TlsKey = "none.key",
        };
        Should.Throw<SettingException>(() => CairnProgram.Build(plain)).Message.ShouldContain("would speak plain HTTP");
    }

    private static async Task<HttpContext> ForwardAsync(string peer, string headers, bool useForwarded)
    {
        var options = new ProxyOptions
        {
            Trusted = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")],
            UseForwarded = useForwarded,
        };
        var http = new DefaultHttpContext
        {
            Request =
            {
                Scheme = "http",
                Host = new HostString("h"),
                Path = "/x",
            },
            Connection = { RemoteIpAddress = IPAddress.Parse(peer) },
        };
        foreach (string[] header in headers.Split('\n').Select(line => line.Split(": ", 2)))
            http.Request.Headers.Append(header[0], header[1]);
        await new ForwardedHeaders(options).InvokeAsync(http, static _ => Task.CompletedTask);
        return http;
    }

    private static byte[] ProxyHeader(string text)
    {
        if (!text.StartsWith("v2:", StringComparison.Ordinal))
            return Encoding.ASCII.GetBytes(text);
        string[] parts = text.Split(':');
        byte[] addresses = Convert.FromHexString(parts[3].Replace(" ", "", StringComparison.Ordinal));
        return
        [
            .. "\r\n\r\n\0\r\nQUIT\n"u8,
            .. Convert.FromHexString(parts[1] + parts[2]),
            (byte)(addresses.Length >> 8),
            (byte)addresses.Length,
            .. addresses,
        ];
    }

    private static async Task<string> KeyAsync(CairnServer server, string network)
    {
        var request = new ApiKeyRequest
        {
            Name = "bound",
            Permission = PermissionLevel.Read,
            AllowedIps = [network],
        };
        return (
            await server.Node.Keys.CreateAsync(new(Principal.System, Origin.Internal), request, CancellationToken.None)
        ).Text;
    }

    // In small pieces, as a network may bring it. 0 when the connection was ended without an answer.
    private static async Task<int> AskAsync(Uri address, byte[] header, string key, int pieces = 7)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        byte[] request = Encoding.ASCII.GetBytes(
            $"GET /api/v1/configs HTTP/1.1\r\nHost: {address.Authority}\r\nX-API-Key: {key}\r\n"
                + "Connection: close\r\n\r\n"
        );
        try
        {
            foreach (byte[] piece in header.Concat(request).Chunk(pieces))
                await stream.WriteAsync(piece);
            using var reader = new StreamReader(stream);
            string answer = await reader.ReadToEndAsync();
            return answer.Length == 0 ? 0 : int.Parse(answer.AsSpan(9, 3));
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
