using System.Diagnostics;
using System.Text.RegularExpressions;
using Cairn.Server.Tests.Support;
using Cairn.Servers;

namespace Cairn.Server.Tests.Cluster;

/// <summary>What is shipped in <c>deploy/</c> fits the program.</summary>
public sealed partial class DeploymentTests
{
    [Fact]
    public async Task Alerts_and_dashboards_ask_for_metrics_there_are()
    {
        await using var node = await CairnServer.StartAsync(options => options.Node.ReadLimit = new(1, TimeSpan.FromHours(1)));
        using (var unknown = node.Client("cairn_live_unknown"))
            await unknown.GetAsync("/api/v1/configs");
        for (int i = 0; i < 2; i++)
            (await node.Admin.GetAsync("/api/v1/configs")).Dispose();
        using var anonymous = node.Client(null);
        string metrics = await anonymous.GetStringAsync("/metrics");
        var exported = Exported().Matches(metrics).Select(match => match.Groups[1].Value).ToHashSet();

        string[] files = ["prometheus/cairn.rules.yml", "grafana/dashboards/cairn.json"];
        foreach (string file in files)
        {
            string text = await File.ReadAllTextAsync(Deploy(file));
            var used = Used().Matches(text).Select(match => Suffix().Replace(match.Value, "")).Distinct().ToList();
            used.Count.ShouldBeGreaterThan(5);
            used.Where(name => !exported.Contains(name)).ShouldBeEmpty(file);
        }
    }

    [Fact]
    public void The_alert_rules_are_what_prometheus_takes()
    {
        string? missing = ServerProcess.Missing("promtool");
        Assert.SkipWhen(missing is not null, missing ?? "");
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "config", Deploy("prometheus/prometheus.yml")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string said = promtool.StandardOutput.ReadToEnd() + promtool.StandardError.ReadToEnd();
        promtool.WaitForExit();
        promtool.ExitCode.ShouldBe(0, said);
    }

    [Theory]
    [InlineData("compose/compose.yaml")]
    [InlineData("kubernetes/cairn.yaml")]
    [InlineData("helm/cairn/templates/cairn.yaml")]
    [InlineData("Dockerfile")]
    public async Task Every_setting_that_is_used_is_one(string file)
    {
        var known = Settings.SettingTable.All.Select(setting => setting.Variable).ToHashSet();
        var used = Variables().Matches(await File.ReadAllTextAsync(Deploy(file))).Select(match => match.Value).Distinct().ToList();
        used.ShouldNotBeEmpty();
        used.Where(name => !known.Contains(name) && name is not ("CAIRN_BIND" or "CAIRN_NODE1" or "CAIRN_NODE2" or "CAIRN_NODE3")).ShouldBeEmpty();
    }

    private static string Deploy(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "deploy", file) is var path && File.Exists(path))
                return path;
        throw new FileNotFoundException(file);
    }

    [GeneratedRegex(@"^# TYPE (\S+)", RegexOptions.Multiline)]
    private static partial Regex Exported();

    [GeneratedRegex(@"\b(cairn_[a-z_]+|request_duration_seconds[a-z_]*|process_[a-z_]+)\b")]
    private static partial Regex Used();

    [GeneratedRegex("_(bucket|count|sum)$")]
    private static partial Regex Suffix();

    [GeneratedRegex("CAIRN_[A-Z0-9_]+")]
    private static partial Regex Variables();
}
