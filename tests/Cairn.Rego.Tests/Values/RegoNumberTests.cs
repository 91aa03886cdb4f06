using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Values;

public class RegoNumberTests
{
    [Theory]
    [InlineData("1", "1.0")]
    [InlineData("100", "1e2")]
    [InlineData("0", "-0")]
    [InlineData("0.10", "1e-1")]
    [InlineData("100000000000000000000000", "1e23")]
    [InlineData("9223372036854775808", "9223372036854775808.00")]
    public void Numbers_are_equal_by_value_and_hash_alike(string a, string b)
    {
        var (x, y) = (RegoNumber.Parse(a), RegoNumber.Parse(b));
        x.ShouldBe(y);
        x.GetHashCode().ShouldBe(y.GetHashCode());
        x.CompareTo(y).ShouldBe(0);
    }

    [Theory]
    [InlineData("1.0")]
    [InlineData("1e2")]
    [InlineData("-0.5E-10")]
    [InlineData("123456789012345678901234567890")]
    public void A_number_that_was_read_prints_as_it_was_written(string text) =>
        RegoNumber.Parse(text).Text.ShouldBe(text);

    [Theory]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("+1")]
    [InlineData("1e")]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1e999999999999")]
    public void What_is_no_number_is_refused(string text) => RegoNumber.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("0.1", "0.2", "0.3")]
    [InlineData("9223372036854775807", "1", "9223372036854775808")]
    [InlineData("-9223372036854775808", "-1", "-9223372036854775809")]
    [InlineData("1e20", "0.5", "1.000000000000000000005e+20")]
    public void Sums_are_exact(string a, string b, string sum) =>
        RegoArithmetic.Add(RegoNumber.Parse(a), RegoNumber.Parse(b)).Text.ShouldBe(sum);

    [Theory]
    [InlineData("3037000500", "3037000500", "9223372037000250000")]
    [InlineData("-4294967296", "4294967296", "-18446744073709551616")]
    [InlineData("0.5", "4", "2")]
    public void Products_are_exact(string a, string b, string product) =>
        RegoArithmetic.Multiply(RegoNumber.Parse(a), RegoNumber.Parse(b)).Text.ShouldBe(product);

    [Theory]
    [InlineData("6", "3", "2")]
    [InlineData("1", "4", "0.25")]
    [InlineData("1", "3", "0.33333333333333333334")]
    [InlineData("-1", "3", "-0.33333333333333333334")]
    [InlineData("-9223372036854775808", "-1", "9223372036854775808")]
    public void Quotients_are_exact_where_they_end(string a, string b, string quotient) =>
        RegoArithmetic.Divide(RegoNumber.Parse(a), RegoNumber.Parse(b)).Text.ShouldBe(quotient);

    [Theory]
    [InlineData("1.5", MidpointRounding.AwayFromZero, "2")]
    [InlineData("-1.5", MidpointRounding.AwayFromZero, "-2")]
    [InlineData("1.4", MidpointRounding.AwayFromZero, "1")]
    [InlineData("-1.1", MidpointRounding.ToPositiveInfinity, "-1")]
    [InlineData("1.1", MidpointRounding.ToPositiveInfinity, "2")]
    [InlineData("-1.1", MidpointRounding.ToNegativeInfinity, "-2")]
    [InlineData("1e-400000000", MidpointRounding.ToPositiveInfinity, "1")]
    public void Rounding_goes_where_it_is_told(string number, MidpointRounding mode, string rounded) =>
        RegoArithmetic.Round(RegoNumber.Parse(number), mode).Text.ShouldBe(rounded);

    [Fact]
    public void Sums_of_hugely_different_sizes_are_refused_instead_of_filling_memory() =>
        Should.Throw<OverflowException>(() =>
            RegoArithmetic.Add(RegoNumber.Parse("1e400000000"), RegoNumber.Parse("1"))
        );
}
