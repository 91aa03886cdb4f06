using Microsoft.OpenApi;

namespace Cairn.Server.Changes;

/// <summary>What the API's description says of the members that an operation has besides those that all have: each kind
/// reads its own.</summary>
internal static class OperationMembers
{
    private static readonly (string Name, JsonSchemaType? Type, string Meaning)[] All =
    [
        ("assert_format", JsonSchemaType.Boolean, "For bind: whether `format` is checked, too."),
        (
            "backport",
            JsonSchemaType.Boolean,
            "For register: also when it is lower than the highest version of its major number."
        ),
        ("document", null, "What is put, the patch, the variables, the environment, the rule, or the schema."),
        (
            "environment",
            JsonSchemaType.String,
            "Whose overlay; for promote the environment that is to serve another base."
        ),
        ("force", JsonSchemaType.Boolean, "For delete of a schema: also when it is in use."),
        ("from", JsonSchemaType.String, "For promote: the environment whose base is taken over."),
        ("meta", JsonSchemaType.Object, "For register: notes about the schema."),
        ("to_version", JsonSchemaType.Integer, "For restore: the older version."),
        (
            "verbatim",
            JsonSchemaType.Boolean,
            "For put and patch of a config: whether its documents are served as written, templates or not."
        ),
        ("version", JsonSchemaType.Integer, "For promote: or the version whose base is taken."),
    ];

    public static void Describe(OpenApiSchema form)
    {
        form.Description =
            "One write of a change set. Which of the optional members it takes depends on what is done to "
            + "which kind; others are refused.";
        form.Properties ??= new Dictionary<string, IOpenApiSchema>();
        foreach (var (name, type, meaning) in All)
        {
            form.Properties[name] = new OpenApiSchema
            {
                Type = type,
                Format = type == JsonSchemaType.Integer ? "int64" : null,
                Description = meaning,
            };
        }

        form.AdditionalPropertiesAllowed = false;
    }
}
