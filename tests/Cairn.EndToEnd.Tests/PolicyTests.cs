using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

/// <summary><c>cairn policy</c>, which needs no server.</summary>
public sealed class PolicyTests : IDisposable
{
    private readonly Shell _shell = new("http://127.0.0.1:1", null);

    public PolicyTests()
    {
        _shell.Folder.Write("p.rego", "package app\n\nallow if input.user in data.users\n");
        _shell.Folder.Write("t.rego", "package app_test\n\nimport data.app\n\ntest_ann if app.allow with input as {\"user\": \"ann\"}\n\ntest_eve if app.allow with input as {\"user\": \"eve\"}\n");
        _shell.Folder.Write("data.yaml", "users: [ann]\n");
        _shell.Folder.Write("input.json", """{"user":"ann"}""");
    }

    [Theory]
    [InlineData("raw", "true\n")]
    [InlineData("values", "[\n  true\n]\n")]
    public async Task A_query_is_evaluated_over_files(string format, string printed) =>
        (await _shell.DoAsync($"policy eval -d p.rego -d data.yaml -i input.json -f {format} data.app.allow")).ShouldBe(printed);

    [Fact]
    public async Task An_undefined_result_fails_when_asked_to()
    {
        (await _shell.DoAsync("policy eval -d p.rego data.app.allow")).ShouldBe("{}\n");
        (await _shell.RunAsync("policy eval -d p.rego --fail data.app.allow")).Code.ShouldBe(1);
    }

    [Fact]
    public async Task Tests_are_counted_and_decide_the_exit_code()
    {
        var all = await _shell.RunAsync("policy test p.rego t.rego data.yaml");
        all.Code.ShouldBe(1);
        all.Out.ShouldContain("data.app_test.test_eve: FAIL");
        all.Out.ShouldContain("PASS: 1/2");
        (await _shell.DoAsync("policy test p.rego t.rego data.yaml -r test_ann")).ShouldBe("PASS: 1/1\n");
        (await _shell.DoAsync("policy test p.rego t.rego data.yaml -r test_ann --coverage")).ShouldContain("\"coverage\": 66.67");
    }

    [Fact]
    public async Task Mistakes_are_reported_with_their_place()
    {
        _shell.Folder.Write("bad.rego", "package bad\n\np if x > 1\n");
        var outcome = await _shell.RunAsync("policy check bad.rego");
        outcome.Code.ShouldBe(1);
        outcome.Error.ShouldContain("bad.rego:3: rego_unsafe_var_error: var x is unsafe");
        (await _shell.RunAsync("policy check missing.rego")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Modules_are_formatted_in_place()
    {
        _shell.Folder.Write("ugly.rego", "package   ugly\np:=1");
        (await _shell.RunAsync("policy fmt --list ugly.rego")).Code.ShouldBe(1);
        await _shell.DoAsync("policy fmt -w ugly.rego");
        (await _shell.DoAsync("policy fmt ugly.rego")).ShouldBe("package ugly\n\np := 1\n");
        (await _shell.DoAsync("policy fmt --list ugly.rego")).ShouldBe("");
    }

    [Fact]
    public async Task A_bundle_is_built_signed_and_checked()
    {
        _shell.Folder.Write("key", "secret");
        _shell.Folder.Write("other", "guess");
        (await _shell.DoAsync("policy bundle build p.rego data.yaml -b b.tar.gz --revision 7 --signing-key key --signing-alg HS256")).ShouldStartWith("b.tar.gz: 1 module");
        (await _shell.DoAsync("policy bundle check b.tar.gz --verification-key key --signing-alg HS256")).ShouldContain("revision '7'");
        var wrong = await _shell.RunAsync("policy bundle check b.tar.gz --verification-key other --signing-alg HS256");
        wrong.Code.ShouldBe(1);
        wrong.Error.ShouldContain("signature is wrong");
    }

    public void Dispose() => _shell.Dispose();
}
