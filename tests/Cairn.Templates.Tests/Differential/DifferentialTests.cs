using System.Globalization;
using System.Text.Json;

namespace Cairn.Templates.Tests.Differential;

public class DifferentialTests
{
    private const string OverBudget = "over the budget";

    // One process of Python has a minute.
    private const int CasesAtOnce = 500;

    /// <summary>More cases, or other ones, without a change to the code:
    /// <c>CAIRN_TEMPLATE_FUZZ=seed:count</c>.</summary>
    private static (int Seed, int Count) Plan()
    {
        string[] parts = (Environment.GetEnvironmentVariable("CAIRN_TEMPLATE_FUZZ") ?? "20261121:1500").Split(':');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Random_templates_give_what_Jinja2_gives()
    {
        Assert.SkipWhen(JinjaPeer.Unavailable is not null, JinjaPeer.Unavailable ?? "");
        var (seed, count) = Plan();
        var generator = new TemplateGenerator(seed);
        using var context = JsonDocument.Parse(TemplateGenerator.Context);
        var variables = TemplateVariables.FromObject(context.RootElement);
        int rendered = 0;
        var differences = new List<string>();
        for (int done = 0; done < count; done += CasesAtOnce)
        {
            var cases = Enumerable.Range(0, Math.Min(CasesAtOnce, count - done)).Select(_ => generator.Case()).ToList();
            string?[] expected = JinjaPeer.Render(TemplateGenerator.Context, cases);
            rendered += expected.Count(e => e is not null);
            differences.AddRange(
                cases.Zip(expected, (test, text) => Difference(test, text, variables)).OfType<string>()
            );
        }
        rendered.ShouldBeGreaterThan(count / 3);
        differences.ShouldBeEmpty();
    }

    private static string? Difference(DifferentialCase test, string? expected, TemplateVariables variables)
    {
        string? actual = Render(test, variables, out string error);
        return
            actual == expected
            || IsAboutObjects(expected)
            || (test.IsNative && actual is not null && expected is not null && AreSameJson(actual, expected))
            || IsDeliberate(error)
            || IsFolded(test.Template)
            || IsEager(test, expected)
            ? null
            : $"{test.Options}\n{string.Join("\n", test.Others.Select(o => $"  {o.Key}: {o.Value}"))}\n"
                + $"{test.Template}\n  Jinja2: {expected ?? "an error"}\n  Cairn:  {actual ?? error}\n";
    }

    private static bool AreSameJson(string actual, string expected)
    {
        using var a = JsonDocument.Parse(actual);
        using var b = JsonDocument.Parse(expected);
        return a.RootElement.GetRawText() == b.RootElement.GetRawText()
            || JsonElement.DeepEquals(a.RootElement, b.RootElement);
    }

    private static string? Render(DifferentialCase test, TemplateVariables variables, out string error)
    {
        error = "";
        var environment = new TemplateEnvironment
        {
            TrimBlocks = test.Options.TrimBlocks,
            LstripBlocks = test.Options.LstripBlocks,
            KeepTrailingNewline = test.Options.KeepTrailingNewline,
            Undefined = Enum.Parse<UndefinedMode>(test.Options.Undefined, ignoreCase: true),
            Extensions = TemplateExtensions.Do | TemplateExtensions.LoopControls,
            Loader = name => test.Others.GetValueOrDefault(name),
        };
        try
        {
            var template = environment.Parse(test.Template);
            return test.IsNative ? template.RenderNative(variables).GetRawText() : template.Render(variables);
        }
        catch (TemplateException e)
        {
            error = e.Kind == TemplateErrorKind.Budget ? OverBudget : e.Message;
            return null;
        }
    }

    // Python prints addresses and type names of functions, iterators and the like.
    private static bool IsAboutObjects(string? text) =>
        text is not null
        && (
            text.Contains(" at 0x")
            || text.Contains("<built-in")
            || text.Contains("<bound ")
            || text.Contains("&lt;generator")
            || text.Contains("&lt;built-in")
        );

    // What is over the budget; a random key of a mapping; complex numbers (the root of a negative number), and slices
    // of constants that have none, which Jinja2 folds away.
    private static bool IsDeliberate(string error) =>
        error.Contains("cannot be raised to a fraction")
        || error.Contains("cannot be sliced")
        || error.Contains("expected a sequence, not 'dict'")
        || error == OverBudget;

    // Jinja2 computes constants while compiling, and in strict mode a missing one is an error even where it is never
    // reached.
    private static bool IsEager(DifferentialCase test, string? expected) =>
        expected is null
        && test.Options.Undefined == "strict"
        && (test.Template.Contains("})") || test.Template.Contains("])"));

    // Python's pprint also folds long strings, and Jinja2 forgets markup where it joins constants under autoescape.
    private static bool IsFolded(string template) =>
        template.Contains("pprint)|pprint") || (template.Contains("autoescape true") && template.Contains(" ~ "));
}
