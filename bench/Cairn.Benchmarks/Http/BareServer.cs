using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Benchmarks.Http;

/// <summary>The peer of the read benchmark: a minimal API that returns the same bytes and does nothing else.</summary>
internal static class BareServer
{
    public const string Command = "bare-server";

    public static async Task<int> RunAsync(string[] args)
    {
        byte[] body = Encoding.UTF8.GetBytes(args[1]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{args[0]}");
        await using var app = builder.Build();
        app.MapGet(
            "/{**path}",
            (HttpContext http) =>
            {
                http.Response.ContentType = "application/json";
                http.Response.ContentLength = body.Length;
                return http.Response.Body.WriteAsync(body, 0, body.Length);
            }
        );
        await app.StartAsync();
        await app.WaitForShutdownAsync();
        return 0;
    }
}
