using System.Collections.Frozen;

namespace Cairn.JsonSchema.Loading;

/// <summary>The keywords of each draft; for 2019-09 and 2020-12 by vocabulary.</summary>
internal static class Vocabularies
{
    private const string V2019 = "https://json-schema.org/draft/2019-09/vocab/";
    private const string V2020 = "https://json-schema.org/draft/2020-12/vocab/";

    public const string FormatAssertion = V2020 + "format-assertion";

    /// <summary>The core vocabulary is in force even where a meta-schema forgets to name it.</summary>
    public static readonly string[] AlwaysKnown =
    [
        "$id",
        "$schema",
        "$ref",
        "$anchor",
        "$dynamicRef",
        "$dynamicAnchor",
        "$recursiveRef",
        "$recursiveAnchor",
        "$vocabulary",
        "$comment",
        "$defs",
        "definitions",
    ];

    private static readonly string[] Applicators =
    [
        "contains",
        "additionalProperties",
        "properties",
        "patternProperties",
        "dependentSchemas",
        "propertyNames",
        "if",
        "then",
        "else",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "items",
        "dependencies",
    ];

    private static readonly string[] Validation =
    [
        "type",
        "const",
        "enum",
        "multipleOf",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "maxItems",
        "minItems",
        "uniqueItems",
        "maxContains",
        "minContains",
        "maxProperties",
        "minProperties",
        "required",
        "dependentRequired",
    ];

    private static readonly string[] Metadata =
    [
        "title",
        "description",
        "default",
        "deprecated",
        "readOnly",
        "writeOnly",
        "examples",
    ];

    private static readonly string[] Content = ["contentEncoding", "contentMediaType", "contentSchema"];

    private static readonly string[] Unevaluated = ["unevaluatedItems", "unevaluatedProperties"];

    public static readonly string[] Draft4 =
    [
        "id",
        "$schema",
        "$ref",
        "definitions",
        "title",
        "description",
        "default",
        "multipleOf",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "additionalItems",
        "items",
        "maxItems",
        "minItems",
        "uniqueItems",
        "maxProperties",
        "minProperties",
        "required",
        "additionalProperties",
        "properties",
        "patternProperties",
        "dependencies",
        "enum",
        "type",
        "format",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
    ];

    public static readonly string[] Draft6 =
    [
        .. Draft4.Except(["id"]),
        "$id",
        "const",
        "contains",
        "propertyNames",
        "examples",
    ];

    public static readonly string[] Draft7 =
    [
        .. Draft6,
        "$comment",
        "if",
        "then",
        "else",
        "readOnly",
        "writeOnly",
        "contentEncoding",
        "contentMediaType",
    ];

    public static readonly FrozenDictionary<string, string[]> Draft201909 = new Dictionary<string, string[]>
    {
        [V2019 + "core"] = [.. AlwaysKnown.Except(["$dynamicRef", "$dynamicAnchor"])],
        [V2019 + "applicator"] = [.. Applicators, "additionalItems", .. Unevaluated],
        [V2019 + "validation"] = Validation,
        [V2019 + "meta-data"] = Metadata,
        [V2019 + "format"] = ["format"],
        [V2019 + "content"] = Content,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, string[]> Draft202012 = new Dictionary<string, string[]>
    {
        [V2020 + "core"] = [.. AlwaysKnown.Except(["$recursiveRef", "$recursiveAnchor"])],
        [V2020 + "applicator"] = [.. Applicators, "prefixItems"],
        [V2020 + "unevaluated"] = Unevaluated,
        [V2020 + "validation"] = Validation,
        [V2020 + "meta-data"] = Metadata,
        [V2020 + "format-annotation"] = ["format"],
        [FormatAssertion] = ["format"],
        [V2020 + "content"] = Content,
    }.ToFrozenDictionary();
}
