using System.Text.RegularExpressions;
using Cairn.Core.Documents;

namespace Cairn.Core.Environments;

/// <summary>An environment, such as prod.</summary>
/// <param name="Description">For people.</param>
/// <param name="Protected">Whether what it serves may only change through an approval.</param>
public sealed partial record EnvironmentState(string? Description, bool Protected)
{
    /// <summary>How many environments there may be: each is rendered on every write.</summary>
    public const int MaxCount = 500;

    /// <summary>Refuses what is no name for an environment.</summary>
    /// <exception cref="ProblemException">It is not.</exception>
    public static string CheckName(string name) =>
        Name().IsMatch(name)
            ? name
            : throw new ProblemException(
                ProblemKind.Invalid,
                $"'{name}' is not a name for an environment: 1 to 63 lower-case letters, digits and dashes, "
                    + "starting with a letter."
            );

    internal static byte[] Encode(EnvironmentState state) =>
        JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            if (state.Description is not null)
                writer.WriteString("description", state.Description);
            writer.WriteBoolean("protected", state.Protected);
            writer.WriteEndObject();
        });

    internal static EnvironmentState Decode(byte[] bytes)
    {
        var json = JsonText.Element(bytes);
        return new EnvironmentState(
            json.TryGetProperty("description", out var description) ? description.GetString() : null,
            json.GetProperty("protected").GetBoolean()
        );
    }

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,62}\z")]
    private static partial Regex Name();
}
