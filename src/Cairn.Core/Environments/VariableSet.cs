using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cairn.Core.Documents;

namespace Cairn.Core.Environments;

/// <summary>Variables of an environment or a project, for use in templates. Values are any JSON.</summary>
public sealed partial class VariableSet
{
    /// <summary>How many variables one set may have.</summary>
    public const int MaxCount = 1000;

    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(
        StringComparer.Ordinal,
        "env",
        "environment",
        "project",
        "path",
        "config",
        "secret",
        "true",
        "false",
        "none"
    );

    private VariableSet(byte[] json)
    {
        Json = json;
        Values = JsonText
            .Element(json)
            .EnumerateObject()
            .ToFrozenDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
    }

    /// <summary>A set without variables.</summary>
    public static VariableSet Empty { get; } = new("{}"u8.ToArray());

    /// <summary>The set as a JSON object.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>The variables by name.</summary>
    public FrozenDictionary<string, JsonElement> Values { get; }

    /// <summary>Reads a set from outside.</summary>
    /// <exception cref="ProblemException">It is not an object, a name is not an identifier or is taken, or there are
    /// too many.</exception>
    public static VariableSet Parse(ReadOnlyMemory<byte> utf8)
    {
        byte[] json = JsonText.Normalize(utf8);
        var root = JsonText.Element(json);
        if (root.ValueKind != JsonValueKind.Object)
            throw new ProblemException(ProblemKind.Invalid, "Variables are an object of names and values.");
        var errors = new List<ProblemError>();
        int count = 0;
        foreach (var member in root.EnumerateObject())
        {
            count++;
            if (!Name().IsMatch(member.Name))
            {
                errors.Add(
                    new ProblemError(
                        "/" + JsonPatch.Escape(member.Name),
                        "A variable's name is letters, digits and underscores, not starting with a digit."
                    )
                );
            }
            else if (Reserved.Contains(member.Name))
            {
                errors.Add(
                    new ProblemError("/" + member.Name, $"'{member.Name}' means something else in templates already.")
                );
            }
        }

        if (count > MaxCount)
            errors.Add(new ProblemError("", $"There may be {MaxCount} variables, not {count}."));
        return errors.Count == 0
            ? new VariableSet(json)
            : throw new ProblemException(ProblemKind.Invalid, "These variables are not acceptable.", errors);
    }

    internal static byte[] Encode(VariableSet set) => set.Json.ToArray();

    internal static VariableSet Decode(byte[] bytes) => new(bytes);

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,127}\z")]
    private static partial Regex Name();
}
