using System.Text;
using System.Text.Json;
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
            return RegoValue.ParseJson(YamlFormat.ToJson(Encoding.UTF8.GetBytes(text)));
        }
        catch (ProblemException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public string Write(RegoValue value)
    {
        using var document = JsonDocument.Parse(value.ToJson());
        return YamlFormat.FromJson(document.RootElement);
    }
}
