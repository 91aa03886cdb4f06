using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Loading;
using Cairn.JsonSchema.Numbers;

namespace Cairn.JsonSchema.Compatibility;

/// <summary>Lists what changed between two schema documents, keyword by keyword, as written: references are not
/// followed.</summary>
internal sealed class DifferenceFinder
{
    private static readonly FrozenSet<string> UpperLimits = new[]
    {
        "maximum",
        "exclusiveMaximum",
        "maxLength",
        "maxItems",
        "maxProperties",
        "maxContains",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> LowerLimits = new[]
    {
        "minimum",
        "exclusiveMinimum",
        "minLength",
        "minItems",
        "minProperties",
        "minContains",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Annotations = new[]
    {
        "title",
        "description",
        "default",
        "deprecated",
        "readOnly",
        "writeOnly",
        "examples",
        "$comment",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "$schema",
        "$id",
        "id",
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly List<SchemaDifference> _found = [];
    private readonly Dialect _oldDialect;
    private readonly Dialect _newDialect;

    private DifferenceFinder(Dialect oldDialect, Dialect newDialect)
    {
        _oldDialect = oldDialect;
        _newDialect = newDialect;
    }

    public static IReadOnlyList<SchemaDifference> Find(SchemaNode oldRoot, SchemaNode newRoot)
    {
        var finder = new DifferenceFinder(oldRoot.Resource.Dialect, newRoot.Resource.Dialect);
        finder.Compare(oldRoot.Location.Element, newRoot.Location.Element, "");
        return finder._found;
    }

    private void Add(DifferenceKind kind, string pointer, JsonElement? from, JsonElement? to) =>
        _found.Add(new SchemaDifference(kind, pointer, from, to));

    private void Compare(JsonElement old, JsonElement @new, string pointer)
    {
        if (JsonElement.DeepEquals(old, @new))
            return;

        if (old.ValueKind != JsonValueKind.Object || @new.ValueKind != JsonValueKind.Object)
        {
            Add(DifferenceKind.KeywordChanged, pointer, old, @new);
            return;
        }

        var oldChildren = ChildrenByKeyword(old, _oldDialect);
        var newChildren = ChildrenByKeyword(@new, _newDialect);
        foreach (var member in @new.EnumerateObject())
        {
            string at = JsonPointer.Append(pointer, member.Name);
            JsonElement? before = old.TryGetProperty(member.Name, out var value) ? value : null;
            CompareKeyword(member.Name, before, member.Value, at, oldChildren, newChildren, pointer);
        }

        foreach (var member in old.EnumerateObject().Where(member => !@new.TryGetProperty(member.Name, out _)))
        {
            CompareKeyword(
                member.Name,
                member.Value,
                null,
                JsonPointer.Append(pointer, member.Name),
                oldChildren,
                newChildren,
                pointer
            );
        }
    }

    private static ILookup<string, (string Pointer, JsonElement Schema)> ChildrenByKeyword(
        JsonElement schema,
        Dialect dialect
    ) => SubschemaKeywords.In(schema, dialect).ToLookup(child => JsonPointer.Split(child.Pointer)![0]);

    private void CompareKeyword(
        string keyword,
        JsonElement? old,
        JsonElement? @new,
        string at,
        ILookup<string, (string Pointer, JsonElement Schema)> oldChildren,
        ILookup<string, (string Pointer, JsonElement Schema)> newChildren,
        string schemaPointer
    )
    {
        if (old is { } o && @new is { } n && JsonElement.DeepEquals(o, n))
            return;

        bool isKnown = _newDialect.Has(keyword) || _oldDialect.Has(keyword);
        if (!isKnown || Annotations.Contains(keyword))
        {
            Add(DifferenceKind.AnnotationChanged, at, old, @new);
        }
        else if (oldChildren.Contains(keyword) || newChildren.Contains(keyword))
        {
            CompareChildren(keyword, oldChildren[keyword], newChildren[keyword], schemaPointer);
        }
        else if (keyword is "required" or "type" or "enum")
        {
            CompareLists(keyword, old, @new, at);
        }
        else if (UpperLimits.Contains(keyword) || LowerLimits.Contains(keyword))
        {
            bool isTighter = old is not { } from || (@new is { } to && IsTighter(keyword, from, to));
            Add(isTighter ? DifferenceKind.LimitTightened : DifferenceKind.LimitLoosened, at, old, @new);
        }
        else
        {
            Add(
                old is null ? DifferenceKind.KeywordAdded
                    : @new is null ? DifferenceKind.KeywordRemoved
                    : DifferenceKind.KeywordChanged,
                at,
                old,
                @new
            );
        }
    }

    /// <summary>In draft 4 the exclusive limits are flags; true is the tighter one.</summary>
    private static bool IsTighter(string keyword, JsonElement from, JsonElement to)
    {
        if (from.ValueKind != JsonValueKind.Number || to.ValueKind != JsonValueKind.Number)
            return to.ValueKind == JsonValueKind.True;

        int order = JsonNumber
            .Parse(Encoding.UTF8.GetBytes(to.GetRawText()))
            .CompareTo(JsonNumber.Parse(Encoding.UTF8.GetBytes(from.GetRawText())));
        return UpperLimits.Contains(keyword) ? order < 0 : order > 0;
    }

    private void CompareChildren(
        string keyword,
        IEnumerable<(string Pointer, JsonElement Schema)> old,
        IEnumerable<(string Pointer, JsonElement Schema)> @new,
        string schemaPointer
    )
    {
        bool isProperty = keyword == "properties";
        var before = old.ToDictionary(child => child.Pointer, child => child.Schema);
        foreach (var (pointer, schema) in @new)
        {
            if (before.Remove(pointer, out var previous))
            {
                Compare(previous, schema, schemaPointer + pointer);
            }
            else
            {
                Add(
                    isProperty ? DifferenceKind.PropertyAdded : DifferenceKind.SubschemaAdded,
                    schemaPointer + pointer,
                    null,
                    schema
                );
            }
        }

        foreach (var (pointer, schema) in before)
        {
            Add(
                isProperty ? DifferenceKind.PropertyRemoved : DifferenceKind.SubschemaRemoved,
                schemaPointer + pointer,
                schema,
                null
            );
        }
    }

    private void CompareLists(string keyword, JsonElement? old, JsonElement? @new, string at)
    {
        if (keyword != "required" && (old is null || @new is null))
        {
            Add(old is null ? DifferenceKind.KeywordAdded : DifferenceKind.KeywordRemoved, at, old, @new);
            return;
        }

        var (added, removed) = keyword switch
        {
            "required" => (DifferenceKind.RequiredAdded, DifferenceKind.RequiredRemoved),
            "type" => (DifferenceKind.TypeAdded, DifferenceKind.TypeRemoved),
            _ => (DifferenceKind.EnumValueAdded, DifferenceKind.EnumValueRemoved),
        };
        var (from, to) = (Items(old), Items(@new));
        foreach (var item in to.Where(item => !from.Any(other => JsonElement.DeepEquals(item, other))))
            Add(added, at, null, item);

        foreach (var item in from.Where(item => !to.Any(other => JsonElement.DeepEquals(item, other))))
            Add(removed, at, item, null);
    }

    private static List<JsonElement> Items(JsonElement? list) =>
        list switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } array => [.. array.EnumerateArray()],
            { } single => [single],
        };
}
