using System.Globalization;
using Cairn.JsonSchema;
using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Core.Policies;

/// <summary>
/// The mistakes of a document in the words, the types and the order that OPA gives them, which policies and their tests
/// compare. Of alternatives none of which fits, only the closest one is told.
/// </summary>
/// <param name="schema">The schema, or its text.</param>
/// <param name="named">Schemas inside it that references name by their URI.</param>
/// <param name="document">What was validated.</param>
internal sealed class PolicySchemaMistakes(
    RegoValue schema,
    IReadOnlyDictionary<string, RegoValue> named,
    RegoValue document
)
{
    private const string Root = "(Root)";

    // The order in which the keywords of one schema are looked at; members come last.
    private static readonly string[] Order =
    [
        "type",
        "anyOf",
        "oneOf",
        "allOf",
        "not",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "if",
        "then",
        "else",
        "items",
        "prefixItems",
        "additionalItems",
        "minItems",
        "maxItems",
        "uniqueItems",
        "contains",
        "minProperties",
        "maxProperties",
        "required",
        "patternProperties",
        "additionalProperties",
        "propertyNames",
        "multipleOf",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "const",
        "enum",
        "format",
        "minLength",
        "maxLength",
        "pattern",
        "properties",
    ];

    /// <summary>Tells errors.</summary>
    public IReadOnlyList<JsonSchemaMistake> Of(IReadOnlyList<ValidationError> errors)
    {
        var found = new List<(string[] Path, ValidationError Error)>();
        foreach (var error in errors)
            found.Add((error.EvaluationPath.Split('/')[1..], error));
        // What is of the wrong type is not looked at any further.
        found.RemoveAll(one =>
            one.Error.Keyword != "type"
            && found.Exists(other =>
                other.Error.Keyword == "type"
                && other.Error.InstancePointer == one.Error.InstancePointer
                && Starts(one.Path, other.Path[..^1])
            )
        );
        foreach (var (path, choice) in found.Where(one => one.Error.Keyword is "anyOf" or "oneOf").ToList())
        {
            var branches = found
                .Where(one => one.Path.Length > path.Length && Starts(one.Path, path))
                .GroupBy(one => one.Path[path.Length])
                .OrderBy(branch => branch.Count())
                .ThenBy(branch => int.Parse(branch.Key, CultureInfo.InvariantCulture))
                .Skip(1)
                .SelectMany(branch => branch)
                .ToHashSet();
            found.RemoveAll(branches.Contains);
        }

        var mistakes = new List<(int[] Rank, JsonSchemaMistake Mistake)>();
        foreach (var (path, error) in found)
        {
            Around(path, error, mistakes);
            int[] rank = Rank(path);
            mistakes.AddRange(Describe(error).Select(mistake => (rank, mistake)));
        }

        return
        [
            .. mistakes
                .OrderBy(one => one.Rank, Comparer<int[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
                .Select(one => one.Mistake)
                .Distinct(),
        ];
    }

    private static bool Starts(string[] path, string[] with) => path.AsSpan().StartsWith(with);

    private static int[] Rank(string[] path) =>
        [
            .. path.Select(part =>
                Array.IndexOf(Order, part) is >= 0 and var place ? place
                : int.TryParse(part, out int index) ? index
                : 0
            ),
        ];

    // What a schema says besides of the mistakes in one of its parts.
    private static void Around(string[] path, ValidationError error, List<(int[], JsonSchemaMistake)> mistakes)
    {
        for (int i = 0; i < path.Length - 1; i++)
        {
            bool isKeyword =
                i == 0 || path[i - 1] is not ("properties" or "patternProperties" or "definitions" or "$defs");
            // How deep the instance is below this keyword cannot be seen from the path where references lie between.
            string field = Field(Above(error.InstancePointer, path.AsSpan(i + 1)));
            switch (path[i])
            {
                case "allOf" when isKeyword:
                    mistakes.Add(
                        (
                            [.. Rank(path[..(i + 1)]), int.MaxValue],
                            Mistake(field, "number_all_of", "Must validate all the schemas (allOf)")
                        )
                    );
                    break;
                case "then" when isKeyword:
                    mistakes.Add(
                        (
                            Rank(path[..(i + 1)]),
                            Mistake(field, "condition_then", "Must validate \"then\" as \"if\" was valid")
                        )
                    );
                    break;
                case "else" when isKeyword:
                    mistakes.Add(
                        (
                            Rank(path[..(i + 1)]),
                            Mistake(field, "condition_else", "Must validate \"else\" as \"if\" was not valid")
                        )
                    );
                    break;
                case "propertyNames" when isKeyword:
                    mistakes.Add(
                        (
                            Rank(path[..(i + 1)]),
                            Mistake(
                                Field(Parent(error.InstancePointer)),
                                "invalid_property_name",
                                $"Property name of \"{Last(error.InstancePointer)}\" does not match"
                            )
                        )
                    );
                    break;
            }
        }
    }

    // Each keyword that leads into a member or an element leads a step down.
    private static string Above(string pointer, ReadOnlySpan<string> below)
    {
        for (int i = 0; i < below.Length - 1; i++)
        {
            if (
                below[i]
                is "properties"
                    or "patternProperties"
                    or "additionalProperties"
                    or "items"
                    or "additionalItems"
                    or "contains"
            )
            {
                pointer = Parent(pointer);
                i += below[i] is "properties" or "patternProperties" ? 1 : 0;
            }
        }

        return pointer;
    }

    private IEnumerable<JsonSchemaMistake> Describe(ValidationError error)
    {
        var rule =
            error.SchemaPointer.Split('#') is [var uri, var pointer] && named.TryGetValue(uri, out var part)
                ? At(part, pointer)
                : At(schema, error.SchemaPointer);
        bool ofName = error.EvaluationPath.Contains("/propertyNames/", StringComparison.Ordinal);
        string at = ofName ? Parent(error.InstancePointer) : error.InstancePointer;
        string field = Field(at);
        var value = At(document, error.InstancePointer);
        JsonSchemaMistake Told(string type, string description) => Mistake(field, type, description);
        switch (error.Keyword)
        {
            case "":
                return
                [
                    error.SchemaPointer.EndsWith("/additionalProperties", StringComparison.Ordinal)
                        ? Mistake(
                            Field(Parent(at)),
                            "additional_property_not_allowed",
                            $"Additional property {Last(at)} is not allowed"
                        )
                    : error.SchemaPointer.EndsWith("/additionalItems", StringComparison.Ordinal)
                        ? Mistake(
                            Field(Parent(at)),
                            "array_no_additional_items",
                            "No additional items allowed on array"
                        )
                    : Told("false", "False always fails validation"),
                ];
            case "required" when rule is RegoArray required && value is RegoObject members:
                return required
                    .Where(name => !members.ContainsKey(name))
                    .Select(name => Told("required", $"{Plain(name)} is required"));
            case "dependencies"
            or "dependentRequired" when rule is RegoObject dependencies && value is RegoObject members:
                return dependencies
                    .Where(dependency => members.ContainsKey(dependency.Key))
                    .SelectMany(dependency => dependency.Value as RegoArray ?? RegoArray.Empty)
                    .Where(name => !members.ContainsKey(name))
                    .Select(name => Told("missing_dependency", $"Has a dependency on {Plain(name)}"));
            case "uniqueItems" when value is RegoArray items:
                return Repeated(items)
                    .Select(pair => Told("unique", $"array items[{pair.First},{pair.Second}] must be unique"));
        }

        return
        [
            error.Keyword switch
            {
                "type" when rule is not null => Told(
                    "invalid_type",
                    $"Invalid type. Expected: {Plain(rule)}, given: {JsonType(value)}"
                ),
                "anyOf" => Told("number_any_of", "Must validate at least one schema (anyOf)"),
                "oneOf" => Told("number_one_of", "Must validate one and only one schema (oneOf)"),
                "not" => Told("number_not", "Must not validate the schema (not)"),
                "contains" => Told("contains", "At least one of the items must match"),
                "enum" when rule is RegoArray choices => Told(
                    "enum",
                    $"{field} must be one of the following: "
                        + $"{string.Join(", ", choices.Select(choice => choice.ToJson()))}"
                ),
                "const" when rule is not null => Told("const", $"{field} does not match: {rule.ToJson()}"),
                "minimum" => Told("number_gte", $"Must be greater than or equal to {rule}"),
                "exclusiveMinimum" => Told("number_gt", $"Must be greater than {rule}"),
                "maximum" => Told("number_lte", $"Must be less than or equal to {rule}"),
                "exclusiveMaximum" => Told("number_lt", $"Must be less than {rule}"),
                "multipleOf" => Told("multiple_of", $"Must be a multiple of {rule}"),
                "minLength" => Told("string_gte", $"String length must be greater than or equal to {rule}"),
                "maxLength" => Told("string_lte", $"String length must be less than or equal to {rule}"),
                "pattern" when rule is not null => Told("pattern", $"Does not match pattern '{Plain(rule)}'"),
                "format" when rule is not null => Told("format", $"Does not match format '{Plain(rule)}'"),
                "minItems" => Told("array_min_items", $"Array must have at least {rule} items"),
                "maxItems" => Told("array_max_items", $"Array must have at most {rule} items"),
                "minProperties" => Told("array_min_properties", $"Must have at least {rule} properties"),
                "maxProperties" => Told("array_max_properties", $"Must have at most {rule} properties"),
                _ => Told(error.Keyword, error.Message),
            },
        ];
    }

    // Each element that repeats one before, with the nearest of these.
    private static IEnumerable<(int First, int Second)> Repeated(RegoArray items)
    {
        var seen = new Dictionary<RegoValue, int>();
        for (int i = 0; i < items.Count; i++)
        {
            if (seen.TryGetValue(items[i], out int first))
                yield return (first, i);
            seen[items[i]] = i;
        }
    }

    /// <summary>The value a JSON Pointer leads to, or null; a document may be given as its text.</summary>
    public static RegoValue? At(RegoValue document, string pointer)
    {
        if (document is RegoString { Value: var text } && pointer.Length > 0)
            document = RegoValue.ParseJson(text);
        var value = document;
        foreach (string part in pointer.Split('/').Skip(1))
        {
            string key = Unescape(part);
            value = value switch
            {
                RegoObject members => members[key],
                RegoArray array
                    when int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                        && index < array.Count => array[index],
                _ => null,
            };
        }

        return value;
    }

    private static JsonSchemaMistake Mistake(string field, string type, string description) =>
        new($"{field}: {description}", type, field, description);

    private static string Field(string pointer) =>
        pointer.Length == 0 ? Root : string.Join('.', pointer.Split('/').Skip(1).Select(Unescape));

    private static string Parent(string pointer) => pointer.Length == 0 ? "" : pointer[..pointer.LastIndexOf('/')];

    private static string Last(string pointer) => Unescape(pointer[(pointer.LastIndexOf('/') + 1)..]);

    private static string Unescape(string part) =>
        part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static string Plain(RegoValue value) =>
        value switch
        {
            RegoString text => text.Value,
            RegoArray names => string.Join(',', names.Select(Plain)),
            _ => value.ToString(),
        };

    private static string JsonType(RegoValue? value) =>
        value is RegoNumber number
            ? number.IsInteger
                ? "integer"
                : "number"
            : value?.TypeName ?? "null";
}
