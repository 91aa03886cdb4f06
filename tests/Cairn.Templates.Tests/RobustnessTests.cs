using Cairn.Templates.Tests.Differential;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Templates.Tests;

public class RobustnessTests
{
    private static readonly TemplateEnvironment Environment = new()
    {
        Extensions = TemplateExtensions.Do | TemplateExtensions.LoopControls,
        Loader = name => name.Length < 3 ? "{% macro m(x) %}{{ x }}{% endmacro %}{{ i }}" : null,
        Budget = new TemplateBudget
        {
            MaxSteps = 20_000,
            MaxValueBytes = 1 << 20,
            MaxOutputLength = 1 << 16,
        },
    };

    private static readonly TemplateVariables Variables = Rendering.Variables(TemplateGenerator.Context);

    private static readonly string[] Pieces =
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "-%}",
        "{%-",
        "{{-",
        "{%+",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "|",
        ".",
        ",",
        ":",
        "=",
        "==",
        "~",
        "**",
        "//",
        "*",
        "%",
        "<",
        "!=",
        "if ",
        "else ",
        "elif ",
        "endif ",
        "for ",
        "in ",
        "endfor ",
        "set ",
        "endset ",
        "macro ",
        "endmacro ",
        "call ",
        "endcall ",
        "filter ",
        "endfilter ",
        "block ",
        "endblock ",
        "extends ",
        "include ",
        "import ",
        "from ",
        "as ",
        "with ",
        "endwith ",
        "raw ",
        "endraw ",
        "is ",
        "not ",
        "and ",
        "or ",
        "recursive ",
        "do ",
        "break ",
        "scoped ",
        "autoescape ",
        "i ",
        "s ",
        "l ",
        "d ",
        "r ",
        "x ",
        "loop",
        "self",
        "super",
        "caller",
        "varargs",
        "ns",
        "namespace",
        "range",
        "dict",
        "cycler",
        "1",
        "0",
        "-1",
        "1e9",
        "999",
        "'a'",
        "\"b\"",
        "'%s'",
        "'{}'",
        "true",
        "none",
        "upper",
        "join",
        "map",
        "select",
        "sort",
        "tojson",
        "format",
        "default",
        "length",
        "first",
        "groupby",
        "batch",
        "replace",
        "items()",
        "append",
        "update",
        "\n",
        " ",
        "\t",
        "é",
        "😀",
        "\\",
        "'",
        "\0",
    ];

    /// <summary>Parses and renders; anything but a result or the template error is a failure of the test.</summary>
    private static void Survives(string source)
    {
        try
        {
            Environment.Parse(source, "fuzz").Render(Variables);
        }
        catch (TemplateException e)
        {
            e.Line.ShouldBeGreaterThan(0);
            e.Column.ShouldBeGreaterThan(0);
            e.Excerpt.ShouldContain("^");
        }
    }

    [Fact]
    public void Any_text_gives_a_result_or_a_template_error() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll<string>(text => Survives("{{" + (text ?? "")))
        );

    [Fact]
    public void Any_mixture_of_the_languages_words_gives_a_result_or_a_template_error()
    {
        var pieces = Gen.Elements(Pieces).ListOf().Select(list => string.Concat(list)).ToArbitrary();
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(20_000).WithEndSize(60),
            Prop.ForAll(pieces, (string text) => Survives(text))
        );
    }

    [Fact]
    public void Damaged_templates_give_a_result_or_a_template_error()
    {
        var random = new Random(20261121);
        var generator = new TemplateGenerator(7);
        for (int i = 0; i < 5000; i++)
        {
            string template = generator.Template();
            int at = random.Next(template.Length);
            int length = random.Next(Math.Min(8, template.Length - at));
            Survives(
                random.Next(3) switch
                {
                    0 => template.Remove(at, length),
                    1 => template.Insert(at, Pieces[random.Next(Pieces.Length)]),
                    _ => template.Remove(at, length).Insert(at, Pieces[random.Next(Pieces.Length)]),
                }
            );
        }
    }

    [Fact]
    public void One_template_renders_on_many_threads_at_once()
    {
        var template = Environment.Parse(
            "{% macro m(v) %}<{{ v }}>{% endmacro %}{% set ns = namespace(n=0) %}{% for x in l %}{% set ns.n = "
                + "ns.n + x %}{{ m(x * k) }}{% endfor %}{{ ns.n }}{% block b %}{{ k }}{% endblock %}"
        );
        Parallel.For(
            0,
            2000,
            k =>
                template
                    .Render(Rendering.Variables($$"""{"l": [1, 2, 3], "k": {{k}}}"""))
                    .ShouldBe($"<{k}><{2 * k}><{3 * k}>6{k}")
        );
    }
}
