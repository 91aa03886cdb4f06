namespace Cairn.JsonSchema;

/// <summary>The published versions of JSON Schema this library validates against.</summary>
public enum SchemaDraft
{
    /// <summary><c>http://json-schema.org/draft-04/schema#</c></summary>
    Draft4,

    /// <summary><c>http://json-schema.org/draft-06/schema#</c></summary>
    Draft6,

    /// <summary><c>http://json-schema.org/draft-07/schema#</c></summary>
    Draft7,

    /// <summary><c>https://json-schema.org/draft/2019-09/schema</c></summary>
    Draft201909,

    /// <summary><c>https://json-schema.org/draft/2020-12/schema</c></summary>
    Draft202012,
}
