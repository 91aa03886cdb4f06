using System.Text;
using Cairn.Core.Documents;
using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Core.Policies;

/// <summary>YAML for policies, with the strictness and limits that configs have.</summary>
public sealed class PolicyYaml : IYamlConverter
{
    /// <inheritdoc/>
    public RegoValue Read(string text)
    {
        try
        {
            return RegoValue.ParseJson(DocumentFormat.Yaml.ToJson(Encoding.UTF8.GetBytes(text)));
        }
        catch (ProblemException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public string Write(RegoValue value) =>
        Encoding.UTF8.GetString(DocumentFormat.Yaml.Write(Encoding.UTF8.GetBytes(value.ToJson())));
}
