using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;
using static Cairn.Rego.Tests.Builtins.BuiltinCalls;

namespace Cairn.Rego.Tests.Builtins;

public class ValueBuiltinTests
{
    [Theory]
    // Aggregates, arrays, bits, numbers.
    [InlineData("sum", "[[1, 2.5, \"x\"]]", "operand 1 must be array of numbers but got array containing string")]
    [InlineData("product", "[[2, 3, 0.5]]", "3")]
    [InlineData("max", "[[]]", "undefined")]
    [InlineData("max", "[[1, \"a\", null]]", "\"a\"")]
    [InlineData("count", "[\"a😀\"]", "2")]
    [InlineData("array.slice", "[[1, 2, 3], -1, 2]", "[1, 2]")]
    [InlineData("array.flatten", "[[1, [2, [3, []]]]]", "[1, 2, [3, []]]")]
    [InlineData("bits.lsh", "[1, 100]", "1267650600228229401496703205376")]
    [InlineData("bits.and", "[-1, 255]", "255")]
    [InlineData("bits.lsh", "[1, -1]", "operand 2 must be an unsigned integer number but got a negative integer")]
    [InlineData("bits.negate", "[0]", "-1")]
    [InlineData("numbers.range_step", "[0, 7, 3]", "[0, 3, 6]")]
    [InlineData("numbers.range_step", "[0, 7, 0]", "step must be a positive integer")]
    [InlineData("to_number", "[\"+01.50\"]", "1.50")]
    [InlineData("to_number", "[\"x\"]", "operand 1 must be valid number but got \"x\"")]
    // Objects and documents.
    [InlineData("object.get", "[{\"a\": {\"b\": [1, 2]}}, [\"a\", \"b\", 1], null]", "2")]
    [InlineData("object.get", "[{\"a\": 1}, [\"a\", \"b\"], \"none\"]", "\"none\"")]
    [InlineData(
        "object.union",
        "[{\"a\": {\"b\": 1}, \"c\": 1}, {\"a\": {\"d\": 2}, \"c\": 2}]",
        "{\"a\": {\"b\": 1, \"d\": 2}, \"c\": 2}"
    )]
    [InlineData("object.subset", "[{\"a\": {\"b\": [1, 2, 3]}}, {\"a\": {\"b\": [2, 3]}}]", "true")]
    [InlineData(
        "object.subset",
        "[{\"a\": 1}, [1]]",
        "both arguments object.subset must be of the same type or array and set"
    )]
    [InlineData(
        "json.filter",
        "[{\"a\": [{\"b\": 1}, 2], \"c~/d\": 1}, [\"a/0\", \"c~0~1d\"]]",
        "{\"a\": [{\"b\": 1}], \"c~/d\": 1}"
    )]
    [InlineData("json.remove", "[{\"a\": [1, 2, 3]}, [\"a/1\"]]", "{\"a\": [1, 3]}")]
    [InlineData(
        "json.patch",
        "[{\"a\": [1]}, [{\"op\": \"add\", \"path\": \"/a/-\", \"value\": 2}, {\"op\": \"copy\", \"from\": "
            + "\"/a\", \"path\": \"/b\"}]]",
        "{\"a\": [1, 2], \"b\": [1, 2]}"
    )]
    [InlineData("json.patch", "[{\"a\": 1}, [{\"op\": \"test\", \"path\": \"/a\", \"value\": 2}]]", "undefined")]
    [InlineData("json.patch", "[{\"a\": 1}, [{\"op\": \"remove\", \"path\": \"/b\"}]]", "undefined")]
    [InlineData(
        "json.patch",
        "[{\"a\": 1}, [{\"op\": \"turn\", \"path\": \"/a\"}]]",
        "operand 2 unrecognized op 'turn'"
    )]
    // Encodings.
    [InlineData("base64.decode", "[\"aGk\"]", "illegal base64 data at input byte 3")]
    [InlineData("base64url.decode", "[\"_-8\"]", "\"��\"")]
    [InlineData("hex.decode", "[\"xyz\"]", "encoding/hex: invalid byte or odd length hex string")]
    [InlineData("urlquery.decode", "[\"%zz\"]", "invalid URL escape \"%zz\"")]
    [InlineData("urlquery.encode_object", "[{\"a\": [\"1 2\", \"&\"]}]", "\"a=1+2&a=%26\"")]
    [InlineData("urlquery.decode_object", "[\"a=1&a=2&b\"]", "{\"a\": [\"1\", \"2\"], \"b\": [\"\"]}")]
    [InlineData("json.marshal", "[{\"a\": \"<&>\"}]", "\"{\\\"a\\\":\\\"\\\\u003c\\\\u0026\\\\u003e\\\"}\"")]
    // Versions and units.
    [InlineData("semver.compare", "[\"1.0.0-alpha.2\", \"1.0.0-alpha.10\"]", "-1")]
    [InlineData("semver.compare", "[\"1.0.0\", \"1.0.0-rc.1\"]", "1")]
    [InlineData("semver.compare", "[\"1.0.0+a\", \"1.0.0+b\"]", "0")]
    [InlineData("semver.is_valid", "[\"01.0.0\"]", "false")]
    [InlineData("units.parse", "[\"1.5Gi\"]", "1610612736")]
    [InlineData("units.parse", "[\"10 k\"]", "spaces not allowed in resource strings")]
    [InlineData("units.parse", "[\"10x\"]", "unit x not recognized")]
    [InlineData("units.parse_bytes", "[\"1.5kb\"]", "1500")]
    // Graphs.
    [InlineData("graph.reachable", "[{\"a\": [\"b\"], \"b\": [\"a\", \"z\"]}, [\"a\"]]", "{\"a\", \"b\"}")]
    [InlineData(
        "graph.reachable_paths",
        "[{\"a\": [\"b\", \"c\"], \"b\": [], \"c\": [\"a\"]}, [\"a\"]]",
        "{[\"a\", \"b\"], [\"a\", \"c\"]}"
    )]
    public void Values_are_made_of_values(string name, string operands, string expected) =>
        Call(name, EvaluationLimits.Default, [.. (RegoArray)RegoValue.ParseJson(operands)]).ShouldBe(expected);

    [Theory]
    [InlineData("time.parse_duration_ns", "[\"1h30m0.5s\"]", "5400500000000")]
    [InlineData("time.parse_duration_ns", "[\"-1.5ms\"]", "-1500000")]
    [InlineData("time.parse_duration_ns", "[\"1\"]", "time: missing unit in duration \"1\"")]
    [InlineData("time.parse_rfc3339_ns", "[\"2026-11-21T08:00:00.123456789+01:00\"]", "1795244400123456789")]
    [InlineData(
        "time.parse_rfc3339_ns",
        "[\"2026-02-30T00:00:00Z\"]",
        "parsing time \"2026-02-30T00:00:00Z\": out of range"
    )]
    [InlineData(
        "time.format",
        "[[1795244400123456789, \"Europe/Berlin\", \"Mon, 2 Jan 2006 15:04:05.000 -0700\"]]",
        "\"Sat, 21 Nov 2026 08:00:00.123 +0100\""
    )]
    [InlineData("time.format", "[1795244400000000000]", "\"2026-11-21T07:00:00Z\"")]
    [InlineData("time.format", "[[0, \"UTC\", \"RFC850\"]]", "\"Thursday, 01-Jan-70 00:00:00 UTC\"")]
    [InlineData("time.clock", "[[0, \"Nowhere/Land\"]]", "unknown time zone Nowhere/Land")]
    [InlineData("time.add_date", "[1769817600000000000, 0, 1, 0]", "1772496000000000000")]
    [InlineData("time.diff", "[0, 31708800000000000]", "[1, 0, 2, 0, 0, 0]")]
    [InlineData("time.weekday", "[-1]", "\"Wednesday\"")]
    public void Times_are_read_and_written(string name, string operands, string expected) =>
        Call(name, EvaluationLimits.Default, [.. (RegoArray)RegoValue.ParseJson(operands)]).ShouldBe(expected);

    [Theory]
    [InlineData("net.cidr_contains", "[\"10.0.0.0/8\", \"10.255.1.0/24\"]", "true")]
    [InlineData("net.cidr_contains", "[\"10.0.0.0/8\", \"::1\"]", "false")]
    [InlineData("net.cidr_contains", "[\"10.1/8\", \"10.0.0.1\"]", "invalid CIDR address: 10.1/8")]
    [InlineData("net.cidr_expand", "[\"10.0.0.2/31\"]", "{\"10.0.0.2\", \"10.0.0.3\"}")]
    [InlineData("net.cidr_expand", "[\"10.0.0.0/8\"]", "the network has more than 1048576 addresses")]
    [InlineData(
        "net.cidr_merge",
        "[[\"10.0.0.0/24\", \"10.0.1.0/24\", \"10.0.2.0/24\", \"10.0.2.128/25\"]]",
        "{\"10.0.0.0/23\", \"10.0.2.0/24\"}"
    )]
    [InlineData(
        "net.cidr_merge",
        "[[\"0.0.0.0/1\", \"128.0.0.0/1\", \"::/1\", \"8000::/1\"]]",
        "{\"0.0.0.0/0\", \"::/0\"}"
    )]
    [InlineData("net.cidr_is_valid", "[\"10.0.0.0/33\"]", "false")]
    public void Networks_are_compared_and_merged(string name, string operands, string expected) =>
        Call(name, EvaluationLimits.Default, [.. (RegoArray)RegoValue.ParseJson(operands)]).ShouldBe(expected);

    [Fact]
    public void A_range_that_would_be_too_large_ends_in_the_budget_error() =>
        Call("numbers.range", "0", "1000000000000").ShouldContain("evaluation");

    [Fact]
    public void Every_definition_says_what_it_takes_and_is_known_by_one_name()
    {
        var definitions = Cairn.Rego.Builtins.BuiltinTable.Default.Definitions;
        definitions.Count.ShouldBeGreaterThan(180);
        definitions.Select(definition => definition.Name).ShouldBeUnique();
    }
}
