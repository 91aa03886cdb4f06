using System.Text.Json.Nodes;

namespace Cairn.JsonSchema.Tests.Compatibility;

/// <summary>
/// Tries to refute the verdicts: generates pairs of schemas and many instances, and looks for one that a "compatible"
/// verdict says cannot be.
/// </summary>
public sealed class SoundnessTests
{
    const int Pairs = 4_000;
    const int InstancesPerPair = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_instance_contradicts_a_compatible_verdict(int seed)
    {
        int proven = 0;
        for (int pair = 0; pair < Pairs; pair++)
        {
            var random = new Random(seed * 1_000_003 + pair);
            var generator = new SchemaGenerator(random);
            JsonObject oldJson = generator.Schema();
            JsonObject newJson = generator.Mutate(oldJson);
            var (oldSchema, newSchema) = (TryCompile(oldJson), TryCompile(newJson));
            if (oldSchema is null || newSchema is null)
            {
                continue; // generated references can apply a schema to itself without end
            }

            var comparison = SchemaComparer.Compare(oldSchema, newSchema);
            proven += (comparison.IsBackwardCompatible ? 1 : 0) + (comparison.IsForwardCompatible ? 1 : 0);
            for (int i = 0; i < InstancesPerPair; i++)
            {
                JsonNode? instance = generator.Instance();
                bool isOld = oldSchema.IsValid(instance);
                bool isNew = newSchema.IsValid(instance);
                (comparison.IsBackwardCompatible && isOld && !isNew || comparison.IsForwardCompatible && isNew && !isOld)
                    .ShouldBeFalse($"old {oldJson.ToJsonString()}\nnew {newJson.ToJsonString()}\ninstance {instance?.ToJsonString()}");
            }
        }

        proven.ShouldBeGreaterThan(Pairs / 4, "otherwise the verdicts were hardly put to the test");
    }

    static JsonSchemaValidator? TryCompile(JsonObject schema)
    {
        try
        {
            return Schemas.Compile(schema.ToJsonString());
        }
        catch (SchemaException)
        {
            return null;
        }
    }
}
