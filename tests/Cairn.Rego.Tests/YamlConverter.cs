using System.Text;
using Cairn.Core;
using Cairn.Core.Documents;
using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests;

/// <summary>Lets policies under test use this project's own YAML.</summary>
internal sealed class YamlConverter : IYamlConverter
{
    public RegoValue Read(string text)
    {
        try
        {
            return RegoValue.ParseJson(DocumentFormat.Yaml.Read!(Encoding.UTF8.GetBytes(text)));
        }
        catch (ProblemException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    public string Write(RegoValue value) => Encoding.UTF8.GetString(DocumentFormat.Yaml.Write(Encoding.UTF8.GetBytes(value.ToJson())));
}
