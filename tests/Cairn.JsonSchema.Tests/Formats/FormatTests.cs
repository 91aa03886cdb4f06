namespace Cairn.JsonSchema.Tests.Formats;

/// <summary>Formats, or corners of them, that the official suite's copy may not reach.</summary>
public sealed class FormatTests
{
    [Theory]
    [InlineData("date", "2024-02-29", true)]
    [InlineData("date", "2023-02-29", false)]
    [InlineData("date", "0000-02-29", true)]
    [InlineData("date", "2023-1-1", false)]
    [InlineData("date-time", "2026-01-02t03:04:05.000z", true)]
    [InlineData("date-time", "2026-01-02 03:04:05Z", false)]
    [InlineData("date-time", "1998-12-31T23:59:60Z", true)]
    [InlineData("date-time", "1998-12-31T22:59:60Z", false)]
    [InlineData("time", "12:00:00.Z", false)]
    [InlineData("duration", "P1Y2M3DT4H5M6S", true)]
    [InlineData("duration", "P4W", true)]
    [InlineData("duration", "P1Y2D", false)]
    [InlineData("duration", "PT1H2S", false)]
    [InlineData("duration", "PT", false)]
    [InlineData("duration", "P", false)]
    [InlineData("duration", "P1D2W", false)]
    [InlineData("duration", "PW", false)]
    [InlineData("duration", "P1DT", false)]
    [InlineData("uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", true)]
    [InlineData("uuid", "2eb8aa08aa9811eab4aa73b441d16380", false)]
    [InlineData("uuid", "2eb8aa08-aa98-11ea-b4ga-73b441d16380", false)]
    [InlineData("email", "\"joe \\\" x\"@example.org", true)]
    [InlineData("email", "joe..x@example.org", false)]
    [InlineData("email", "joe@[IPv6:::1]", true)]
    [InlineData("email", "joe@[300.0.0.1]", false)]
    [InlineData("email", "joe@-example.org", false)]
    [InlineData("email", "é@example.org", false)]
    [InlineData("hostname", "xn--ihqwcrb4cv8a8dqg056pqjye.example", true)]
    [InlineData("hostname", "xn--x.example", false)]
    [InlineData("idn-hostname", "例え。テスト", true)]
    [InlineData("idn-hostname", "ｅxample", false)]
    [InlineData("uri-reference", "a:b/c", true)]
    [InlineData("uri-reference", "1a:b", false)]
    [InlineData("uri-reference", "../x?y#z", true)]
    [InlineData("relative-json-pointer", "1/foo", true)]
    [InlineData("relative-json-pointer", "0#", true)]
    [InlineData("relative-json-pointer", "01/a", false)]
    [InlineData("relative-json-pointer", "/a", false)]
    [InlineData("unheard-of", "anything", true)]
    public void A_text_has_the_format_or_not(string format, string text, bool valid) =>
        Schemas
            .Compile($"{{\"format\":\"{format}\"}}", new SchemaOptions { AssertFormat = true })
            .IsValid(System.Text.Json.Nodes.JsonValue.Create(text))
            .ShouldBe(valid);
}
