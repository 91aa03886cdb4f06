using System.Text.Json;

namespace Cairn.JsonSchema.Loading;

/// <summary>Where subschemas stand: which keywords hold one, a list of them, or a map of them.</summary>
internal static class SubschemaKeywords
{
    /// <summary>The subschemas directly inside a schema object, with the pointer from the object to each.</summary>
    public static IEnumerable<(string Pointer, JsonElement Schema)> In(JsonElement schema, Dialect dialect)
    {
        foreach (var member in schema.EnumerateObject())
        {
            if (!dialect.Has(member.Name))
                continue;

            string pointer = "/" + member.Name;
            switch (member.Name)
            {
                case "additionalProperties"
                or "propertyNames"
                or "contains"
                or "not"
                or "if"
                or "then"
                or "else"
                or "additionalItems"
                or "unevaluatedItems"
                or "unevaluatedProperties"
                or "contentSchema":
                    yield return (pointer, member.Value);
                    break;
                case "items" when member.Value.ValueKind != JsonValueKind.Array:
                    yield return (pointer, member.Value);
                    break;
                case "allOf" or "anyOf" or "oneOf" or "prefixItems" or "items":
                    if (member.Value.ValueKind == JsonValueKind.Array)
                    {
                        int index = 0;
                        foreach (var item in member.Value.EnumerateArray())
                            yield return (JsonPointer.Append(pointer, index++), item);
                    }

                    break;
                case "properties"
                or "patternProperties"
                or "dependentSchemas"
                or "$defs"
                or "definitions"
                or "dependencies":
                    if (member.Value.ValueKind == JsonValueKind.Object)
                    {
                        foreach (var entry in member.Value.EnumerateObject())
                        {
                            if (member.Name != "dependencies" || entry.Value.ValueKind != JsonValueKind.Array)
                                yield return (JsonPointer.Append(pointer, entry.Name), entry.Value);
                        }
                    }

                    break;
            }
        }
    }
}
