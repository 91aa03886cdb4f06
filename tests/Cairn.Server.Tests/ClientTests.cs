using System.Text;
using System.Text.Json.Nodes;
using Cairn.Client;
using Cairn.Core.Access;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

/// <summary>The typed client against a real server.</summary>
public sealed class ClientTests(CairnServer server) : IClassFixture<CairnServer>
{
    private static readonly byte[] One = """{"port":1}"""u8.ToArray();

    private CairnClient Client => new(server.Admin);

    [Fact]
    public async Task It_reads_and_writes_configs()
    {
        var configs = Client.Configs;
        var written = await configs.PutAsync("client/web", One, options: new WriteOptions { Message = "für alle" });
        (written.Path, written.Version, written.Message).ShouldBe(("client/web", 1, "für alle"));

        var read = (await configs.GetAsync("client/web"))!;
        read.Content.ShouldBe(One);
        (read.Version, read.Revision).ShouldBe((1, written.Revision));
        (await configs.GetAsync("client/web", known: read.ETag)).ShouldBeNull("it is the one that is known");
        var wait = TimeSpan.FromMilliseconds(200);
        (await configs.GetAsync("client/web", known: read.ETag, wait: wait)).ShouldBeNull("nobody wrote meanwhile");

        await configs.PutAsync("client/web", """{"port":2}"""u8.ToArray(), "prod");
        Encoding.UTF8.GetString((await configs.GetAsync("client/web", "prod"))!.Content).ShouldBe("""{"port":2}""");
        await configs.MergeAsync("client/web", """{"tls":true}"""u8.ToArray());
        var diff = await configs.DiffAsync("client/web", 1, 3);
        diff.Patch!.Count.ShouldBe(1);
        (await configs.HistoryAsync("client/web").ToListAsync()).Select(version => version.Version).ShouldBe([3, 2, 1]);
        (await configs.ListAsync("client/web").ToListAsync()).ShouldHaveSingleItem().Overlays.ShouldBe(["prod"]);

        (await configs.PromoteAsync("client/web", new ConfigPromotion("staging", Version: 1))).Version.ShouldBe(4);
        (await configs.DeleteAsync("client/web")).Checksum.ShouldBeNull();
        (await configs.RollBackAsync("client/web", new ConfigRollback(1))).Version.ShouldBe(6);
    }

    [Fact]
    public async Task A_refusal_says_what_is_wrong()
    {
        await Client.Configs.PutAsync("client/refused", One);
        var options = new WriteOptions { IfAbsent = true };
        var refused = await Should.ThrowAsync<CairnException>(() =>
            Client.Configs.PutAsync("client/refused", One, options: options)
        );
        (refused.Status, refused.Type, refused.IsOfCairn).ShouldBe((412, "precondition-failed", true));
        refused.TraceId.ShouldNotBeNullOrEmpty();

        var missing = await Should.ThrowAsync<CairnException>(() => Client.Configs.GetAsync("client/none"));
        (missing.Status, missing.Message).ShouldBe((404, "There is no config 'client/none'."));

        using var nobody = new HttpClient { BaseAddress = server.Address };
        var denied = await Should.ThrowAsync<CairnException>(() => new CairnClient(nobody).WhoAmIAsync());
        denied.Status.ShouldBe(401);
    }

    [Fact]
    public async Task It_reads_and_writes_the_rest()
    {
        var client = Client;
        (await client.WhoAmIAsync()).Permission.ShouldBe(KeyPermission.Admin);
        (await client.HealthAsync()).Checks.ShouldContainKey("catalogs");

        (await client.Environments.PutAsync("client-test", new EnvironmentUpdate("For tests"))).Version.ShouldBe(1);
        (await client.Environments.ListAsync().ToListAsync()).Select(item => item.Name).ShouldContain("client-test");
        await client.Environments.DeleteAsync("client-test");

        byte[] schema = """{"type":"object"}"""u8.ToArray();
        (await client.Schemas.CheckAsync("client/Web/1.0.0", schema)).Acceptable.ShouldBeTrue();
        (await client.Schemas.RegisterAsync("client/Web/1.0.0", schema)).Schema.ShouldBe("client/Web@1.0.0");
        (await client.Schemas.GetAsync("client/Web/^1.0")).ShouldBe(schema);
        (await client.Schemas.VersionsAsync("client/Web").ToListAsync()).ShouldHaveSingleItem();

        var change = new ChangeSet(
            [
                new ChangeOperation("configs", "put", "client/change") { Document = JsonNode.Parse("""{"a":1}""") },
                new ChangeOperation("configs", "bind", "client/change") { Document = "client/Web@^1.0" },
            ],
            "Both at once"
        );
        (await client.Changes.PreviewAsync(change)).Acceptable.ShouldBeTrue();
        var made = await client.Changes.CommitAsync(change);
        made.Resources.ShouldHaveSingleItem().Path.ShouldBe("client/change");
        (await client.Changes.RevertAsync(made.Id)).Reverts.ShouldBe(made.Id);

        var key = await client.Keys.CreateAsync(new KeyCreation("client-key", KeyPermission.Write));
        key.Key.ShouldNotBeNull();
        (await client.Keys.RotateAsync(key.Id, new KeyRotation(60))).OverlapUntil.ShouldNotBeNull();
        (await client.Keys.RevokeAsync(key.Id, "Done")).Status.ShouldBe("revoked");
        (await client.Keys.UsageAsync(key.Id)).Count.ShouldBe(0);
        (await client.AuditAsync("configs/client/change").ToListAsync()).ShouldNotBeEmpty();
    }

    [Fact]
    public void Its_permissions_are_those_of_the_server()
    {
        foreach (var level in Enum.GetValues<PermissionLevel>())
            ((KeyPermission)level).ToString().ShouldBe(level.ToString());
        Enum.GetValues<KeyPermission>().Length.ShouldBe(Enum.GetValues<PermissionLevel>().Length);
    }

    [Theory]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("")]
    public void A_path_that_would_be_another_is_refused(string path) =>
        Should.Throw<ArgumentException>(() => CairnPath.Resource("configs", path));
}
