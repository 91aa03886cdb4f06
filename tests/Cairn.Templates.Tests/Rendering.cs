using System.Text;
using System.Text.Json;

namespace Cairn.Templates.Tests;

/// <summary>Short ways to render in tests.</summary>
internal static class Rendering
{
    public static TemplateVariables Variables(string json)
    {
        using var document = JsonDocument.Parse(json);
        return TemplateVariables.FromObject(document.RootElement);
    }

    public static string Render(string source, string variables = "{}", TemplateEnvironment? environment = null) =>
        (environment ?? TemplateEnvironment.Default).Parse(source, "test").Render(Variables(variables));

    public static TemplateException Error(
        string source,
        string variables = "{}",
        TemplateEnvironment? environment = null
    ) => Should.Throw<TemplateException>(() => Render(source, variables, environment));

    public static string Document(string json, string variables = "{}", TemplateEnvironment? environment = null) =>
        Encoding.UTF8.GetString(
            DocumentTemplate
                .Parse(environment ?? TemplateEnvironment.Default, Encoding.UTF8.GetBytes(json), "doc")
                .Render(Variables(variables))
        );

    public static JsonElement Json(string json) => JsonElement.Parse(json);
}
