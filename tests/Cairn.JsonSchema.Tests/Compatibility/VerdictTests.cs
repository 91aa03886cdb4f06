namespace Cairn.JsonSchema.Tests.Compatibility;

public sealed class VerdictTests
{
    /// <summary>Name of the change, old schema, new schema, backward, forward.</summary>
    public static readonly TheoryData<string, string, string, bool, bool> Changes = new()
    {
        { "nothing", "{\"type\":\"object\"}", "{\"type\":\"object\"}", true, true },
        { "only annotations", "{\"title\":\"a\"}", "{\"description\":\"b\",\"x-own\":1}", true, true },
        {
            "order of keywords and names",
            "{\"required\":[\"a\",\"b\"],\"type\":\"object\"}",
            "{\"type\":\"object\",\"required\":[\"b\",\"a\"]}",
            true,
            true
        },
        {
            "optional member added to an open model",
            Open("\"a\":{}"),
            Open("\"a\":{},\"b\":{\"type\":\"string\"}"),
            false,
            true
        },
        {
            "optional member added to a closed model",
            Closed("\"a\":{}"),
            Closed("\"a\":{},\"b\":{\"type\":\"string\"}"),
            true,
            false
        },
        { "unconstrained member added to an open model", Open("\"a\":{}"), Open("\"a\":{},\"b\":{}"), true, true },
        { "member removed from an open model", Open("\"a\":{\"type\":\"string\"}"), Open(""), true, false },
        { "member removed from a closed model", Closed("\"a\":{},\"b\":{}"), Closed("\"a\":{}"), false, true },
        { "open model closed", Open("\"a\":{}"), Closed("\"a\":{}"), false, true },
        { "closed model opened", Closed("\"a\":{}"), Open("\"a\":{}"), true, false },
        {
            "member required",
            "{\"properties\":{\"a\":{}}}",
            "{\"properties\":{\"a\":{}},\"required\":[\"a\"]}",
            false,
            true
        },
        { "member not required any more", "{\"required\":[\"a\",\"b\"]}", "{\"required\":[\"a\"]}", true, false },
        { "type widened", "{\"type\":\"integer\"}", "{\"type\":\"number\"}", true, false },
        { "type added", "{\"type\":\"string\"}", "{\"type\":[\"string\",\"null\"]}", true, false },
        {
            "type by alternatives",
            "{\"type\":[\"string\",\"null\"]}",
            "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}",
            true,
            true
        },
        { "type changed", "{\"type\":\"string\"}", "{\"type\":\"integer\"}", false, false },
        { "integer by multipleOf", "{\"type\":\"number\",\"multipleOf\":1}", "{\"type\":\"integer\"}", true, true },
        { "bound loosened", "{\"maximum\":10}", "{\"maximum\":11}", true, false },
        { "bound made exclusive", "{\"maximum\":10}", "{\"exclusiveMaximum\":10}", false, true },
        { "bound written otherwise", "{\"maximum\":10}", "{\"maximum\":1.0e1}", true, true },
        {
            "bound of integers written otherwise",
            "{\"type\":\"integer\",\"exclusiveMaximum\":10}",
            "{\"type\":\"integer\",\"maximum\":9}",
            true,
            true
        },
        {
            "lower bound of integers written otherwise",
            "{\"type\":\"integer\",\"exclusiveMinimum\":-3}",
            "{\"type\":\"integer\",\"minimum\":-2}",
            true,
            true
        },
        {
            "bounds between integers",
            "{\"type\":\"integer\",\"maximum\":9.7}",
            "{\"type\":\"integer\",\"maximum\":9.2}",
            true,
            true
        },
        {
            "bounds of integers told apart",
            "{\"type\":\"integer\",\"exclusiveMaximum\":10}",
            "{\"type\":\"integer\",\"maximum\":8}",
            false,
            true
        },
        {
            "bounds of numbers stay apart",
            "{\"type\":\"number\",\"exclusiveMaximum\":10}",
            "{\"type\":\"number\",\"maximum\":9}",
            false,
            true
        },
        {
            "unevaluated beside plain members",
            "{\"type\":\"object\",\"properties\":{\"a\":{}},\"unevaluatedProperties\":false}",
            Closed("\"a\":{}"),
            true,
            true
        },
        {
            "unevaluated beside plain members, one more",
            "{\"properties\":{\"a\":{}},\"unevaluatedProperties\":false}",
            "{\"properties\":{\"a\":{},\"b\":{}},\"unevaluatedProperties\":false}",
            true,
            false
        },
        {
            "unevaluated elements",
            "{\"prefixItems\":[{\"type\":\"string\"}],\"unevaluatedItems\":false}",
            "{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}",
            true,
            true
        },
        {
            "unevaluated beside what evaluates all",
            "{\"additionalProperties\":{},\"unevaluatedProperties\":false}",
            "{}",
            true,
            true
        },
        { "multiple loosened", "{\"multipleOf\":0.04}", "{\"multipleOf\":0.02}", true, false },
        { "length tightened", "{\"maxLength\":10}", "{\"maxLength\":9,\"minLength\":0}", false, true },
        { "pattern added", "{\"type\":\"string\"}", "{\"type\":\"string\",\"pattern\":\"^a\"}", false, true },
        { "enum value added", "{\"enum\":[\"a\",\"b\"]}", "{\"enum\":[\"b\",\"a\",\"c\"]}", true, false },
        {
            "enum to matching pattern",
            "{\"enum\":[\"ab\",\"ac\"]}",
            "{\"type\":\"string\",\"pattern\":\"^a\"}",
            true,
            false
        },
        { "const to enum", "{\"const\":1}", "{\"enum\":[1.0,2]}", true, false },
        { "boolean as enum", "{\"type\":\"boolean\"}", "{\"enum\":[true,false]}", true, true },
        { "elements loosened", "{\"items\":{\"type\":\"integer\"}}", "{\"items\":{\"type\":\"number\"}}", true, false },
        {
            "tuple extended",
            "{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}",
            "{\"prefixItems\":[{\"type\":\"string\"},{}],\"items\":false}",
            true,
            false
        },
        { "tuple limited by its length", "{\"prefixItems\":[{},{}],\"items\":false}", "{\"maxItems\":2}", true, true },
        { "element count", "{\"minItems\":2}", "{\"minItems\":1}", true, false },
        { "unique elements", "{\"uniqueItems\":true}", "{}", true, false },
        { "contains loosened", "{\"contains\":{\"const\":1}}", "{\"contains\":{\"type\":\"integer\"}}", true, false },
        {
            "alternative added",
            "{\"anyOf\":[{\"type\":\"string\"}]}",
            "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}",
            true,
            false
        },
        {
            "disjoint alternatives",
            "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}",
            "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}",
            true,
            true
        },
        { "alternative told by a constant", Tagged("a", "b"), Tagged("a", "b", "c"), true, false },
        {
            "allOf laid open",
            "{\"allOf\":[{\"type\":\"object\"},{\"required\":[\"a\"]}]}",
            "{\"type\":\"object\",\"required\":[\"a\"]}",
            true,
            true
        },
        {
            "definition inlined",
            "{\"$ref\":\"#/$defs/x\",\"$defs\":{\"x\":{\"type\":\"string\"}}}",
            "{\"type\":\"string\"}",
            true,
            true
        },
        {
            "definition renamed in a recursive schema",
            Tree("node", "{\"type\":\"string\"}"),
            Tree("tree", "{\"type\":\"string\"}"),
            true,
            true
        },
        { "recursive schema loosened", Tree("node", "{\"type\":\"string\"}"), Tree("node", "{}"), true, false },
        { "not tightened", "{\"type\":\"string\"}", "{\"not\":{\"type\":\"integer\"}}", true, false },
        { "condition added", "{}", "{\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":[\"b\"]}}", false, true },
        {
            "condition that always holds",
            "{\"required\":[\"a\",\"b\"]}",
            "{\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":[\"b\"]},\"else\":{\"required\":[\"c\"]}}",
            true,
            false
        },
        { "dependency added", "{}", "{\"dependentRequired\":{\"a\":[\"b\"]}}", false, true },
        { "dependency implied", "{\"required\":[\"b\"]}", "{\"dependentRequired\":{\"a\":[\"b\"]}}", true, false },
        {
            "pattern of names",
            "{\"patternProperties\":{\"^x\":{\"type\":\"integer\"}}}",
            "{\"patternProperties\":{\"^x\":{\"type\":\"number\"}}}",
            true,
            false
        },
        {
            "names limited",
            "{\"propertyNames\":{\"maxLength\":3}}",
            "{\"propertyNames\":{\"maxLength\":4}}",
            true,
            false
        },
        {
            "closed names",
            Closed("\"abc\":{},\"ab\":{}"),
            "{\"type\":\"object\",\"propertyNames\":{\"pattern\":\"^ab\"},\"maxProperties\":2}",
            true,
            false
        },
        {
            "draft changed, meaning kept",
            "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"integer\",\"items\":[{}]}",
            "{\"type\":\"integer\",\"prefixItems\":[{}]}",
            true,
            true
        },
        {
            "draft 4 integers are written without a fraction",
            "{\"type\":\"integer\"}",
            "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"type\":\"integer\"}",
            false,
            true
        },
        {
            "draft 4 constants equal numbers with a fraction",
            "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"enum\":[1]}",
            "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"enum\":[1],\"type\":\"integer\"}",
            false,
            true
        },
        { "nothing is allowed", "{\"type\":\"string\"}", "false", false, true },
        {
            "empty because bounds cross",
            "{\"type\":\"integer\",\"minimum\":5,\"maximum\":4}",
            "{\"type\":\"string\"}",
            true,
            false
        },
    };

    private static string Open(string properties) => $"{{\"type\":\"object\",\"properties\":{{{properties}}}}}";

    private static string Closed(string properties) =>
        $"{{\"type\":\"object\",\"properties\":{{{properties}}},\"additionalProperties\":false}}";

    private static string Tagged(params string[] kinds) =>
        $"{{\"oneOf\":[{string.Join(',', kinds.Select(kind =>
        $"{{\"type\":\"object\",\"required\":[\"kind\",\"{kind}\"],\"properties\":{{\"kind\":{{\"const\":\"{kind}\"}}}}}}"))}]}}";

    private static string Tree(string name, string value) =>
        $"{{\"$ref\":\"#/$defs/{name}\",\"$defs\":{{\"{name}\":{{\"type\":\"object\",\"properties\":{{\"value\":{value},\"children\":{{\"items\":{{\"$ref\":\"#/$defs/{name}\"}}}}}}}}}}}}";

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_is_judged(string change, string oldSchema, string newSchema, bool backward, bool forward)
    {
        var comparison = SchemaComparer.Compare(Schemas.Compile(oldSchema), Schemas.Compile(newSchema));

        (comparison.IsBackwardCompatible, comparison.IsForwardCompatible).ShouldBe(
            (backward, forward),
            $"{change}: {string.Join("; ", comparison.BackwardBreaks.Concat(comparison.ForwardBreaks))}"
        );
    }

    [Fact]
    public void Every_break_says_where_and_why()
    {
        var comparison = SchemaComparer.Compare(
            Schemas.Compile(Open("\"port\":{\"type\":[\"integer\",\"string\"]}")),
            Schemas.Compile(
                """{ "type": "object", "properties": { "port": { "type": "integer", "maximum": 9 } }, "required": ["port"] }"""
            )
        );

        comparison
            .BackwardBreaks.Select(b => $"{b.Pointer} {b.Reason}")
            .ShouldBe([
                "/required the new schema requires the member \"port\", the old schema does not",
                "/properties/port/type the old schema allows the type string, the new schema does not",
                "/properties/port/maximum the old schema allows numbers above the upper bound of the new schema",
            ]);
        comparison.ForwardBreaks.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{\"pattern\":\"^ab\"}", "{\"pattern\":\"^a\"}")]
    [InlineData(
        "{\"allOf\":[{\"properties\":{\"a\":{}}}],\"unevaluatedProperties\":false}",
        "{\"allOf\":[{\"properties\":{\"a\":{},\"b\":{}}}],\"unevaluatedProperties\":false}"
    )]
    [InlineData(
        "{\"contains\":{\"const\":1},\"unevaluatedItems\":false}",
        "{\"contains\":{\"const\":2},\"unevaluatedItems\":{\"type\":\"string\"}}"
    )]
    [InlineData(
        "{\"$dynamicRef\":\"#x\",\"$defs\":{\"x\":{\"$dynamicAnchor\":\"x\"}}}",
        "{\"$dynamicRef\":\"#x\",\"title\":\"t\",\"$defs\":{\"x\":{\"$dynamicAnchor\":\"x\"}}}"
    )]
    public void What_cannot_be_proven_is_called_unknown_and_breaking(string oldSchema, string newSchema)
    {
        var breaks = SchemaComparer.Compare(Schemas.Compile(oldSchema), Schemas.Compile(newSchema)).BackwardBreaks;

        breaks.ShouldNotBeEmpty();
        breaks.ShouldAllBe(b => b.IsUnknown && b.Reason.StartsWith("unknown, treated as breaking"));
    }

    [Theory]
    [InlineData(CompatibilityMode.None, 0)]
    [InlineData(CompatibilityMode.Backward, 0)]
    [InlineData(CompatibilityMode.Forward, 1)]
    [InlineData(CompatibilityMode.Full, 1)]
    [InlineData(CompatibilityMode.BackwardTransitive, 1)]
    [InlineData(CompatibilityMode.ForwardTransitive, 1)]
    [InlineData(CompatibilityMode.FullTransitive, 2)]
    public void A_mode_looks_at_its_direction_and_its_versions(CompatibilityMode mode, int breaks)
    {
        // The candidate accepts all of the last version and more, but neither accepts nor is contained in the first.
        JsonSchemaValidator[] earlier = [Schemas.Compile("{\"maximum\":20}"), Schemas.Compile("{\"maximum\":5}")];

        var verdict = SchemaComparer.Check(mode, earlier, Schemas.Compile("{\"maximum\":10}"));

        verdict.Breaks.Count.ShouldBe(breaks);
        verdict.IsCompatible.ShouldBe(breaks == 0);
    }

    [Theory]
    [InlineData(150, true)]
    [InlineData(5_000, false)]
    public void A_long_chain_of_references_is_judged_or_given_up(int length, bool provable)
    {
        string Chain(int limit) =>
            $"{{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{{{string.Join(',', Enumerable.Range(0, length).Select(i =>
            $"\"p{i}\":{{\"maxLength\":{(i == 5 ? limit : 9)},\"properties\":{{\"next\":{{\"$ref\":\"#/properties/p{(i + 1) % length}\"}}}}}}"))}}}}}";

        var comparison = SchemaComparer.Compare(Schemas.Compile(Chain(5)), Schemas.Compile(Chain(7)));

        comparison.IsBackwardCompatible.ShouldBe(provable);
        comparison.ForwardBreaks.Count.ShouldBeInRange(1, 100);
    }

    [Fact]
    public void Alternatives_without_end_are_given_up_and_not_waited_for()
    {
        static string Many(string type) =>
            $"{{\"allOf\":[{string.Join(',', Enumerable.Range(0, 40).Select(i =>
            $"{{\"anyOf\":[{{\"required\":[\"a{i}\"]}},{{\"required\":[\"b{i}\"]}},{{\"properties\":{{\"c{i}\":{{\"type\":\"{type}\"}}}}}}]}}"))}]}}";

        var comparison = SchemaComparer.Compare(Schemas.Compile(Many("string")), Schemas.Compile(Many("integer")));

        comparison.IsBackwardCompatible.ShouldBeFalse();
    }
}
