using System.Text.Json;
using Cairn.Rego.Formatting;
using Cairn.Rego.Syntax;

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

    private const string Clean =
        "# about the package\npackage a.b\n\nimport data.x\nimport data.y as z\n\n# first\n"
        + "default allow := false # why\n\n"
        + "allow if {\n\tinput.user == \"a\"\n\tnot x[_] # behind\n\n\t# alone\n\tsome k, v in {\n\t\t\"a\": 1,\n"
        + "\t\t\"b\": 2,\n\t}\n\n\ty := [q | q = z[_]; q > 1]\n} else := 3 if input.b\n\n"
        + "f(a, b) := c if c := (a + b) * 2\np[x].q contains \"s\" if x := 1\n\nobj := {\n\t\"k\": 1, # one\n"
        + "\t\"l\": [1, 2],\n}\n# the end\n";

    [Fact]
    public void A_module_is_written_in_its_canonical_form() => RegoFormatter.Format(Messy).ShouldBe(Clean);

    [Fact]
    public void Formatting_again_changes_nothing() => RegoFormatter.Format(Clean).ShouldBe(Clean);

    /// <summary>What <c>opa fmt</c> is documented and known to do, before and after.</summary>
    [Theory]
    [InlineData(
        "import data.z\nimport data.b as c # b\nimport data.b\n\nimport input.x\nimport data.a",
        "import data.b\nimport data.b as c # b\nimport data.z\n\nimport data.a\nimport input.x"
    )]
    [InlineData("import data.b\n# about a\nimport data.a", "import data.b\n\n# about a\nimport data.a")]
    [InlineData("default a := 1\ndefault b := 2", "default a := 1\n\ndefault b := 2")]
    [InlineData("a := 1\nb := 2\n\n\n\nc := 3", "a := 1\nb := 2\n\nc := 3")]
    [InlineData("a := 1\n# about b\nb := 2", "a := 1\n\n# about b\nb := 2")]
    [InlineData("a = 1 if input.x", "a := 1 if input.x")]
    [InlineData("a if { input.x }", "a if input.x")]
    [InlineData("a if { input.x; input.y }\nb if input.z", "a if {\n\tinput.x\n\tinput.y\n}\n\nb if input.z")]
    [InlineData("a if\n  input.x", "a if {\n\tinput.x\n}")]
    [InlineData("a if { true }", "a := true")]
    [InlineData("a contains 1 if true", "a contains 1")]
    [InlineData("a if {\n\tx := 1\n\n\n\tx > 0\n}", "a if {\n\tx := 1\n\n\tx > 0\n}")]
    [InlineData("a if {\n\tx := 1\n\t# why\n\tx > 0\n}", "a if {\n\tx := 1\n\n\t# why\n\tx > 0\n}")]
    [InlineData("a if { # why\n\tinput.x\n\t# last\n}", "a if { # why\n\tinput.x\n\t# last\n}")]
    [InlineData(
        "a := 1 if {\n\tinput.x\n} else = 2 if {\n\t# why\n\tinput.y\n}",
        "a := 1 if {\n\tinput.x\n} else := 2 if {\n\t# why\n\tinput.y\n}"
    )]
    [InlineData(
        "a := 1 if {\n\tinput.x\n}\n# why\nelse := 2 if input.y",
        "a := 1 if {\n\tinput.x\n}\n\n# why\nelse := 2 if input.y"
    )]
    [InlineData(
        "a if {\n\tb with input.x as 1\n\t with input.y as 2 with input.z as 3\n}",
        "a if {\n\tb with input.x as 1\n\t\twith input.y as 2 with input.z as 3\n}"
    )]
    [InlineData("a if {\n\tb\n\t\twith input as 1\n}", "a if {\n\tb with input as 1\n}")]
    [InlineData("a := [1,2,\n3,4]", "a := [\n\t1, 2,\n\t3, 4,\n]")]
    [InlineData("a := {\"x\":1,\"y\":[2 , 3]}", "a := {\"x\": 1, \"y\": [2, 3]}")]
    [InlineData("a := {\n\"x\": 1\n}", "a := {\n\t\"x\": 1,\n}")]
    [InlineData("a := `raw\n  text`", "a := `raw\n  text`")]
    [InlineData("a := input[\"x\"][\"y z\"]", "a := input.x[\"y z\"]")]
    [InlineData("a := data[\"not\"].x", "a := data[\"not\"].x")]
    [InlineData("a := x if x:=1+2*3", "a := x if x := 1 + 2 * 3")]
    [InlineData("a := 1   #   why", "a := 1 #   why")]
    [InlineData("a := 1 #why", "a := 1 #why")]
    [InlineData("#off := 1\na := 1", "#off := 1\na := 1")]
    [InlineData(
        "import future.keywords.if\nimport future.keywords.in",
        "import future.keywords.if\nimport future.keywords.in"
    )]
    [InlineData("import future.keywords[\"if\"]", "import future.keywords[\"if\"]")]
    [InlineData(
        "import data.lib.helpers\nimport data.lib\nimport data.lib as l\nimport data.libs",
        "import data.lib\nimport data.lib as l\nimport data.lib.helpers\nimport data.libs"
    )]
    [InlineData("names[\"first\"] := 1", "names[\"first\"] := 1")]
    [InlineData("names.first[\"a b\"].c := 1", "names.first[\"a b\"].c := 1")]
    [InlineData("names[\"in\"] contains 1", "names[\"in\"] contains 1")]
    [InlineData("a := input.every.if[\"not\"].x", "a := input.every.if[\"not\"].x")]
    [InlineData("a if {\n\tx := 1\n\n\t# why\n\n\tx > 0\n}", "a if {\n\tx := 1\n\n\t# why\n\n\tx > 0\n}")]
    [InlineData("a if {\n\t# first\n\n\tx := 1\n\tx > 0\n}", "a if {\n\t# first\n\n\tx := 1\n\tx > 0\n}")]
    [InlineData("f() := 1", "f() := 1")]
    [InlineData("weekend(\"sun\")", "weekend(\"sun\")")]
    [InlineData("f(x) := true if {\n\tx > 1\n\tx < 5\n}", "f(x) := true if {\n\tx > 1\n\tx < 5\n}")]
    [InlineData("a := [x|x:=input.y[_];x>1]", "a := [x | x := input.y[_]; x > 1]")]
    [InlineData("a := f(\n  1,\n  2)", "a := f(\n\t1,\n\t2,\n)")]
    [InlineData("f( x ) :=y if {y:=x}", "f(x) := y if y := x")]
    [InlineData("a if every x in input.y {x>1}", "a if every x in input.y {\n\tx > 1\n}")]
    public void Rules_are_formatted_as_opa_formats_them(string before, string after)
    {
        string formatted = RegoFormatter.Format($"package p\n\n{before}\n");
        formatted.ShouldBe($"package p\n\n{after}\n");
        RegoFormatter.Format(formatted).ShouldBe(formatted);
    }

    [Fact]
    public void A_module_of_v0_becomes_one_for_both()
    {
        const string before =
            "package p\n\nimport future.keywords.in\nimport data.x\n\ndefault allow = false\n\n"
            + "allow { input.x; not x.y }\n\ndeny[msg] { msg := \"no\" }\n\nf(x) = y { y := x }\n\n"
            + "n[k] = v { v := input[k] }\n";
        const string after =
            "package p\n\nimport rego.v1\n\nimport data.x\n\ndefault allow := false\n\nallow if {\n\tinput.x\n"
            + "\tnot x.y\n}\n\ndeny contains msg if msg := \"no\"\n\nf(x) := y if y := x\n\n"
            + "n[k] := v if v := input[k]\n";
        RegoFormatter.Format(before, version: RegoVersion.V0).ShouldBe(after);
        RegoFormatter.Format(after, version: RegoVersion.V0).ShouldBe(after);
        RegoFormatter.Format(after).ShouldBe(after);
        RegoFormatter
            .Format(
                "package p\n\nimport future.keywords.not\nimport future.keywords.if\n\na { not input.x }\n",
                version: RegoVersion.V0
            )
            .ShouldBe("package p\n\nimport rego.v1\n\nimport future.keywords.not\n\na if not input.x\n");
        RegoFormatter
            .Format(
                "package p\n\nf(x) = true { x > 1; x < 5 }\n\ng(x) = false { x > 1 }\n\nh(x) = true { true }\n",
                version: RegoVersion.V0
            )
            .ShouldBe(
                "package p\n\nimport rego.v1\n\nf(x) if {\n\tx > 1\n\tx < 5\n}\n\ng(x) := false if x > 1\n\n"
                    + "h(x) := true\n"
            );
        Should.Throw<RegoCompilationException>(() =>
            RegoFormatter.Format("package p\n\nif { input.x }\n", version: RegoVersion.V0)
        );
    }

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
            {
                if (test.TryGetProperty("modules", out var modules) && modules.ValueKind == JsonValueKind.Array)
                {
                    foreach (string source in modules.EnumerateArray().Select(module => module.GetString()!))
                    {
                        string once = RegoFormatter.Format(source);
                        RegoFormatter.Format(once).ShouldBe(once);
                        Shape(once).ShouldBe(Shape(source));
                        count++;
                    }
                }
            }
        }

        count.ShouldBeGreaterThan(1000);
    }

    // The syntax tree without places, and the comments.
    private static string Shape(string source)
    {
        var module = Cairn.Rego.Syntax.Parser.ParseModule(source, "", Cairn.Rego.Syntax.RegoVersion.V1, [])!;
        return Cairn
                .Rego.Syntax.SyntaxJson.Module(module with { Comments = [] })
                .ToJson()
                .Replace("\"assign\":true,", "", StringComparison.Ordinal)
            + string.Join('|', module.Comments.Select(comment => comment.Text.Trim()).Order());
    }
}
