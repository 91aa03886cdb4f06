using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

/// <summary>Commands that need no server: templates and schemas.</summary>
public sealed class LocalTests : IDisposable
{
    private readonly Shell _shell = new("http://127.0.0.1:1", null);

    [Fact]
    public async Task A_document_is_rendered_as_a_document_and_a_text_as_a_text()
    {
        _shell.Folder.Write("c.json", """{"url":"https://{{ env }}.x","n":"{{ n + 1 }}","list":"{{ names }}"}""");
        _shell.Folder.Write("vars.yaml", "n: 1\nnames: [a, b]\n");
        (await _shell.DoAsync("template render c.json --vars vars.yaml --var n=4 --env prod")).ShouldBe(
            "{\n  \"url\": \"https://prod.x\",\n  \"n\": 5,\n  \"list\": [\n    \"a\",\n    \"b\"\n  ]\n}\n"
        );
        _shell.Folder.Write("part.j2", "[{{ n }}]");
        _shell.Folder.Write("t.j2", "{% include 'part.j2' %} {{ env }}\n");
        (await _shell.DoAsync("template render t.j2 --var n=1 -e dev")).ShouldBe("[1] dev\n");
        (await _shell.DoAsync("template render -", "plain {{ 1 + 1 }}")).ShouldBe("plain 2");
    }

    [Theory]
    [InlineData("template render -", "{{ missing }}", "'missing' is undefined")]
    [InlineData("template render -", "{% if %}", "line 1, column")]
    [InlineData("template render -", "{% include '../../etc/passwd' %}", "etc/passwd")]
    [InlineData("template check bad.json", "", "/a")]
    public async Task A_template_that_fails_says_where_and_exits_with_1(string command, string input, string said)
    {
        _shell.Folder.Write("bad.json", """{"a":"{{ 1 + }}"}""");
        var outcome = await _shell.RunAsync(command, input);
        outcome.Code.ShouldBe(1, outcome.ToString());
        outcome.Error.ShouldContain(said);
        outcome.Out.ShouldBe("");
    }

    [Fact]
    public async Task Documents_are_validated_against_a_schema_of_any_draft()
    {
        _shell.Folder.Write("s.json", """{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}""");
        _shell.Folder.Write("good.yaml", "n: 1\n");
        _shell.Folder.Write("bad.json", """{"n":"one"}""");
        (await _shell.DoAsync("schema validate --schema s.json --instance good.yaml")).ShouldContain(
            "good.yaml: valid"
        );
        var refused = await _shell.RunAsync("schema validate -s s.json -i good.yaml bad.json --draft 7 -o json");
        refused.Code.ShouldBe(1);
        refused.Out.ShouldContain("\"instance\": \"/n\"");
        _shell.Folder.Write("broken.json", """{"type":"objekt"}""");
        (await _shell.RunAsync("schema validate -s broken.json -i bad.json")).Code.ShouldBe(2);
        (await _shell.RunAsync("schema validate -s s.json -i bad.json --draft 5")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Templates_of_Ansible_and_Salt_are_rendered_as_their_owners_do_and_to_the_byte()
    {
        _shell.Folder.Write(
            "t.j2",
            "{% if true %}\nyes\n  {% endif %}\n{% set l = [] %}{% do l.append(1) %}{{ l|length }}"
        );
        (await _shell.DoAsync("template render t.j2 --trim-blocks --lstrip-blocks --extension do")).ShouldBe("yes\n1");
        (await _shell.RunAsync("template render t.j2")).Code.ShouldBe(1);
        await _shell.DoAsync("template render t.j2 --trim-blocks --lstrip-blocks --extension do --out made.txt");
        (await File.ReadAllTextAsync(_shell.Folder["made.txt"])).ShouldBe("yes\n1");
        _shell.Folder.Write("parts/inner/part.j2", "part {{ n }}");
        (
            await _shell.DoAsync("template render - --includes parts --var n=1", "{% include 'inner/part.j2' %}")
        ).ShouldBe("part 1");
        (await _shell.RunAsync("template render - --includes parts", "{% include '../t.j2' %}")).Code.ShouldBe(1);
        (await _shell.RunAsync("template render t.j2 --extension nothing")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Schemas_refer_to_neighbours_that_are_named_and_each_document_has_a_verdict()
    {
        _shell.Folder.Write("schemas/port.json", """{"type":"integer","maximum":65535}""");
        _shell.Folder.Write("schemas/name.yaml", "$id: https://example.com/name\ntype: string\n");
        _shell.Folder.Write(
            "s.json",
            """{"properties":{"port":{"$ref":"port.json"},"name":{"$ref":"https://example.com/name"}},"type":"object"}"""
        );
        _shell.Folder.Write("good.json", """{"port":1,"name":"x"}""");
        _shell.Folder.Write("bad.json", """{"port":99999}""");
        _shell.Folder.Write("empty.yaml", "");
        _shell.Folder.Write("broken.json", "{");
        (await _shell.RunAsync("schema validate -s s.json -i good.json")).Code.ShouldBe(2);
        (await _shell.DoAsync("schema validate -s s.json --ref schemas -i good.json")).ShouldBe("good.json: valid\n");
        var all = await _shell.RunAsync(
            "schema validate -s s.json --ref schemas/port.json --ref schemas/name.yaml -i empty.yaml "
                + "broken.json bad.json good.json"
        );
        all.Code.ShouldBe(1, all.ToString());
        all.Out.ShouldStartWith(
            "empty.yaml: not valid\nbroken.json: not a document\nbad.json: not valid\ngood.json: valid\n"
        );
        _shell.Folder.Write("null.json", """{"type":"null"}""");
        (await _shell.DoAsync("schema validate -s null.json -i empty.yaml")).ShouldBe("empty.yaml: valid\n");
    }

    [Fact]
    public async Task Two_schemas_are_compared_and_one_is_made_of_samples()
    {
        _shell.Folder.Write("v1.json", """{"type":"object","properties":{"a":{"type":"string"}}}""");
        _shell.Folder.Write("v2.json", """{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""");
        var compared = await _shell.RunAsync("schema diff v1.json v2.json");
        compared.Code.ShouldBe(1);
        compared.Out.ShouldContain("backward compatible: no");
        compared.Out.ShouldContain("forward compatible: yes");
        (await _shell.DoAsync("schema diff v1.json v1.json -o yaml")).ShouldContain("full: true");

        _shell.Folder.Write("one.json", """{"host":"a","port":1}""");
        _shell.Folder.Write("two.json", """{"host":"b"}""");
        _shell.Folder.Write("made.json", await _shell.DoAsync("schema infer one.json two.json"));
        (await _shell.DoAsync("schema validate -s made.json -i one.json two.json")).ShouldContain("two.json: valid");
    }

    public void Dispose() => _shell.Dispose();
}
