using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

public sealed class LoginTests(ServerFixture fixture) : IDisposable
{
    private readonly Shell _shell = new(fixture.Server.Url, key: null);

    [Fact]
    public async Task A_login_checks_the_key_and_remembers_it_for_its_owner_only()
    {
        (await _shell.DoAsync("login --key-stdin", ServerFixture.Key + "\n")).ShouldContain("Logged in to");
        (await _shell.DoAsync("whoami")).ShouldContain("admin");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(_shell.Folder["profiles.json"])
                .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task A_wrong_key_is_not_remembered()
    {
        var outcome = await _shell.RunAsync("login --key-stdin", "cairn_live_nonsense\n");
        outcome.Code.ShouldBe(4, outcome.ToString());
        File.Exists(_shell.Folder["profiles.json"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Without_a_terminal_the_key_is_asked_for_on_standard_input_only_when_told_so()
    {
        var outcome = await _shell.RunAsync("login");
        outcome.Code.ShouldBe(2, outcome.ToString());
        outcome.Error.ShouldContain("--key-stdin");
    }

    [Fact]
    public async Task Profiles_are_kept_apart_and_logout_forgets_one()
    {
        await _shell.DoAsync("login --key-stdin --profile one", ServerFixture.Key + "\n");
        string key = (await _shell.DoAsync("key create reader --profile one")).Trim();
        await _shell.DoAsync("login --key-stdin --profile two", key + "\n");
        (await _shell.DoAsync("whoami --profile one")).ShouldContain("admin");
        (await _shell.DoAsync("whoami")).ShouldContain("reader");

        await _shell.DoAsync("logout --profile two");
        (await _shell.RunAsync("whoami --profile two")).Code.ShouldBe(2);
        (await _shell.DoAsync("whoami --profile one")).ShouldContain("admin");
    }

    [Fact]
    public async Task Exit_codes_tell_a_missing_key_and_a_missing_server_apart()
    {
        (await _shell.RunAsync("whoami")).Code.ShouldBe(4);
        var outcome = await _shell.RunAsync("whoami --url http://127.0.0.1:9");
        outcome.Code.ShouldBe(6, outcome.ToString());
        outcome.Error.ShouldContain("cannot be reached");
    }

    [Fact]
    public async Task The_doctor_finds_a_healthy_server_in_order_and_says_what_to_do_otherwise()
    {
        _shell.Variables["CAIRN_KEY"] = ServerFixture.Key;
        string healthy = await _shell.DoAsync("doctor");
        healthy.ShouldContain("✓ server");
        healthy.ShouldContain("✓ key: admin (admin)");
        healthy.ShouldContain("✓ clock");
        healthy.ShouldNotContain("✗");

        var gone = await _shell.RunAsync("doctor --url http://127.0.0.1:9");
        gone.Code.ShouldBe(1, gone.ToString());
        gone.Out.ShouldContain("✗ server");
        gone.Out.ShouldContain("→ Start it with: cairn serve");

        _shell.Variables["CAIRN_KEY"] = "nonsense";
        var stranger = await _shell.RunAsync("doctor");
        stranger.Code.ShouldBe(1, stranger.ToString());
        stranger.Out.ShouldContain("✗ key");
        stranger.Out.ShouldContain("→ cairn login");
    }

    [Fact]
    public async Task Health_needs_no_key_and_its_exit_code_tells()
    {
        var ready = await _shell.RunAsync("health");
        (ready.Code, ready.Out.Trim()).ShouldBe((0, "ready"), ready.ToString());
        (await _shell.RunAsync("health --url http://127.0.0.1:9")).Code.ShouldNotBe(0);
    }

    [Fact]
    public async Task The_doctor_looks_at_the_servers_own_folder()
    {
        _shell.Variables["CAIRN_KEY"] = ServerFixture.Key;
        using var folder = new TemporaryFolder();
        await using (await ServerProcess.StartAsync(folder.Path))
            (await _shell.DoAsync($"doctor --data {folder["cairn-data"]}")).ShouldContain("✓ master key");
        File.Delete(folder["cairn-data/master.key"]);
        var outcome = await _shell.RunAsync($"doctor --data {folder["cairn-data"]}");
        outcome.Code.ShouldBe(1, outcome.ToString());
        outcome.Out.ShouldContain("✗ master key");
    }

    [Fact]
    public async Task The_doctor_looks_at_a_certificate_before_anything_is_sent()
    {
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(5));
        string file = folder.Write("cert.pem", certificate.ExportCertificatePem());
        folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        await using var server = await ServerProcess.StartWithTlsAsync(folder.Path, "cert.pem", "key.pem");

        var stranger = await _shell.RunAsync("doctor --url " + server.Url);
        stranger.Code.ShouldBe(1, stranger.ToString());
        stranger.Out.ShouldContain("not trusted here");
        stranger.Out.ShouldContain("cannot be trusted");

        _shell.Variables["SSL_CERT_FILE"] = file;
        var trusting = await _shell.RunAsync("doctor --url " + server.Url);
        trusting.Out.ShouldContain("✗ certificate: valid until");
        trusting.Out.ShouldContain("5 days from now");
        trusting.Out.ShouldContain("✓ server");
    }

    [Fact]
    public async Task A_server_with_a_certificate_of_ones_own_is_trusted_by_its_authority_only()
    {
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(90));
        string file = folder.Write("cert.pem", certificate.ExportCertificatePem()),
            keyFile = folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        folder.Write("nonsense.pem", "nonsense");
        await using var server = await ServerProcess.StartWithTlsAsync(folder.Path, "cert.pem", "key.pem");
        _shell.Variables["CAIRN_URL"] = server.Url;

        await Steps.RunAsync(
            _shell,
            ("health", 6, "--ca-cert FILE or CAIRN_CACERT"),
            ($"health --ca-cert {file}", 0, "ready"),
            ($"health --ca-cert {file} --client-cert {file} --client-key {keyFile}", 0, "ready"),
            ($"health --ca-cert {folder["none.pem"]}", 2, "none.pem"),
            ($"health --ca-cert {folder["nonsense.pem"]}", 2, "nonsense.pem"),
            ($"health --ca-cert {file} --client-key {keyFile}", 2, "--client-cert"),
            (
                $"health --ca-cert {file} --client-cert {file} --client-key {folder["nonsense.pem"]}",
                2,
                "cannot be used for TLS"
            ),
            (
                $"health --url {server.Url.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)} "
                    + $"--ca-cert {file}",
                6,
                "cannot be trusted"
            ),
            ($"health --url {fixture.Server.Url.Replace("http:", "https:", StringComparison.Ordinal)}", 6, "http://"),
            ($"health --url {server.Url.Replace("https:", "http:", StringComparison.Ordinal)}", 6, "https://")
        );
        _shell.Variables["CAIRN_CACERT"] = file;
        await _shell.DoAsync("health");
    }

    [Fact]
    public async Task What_is_wrong_with_a_key_is_said_with_where_it_is_from()
    {
        await Steps.RunAsync(_shell, ("whoami", 4, "cairn login --url"));
        _shell.Variables["CAIRN_KEY"] = "nonsense";
        await Steps.RunAsync(_shell, ("whoami", 4, "the key of CAIRN_KEY"));
        _shell.Variables["CAIRN_KEY"] = "schlüssel";
        await Steps.RunAsync(_shell, ("whoami", 2, "characters that no key has"));
        _shell.Folder.Write(
            "profiles.json",
            $$"""{"current":"one","profiles":{"one":{"url":"{{fixture.Server.Url}}","key":"nonsense"} } }"""
        );
        _shell.Variables["CAIRN_KEY"] = "";
        await Steps.RunAsync(_shell, ("whoami", 2, "CAIRN_KEY is set and empty"), ("health", 0, "ready"));
        _shell.Variables.Remove("CAIRN_KEY");
        await Steps.RunAsync(_shell, ("whoami", 4, "the key of profile 'one'"));
    }

    public void Dispose() => _shell.Dispose();
}
