using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

/// <summary>What lies in the store is what docs/architecture.md says.</summary>
public sealed class StoreLayoutTests
{
    [Fact]
    public async Task Every_beginning_of_a_key_is_in_the_architecture_page()
    {
        await using var server = await CairnServer.StartAsync();
        var admin = server.Admin;
        await admin.PutJsonAsync("/api/v1/schemas/layout/M/1.0.0", "{}");
        await admin.PutJsonAsync("/api/v1/schemas/layout/N/1.0.0", """{"$ref":"cairn:layout/M@1.0.0"}""");
        await admin.PutJsonAsync("/api/v1/schema-rules/layout", """{"compatibility":"none"}""");
        await admin.PutJsonAsync("/api/v1/projects/layout/variables", """{"x":1}""");
        await admin.PutJsonAsync("/api/v1/configs/layout/a", """{"v":"{{ x }}"}""");
        await admin.PutJsonAsync("/api/v1/configs/layout/a?environment=prod", """{"w":1}""");
        await admin.PutJsonAsync("/api/v1/config-schemas/layout/a", "\"layout/M@1\"");
        await admin.PostJsonAsync("/api/v1/keys", """{"name":"k"}""", ("Idempotency-Key", "one"));
        await server.Client("cairn_live_wrong").GetAsync("/api/v1/configs");

        string page = await File.ReadAllTextAsync(
            Repository.Find("docs", "architecture.md"),
            TestContext.Current.CancellationToken
        );
        var beginnings = new HashSet<string>();
        var store = server.Node.Store;
        await foreach (
            var record in store.ListAsync(
                "",
                null,
                await store.GetRevisionAsync(TestContext.Current.CancellationToken),
                TestContext.Current.CancellationToken
            )
        )
        {
            beginnings.Add(record.Key[..(record.Key.IndexOf('/') + 1)]);
        }

        beginnings.Count.ShouldBeGreaterThan(15);
        foreach (string beginning in beginnings.Concat(["nodes/", "leases/", "key-usage/"]))
            page.ShouldContain("`" + beginning, Case.Sensitive, beginning);
    }
}
