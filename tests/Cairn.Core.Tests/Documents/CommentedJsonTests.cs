using System.Text;
using Cairn.Core.Documents;

namespace Cairn.Core.Tests.Documents;

/// <summary>JSON with comments and trailing commas, on demand.</summary>
public sealed class CommentedJsonTests
{
    [Theory]
    [InlineData("// c\n{\"a\": 1, /* b */ \"b\": [1, 2,],}\n// end", """{"a":1,"b":[1,2]}""")]
    [InlineData("{\"url\": \"http://x/*y*/\"}", """{"url":"http://x/*y*/"}""")]
    [InlineData(
        "{\"n\": 1.50, \"m\": 1e400, \"l\": 123456789012345678901234567890,}",
        """{"n":1.50,"m":1e400,"l":123456789012345678901234567890}"""
    )]
    [InlineData("\uFEFF[\"\\u2603\",]", "[\"☃\"]")]
    public void Comments_and_last_commas_are_left_out(string text, string json)
    {
        Encoding.UTF8.GetString(DocumentFormat.Jsonc.ToJson(Encoding.UTF8.GetBytes(text))).ShouldBe(json);
        if (text[0] != '\uFEFF' || text.Contains(",]", StringComparison.Ordinal))
            return;
        Should.Throw<ProblemException>(() => DocumentFormat.Json.ToJson(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("{\"a\":1,,}")]
    [InlineData("{\"a\":1,\"a\":2,}")]
    [InlineData("[\"\\ud800\", // half\n]")]
    [InlineData("/* open")]
    [InlineData("// nothing")]
    public void All_else_is_as_strict_as_JSON(string text) =>
        Should
            .Throw<ProblemException>(() => DocumentFormat.Jsonc.ToJson(Encoding.UTF8.GetBytes(text)))
            .Problem.Kind.ShouldBe(ProblemKind.Invalid);
}
