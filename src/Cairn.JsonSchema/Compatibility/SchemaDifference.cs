using System.Text.Json;

namespace Cairn.JsonSchema;

/// <summary>What kind of change a <see cref="SchemaDifference"/> is.</summary>
public enum DifferenceKind
{
    /// <summary><c>properties</c> lists a member it did not.</summary>
    PropertyAdded,

    /// <summary><c>properties</c> lists a member no more.</summary>
    PropertyRemoved,

    /// <summary>A member must be there now.</summary>
    RequiredAdded,

    /// <summary>A member need not be there any more.</summary>
    RequiredRemoved,

    /// <summary>A type is allowed that was not.</summary>
    TypeAdded,

    /// <summary>A type is allowed no more.</summary>
    TypeRemoved,

    /// <summary><c>enum</c> lists a value it did not.</summary>
    EnumValueAdded,

    /// <summary><c>enum</c> lists a value no more.</summary>
    EnumValueRemoved,

    /// <summary>A subschema of a combinator, a tuple, a definition or another keyword is new.</summary>
    SubschemaAdded,

    /// <summary>Such a subschema is gone.</summary>
    SubschemaRemoved,

    /// <summary>A limit (<c>minimum</c>, <c>maxLength</c>, …) is stricter, or new.</summary>
    LimitTightened,

    /// <summary>A limit is less strict, or gone.</summary>
    LimitLoosened,

    /// <summary>A keyword that judges was added.</summary>
    KeywordAdded,

    /// <summary>A keyword that judges was removed.</summary>
    KeywordRemoved,

    /// <summary>A keyword that judges has another value.</summary>
    KeywordChanged,

    /// <summary>Something changed that judges nothing: a title, a default, an unknown keyword.</summary>
    AnnotationChanged,
}

/// <summary>One change between two versions of a schema.</summary>
/// <param name="Kind">What kind of change.</param>
/// <param name="Pointer">JSON Pointer to where it is: in the new schema, or for what was removed in the old.</param>
/// <param name="From">The old value; null when there was none.</param>
/// <param name="To">The new value; null when there is none.</param>
public sealed record SchemaDifference(DifferenceKind Kind, string Pointer, JsonElement? From, JsonElement? To);
