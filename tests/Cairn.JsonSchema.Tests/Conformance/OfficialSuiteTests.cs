using System.Text;
using System.Text.Json.Nodes;

namespace Cairn.JsonSchema.Tests.Conformance;

/// <summary>The official suite is a ratchet: the counts may grow, never shrink.</summary>
public sealed class OfficialSuiteTests
{
    [Theory]
    [InlineData("draft4", SchemaDraft.Draft4, 458)]
    [InlineData("draft6", SchemaDraft.Draft6, 599)]
    [InlineData("draft7", SchemaDraft.Draft7, 662)]
    [InlineData("draft2019-09", SchemaDraft.Draft201909, 877)]
    [InlineData("draft2020-12", SchemaDraft.Draft202012, 909)]
    public void Every_required_test_passes(string folder, SchemaDraft draft, int expectedPasses)
    {
        var cases = SuiteFiles.Read(folder, optional: false).ToList();

        var misses = cases
            .Select(test => (Test: test, Wrong: Run(test, draft)))
            .Where(run => run.Wrong is not null)
            .Select(run => $"{run.Test}: {run.Wrong}")
            .ToList();

        misses.ShouldBeEmpty();
        cases.Count.ShouldBeGreaterThanOrEqualTo(expectedPasses);
    }

    [Theory]
    [InlineData("draft4", SchemaDraft.Draft4, 215)]
    [InlineData("draft6", SchemaDraft.Draft6, 297)]
    [InlineData("draft7", SchemaDraft.Draft7, 487)]
    [InlineData("draft2019-09", SchemaDraft.Draft201909, 516)]
    [InlineData("draft2020-12", SchemaDraft.Draft202012, 518)]
    public void Every_optional_test_passes_but_for_the_documented_misses(
        string folder,
        SchemaDraft draft,
        int expectedPasses
    )
    {
        var cases = SuiteFiles.Read(folder, optional: true).ToList();

        var misses = cases
            .Select(test => (Test: test, Wrong: Run(test, draft)))
            .Where(run => run.Wrong is not null)
            .Select(run => $"{folder} | {run.Test}")
            .ToList();

        misses.ShouldBe(
            OptionalMisses.All.Where(miss => miss.StartsWith(folder + " |", StringComparison.Ordinal)),
            ignoreOrder: true
        );
        (cases.Count - misses.Count).ShouldBeGreaterThanOrEqualTo(expectedPasses);
    }

    /// <summary>What went wrong, or null. All ways into the validator must agree.</summary>
    private static string? Run(SuiteCase test, SchemaDraft draft)
    {
        try
        {
            var validator = JsonSchemaValidator.Compile(
                test.Schema,
                new SchemaOptions
                {
                    DefaultDraft = draft,
                    AssertFormat =
                        test.File.StartsWith("optional/format/", StringComparison.Ordinal)
                        || test.File == "optional/content.json",
                    Resolver = SuiteFiles.Resolve,
                }
            );
            byte[] text = Encoding.UTF8.GetBytes(test.Data.GetRawText());
            var verdicts = new Dictionary<string, bool>
            {
                ["JsonElement"] = validator.IsValid(test.Data),
                ["UTF-8"] = validator.IsValid(text),
                ["JsonNode"] = validator.IsValid(JsonNode.Parse(text)),
                ["detailed"] = validator.Validate(test.Data).IsValid,
            };
            string wrong = string.Join(", ", verdicts.Where(v => v.Value != test.Valid).Select(v => v.Key));
            return wrong.Length == 0 ? null : $"expected {test.Valid} from {wrong}";
        }
        catch (Exception crash)
        {
            return crash.ToString();
        }
    }
}
