using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cairn.Server.Settings;
using Cairn.Server.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Cairn.Server.Tests;

/// <summary>What can be said of the files in <c>deploy/</c> without a container engine.</summary>
public sealed partial class DeployTests(CairnServer server) : IClassFixture<CairnServer>
{
    private static readonly string Root = FindRoot();

    // Names that mean something to the files themselves, not to Cairn.
    private static readonly string[] OwnNames = ["CAIRN_IMAGE", "CAIRN_BIND", "CAIRN_NODE1", "CAIRN_NODE2", "CAIRN_NODE3", "CAIRN_"];

    [Fact]
    public void Every_setting_that_they_name_exists()
    {
        var known = SettingTable.All.Select(setting => setting.Variable).Concat(OwnNames).ToHashSet();
        foreach (string file in Files("*"))
            foreach (Match name in SettingName().Matches(File.ReadAllText(file)))
                known.ShouldContain(name.Value, file);
    }

    [Fact]
    public void Every_YAML_and_JSON_file_is_well_formed()
    {
        foreach (string file in Files("*.yaml").Concat(Files("*.yml")).Where(file => !file.Contains($"{Path.DirectorySeparatorChar}templates{Path.DirectorySeparatorChar}")))
            Should.NotThrow(() => new YamlStream().Load(new StringReader(File.ReadAllText(file))), file);
        foreach (string file in Files("*.json"))
            JsonNode.Parse(File.ReadAllText(file)).ShouldNotBeNull(file);
    }

    [Fact]
    public void Every_container_is_kept_from_root_and_from_writing_to_itself()
    {
        foreach (string file in new[] { "kubernetes/base/deployment.yaml", "kubernetes/etcd/etcd.yaml", "helm/cairn/templates/deployment.yaml" })
        {
            string text = File.ReadAllText(Path.Combine(Root, "deploy", file));
            text.ShouldContain("runAsNonRoot: true", customMessage: file);
            text.ShouldContain("readOnlyRootFilesystem: true", customMessage: file);
            text.ShouldContain("drop: [ALL]", customMessage: file);
        }

        string image = File.ReadAllText(Path.Combine(Root, "deploy/docker/Dockerfile"));
        image.ShouldContain("\nUSER $APP_UID");
        image.ShouldContain("\nHEALTHCHECK");
    }

    [Fact]
    public async Task Alerts_and_the_dashboard_ask_for_nothing_but_what_the_metrics_have()
    {
        await server.Admin.PutJsonAsync("/api/v1/configs/deploy/metrics", "{}");
        (await server.Client("wrong").GetAsync("/api/v1/configs")).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
        string metrics = await server.Client(null).GetStringAsync("/metrics");
        var known = MetricType().Matches(metrics).Select(match => match.Groups[1].Value).ToHashSet();
        foreach (string file in new[] { "prometheus/alerts.yml", "grafana/dashboards/cairn.json" })
            foreach (Match match in MetricName().Matches(File.ReadAllText(Path.Combine(Root, "deploy", file))))
            {
                string name = match.Value.EndsWith("_bucket", StringComparison.Ordinal) ? match.Value[..^7]
                    : match.Value.EndsWith("_count", StringComparison.Ordinal) ? match.Value[..^6] : match.Value;
                known.ShouldContain(name, file);
            }
    }

    [Theory]
    [InlineData("promtool", "prometheus", "check", "rules", "prometheus/alerts.yml")]
    [InlineData("promtool", "prometheus", "test", "rules", "prometheus/alerts.test.yml")]
    [InlineData("promtool", "prometheus", "check", "config", "prometheus/prometheus.yml")]
    [InlineData("haproxy", "haproxy", "-c", "-f", "haproxy/haproxy.cfg")]
    public async Task The_programs_that_will_read_them_accept_them(string program, string package, params string[] arguments)
    {
        string path = (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin").Split(':')
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) ?? "";
        if (path.Length == 0)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", $"{program} (Debian package {package}) is not installed");
            Assert.Fail($"{program} is missing where it has to be there");
        }

        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.Combine(Root, "deploy") };
        foreach (string name in OwnNames.Where(name => name is not ("CAIRN_IMAGE" or "CAIRN_")))
            start.Environment[name] = "127.0.0.1:9";
        using var process = Process.Start(start)!;
        string said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, said);
    }

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, "deploy"), pattern, SearchOption.AllDirectories);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Cairn.slnx")))
                return folder.FullName;
        throw new DirectoryNotFoundException("The tests run from within the repository.");
    }

    [GeneratedRegex(@"\bCAIRN_[A-Z0-9_]*")]
    private static partial Regex SettingName();

    [GeneratedRegex(@"^# TYPE (\w+) ", RegexOptions.Multiline)]
    private static partial Regex MetricType();

    [GeneratedRegex(@"\b(cairn_[a-z_]+|request_duration_[a-z_]+|config_updates_total|process_[a-z_]+|dotnet_[a-z_]+)\b")]
    private static partial Regex MetricName();
}
