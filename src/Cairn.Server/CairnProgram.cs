using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Node;
using Cairn.Node.Settings;
using Cairn.Server.Http;
using Cairn.Server.Observability;
using Cairn.Server.Security;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;

namespace Cairn.Server;

/// <summary>Cairn as a program of its own.</summary>
public static class CairnProgram
{
    /// <summary>Puts the web application together; it does not listen yet.</summary>
    /// <exception cref="SettingException">The TLS files cannot be used.</exception>
    public static WebApplication Build(ServeOptions options)
    {
        CheckTogether(options);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "cairn" });
        AddLogging(builder.Logging, options);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(Telemetry.Start(options.Node.NodeId));
        builder.Services.AddCairn(options.Node);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        // Handlers write their own JSON; this is for the description of it.
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter());
        });
        if (options.Docs)
            ApiDescription.Add(builder.Services, options.Proxy.BasePath);
        builder.Services.AddCors(cors =>
            cors.AddDefaultPolicy(policy =>
            {
                if (options.Node.CorsOrigins.Contains("*"))
                    policy.AllowAnyOrigin();
                else
                    policy.WithOrigins([.. options.Node.CorsOrigins]);
                policy
                    .AllowAnyHeader()
                    .AllowAnyMethod()
                    .WithExposedHeaders(
                        "ETag",
                        "Location",
                        "Allow",
                        "Cairn-Version",
                        "Cairn-Revision",
                        "Cairn-Stale",
                        "Idempotency-Replayed",
                        "Retry-After",
                        "RateLimit-Limit",
                        "RateLimit-Remaining",
                        "RateLimit-Reset",
                        "X-Correlation-ID"
                    );
            })
        );
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options));

        var app = builder.Build();
        if (options.Proxy.Trusted.Count > 0)
            app.Use(new ForwardedHeaders(options.Proxy).InvokeAsync);
        if (options.Proxy.BasePath.Length > 0)
            app.UsePathBase(options.Proxy.BasePath);
        app.Use(SecurityHeaders.InvokeAsync);
        app.Use(RequestLimits.InvokeAsync);
        if (options.Docs && !options.Node.PyrmuteRegistry.IsProduction)
            ApiDescription.UsePages(app);
        // Routes are looked for when the path is what it is to be.
        app.UseRouting();
        if (options.Node.CorsOrigins.Count > 0)
            app.UseCors();
        app.MapCairn();
        app.MapInPipeline("").MapUnmatched();
        if (options.Docs)
            ApiDescription.Map(app);
        _ = app.Services.GetRequiredService<Telemetry>();
        return app;
    }

    // What makes no sense together is refused before anything is opened.
    private static void CheckTogether(ServeOptions options)
    {
        if (options.Proxy is { ProxyProtocol: true, Trusted.Count: 0 })
        {
            throw new SettingException(
                "proxy-protocol is on, but no proxy is trusted: set trusted-proxies to the networks of those "
                    + "that send it."
            );
        }

        if (
            (options.TlsCertificate ?? options.TlsKey) is not null
            && !options.Listen.Any(address => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
        )
        {
            throw new SettingException(
                $"tls-cert and tls-key are set, but {string.Join(", ", options.Listen)} would speak plain HTTP: "
                    + "listen on https://, or leave them out."
            );
        }
    }

    private static void Listen(KestrelServerOptions kestrel, ServeOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = (long)options.Node.MaxBodyBytes * 16 + 1;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        // Above what is taken, so that what is too long is answered in words: Kestrel's own refusals are empty.
        kestrel.Limits.MaxRequestLineSize = 4 * RequestLimits.MaxTargetLength;
        kestrel.Limits.MaxRequestBufferSize = 1 << 20;
        kestrel.Limits.MaxRequestHeadersTotalSize = 2 * RequestLimits.MaxHeaderLength;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        ServerCertificate? certificate = null;
        foreach (string address in options.Listen)
        {
            var uri = new Uri(
                address
                    .Replace("*", "0.0.0.0", StringComparison.Ordinal)
                    .Replace("+", "0.0.0.0", StringComparison.Ordinal)
            );
            void Configure(ListenOptions listen)
            {
                if (options.Proxy.ProxyProtocol)
                {
                    var proxyProtocol = new ProxyProtocol(
                        options.Proxy,
                        kestrel.ApplicationServices.GetRequiredService<ILogger<CairnNode>>()
                    );
                    listen.Use(next => connection => proxyProtocol.OnConnectionAsync(connection, next));
                }

                listen.Use(static next =>
                    connection =>
                    {
                        PresentedKey.Prepare(connection);
                        return next(connection);
                    }
                );
                if (uri.Scheme != "https")
                    return;
                if (options.TlsCertificate is null || options.TlsKey is null)
                    throw new SettingException($"{address} needs a certificate: set CAIRN_TLS_CERT and CAIRN_TLS_KEY.");
                certificate ??= new ServerCertificate(
                    options.TlsCertificate,
                    options.TlsKey,
                    kestrel.ApplicationServices.GetRequiredService<ILogger<CairnNode>>()
                );
                listen.UseHttps(certificate.Callback(options.TlsMinVersion));
            }

            if (uri.Host == "localhost")
            {
                kestrel.ListenLocalhost(uri.Port, Configure);
            }
            else if (System.Net.IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip))
            {
                kestrel.Listen(ip, uri.Port, Configure);
            }
            else
            {
                throw new SettingException(
                    $"{address} does not name an address of this machine: use an IP address, or localhost."
                );
            }
        }
    }

    private static void AddLogging(ILoggingBuilder logging, ServeOptions options)
    {
        bool json = options.LogFormat == "json" || (options.LogFormat == "auto" && Console.IsOutputRedirected);
        logging.SetMinimumLevel(options.LogLevel);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // At any level this one makes an Activity and a log scope of every request; Cairn tells of requests itself.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Why a start failed is told once, in a sentence, by whoever started it; not as a stack trace before that.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        // The log goes to standard error: what a command prints can be piped on.
        logging.Services.Configure<ConsoleLoggerOptions>(console =>
            console.LogToStandardErrorThreshold = LogLevel.Trace
        );
        if (json)
        {
            logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "HH:mm:ss ";
            });
        }

        if (json)
        {
            logging.Services.Configure<JsonConsoleFormatterOptions>(console =>
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"
            );
        }
    }
}
