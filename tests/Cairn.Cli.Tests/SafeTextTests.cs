using System.Text.Json;
using Cairn.Cli.Output;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Cli.Tests;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("Zürich ☃ 日本語", "Zürich ☃ 日本語")]
    [InlineData("up\u001b[1A\u001b[2K", "up\\u001b[1A\\u001b[2K")]
    [InlineData("bell\a back\b null\0", "bell\\u0007 back\\u0008 null\\u0000")]
    [InlineData("delete\u007f next\u009b2J", "delete\\u007f next\\u009b2J")]
    [InlineData("\u202eabc\u2066", "\\u202eabc\\u2066")]
    [InlineData("mark\ufeff soft\u00ad zero\u200b", "mark\\ufeff soft\\u00ad zero\\u200b")]
    [InlineData("line\u2028 paragraph\u2029", "line\\u2028 paragraph\\u2029")]
    [InlineData("one\r\ntwo\tthree", "one\\r\\ntwo\\tthree")]
    [InlineData("👩\u200d🚀 می\u200cخواهم", "👩\u200d🚀 می\u200cخواهم")]
    [InlineData("tag \U000e0041", "tag \\udb40\\udc41")]
    public void What_a_terminal_would_obey_is_shown_as_JSON_escapes_it(string text, string shown) =>
        SafeText.Of(text).ShouldBe(shown);

    [Fact]
    public void Half_of_a_pair_is_shown_as_what_it_is()
    {
        SafeText.Of("a\ud83d").ShouldBe("a\\ud83d");
        SafeText.Of("\ude00b").ShouldBe("\\ude00b");
        SafeText.Of("\ude00\ud83d").ShouldBe("\\ude00\\ud83d");
    }

    [Fact]
    public void Line_ends_and_tabs_stay_where_several_lines_are_meant()
    {
        SafeText.Of("one\n\ttwo", lines: true).ShouldBe("one\n\ttwo");
        SafeText.Of("one\rtwo\u001b", lines: true).ShouldBe("one\\rtwo\\u001b");
    }

    [Fact]
    public void JSON_stays_the_same_JSON() =>
        Prop.ForAll<string>(
                ArbMap.Default.ArbFor<string>(),
                text =>
                {
                    string json = JsonSerializer.Serialize(text, Printer.Compact);
                    string shown = SafeText.Of(json, lines: true);
                    return shown.All(c => c >= ' ' && c is not ('\u007f' or '\u202e'))
                        && JsonSerializer.Deserialize<string>(shown) == JsonSerializer.Deserialize<string>(json);
                }
            )
            .QuickCheckThrowOnFailure();
}
