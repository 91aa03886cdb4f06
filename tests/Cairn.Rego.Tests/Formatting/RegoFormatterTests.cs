using System.Text.Json;
using Cairn.Rego.Formatting;

namespace Cairn.Rego.Tests.Formatting;

public class RegoFormatterTests
{
    private const string Messy = """
        # about the package
        package   a.b
        import data.x
        import data.y  as  z
        # first
        default allow:=false  # why
        allow  if  {   input.user=="a" ;not  x[_]   # behind
            # alone
            some  k,v in {"a":1,
              "b":2}

            y:=[q|q=z[_];q>1]
        }   else := 3 if input.b
        f(a,b):=c if c:=(a+b)*2
        p[x].q contains "s" if x:=1
        obj := {
          "k": 1, # one
          "l": [1,2],
        }
        # the end
        """;

    private const string Clean = "# about the package\npackage a.b\n\nimport data.x\nimport data.y as z\n\n# first\ndefault allow := false # why\n\n"
        + "allow if {\n\tinput.user == \"a\"\n\tnot x[_] # behind\n\t# alone\n\tsome k, v in {\"a\": 1, \"b\": 2}\n\n\ty := [q | q = z[_]; q > 1]\n} else := 3 if input.b\n\n"
        + "f(a, b) := c if c := (a + b) * 2\np[x].q contains \"s\" if x := 1\n\nobj := {\n\t\"k\": 1, # one\n\t\"l\": [1, 2],\n}\n# the end\n";

    [Fact]
    public void A_module_is_written_in_its_canonical_form() => RegoFormatter.Format(Messy).ShouldBe(Clean);

    [Fact]
    public void Formatting_again_changes_nothing() => RegoFormatter.Format(Clean).ShouldBe(Clean);

    [Fact]
    public void Every_module_of_the_compliance_suite_keeps_its_meaning_and_comments()
    {
        string? folder = ConformanceTests.Folder();
        Assert.SkipWhen(folder is null, "the compliance suite is not here: CAIRN_CONFORMANCE names its folder");
        int count = 0;
        foreach (string file in Directory.GetFiles(Path.Combine(folder!, "rego"), "*.json"))
        {
            using var cases = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var test in cases.RootElement.EnumerateArray())
                if (test.TryGetProperty("modules", out var modules) && modules.ValueKind == JsonValueKind.Array)
                    foreach (string source in modules.EnumerateArray().Select(module => module.GetString()!))
                    {
                        string once = RegoFormatter.Format(source);
                        RegoFormatter.Format(once).ShouldBe(once);
                        Shape(once).ShouldBe(Shape(source));
                        count++;
                    }
        }

        count.ShouldBeGreaterThan(1000);
    }

    // The syntax tree without places, and the comments.
    private static string Shape(string source)
    {
        var module = Cairn.Rego.Syntax.Parser.ParseModule(source, "", Cairn.Rego.Syntax.RegoVersion.V1, [])!;
        return Cairn.Rego.Syntax.SyntaxJson.Module(module with { Comments = [] }).ToJson() + string.Join('|', module.Comments.Select(comment => comment.Text.Trim()).Order());
    }
}
