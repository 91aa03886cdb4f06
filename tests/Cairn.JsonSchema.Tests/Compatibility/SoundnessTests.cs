using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.JsonSchema.Tests.Compatibility;

/// <summary>
/// Tries to refute the verdicts: generates pairs of schemas and many instances, and looks for one that a "compatible"
/// verdict says cannot be.
/// </summary>
public sealed class SoundnessTests
{
    private const int Pairs = 5_000;
    private const int InstancesPerPair = 50;

    [Fact]
    public void No_instance_contradicts_a_compatible_verdict()
    {
        int proven = 0;
        int refutable = 0;

        Prop.ForAll(
                Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
                seed =>
                {
                    var generator = new SchemaGenerator(new Random(seed));
                    var oldJson = generator.Schema();
                    var newJson = generator.Mutate(oldJson);
                    var (oldSchema, newSchema) = (TryCompile(oldJson), TryCompile(newJson));
                    if (oldSchema is null || newSchema is null)
                    {
                        return; // generated references can apply a schema to itself without end
                    }

                    var comparison = SchemaComparer.Compare(oldSchema, newSchema);
                    bool differ = comparison.Differences.Count > 0;
                    proven += differ && comparison.IsBackwardCompatible ? 1 : 0;
                    for (int i = 0; i < InstancesPerPair; i++)
                    {
                        var instance = generator.Instance();
                        bool isOld = oldSchema.IsValid(instance);
                        bool isNew = newSchema.IsValid(instance);
                        refutable += isOld && !isNew ? 1 : 0;
                        string example =
                            $"seed {seed}\nold {oldJson.ToJsonString()}\nnew {newJson.ToJsonString()}\n"
                            + $"instance {instance?.ToJsonString()}";
                        (comparison.IsBackwardCompatible && isOld && !isNew).ShouldBeFalse(example);
                        (comparison.IsForwardCompatible && isNew && !isOld).ShouldBeFalse(example);
                    }
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Pairs));

        proven.ShouldBeGreaterThan(Pairs / 10, "otherwise the verdicts were hardly put to the test");
        refutable.ShouldBeGreaterThan(Pairs, "otherwise the instances tell the schemas hardly apart");
    }

    private static JsonSchemaValidator? TryCompile(JsonObject schema)
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
