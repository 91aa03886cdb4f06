using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

/// <summary><c>cairn policy</c>, which needs no server.</summary>
public sealed class PolicyTests : IDisposable
{
    private readonly Shell _shell = new("http://127.0.0.1:1", null);

    public PolicyTests()
    {
        _shell.Folder.Write("p.rego", "package app\n\nallow if input.user in data.users\n");
        _shell.Folder.Write(
            "t.rego",
            "package app_test\n\nimport data.app\n\ntest_ann if app.allow with input as {\"user\": \"ann\"}\n\n"
                + "test_eve if app.allow with input as {\"user\": \"eve\"}\n"
        );
        _shell.Folder.Write("data.yaml", "users: [ann]\n");
        _shell.Folder.Write("input.json", """{"user":"ann"}""");
    }

    [Theory]
    [InlineData("raw", "true\n")]
    [InlineData("values", "[\n  true\n]\n")]
    public async Task A_query_is_evaluated_over_files(string format, string printed) =>
        (await _shell.DoAsync($"policy eval -d p.rego -d data.yaml -i input.json -f {format} data.app.allow")).ShouldBe(
            printed
        );

    [Theory]
    [InlineData("-o yaml", "result:\n- expressions:\n  - value: true\n    text: data.app.allow\n")]
    [InlineData("-o json -f raw", "true\n")]
    [InlineData("-o table", "true\n")]
    public async Task A_result_is_printed_as_every_command_prints(string options, string printed) =>
        (await _shell.DoAsync($"policy eval -d p.rego -d data.yaml -i input.json {options} data.app.allow")).ShouldBe(
            printed
        );

    [Fact]
    public async Task Tests_checks_and_measurements_are_printed_as_every_command_prints()
    {
        (await _shell.DoAsync("policy eval -d p.rego -d data.yaml -i input.json -o json data.app.allow")).ShouldBe(
            await _shell.DoAsync("policy eval -d p.rego -d data.yaml -i input.json data.app.allow")
        );
        (await _shell.RunAsync("policy test p.rego t.rego data.yaml -o yaml")).Out.ShouldContain(
            "package: data.app_test\n"
        );
        _shell.Folder.Write("unsafe.rego", "package u\n\np if x > 1\n");
        (await _shell.RunAsync("policy check unsafe.rego -o yaml")).Out.ShouldContain("code: rego_unsafe_var_error");
        var bench = System.Text.Json.Nodes.JsonNode.Parse(
            await _shell.DoAsync("policy bench -d p.rego -d data.yaml -i input.json data.app.allow --count 100 -o json")
        )!;
        bench["samples"]!.GetValue<int>().ShouldBe(100);
        long[] times =
        [
            .. new[] { "min", "median", "p75", "p90", "p95", "p99", "p99.9", "max" }.Select(name =>
                bench["ns_" + name]!.GetValue<long>()
            ),
        ];
        times.ShouldBeInOrder();
        times[0].ShouldBeGreaterThan(0);
        (
            await _shell.DoAsync("policy bench -d p.rego -d data.yaml -i input.json data.app.allow --count 10")
        ).ShouldContain("ns_median:");
    }

    [Fact]
    public async Task A_value_nested_deep_is_printed()
    {
        _shell.Folder.Write("deep.json", new string('[', 900) + new string(']', 900));
        (await _shell.DoAsync("policy eval -i deep.json -f raw input")).Trim().Length.ShouldBe(1_800);
        (await _shell.DoAsync("policy eval -i deep.json input")).Count(c => c == '[').ShouldBeGreaterThan(900);
        _shell.Folder.Write("deeper.json", new string('[', 5_000) + new string(']', 5_000));
        (await _shell.RunAsync("policy eval -i deeper.json input")).Error.ShouldContain("1000 levels");
    }

    [Theory]
    [InlineData("policy check input.json", "'input.json' is no module")]
    [InlineData("policy check p.rego data.yaml", "'data.yaml' is no module")]
    [InlineData("policy check empty", "There is no .rego file in 'empty'")]
    public async Task A_check_of_nothing_is_refused(string command, string said)
    {
        _shell.Folder.Write("empty/data.json", "{}");
        var outcome = await _shell.RunAsync(command);
        outcome.Code.ShouldBe(2);
        outcome.Error.ShouldContain(said);
    }

    [Fact]
    public async Task An_undefined_result_fails_when_asked_to()
    {
        (await _shell.DoAsync("policy eval -d p.rego data.app.allow")).ShouldBe("{}\n");
        (await _shell.RunAsync("policy eval -d p.rego --fail data.app.allow")).Code.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_left_of_a_query_is_printed_and_what_failed_is_explained()
    {
        (await _shell.DoAsync("policy eval -d p.rego -d data.yaml --partial -f source data.app.allow")).ShouldBe(
            "# Query 1\ninput.user in [\"ann\"]\n"
        );
        (await _shell.RunAsync("policy eval -d p.rego --partial -u nothing data.app.allow")).Code.ShouldBe(2);
        string explained = await _shell.DoAsync(
            "policy eval -d p.rego -i input.json -f pretty --explain fails --var-values data.app.allow"
        );
        explained.ShouldContain("p.rego:3");
        explained.ShouldContain("Fail");
        (
            await _shell.DoAsync("policy eval -d p.rego -d data.yaml -i input.json --explain full data.app.allow")
        ).ShouldContain("\"explanation\"");
        (await _shell.RunAsync("policy test p.rego t.rego data.yaml -v")).Out.ShouldContain(
            "| Fail input.user in data.users"
        );
    }

    [Fact]
    public async Task A_delta_is_checked_against_the_bundle_it_changes()
    {
        await _shell.DoAsync("policy bundle build p.rego data.yaml -b bundle.tar.gz");
        Delta("good", """{"data":[{"op":"upsert","path":"/users/0","value":"eve"}]}""");
        Delta("bad", """{"data":[{"op":"remove","path":"/nobody"}]}""");
        (await _shell.DoAsync("policy bundle check good.tar.gz --delta-of bundle.tar.gz")).ShouldContain("1 change");
        var refused = await _shell.RunAsync("policy bundle check bad.tar.gz --delta-of bundle.tar.gz");
        (refused.Code, refused.Error).ShouldBe(
            (1, "cairn: bad.tar.gz: remove of /nobody is not possible: nothing is there\n")
        );
        (await _shell.RunAsync("policy bundle check good.tar.gz")).Code.ShouldBe(1);

        void Delta(string name, string patch)
        {
            using var file = File.Create(Path.Combine(_shell.Folder.Path, $"{name}.tar.gz"));
            using var zip = new GZipStream(file, CompressionLevel.Fastest);
            using var tar = new TarWriter(zip);
            tar.WriteEntry(
                new PaxTarEntry(TarEntryType.RegularFile, "patch.json")
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(patch)),
                }
            );
        }
    }

    [Fact]
    public async Task Tests_are_counted_and_decide_the_exit_code()
    {
        var all = await _shell.RunAsync("policy test p.rego t.rego data.yaml");
        all.Code.ShouldBe(1);
        all.Out.ShouldContain("data.app_test.test_eve: FAIL");
        all.Out.ShouldContain("PASS: 1/2");
        (await _shell.DoAsync("policy test p.rego t.rego data.yaml -r test_ann")).ShouldBe("PASS: 1/1\n");
        (await _shell.DoAsync("policy test p.rego t.rego data.yaml -r test_ann --coverage")).ShouldContain(
            "\"coverage\": 66.67"
        );
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
    public async Task Types_are_checked_through_several_modules()
    {
        _shell.Folder.Write("types/lib.rego", "package lib\n\nroles := {\"admin\": 1}\n");
        _shell.Folder.Write(
            "types/use.rego",
            "package use\n\nimport data.lib\n\np := lib.roles.amdin\n\nq if startswith(input.x, 1)\n"
        );
        _shell.Folder.Write("types/data.json", "not even JSON");
        (await _shell.DoAsync("policy check types/lib.rego")).ShouldBe("");
        var outcome = await _shell.RunAsync("policy check types");
        outcome.Code.ShouldBe(1);
        outcome.Error.ShouldBe(
            "2 errors occurred:\n"
                + "types/use.rego:5: rego_type_error: undefined ref: data.lib.roles.amdin\n"
                + "\tdata.lib.roles.amdin\n\t               ^\n\t               have: \"amdin\"\n"
                + "\t               want (one of): [\"admin\"]\n"
                + "types/use.rego:7: rego_type_error: startswith: invalid argument(s)\n\thave: (any, number)\n"
                + "\twant: (search: string, base: string, result: boolean)\n"
        );
        var json = await _shell.RunAsync("policy check --format json types/lib.rego types/use.rego");
        json.Code.ShouldBe(1);
        using var report = System.Text.Json.JsonDocument.Parse(json.Out);
        report
            .RootElement.GetProperty("errors")
            .EnumerateArray()
            .Select(error =>
                error
                    .GetProperty("location")
                    .ToString()
                    .ReplaceLineEndings("")
                    .Replace(" ", "", StringComparison.Ordinal)
            )
            .ShouldBe([
                """{"file":"types/use.rego","row":5,"col":6}""",
                """{"file":"types/use.rego","row":7,"col":6}""",
            ]);
    }

    [Fact]
    public async Task Schemas_describe_the_input_and_what_metadata_names()
    {
        _shell.Folder.Write("s.rego", "package s\n\np if input.usr == \"ann\"\n");
        _shell.Folder.Write(
            "m.rego",
            "package m\n\n# METADATA\n# schemas:\n# - data.acl: schema.deep.acl\np if data.acl.bob\n"
        );
        _shell.Folder.Write(
            "schemas/request.json",
            """{"type": "object", "properties": {"user": {"type": "string"}}}"""
        );
        _shell.Folder.Write("schemas/deep/acl.yaml", "type: object\nproperties: {ann: {type: array}}\n");
        await _shell.DoAsync("policy check s.rego m.rego");
        (await _shell.RunAsync("policy check --schema schemas/request.json s.rego")).Error.ShouldContain(
            "s.rego:3: rego_type_error: undefined ref: input.usr"
        );
        (await _shell.RunAsync("policy check -s schemas s.rego m.rego")).Error.ShouldStartWith(
            "1 error occurred:\nm.rego:6: rego_type_error: undefined ref: data.acl.bob"
        );
        (await _shell.RunAsync("policy check -s schemas/request.json m.rego")).Error.ShouldContain(
            "undefined schema: schema.deep.acl"
        );
        (await _shell.RunAsync("policy eval -s schemas/request.json input.usr")).Code.ShouldBe(1);
        _shell.Folder.Write("wrong.json", """{"type": "text"}""");
        (await _shell.RunAsync("policy check -s wrong.json s.rego")).Error.ShouldContain(
            "\nrego_type_error: unable to compile the schema: has a primitive type that is NOT VALID"
        );
        (await _shell.RunAsync("policy check -s none s.rego")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Strict_mode_and_the_language_before_1_can_be_asked_for()
    {
        _shell.Folder.Write("strict.rego", "package strict\n\nf(x, y) := x\n");
        _shell.Folder.Write("v0.rego", "package v0\n\np[x] { x := input.a[_] }\n");
        await _shell.DoAsync("policy check strict.rego");
        (await _shell.RunAsync("policy check --strict strict.rego")).Error.ShouldContain(
            "strict.rego:3: rego_compile_error: unused argument y."
        );
        (await _shell.RunAsync("policy check v0.rego")).Error.ShouldContain("rego_parse_error");
        await _shell.DoAsync("policy check --v0-compatible v0.rego");
        (await _shell.RunAsync("policy check --format xml v0.rego")).Code.ShouldBe(2);
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
        (
            await _shell.DoAsync(
                "policy bundle build p.rego data.yaml -b b.tar.gz --revision 7 --signing-key key --signing-alg HS256"
            )
        ).ShouldStartWith("b.tar.gz: 1 module");
        (await _shell.DoAsync("policy bundle check b.tar.gz --verification-key key --signing-alg HS256")).ShouldContain(
            "revision '7'"
        );
        var wrong = await _shell.RunAsync("policy bundle check b.tar.gz --verification-key other --signing-alg HS256");
        wrong.Code.ShouldBe(1);
        wrong.Error.ShouldContain("signature is wrong");
    }

    public void Dispose() => _shell.Dispose();
}
