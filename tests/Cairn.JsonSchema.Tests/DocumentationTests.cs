namespace Cairn.JsonSchema.Tests;

/// <summary>What users can set or read stands in docs/json-schema.md.</summary>
public sealed class DocumentationTests
{
    public static readonly TheoryData<string> Names = new(
        (string[])
            [
                .. typeof(SchemaLimits)
                    .GetProperties()
                    .Select(property => property.Name)
                    .Where(name => name != "EqualityContract"),
                .. typeof(SchemaOptions)
                    .GetProperties()
                    .Select(property => property.Name)
                    .Where(name => name is not ("EqualityContract" or "Default")),
                .. Enum.GetNames<DifferenceKind>(),
                .. Enum.GetNames<CompatibilityMode>().Where(name => name != "None"),
                .. Enum.GetNames<OutputFormat>(),
                .. typeof(ValidationError)
                    .GetProperties()
                    .Select(property => property.Name)
                    .Where(name => name != "EqualityContract"),
                .. Cairn.JsonSchema.Formats.FormatTable.Names,
            ]
    );

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_is_explained_in_the_documentation(string name) =>
        Repository.Read("docs/json-schema.md").ShouldContain($"`{name}`");
}
