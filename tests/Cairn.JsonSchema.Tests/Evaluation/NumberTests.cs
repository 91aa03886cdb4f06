namespace Cairn.JsonSchema.Tests.Evaluation;

public sealed class NumberTests
{
    [Theory]
    [InlineData("{\"multipleOf\": 0.01}", "19.99", true)]
    [InlineData("{\"multipleOf\": 0.01}", "19.999", false)]
    [InlineData("{\"multipleOf\": 0.1}", "0.3", true)]
    [InlineData("{\"multipleOf\": 3}", "1e400", false)]
    [InlineData("{\"multipleOf\": 4}", "1e400", true)]
    [InlineData("{\"multipleOf\": 1e-400}", "1", true)]
    [InlineData("{\"multipleOf\": 1e400}", "1e399", false)]
    [InlineData("{\"multipleOf\": 7}", "100000000000000000000000000000000000000000005", true)]
    [InlineData("{\"multipleOf\": 7}", "100000000000000000000000000000000000000000001", false)]
    [InlineData("{\"multipleOf\": 123456789012345678901}", "246913578024691357802", true)]
    [InlineData("{\"multipleOf\": 123456789012345678901}", "246913578024691357803", false)]
    [InlineData("{\"multipleOf\": 2}", "-0", true)]
    [InlineData("{\"maximum\": 9007199254740992}", "9007199254740993", false)]
    [InlineData("{\"maximum\": 1e400}", "1e401", false)]
    [InlineData("{\"maximum\": 1e400}", "9.99e399", true)]
    [InlineData("{\"minimum\": -1e400}", "-1e401", false)]
    [InlineData("{\"exclusiveMinimum\": 0.1}", "0.10000000000000000000000000001", true)]
    [InlineData("{\"exclusiveMinimum\": 0.1}", "0.100000", false)]
    [InlineData("{\"minimum\": 0.05}", "0.009", false)]
    [InlineData("{\"const\": 100}", "1.00E+2", true)]
    [InlineData("{\"const\": 0}", "-0.0e9", true)]
    [InlineData("{\"const\": 9007199254740993}", "9007199254740992", false)]
    [InlineData("{\"type\": \"integer\"}", "1.5e1", true)]
    [InlineData("{\"type\": \"integer\"}", "1.55e1", false)]
    [InlineData("{\"type\": \"integer\"}", "1e-400", false)]
    [InlineData("{\"uniqueItems\": true}", "[1, 1.0]", false)]
    [InlineData("{\"uniqueItems\": true}", "[1e400, 1e401]", true)]
    public void Numbers_are_judged_exactly(string schema, string instance, bool valid) =>
        Schemas.Compile(schema).IsValid(Schemas.Json(instance)).ShouldBe(valid);

    [Fact]
    public void An_exponent_beyond_reason_is_an_error_and_not_a_guess()
    {
        var validator = Schemas.Compile("""{ "not": { "minimum": 5 } }""");

        var result = validator.Validate(Schemas.Json("1e99999999999999999999"));

        result.IsValid.ShouldBeFalse();
        result.Errors.ShouldHaveSingleItem().Message.ShouldContain("exponent");
    }
}
