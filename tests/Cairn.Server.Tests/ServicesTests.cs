using System.Net;
using Cairn.Node;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

public sealed class ServicesTests
{
    [Fact]
    public async Task A_node_serves_the_parts_that_it_is_told_to()
    {
        await using var server = await CairnServer.StartAsync(options => options.Node.Services = ["configs", "audit"]);
        await server.Admin.PutJsonAsync("/api/v1/configs/app/web", """{"port":1}""");
        (await server.Admin.GetJsonAsync("/api/v1/configs/app/web"))["port"]!.GetValue<int>().ShouldBe(1);
        (await server.Admin.GetJsonAsync("/api/v1/audit"))["items"]!.AsArray().Count.ShouldBeGreaterThan(0);
        (await server.Admin.GetJsonAsync("/api/v1/auth/whoami"))["name"]!.GetValue<string>().ShouldBe("admin");
        (await server.Admin.GetJsonAsync("/health"))["status"]!.GetValue<string>().ShouldBe("healthy");
        foreach (string path in new[] { "environments", "schemas", "changes", "keys", "keyring", "cluster" })
            (await server.Admin.GetAsync("/api/v1/" + path)).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        var described = (await server.Admin.GetJsonAsync("/openapi/v1.json"))["paths"]!.AsObject();
        described.ContainsKey("/api/v1/configs").ShouldBeTrue();
        described.ContainsKey("/api/v1/keys").ShouldBeFalse();
    }

    [Fact]
    public void The_parts_have_the_names_that_the_setting_takes() =>
        CairnEndpointExtensions.Services.Select(service => service.Name).ShouldBe(CairnOptions.ServiceNames);
}
