using System.Text;
using Cairn.Cli.Transfer;
using Cairn.Core;

namespace Cairn.Cli.Tests;

/// <summary>YAML files of several documents.</summary>
public sealed class ProfileDocumentsTests
{
    private const string Common = "server:\n  port: 80\nname: app\n";

    [Theory]
    [InlineData("spring.config.activate.on-profile: prod\nserver:\n  port: 8080\n")]
    [InlineData("spring:\n  config:\n    activate:\n      on-profile: prod\nserver:\n  port: 8080\n")]
    [InlineData("spring:\n  config.activate.on-profile: prod\nserver:\n  port: 8080\n")]
    [InlineData("spring:\n  profiles: [prod]\nserver:\n  port: 8080\n")]
    public void A_profile_is_an_overlay_however_it_is_written(string profile) =>
        Read($"{Common}---\n{profile}")
            .ShouldBe(["- {\"server\":{\"port\":80},\"name\":\"app\"}", "prod {\"server\":{\"port\":8080}}"]);

    [Fact]
    public void Documents_without_a_profile_lie_over_each_other_and_other_members_stay() =>
        Read(
                $"{Common}---\nname: other\nspring:\n  application: x\n---\nspring:\n"
                    + "  config.activate.on-profile: dev, staging\n  application: y\n"
            )
            .ShouldBe([
                "- {\"server\":{\"port\":80},\"name\":\"other\",\"spring\":{\"application\":\"x\"}}",
                "dev {\"spring\":{\"application\":\"y\"}}",
                "staging {\"spring\":{\"application\":\"y\"}}",
            ]);

    [Fact]
    public void Two_documents_of_a_profile_are_one_overlay() =>
        Read("spring.profiles: a\nx: 1\n---\nspring.profiles: a\ny: 2\n").ShouldBe(["a {\"x\":1,\"y\":2}"]);

    [Fact]
    public void One_document_stays_as_it_is() =>
        Read("spring.profiles: a\nx: 1\n").ShouldBe(["- {\"spring.profiles\":\"a\",\"x\":1}"]);

    [Theory]
    [InlineData("a: 1\n---\nspring.profiles: '!prod'\n", "expression")]
    [InlineData("a: 1\n---\nspring.profiles: a & b\n", "expression")]
    [InlineData("a: 1\n---\nspring.profiles: 5\n", "neither text")]
    [InlineData("a: 1\n---\n- x\n", "Document 2")]
    [InlineData("# nothing\n", "no YAML document")]
    public void What_has_no_place_is_refused(string yaml, string part) =>
        Should.Throw<ProblemException>(() => Read(yaml)).Problem.Detail.ShouldContain(part);

    [Fact]
    public void A_file_that_is_an_overlay_by_its_name_has_one_document() =>
        Should
            .Throw<ProblemException>(() => ProfileDocuments.Read("p", "prod", "a: 1\n---\nb: 2\n"u8.ToArray(), []))
            .Problem.Detail.ShouldContain("'prod'");

    private static IEnumerable<string> Read(string yaml) =>
        ProfileDocuments
            .Read("p", null, Encoding.UTF8.GetBytes(yaml), [])
            .Select(document => $"{document.Environment ?? "-"} {Encoding.UTF8.GetString(document.Json)}");
}
