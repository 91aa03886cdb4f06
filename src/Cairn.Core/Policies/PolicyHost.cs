using Cairn.Rego;

namespace Cairn.Core.Policies;

/// <summary>What Rego's library leaves to its host, as Cairn has it.</summary>
public static class PolicyHost
{
    /// <summary>Evaluations with JSON Schema, YAML and Ed25519; everything else as the library has it.</summary>
    public static EvaluationOptions Evaluation { get; } =
        new()
        {
            JsonSchema = new PolicyJsonSchema(),
            Yaml = new PolicyYaml(),
            Ed25519 = new PolicyEd25519(),
        };
}
