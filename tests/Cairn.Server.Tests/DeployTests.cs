using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cairn.Node.Settings;
using Cairn.Server.Tests.Support;
using Cairn.Servers;
using YamlDotNet.RepresentationModel;

namespace Cairn.Server.Tests;

/// <summary>What can be said of the files in <c>deploy/</c> without a container engine.</summary>
public sealed partial class DeployTests(CairnServer server) : IClassFixture<CairnServer>
{
    // Names that mean something to the files themselves, not to Cairn.
    private static readonly string[] OwnNames =
    [
        "CAIRN_IMAGE",
        "CAIRN_BIND",
        "CAIRN_NODE1",
        "CAIRN_NODE2",
        "CAIRN_NODE3",
        "CAIRN_",
    ];

    [Fact]
    public void Every_setting_that_they_name_exists()
    {
        var known = SettingTable.All.Select(setting => setting.Variable).Concat(OwnNames).ToHashSet();
        foreach (string file in Files("*"))
        {
            foreach (Match name in SettingName().Matches(File.ReadAllText(file)))
                known.ShouldContain(name.Value, file);
        }
    }

    [Fact]
    public void Every_YAML_and_JSON_file_is_well_formed()
    {
        foreach (
            string file in Files("*.yaml")
                .Concat(Files("*.yml"))
                .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}templates{Path.DirectorySeparatorChar}"))
        )
        {
            Should.NotThrow(() => new YamlStream().Load(new StringReader(File.ReadAllText(file))), file);
        }

        foreach (string file in Files("*.json"))
            JsonNode.Parse(File.ReadAllText(file)).ShouldNotBeNull(file);
    }

    [Fact]
    public void Every_container_is_kept_from_root_and_from_writing_to_itself()
    {
        foreach (
            string file in new[]
            {
                "kubernetes/base/deployment.yaml",
                "kubernetes/etcd/etcd.yaml",
                "helm/cairn/templates/deployment.yaml",
            }
        )
        {
            string text = Repository.Read("deploy/" + file);
            text.ShouldContain("runAsNonRoot: true", customMessage: file);
            text.ShouldContain("readOnlyRootFilesystem: true", customMessage: file);
            text.ShouldContain("drop: [ALL]", customMessage: file);
        }

        string image = Repository.Read("deploy/docker/Dockerfile");
        image.ShouldContain("\nUSER $APP_UID");
        image.ShouldContain("\nHEALTHCHECK");
    }

    [Fact]
    public void The_chart_refuses_a_store_that_would_be_lost()
    {
        string chart = Repository.Find("deploy/helm/cairn");
        File.ReadAllText(Path.Combine(chart, "templates/deployment.yaml"))
            .ShouldStartWith("{{- include \"cairn.check\" . -}}");
        string check = File.ReadAllText(Path.Combine(chart, "templates/_helpers.tpl"));
        check.ShouldContain("if and (not .Values.store) (not .Values.storeInSecret)");
        check.ShouldContain("sqlite: is for one node");
        File.ReadAllText(Path.Combine(chart, "templates/deployment.yaml")).ShouldContain("persistentVolumeClaim");
    }

    [Theory]
    [InlineData("store=", "store is empty")]
    [InlineData("store=sqlite:/data/cairn.db", "sqlite: is for one node")]
    [InlineData("store=sqlite:/data/cairn.db,replicas=1", "sqlite: is for one node")]
    [InlineData("store=sqlite:/elsewhere,replicas=1,autoscaling.enabled=false", "/store")]
    [InlineData("store=etcd://e/cairn,storeInSecret=true", "both set")]
    [InlineData("stor=etcd://e/cairn", "stor")]
    [InlineData("store=sqlite:/data/cairn.db,replicas=1,autoscaling.enabled=false", null)]
    [InlineData("storeInSecret=true", null)]
    [InlineData(
        "store=etcd://e/cairn,networkPolicy.enabled=true,ingress.enabled=true,serviceMonitor.enabled=true,storeTlsSecret=t,trustedProxies=10.0.0.1",
        null
    )]
    public async Task The_chart_is_rendered_or_says_why_not(string values, string? reason)
    {
        // No package of Debian's has it: where it is not, the test before looks at the text.
        Assert.SkipUnless(ServerProcess.Find("helm") is not null, "helm is not installed.");
        var start = new ProcessStartInfo(
            ServerProcess.Find("helm")!,
            ["template", "cairn", Repository.Find("deploy/helm/cairn"), "--set", "existingSecret=s," + values]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (reason is not null)
        {
            process.ExitCode.ShouldNotBe(0);
            (await error).ShouldContain(reason);
            return;
        }

        process.ExitCode.ShouldBe(0, await error);
        new YamlStream().Load(new StringReader(output));
        output
            .Contains("persistentVolumeClaim", StringComparison.Ordinal)
            .ShouldBe(values.Contains("sqlite", StringComparison.Ordinal));
    }

    [Fact]
    public void Nodes_can_be_drained_and_counted_by_the_autoscaler_alone()
    {
        foreach (string file in new[] { "kubernetes/base/disruption.yaml", "helm/cairn/templates/disruption.yaml" })
        {
            string text = Repository.Read("deploy/" + file);
            text.ShouldContain("maxUnavailable", customMessage: file);
            text.ShouldNotContain("minAvailable", customMessage: file);
        }

        ((YamlMappingNode)Load("kubernetes/base/deployment.yaml")["spec"])
            .Children.ContainsKey("replicas")
            .ShouldBeFalse("each apply would set it back");
    }

    [Fact]
    public void The_network_policy_says_from_whom_and_to_whom()
    {
        var policy = (YamlMappingNode)Load("kubernetes/base/network.yaml")["spec"];
        foreach (var rule in ((YamlSequenceNode)policy["ingress"]).Cast<YamlMappingNode>())
            ((YamlSequenceNode)rule["from"]).Children.ShouldNotBeEmpty();
        foreach (var rule in ((YamlSequenceNode)policy["egress"]).Cast<YamlMappingNode>())
            ((YamlSequenceNode)rule["to"]).Children.ShouldNotBeEmpty();
    }

    [Fact]
    public void In_compose_etcd_is_on_a_network_of_its_own()
    {
        var compose = Load("compose/compose.yaml");
        compose["networks"]["store"]["internal"].ToString().ShouldBe("true");
        ((YamlSequenceNode)compose["x-etcd"]["networks"]).Select(network => network.ToString()).ShouldBe(["store"]);
        foreach (var (name, service) in ((YamlMappingNode)compose["services"]).Children)
        {
            if (
                ((YamlMappingNode)service).Children.TryGetValue("networks", out var networks)
                && networks is YamlSequenceNode list
                && list.Any(network => network.ToString() == "store")
            )
            {
                name.ToString().ShouldBe("prometheus");
            }
        }
    }

    private static YamlNode Load(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read("deploy/" + file)));
        return yaml.Documents[0].RootNode;
    }

    [Theory]
    [InlineData("haproxy")]
    [InlineData("nginx")]
    public async Task A_node_behind_the_proxy_sees_who_calls_and_the_caller_cannot_say_otherwise(string program)
    {
        string? missing = ServerProcess.Missing(program);
        Assert.SkipWhen(missing is not null, missing ?? "");
        await using var node = await CairnServer.StartAsync(options =>
            options.Proxy.Trusted = [IPNetwork.Parse("127.0.0.1/32")]
        );
        int port = FreePort.Next();
        using var folder = new TempFolder();
        using var proxy = program == "haproxy" ? Haproxy(node.Address, port) : Nginx(node.Address, port, folder.Path);
        string key = (string)
            (
                await node.Admin.PostJsonAsync(
                    "/api/v1/keys",
                    """{"name":"bound","permission":"write","allowed_ips":["127.0.0.9"]}"""
                )
            )["key"]!;
        using var right = From("127.0.0.9", port, key);
        using var wrong = From("127.0.0.8", port, key);
        await proxy.WaitUntilAsync(async () =>
        {
            try
            {
                return (await right.GetAsync("/health/ready")).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        (await right.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await wrong.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        foreach (string header in new[] { "X-Forwarded-For", "X-Real-IP" })
        {
            (
                await wrong.SendAsync(HttpMethod.Get, "/api/v1/configs", headers: (header, "127.0.0.9"))
            ).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        (
            await right.SendAsync(
                HttpMethod.Put,
                "/api/v1/configs/a/b",
                "1",
                headers: ("X-Forwarded-For", "203.0.113.9")
            )
        ).StatusCode.ShouldBe(HttpStatusCode.Created);
        (
            (string?)(await node.Admin.GetJsonAsync("/api/v1/audit?resource=configs/a/b"))["items"]![0]!["address"]
        ).ShouldBe("127.0.0.9");
    }

    [Fact]
    public void Proxies_wait_longer_than_the_longest_long_poll()
    {
        foreach (string file in new[] { "haproxy/haproxy.cfg", "nginx/cairn.conf" })
        {
            var match = AnswerLimit().Match(Repository.Read("deploy/" + file));
            TimeSpan
                .FromSeconds(int.Parse(match.Groups[1].Value))
                .ShouldBeGreaterThan(Configs.ConfigWaiting.LongestWait, file);
        }
    }

    private static ServerProcess Haproxy(Uri node, int port) =>
        new(
            ServerProcess.Find("haproxy")!,
            ["-db", "-f", Repository.Find("deploy/haproxy/haproxy.cfg")],
            new Dictionary<string, string>
            {
                ["CAIRN_BIND"] = $"127.0.0.1:{port}",
                ["CAIRN_NODE1"] = node.Authority,
                ["CAIRN_NODE2"] = node.Authority,
                ["CAIRN_NODE3"] = node.Authority,
            }
        );

    // The shipped file, with this test's addresses, inside the least that nginx needs around it.
    private static ServerProcess Nginx(Uri node, int port, string folder)
    {
        string site = Regex
            .Replace(Repository.Read("deploy/nginx/cairn.conf"), @"127\.0\.0\.1:800[123]", node.Authority)
            .Replace("127.0.0.1:8000", $"127.0.0.1:{port}", StringComparison.Ordinal);
        string paths = string.Concat(
            new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(name =>
                $"{name}_temp_path {folder}/{name};\n"
            )
        );
        File.WriteAllText(
            Path.Combine(folder, "nginx.conf"),
            $"daemon off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n"
                + $"{paths}{site}\n}}\n"
        );
        return new ServerProcess(
            ServerProcess.Find("nginx")!,
            ["-p", folder, "-c", Path.Combine(folder, "nginx.conf"), "-e", "stderr"]
        );
    }

    /// <summary>A client at an address of this machine.</summary>
    private static HttpClient From(string address, int port, string key)
    {
        var client = new HttpClient(
            new SocketsHttpHandler
            {
                ConnectCallback = async (context, ct) =>
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                    await socket.ConnectAsync(context.DnsEndPoint, ct);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        )
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        };
        client.DefaultRequestHeaders.Add("X-API-Key", key);
        return client;
    }

    [Fact]
    public async Task Alerts_and_the_dashboard_ask_for_nothing_but_what_the_metrics_have()
    {
        await server.Admin.PutJsonAsync("/api/v1/configs/deploy/metrics", "{}");
        (await server.Client("wrong").GetAsync("/api/v1/configs")).StatusCode.ShouldBe(
            System.Net.HttpStatusCode.Unauthorized
        );
        string metrics = await server.Client(null).GetStringAsync("/metrics");
        var known = MetricType().Matches(metrics).Select(match => match.Groups[1].Value).ToHashSet();
        foreach (string file in new[] { "prometheus/alerts.yml", "grafana/dashboards/cairn.json" })
        {
            foreach (Match match in MetricName().Matches(Repository.Read("deploy/" + file)))
            {
                string name =
                    match.Value.EndsWith("_bucket", StringComparison.Ordinal) ? match.Value[..^7]
                    : match.Value.EndsWith("_count", StringComparison.Ordinal) ? match.Value[..^6]
                    : match.Value;
                known.ShouldContain(name, file);
            }
        }
    }

    [Theory]
    [InlineData("promtool", "prometheus", "check", "rules", "prometheus/alerts.yml")]
    [InlineData("promtool", "prometheus", "test", "rules", "prometheus/alerts.test.yml")]
    [InlineData("promtool", "prometheus", "check", "config", "prometheus/prometheus.yml")]
    [InlineData("haproxy", "haproxy", "-c", "-f", "haproxy/haproxy.cfg")]
    public async Task The_programs_that_will_read_them_accept_them(
        string program,
        string package,
        params string[] arguments
    )
    {
        string path =
            (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin")
                .Split(':')
                .Select(folder => Path.Combine(folder, program))
                .FirstOrDefault(File.Exists)
            ?? "";
        if (path.Length == 0)
        {
            Assert.SkipUnless(
                Environment.GetEnvironmentVariable("CI") == "true",
                $"{program} (Debian package {package}) is not installed"
            );
            Assert.Fail($"{program} is missing where it has to be there");
        }

        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Find("deploy"),
        };
        foreach (string name in OwnNames.Where(name => name is not ("CAIRN_IMAGE" or "CAIRN_")))
            start.Environment[name] = "127.0.0.1:9";
        using var process = Process.Start(start)!;
        string said =
            await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
            + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, said);
    }

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Repository.Find("deploy"), pattern, SearchOption.AllDirectories);

    [GeneratedRegex(@"(?:timeout server|proxy_read_timeout) (\d+)s")]
    private static partial Regex AnswerLimit();

    [GeneratedRegex(@"\bCAIRN_[A-Z0-9_]*")]
    private static partial Regex SettingName();

    [GeneratedRegex(@"^# TYPE (\w+) ", RegexOptions.Multiline)]
    private static partial Regex MetricType();

    [GeneratedRegex(
        @"\b(cairn_[a-z_]+|request_duration_[a-z_]+|config_updates_total|process_[a-z_]+|dotnet_[a-z_]+)\b"
    )]
    private static partial Regex MetricName();
}
