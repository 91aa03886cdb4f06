namespace Cairn.JsonSchema;

/// <summary>The standard forms of a result (2020-12 core, section 12.4).</summary>
public enum OutputFormat
{
    /// <summary>Only <c>valid</c>.</summary>
    Flag,

    /// <summary>A flat list of errors, or of annotations.</summary>
    Basic,

    /// <summary>The errors or annotations nested as the schema's evaluation was, with single-child levels left
    /// out.</summary>
    Detailed,
}
