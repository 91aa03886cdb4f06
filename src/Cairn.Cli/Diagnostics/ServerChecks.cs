using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;

namespace Cairn.Cli.Diagnostics;

/// <summary>Looks at the server that commands talk to, from here.</summary>
internal sealed class ServerChecks(ApiClient api)
{
    private const int LeastDays = 14;
    private static readonly TimeSpan LongestCheck = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(30);

    public async IAsyncEnumerable<Check> RunAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct
    )
    {
        if (api.Address.Scheme == "https")
            yield return await CertificateAsync(ct);
        var (reached, date, health) = await ReachAsync(ct);
        yield return reached;
        if (reached.Result == CheckResult.Bad)
            yield break;
        if (health is not null)
            yield return health;
        if (date is { } time)
            yield return Clock(time);
        var (key, mayCheck) = await KeyAsync(ct);
        yield return key;
        if (mayCheck)
            yield return await IntegrityAsync(ct);
    }

    // It reads the whole store, which may take longer than other answers.
    private async Task<Check> IntegrityAsync(CancellationToken ct)
    {
        const string Name = "integrity";
        var patience = api.Patience;
        api.Patience = LongestCheck;
        try
        {
            var report = await api.GetAsync("api/v1/integrity", ct);
            var findings = report.Items("findings");
            return findings.Count == 0
                ? Check.Good(Name, $"{report["records"]} records are as Cairn wrote them")
                : Check.Bad(
                    Name,
                    string.Join("; ", findings.Take(5).Select(finding => $"{finding["key"]}: {finding["problem"]}"))
                        + (findings.Count > 5 ? $"; and {findings.Count - 5} more" : ""),
                    "Somebody else wrote to the store: find out who, and restore a backup"
                );
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            return Check.Bad(Name, e.Message, "Try again, or ask with: cairn doctor --timeout 10m");
        }
        finally
        {
            api.Patience = patience;
        }
    }

    private async Task<(Check, DateTimeOffset? Date, Check? Health)> ReachAsync(CancellationToken ct)
    {
        const string Name = "server";
        using var request = new HttpRequestMessage(HttpMethod.Get, "health");
        try
        {
            using var answer = await api.TryAsync(request, ct);
            var health = Answers.Parse(await answer.Content.ReadAsByteArrayAsync(ct));
            var check = Health(health);
            return (
                Check.Good(Name, $"{api.Address} answers, version {health.Text("version")}"),
                answer.Headers.Date,
                check
            );
        }
        catch (ApiException)
        {
            return (
                Check.Bad(
                    Name,
                    $"{api.Address} answers, but not as Cairn does",
                    "Is the address right? Change it with: cairn login --url ADDRESS"
                ),
                null,
                null
            );
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            return (Check.Bad(Name, e.Message, "See what is wrong with its certificate"), null, null);
        }
        catch (HttpRequestException e)
        {
            return (
                Check.Bad(Name, e.Message, "Start it with: cairn serve. Or name another with --url or CAIRN_URL"),
                null,
                null
            );
        }
    }

    private static Check Health(JsonNode health)
    {
        string parts = string.Join(", ", health.Members("checks").Select(check => $"{check.Key} {check.Value}"));
        return health.Text("status") == "healthy"
            ? Check.Good("health", $"{parts}, revision {health["revision"]}")
            : Check.Bad("health", parts, "The server's log says more");
    }

    private static Check Clock(DateTimeOffset serverTime)
    {
        var skew = TimeProvider.System.GetUtcNow() - serverTime;
        // The header has whole seconds.
        return skew.Duration() <= MostSkew
            ? Check.Good("clock", $"within {Math.Ceiling(skew.Duration().TotalSeconds):0} s of the server's")
            : Check.Bad(
                "clock",
                $"{skew.Duration().TotalSeconds:0} s {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the server's",
                "Let both machines keep their time by NTP"
            );
    }

    private async Task<(Check, bool MayCheckIntegrity)> KeyAsync(CancellationToken ct)
    {
        const string Name = "key";
        if (!api.HasKey)
            return (Check.Bad(Name, "there is none", "cairn login"), false);
        try
        {
            var caller = await api.GetAsync("api/v1/auth/whoami", ct);
            bool isAdmin =
                caller.Text("permission") == "admin"
                && caller.Texts("scopes").Count == 0
                && caller.Texts("environments").Count == 0;
            return (Check.Good(Name, $"{caller["name"]} ({caller["permission"]})"), isAdmin);
        }
        catch (ApiException e)
        {
            return (Check.Bad(Name, e.Message, "cairn login"), false);
        }
    }

    private async Task<Check> CertificateAsync(CancellationToken ct)
    {
        const string Name = "certificate";
        DateTimeOffset? end = null;
        var problems = SslPolicyErrors.None;
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(api.Address.Host, api.Address.Port, ct);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = api.Address.Host,
                    // Nothing is sent over this connection: it is only to see the certificate, also a bad one.
                    RemoteCertificateValidationCallback = (_, presented, _, errors) =>
                    {
                        end = presented is X509Certificate2 certificate
                            ? new DateTimeOffset(certificate.NotAfter.ToUniversalTime())
                            : null;
                        problems = errors;
                        return true;
                    },
                },
                ct
            );
        }
        catch (Exception e)
            when (e is SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            return Check.Bad(Name, e.Message, "Does this address speak TLS?");
        }

        if (end is not { } last)
            return Check.Bad(Name, "the server presents none", "Set CAIRN_TLS_CERT and CAIRN_TLS_KEY there");
        double days = (last - TimeProvider.System.GetUtcNow()).TotalDays;
        string finding = $"valid until {last:yyyy-MM-dd}";
        if (days < 0)
        {
            return Check.Bad(
                Name,
                $"expired on {last:yyyy-MM-dd}",
                "Put a new one in the files of CAIRN_TLS_CERT and CAIRN_TLS_KEY: the server takes it up by itself"
            );
        }

        if (problems != SslPolicyErrors.None)
        {
            return Check.Bad(
                Name,
                $"{finding}, but not trusted here: {problems}",
                "Trust its authority on this machine, or name the server as the certificate does"
            );
        }

        return days < LeastDays
            ? Check.Bad(Name, $"{finding}, {days:0} days from now", "Renew it")
            : Check.Good(Name, finding);
    }
}
