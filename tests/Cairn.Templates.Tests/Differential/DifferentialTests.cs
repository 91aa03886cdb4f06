using System.Globalization;
using System.Text.Json;

namespace Cairn.Templates.Tests.Differential;

public class DifferentialTests
{
    /// <summary>More cases, or other ones, without a change to the code: <c>CAIRN_TEMPLATE_FUZZ=seed:count</c>.</summary>
    static (int Seed, int Count) Plan()
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
        var cases = Enumerable.Range(0, count).Select(_ => generator.Case()).ToList();
        var expected = JinjaPeer.Render(TemplateGenerator.Context, cases);
        using var context = JsonDocument.Parse(TemplateGenerator.Context);
        var variables = TemplateVariables.FromObject(context.RootElement);
        var differences = new List<string>();
        for (int i = 0; i < count; i++)
        {
            string? actual = Render(cases[i], variables, out string error);
            if (actual != expected[i] && !IsAboutObjects(expected[i]) && !IsDeliberate(error) && !IsFolded(cases[i].Template)
                && !IsEager(cases[i], expected[i]))
            {
                differences.Add($"{cases[i].Options}\n{string.Join("\n", cases[i].Others.Select(o => $"  {o.Key}: {o.Value}"))}\n{cases[i].Template}\n  Jinja2: {expected[i] ?? "an error"}\n  Cairn:  {actual ?? error}");
            }
        }
        expected.Count(e => e is not null).ShouldBeGreaterThan(count / 3);
        differences.ShouldBeEmpty();
    }

    static string? Render(DifferentialCase test, TemplateVariables variables, out string error)
    {
        error = "";
        var environment = new TemplateEnvironment
        {
            TrimBlocks = test.Options.TrimBlocks,
            LstripBlocks = test.Options.LstripBlocks,
            KeepTrailingNewline = test.Options.KeepTrailingNewline,
            Undefined = Enum.Parse<UndefinedMode>(test.Options.Undefined, ignoreCase: true),
            Loader = name => test.Others.GetValueOrDefault(name),
        };
        try
        {
            return environment.Parse(test.Template).Render(variables);
        }
        catch (TemplateException e)
        {
            error = e.Message;
            return null;
        }
    }

    // Python prints addresses and type names of functions, iterators and the like.
    static bool IsAboutObjects(string? text) => text is not null && (text.Contains(" at 0x") || text.Contains("<built-in") || text.Contains("<bound ")
        || text.Contains("&lt;generator") || text.Contains("&lt;built-in"));

    // Complex numbers (the root of a negative number), and slices of constants that have none, which Jinja2 folds away.
    static bool IsDeliberate(string error) => error.Contains("cannot be raised to a fraction") || error.Contains("cannot be sliced");

    // Jinja2 computes constants while compiling, and in strict mode a missing one is an error even where it is never reached.
    static bool IsEager(DifferentialCase test, string? expected) =>
        expected is null && test.Options.Undefined == "strict" && (test.Template.Contains("})") || test.Template.Contains("])"));

    // Python's pprint also folds long strings, and Jinja2 forgets markup where it joins constants under autoescape.
    static bool IsFolded(string template) =>
        template.Contains("pprint)|pprint") || (template.Contains("autoescape true") && template.Contains(" ~ "));
}
