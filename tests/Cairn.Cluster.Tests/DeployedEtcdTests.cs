using System.Diagnostics;
using System.Text;
using Cairn.Servers;
using Cairn.Storage;
using Cairn.Storage.Etcd;
using YamlDotNet.RepresentationModel;

namespace Cairn.Cluster.Tests;

/// <summary>etcd with the settings and certificates of <c>deploy/</c>.</summary>
public sealed class DeployedEtcdTests : IDisposable
{
    private readonly string _folder = ServerProcess.TemporaryFolder("deploy");
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _deadline.Dispose();
    }

    [Fact]
    public async Task It_speaks_to_nobody_but_who_has_a_certificate_and_Cairn_has_one()
    {
        foreach (string program in new[] { "etcd", "openssl" })
            Assert.SkipWhen(ServerProcess.Missing(program) is not null, $"{program} is not installed.");
        string tls = Path.Combine(_folder, "tls");
        await RunAsync("sh", Repository.Find("deploy/etcd/certificates.sh"), tls, "127.0.0.1");
        File.GetUnixFileMode(Path.Combine(tls, "client.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var compose = (YamlMappingNode)Load("deploy/compose/compose.yaml");
        int client = FreePort.Next(),
            peer = FreePort.Next(),
            metrics = FreePort.Next();
        string Here(string value) =>
            value
                .Replace("/tls/", tls + "/", StringComparison.Ordinal)
                .Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)
                .Replace("etcd-1:", "127.0.0.1:", StringComparison.Ordinal)
                .Replace(":2379", $":{client}", StringComparison.Ordinal)
                .Replace(":2380", $":{peer}", StringComparison.Ordinal)
                .Replace(":2381", $":{metrics}", StringComparison.Ordinal);
        var settings = ((YamlMappingNode)compose["x-etcd"]["environment"])
            .Concat((YamlMappingNode)compose["services"]["etcd-1"]["environment"])
            .Where(setting => setting.Key.ToString() != "<<")
            .ToDictionary(setting => setting.Key.ToString(), setting => Here(setting.Value.ToString()));
        settings["ETCD_INITIAL_CLUSTER"] = settings["ETCD_INITIAL_CLUSTER"].Split(',')[0];
        settings["ETCD_DATA_DIR"] = Path.Combine(_folder, "data");
        using var etcd = new ServerProcess(ServerProcess.Find("etcd")!, [], settings);
        using var http = new HttpClient();
        await etcd.WaitUntilAsync(async () =>
        {
            try
            {
                return (await http.GetStringAsync($"http://127.0.0.1:{metrics}/health")).Contains(
                    "\"true\"",
                    StringComparison.Ordinal
                );
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });

        string address = Here(compose["x-cairn"]["environment"]["CAIRN_STORE"].ToString());
        address = $"etcds://127.0.0.1:{client}{address[address.LastIndexOf("/cairn?", StringComparison.Ordinal)..]}";
        await using (var store = await EtcdStore.OpenAsync(EtcdStoreOptions.Parse(address), _deadline.Token))
        {
            (
                await store.CommitAsync(
                    new Transaction([], [new Write.Put("a", Encoding.UTF8.GetBytes("1"))]),
                    _deadline.Token
                )
            ).ShouldBeOfType<CommitResult.Committed>();
        }

        foreach (
            string without in new[]
            {
                $"etcds://127.0.0.1:{client}/cairn?ca={tls}/ca.crt&timeout=2",
                $"etcd://127.0.0.1:{client}/cairn?timeout=2",
            }
        )
        {
            await Should.ThrowAsync<StoreException>(async () =>
                await EtcdStore.OpenAsync(EtcdStoreOptions.Parse(without), _deadline.Token)
            );
        }
    }

    [Fact]
    public void On_Kubernetes_it_asks_for_certificates_as_in_compose()
    {
        string members = Repository.Read("deploy/kubernetes/etcd/etcd.yaml");
        foreach (
            string setting in new[]
            {
                "--client-cert-auth",
                "--peer-client-cert-auth",
                "--listen-client-urls=https://",
                "--listen-peer-urls=https://",
            }
        )
        {
            members.ShouldContain("- " + setting);
        }

        Repository.Read("deploy/kubernetes/base/kustomization.yaml").ShouldContain("CAIRN_STORE=etcds://");
    }

    private static YamlNode Load(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read(file)));
        return yaml.Documents[0].RootNode;
    }

    private async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(
            new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true }
        )!;
        string said = await process.StandardError.ReadToEndAsync(_deadline.Token);
        await process.WaitForExitAsync(_deadline.Token);
        process.ExitCode.ShouldBe(0, said);
    }
}
