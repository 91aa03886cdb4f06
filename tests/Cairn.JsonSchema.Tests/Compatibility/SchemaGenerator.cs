using System.Text.Json.Nodes;

namespace Cairn.JsonSchema.Tests.Compatibility;

/// <summary>
/// Random schemas and instances over a few names and values, so that they meet often, and random small changes.
/// </summary>
internal sealed class SchemaGenerator(Random random)
{
    private static readonly string[] Names = ["a", "b", "ab", "c"];
    private static readonly string[] Patterns = ["^a", "b$", "^c$"];
    private static readonly string[] Types = ["null", "boolean", "integer", "number", "string", "array", "object"];
    private static readonly string[] Drafts =
    [
        "https://json-schema.org/draft/2020-12/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "http://json-schema.org/draft-07/schema#",
        "http://json-schema.org/draft-04/schema#",
    ];

    private static readonly string[] Values =
    [
        "null",
        "true",
        "false",
        "0",
        "1",
        "1.0",
        "2",
        "3",
        "0.5",
        "-1",
        "\"\"",
        "\"a\"",
        "\"ab\"",
        "\"b\"",
        "[]",
        "[1]",
        "{}",
        "{\"a\":1}",
    ];

    private bool Chance(int percent) => random.Next(100) < percent;

    private T Pick<T>(T[] options) => options[random.Next(options.Length)];

    public JsonObject Schema()
    {
        var schema = Subschema(3);
        if (Chance(60))
            schema["$defs"] = new JsonObject { ["x"] = Subschema(2), ["y"] = Subschema(2) };

        if (Chance(30))
            schema["$schema"] = Pick(Drafts);

        return schema;
    }

    private JsonObject Subschema(int depth)
    {
        var schema = new JsonObject();
        int keywords = random.Next(1, 4);
        for (int i = 0; i < keywords; i++)
            AddKeyword(schema, depth);

        return schema;
    }

    private JsonNode Child(int depth) => depth <= 0 || Chance(12) ? JsonValue.Create(Chance(70)) : Subschema(depth - 1);

    private JsonArray Children(int depth) => new([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Child(depth))]);

    private JsonObject Map(int depth, string[] names) =>
        new(names.Where(_ => Chance(45)).Select(name => KeyValuePair.Create<string, JsonNode?>(name, Child(depth))));

    private JsonArray NameList() =>
        new([.. Names.Where(_ => Chance(40)).DefaultIfEmpty("a").Select(name => JsonValue.Create(name))]);

    private JsonNode TypeList()
    {
        string[] chosen = [.. Types.Where(_ => Chance(35)).DefaultIfEmpty("object")];
        return chosen.Length == 1
            ? JsonValue.Create(chosen[0])
            : new JsonArray([.. chosen.Select(type => JsonValue.Create(type))]);
    }

    private void AddKeyword(JsonObject schema, int depth)
    {
        switch (random.Next(29))
        {
            case 0 or 1 or 2:
                schema["type"] = TypeList();
                break;
            case 3:
                schema["enum"] = new JsonArray([
                    .. Values.Where(_ => Chance(25)).DefaultIfEmpty("1").Select(text => JsonNode.Parse(text)),
                ]);
                break;
            case 4:
                schema["const"] = JsonNode.Parse(Pick(Values));
                break;
            case 5:
                schema[Pick(["minimum", "exclusiveMinimum"])] = random.Next(-1, 3);
                break;
            case 6:
                schema[Pick(["maximum", "exclusiveMaximum"])] = random.Next(0, 4);
                break;
            case 7:
                schema["multipleOf"] = JsonNode.Parse(Pick(["1", "2", "0.5", "0.25"]));
                break;
            case 8:
                schema["minLength"] = random.Next(0, 3);
                break;
            case 9:
                schema["maxLength"] = random.Next(0, 3);
                break;
            case 10:
                schema["pattern"] = Pick(Patterns);
                break;
            case 11 or 12 or 13:
                schema["properties"] = Map(depth, Names);
                break;
            case 14:
                schema["patternProperties"] = Map(depth, Patterns);
                break;
            case 15 or 16:
                schema["additionalProperties"] = Chance(50) ? JsonValue.Create(false) : Child(depth);
                break;
            case 17:
                schema["required"] = NameList();
                break;
            case 18:
                schema[Pick(["minProperties", "minItems", "minContains"])] = random.Next(0, 3);
                break;
            case 19:
                schema[Pick(["maxProperties", "maxItems", "maxContains"])] = random.Next(0, 3);
                break;
            case 20:
                schema["propertyNames"] = Child(depth);
                break;
            case 21:
                schema[Pick(["dependentRequired", "dependencies"])] = new JsonObject { [Pick(Names)] = NameList() };
                break;
            case 22:
                schema[Pick(["dependentSchemas", "dependencies"])] = Map(depth, Names);
                break;
            case 23:
                schema["items"] = Child(depth);
                if (Chance(40))
                    schema["prefixItems"] = Children(depth);

                break;
            case 24:
                schema["contains"] = Child(depth);
                break;
            case 25:
                schema["uniqueItems"] = Chance(70);
                break;
            case 26:
                schema[Pick(["allOf", "anyOf", "oneOf"])] = Children(depth);
                break;
            case 27:
                if (Chance(50))
                {
                    schema["not"] = Child(depth);
                }
                else
                {
                    schema["if"] = Child(depth);
                    schema[Pick(["then", "else"])] = Child(depth);
                }

                break;
            default:
                switch (random.Next(4))
                {
                    case 0:
                        schema["unevaluatedProperties"] = Child(depth);
                        break;
                    case 1:
                        schema["unevaluatedItems"] = Child(depth);
                        break;
                    default:
                        schema["$ref"] = Pick(["#", "#/$defs/x", "#/$defs/y"]);
                        break;
                }

                break;
        }
    }

    /// <summary>A copy with a few keywords added, removed or replaced, anywhere.</summary>
    public JsonObject Mutate(JsonObject original)
    {
        var copy = (JsonObject)original.DeepClone();
        int changes = random.Next(1, 3);
        for (int i = 0; i < changes; i++)
        {
            var places = new List<JsonObject>();
            Collect(copy, places);
            var place = places[random.Next(places.Count)];
            if (Chance(45) && place.Count > 0)
                place.Remove(place.ElementAt(random.Next(place.Count)).Key);
            else
                AddKeyword(place, 1);
        }

        return copy;
    }

    private static void Collect(JsonNode? node, List<JsonObject> places)
    {
        if (node is JsonObject map)
        {
            // Maps of names are places too: a keyword's name then becomes a member's, which is as good a change.
            places.Add(map);
            foreach (var (_, value) in map)
                Collect(value, places);
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
                Collect(item, places);
        }
    }

    public JsonNode? Instance(int depth = 3)
    {
        if (depth == 0 || Chance(35))
            return JsonNode.Parse(Pick(Values));

        return Chance(70)
            ? new JsonObject(
                Names.Append("d").Where(_ => Chance(45)).Select(name => KeyValuePair.Create(name, Instance(depth - 1)))
            )
            : new JsonArray([.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => Instance(depth - 1))]);
    }
}
