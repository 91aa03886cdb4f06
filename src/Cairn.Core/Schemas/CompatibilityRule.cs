using Cairn.Core.Documents;
using Cairn.JsonSchema;

namespace Cairn.Core.Schemas;

/// <summary>What new versions must keep to: of one model, or of all in a namespace that have no rule of their
/// own.</summary>
/// <param name="Mode">The promise.</param>
public sealed record CompatibilityRule(CompatibilityMode Mode)
{
    private static readonly (string Name, CompatibilityMode Mode)[] Names =
    [
        ("NONE", CompatibilityMode.None),
        ("BACKWARD", CompatibilityMode.Backward),
        ("FORWARD", CompatibilityMode.Forward),
        ("FULL", CompatibilityMode.Full),
        ("BACKWARD_TRANSITIVE", CompatibilityMode.BackwardTransitive),
        ("FORWARD_TRANSITIVE", CompatibilityMode.ForwardTransitive),
        ("FULL_TRANSITIVE", CompatibilityMode.FullTransitive),
    ];

    /// <summary>A mode as the API has it.</summary>
    public static string NameOf(CompatibilityMode mode) => Names.First(pair => pair.Mode == mode).Name;

    /// <summary>Reads a mode, in any case.</summary>
    /// <exception cref="ProblemException">It is none.</exception>
    public static CompatibilityMode ParseMode(string text)
    {
        foreach (var (name, mode) in Names)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
                return mode;
        }

        throw new ProblemException(
            ProblemKind.Invalid,
            $"'{ModelName.Shorten(text)}' is not a compatibility rule: "
                + $"{string.Join(", ", Names.Select(pair => pair.Name))}."
        );
    }

    /// <summary>Refuses a path that is neither a namespace's nor a model's.</summary>
    /// <exception cref="ProblemException">It is neither.</exception>
    public static void CheckPath(string path)
    {
        if (path.Contains('/'))
            ModelName.FromPath(path);
        else if (path != ModelName.Global)
            ModelName.Check(path, "namespace");
    }

    internal static byte[] Encode(CompatibilityRule rule) =>
        JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("compatibility", NameOf(rule.Mode));
            writer.WriteEndObject();
        });

    internal static CompatibilityRule Decode(byte[] bytes)
    {
        var json = JsonText.Element(bytes);
        return new CompatibilityRule(ParseMode(json.GetProperty("compatibility").GetString()!));
    }
}
