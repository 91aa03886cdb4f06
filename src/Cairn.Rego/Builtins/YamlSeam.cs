using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>YAML that the host provides for <c>yaml.marshal</c>, <c>yaml.unmarshal</c> and
/// <c>yaml.is_valid</c>.</summary>
public interface IYamlConverter
{
    /// <summary>The value of a document, by YAML 1.1 as OPA reads it. Bounded in size and depth by the host.</summary>
    /// <exception cref="FormatException">It is no YAML; the message says where.</exception>
    RegoValue Read(string text);

    /// <summary>A value as a document; a set is a list in Rego's order.</summary>
    string Write(RegoValue value);
}
