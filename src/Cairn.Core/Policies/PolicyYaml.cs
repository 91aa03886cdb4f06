using System.Text;
using Cairn.Core.Documents;
using Cairn.Rego.Builtins;
using Cairn.Rego.Values;
using YamlDotNet.Core;

namespace Cairn.Core.Policies;

/// <summary>YAML for policies, as OPA reads it: see <see cref="PolicyYamlReader"/>.</summary>
/// <param name="metadata">Whether metadata in comments is read, where OPA takes <c>yes</c>, <c>on</c> and their like
/// for texts.</param>
public sealed class PolicyYaml(bool metadata = false) : IYamlConverter
{
    /// <inheritdoc/>
    public RegoValue Read(string text)
    {
        try
        {
            return new PolicyYamlReader(text.TrimStart('\uFEFF'), wordsAreBooleans: !metadata).Read();
        }
        catch (YamlException e)
        {
            throw new FormatException(
                $"The document is not valid YAML: {e.Message} At line {e.Start.Line}, column {e.Start.Column}.",
                e
            );
        }
        catch (Exception e)
            when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // The parser has other ways, too, of saying that some texts make no sense to it.
            throw new FormatException("The document is not valid YAML.", e);
        }
    }

    /// <inheritdoc/>
    public string Write(RegoValue value) =>
        Encoding.UTF8.GetString(DocumentFormat.Yaml.Write(Encoding.UTF8.GetBytes(value.ToJson())));
}
