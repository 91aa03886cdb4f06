using System.Text.Json;

namespace Cairn.JsonSchema.Loading;

/// <summary>
/// All schema documents of one compilation: finds their resources and anchors and resolves references among them,
/// asking the caller's resolver for what is missing.
/// </summary>
internal sealed class SchemaRegistry(SchemaOptions options, List<SchemaProblem> problems)
{
    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly List<SchemaResource> _order = [];
    private int _subschemas;
    private int _fetched;

    /// <summary>Every resource found so far, in order of discovery.</summary>
    public IReadOnlyList<SchemaResource> Resources => _order;

    /// <summary>Takes in a document and answers the location of its root.</summary>
    public SchemaLocation AddDocument(string uri, JsonElement root, bool isRoot, Dialect fallback)
    {
        var document = new SchemaDocument(uri, root, isRoot);
        var dialect = DialectOf(document, root, "", fallback);
        var (id, _) = IdOf(root, dialect, uri);
        var resource = AddResource(id ?? uri, document, "", dialect);
        _resources.TryAdd(uri, resource); // found by what it was asked for, too
        Scan(document, resource, root, "", 0);
        return document.Locations[""];
    }

    private SchemaResource AddResource(string uri, SchemaDocument document, string pointer, Dialect dialect)
    {
        var resource = new SchemaResource(_order.Count, uri, document, pointer, dialect);
        if (!_resources.TryAdd(uri, resource) && pointer.Length > 0 && _resources[uri].Document == document)
        {
            problems.Add(
                new SchemaProblem(
                    document.Describe(pointer),
                    dialect.IdKeyword,
                    $"the identifier \"{uri}\" is used twice"
                )
            );
        }

        _order.Add(resource);
        return resource;
    }

    private void Scan(SchemaDocument document, SchemaResource resource, JsonElement element, string pointer, int depth)
    {
        if (document.Locations.ContainsKey(pointer))
            return;

        if (depth > options.Limits.MaxSchemaDepth || ++_subschemas > options.Limits.MaxSubschemas)
        {
            string limit =
                depth > options.Limits.MaxSchemaDepth
                    ? $"subschemas are nested deeper than {options.Limits.MaxSchemaDepth} levels"
                    : $"there are more than {options.Limits.MaxSubschemas} subschemas";
            throw new SchemaException([.. problems, new SchemaProblem(document.Describe(pointer), "", limit)]);
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            document.Locations.Add(pointer, new SchemaLocation(resource, pointer, element));
            return;
        }

        if (pointer != resource.Pointer && IdOf(element, resource.Dialect, resource.Uri).Uri is { } id)
        {
            var dialect = DialectOf(document, element, pointer, resource.Dialect);
            resource = AddResource(id, document, pointer, dialect);
        }

        var location = new SchemaLocation(resource, pointer, element);
        document.Locations.Add(pointer, location);
        AddAnchors(location);
        foreach (var (step, schema) in SubschemaKeywords.In(element, resource.Dialect))
            Scan(document, resource, schema, pointer + step, depth + 1);
    }

    private void AddAnchors(SchemaLocation location)
    {
        var resource = location.Resource;
        var dialect = resource.Dialect;
        if (dialect.Draft <= SchemaDraft.Draft7)
        {
            if (IdOf(location.Element, dialect, resource.Uri).Fragment is { Length: > 0 } name)
                resource.Anchors.TryAdd(name, location);

            return;
        }

        foreach (string keyword in (ReadOnlySpan<string>)["$anchor", "$dynamicAnchor"])
        {
            if (dialect.Has(keyword) && StringMember(location.Element, keyword) is { } name)
            {
                if (!resource.Anchors.TryAdd(name, location) && resource.Anchors[name] != location)
                {
                    problems.Add(
                        new SchemaProblem(location.Describe(), keyword, $"the anchor \"{name}\" is used twice")
                    );
                }

                if (keyword == "$dynamicAnchor")
                    resource.DynamicAnchors.TryAdd(name, location);
            }
        }

        if (
            dialect.Has("$recursiveAnchor")
            && location.Pointer == resource.Pointer
            && location.Element.TryGetProperty("$recursiveAnchor", out var flag)
            && flag.ValueKind == JsonValueKind.True
        )
        {
            resource.DynamicAnchors.TryAdd("", location);
        }
    }

    /// <summary>The resource URI an object's identifier gives it (null: none), and a draft 4–7 fragment name.</summary>
    private static (string? Uri, string? Fragment) IdOf(JsonElement schema, Dialect dialect, string baseUri)
    {
        if (
            schema.ValueKind != JsonValueKind.Object
            || !dialect.Has(dialect.IdKeyword)
            || StringMember(schema, dialect.IdKeyword) is not { } id
            || (dialect.RefReplacesSiblings && schema.TryGetProperty("$ref", out _))
        )
        {
            return (null, null);
        }

        if (id.StartsWith('#'))
            return (null, id[1..]);

        var (uri, fragment) = UriReference.Resolve(baseUri, id);
        return (uri, fragment);
    }

    private static string? StringMember(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private Dialect DialectOf(SchemaDocument document, JsonElement schema, string pointer, Dialect fallback)
    {
        if (schema.ValueKind != JsonValueKind.Object || StringMember(schema, "$schema") is not { } uri)
            return fallback;

        if (Dialect.DraftOf(uri) is { } draft)
            return Dialect.Of(draft);

        string where = document.Describe(pointer);
        if (uri.TrimEnd('#') == document.Uri || FindResource(uri.TrimEnd('#'), fallback) is not { } meta)
        {
            string advice = uri.Contains("//json-schema.org/schema", StringComparison.Ordinal)
                ? ": it names no one draft; write https://json-schema.org/draft/2020-12/schema, or the draft "
                    + "that is meant"
                : "";
            problems.Add(new SchemaProblem(where, "$schema", $"the meta-schema \"{uri}\" is not known{advice}"));
            return fallback;
        }

        var element = meta.Document.Locations[meta.Pointer].Element;
        if (
            meta.Dialect.Draft < SchemaDraft.Draft201909
            || !element.TryGetProperty("$vocabulary", out var vocabulary)
            || vocabulary.ValueKind != JsonValueKind.Object
        )
        {
            return meta.Dialect;
        }

        var dialect = Dialect.FromVocabularies(
            meta.Dialect.Draft,
            vocabulary
                .EnumerateObject()
                .Select(v => KeyValuePair.Create(v.Name, v.Value.ValueKind == JsonValueKind.True)),
            out string? unknown
        );
        if (unknown is not null)
        {
            problems.Add(
                new SchemaProblem(
                    where,
                    "$schema",
                    $"the meta-schema \"{uri}\" requires the vocabulary \"{unknown}\", which is not known"
                )
            );
        }

        return dialect;
    }

    /// <param name="uri">Absolute, without fragment.</param>
    /// <param name="fallback">Of a document without <c>$schema</c>.</param>
    private SchemaResource? FindResource(string uri, Dialect fallback)
    {
        if (_resources.TryGetValue(uri, out var known))
            return known;

        if (_missing.Contains(uri))
            return null;

        if ((MetaSchemas.Find(uri) ?? Fetch(uri)) is not { } found)
        {
            _missing.Add(uri);
            return null;
        }

        AddDocument(uri, found, isRoot: false, fallback);
        return _resources[uri];
    }

    private JsonElement? Fetch(string uri)
    {
        if (
            options.Resolver is null
            || !Uri.TryCreate(uri, UriKind.RelativeOrAbsolute, out var parsed)
            || options.Resolver(parsed) is not { } found
        )
        {
            return null;
        }

        if (++_fetched > options.Limits.MaxDocuments)
        {
            throw new SchemaException([
                .. problems,
                new SchemaProblem("", "$ref", $"more than {options.Limits.MaxDocuments} documents are referred to"),
            ]);
        }

        if (SchemaText.WhyRefused(found, options.Limits) is { } reason)
            throw new SchemaException([.. problems, new SchemaProblem(uri, "", reason)]);

        return found.Clone();
    }

    /// <summary>The schema a reference means; null, with the reason, when there is none.</summary>
    public SchemaLocation? Resolve(SchemaLocation from, string reference, out string? whyNot)
    {
        var (uri, fragment) = UriReference.Resolve(from.Resource.Uri, reference);
        whyNot = null;
        var resource = from.Resource.Uri == uri ? from.Resource : FindResource(uri, from.Resource.Dialect);
        if (resource is null)
        {
            whyNot = $"\"{reference}\" refers to \"{uri}\", which is not known";
            return null;
        }

        fragment = Uri.UnescapeDataString(fragment);
        SchemaLocation? target;
        if (fragment.Length == 0)
            target = resource.Document.Locations[resource.Pointer];
        else if (fragment[0] == '/')
            target = ResolvePointer(resource, fragment);
        else
            target = resource.Anchors.GetValueOrDefault(fragment);

        if (target is null)
        {
            whyNot =
                $"\"{reference}\" leads nowhere: there is no \"{fragment}\" in "
                + $"{(uri.Length == 0 ? "the schema" : uri)}";
        }

        return target;
    }

    private SchemaLocation? ResolvePointer(SchemaResource resource, string fragment)
    {
        var document = resource.Document;
        if (document.Locations.TryGetValue(resource.Pointer + fragment, out var known))
            return known;

        // Not a known place for schemas (an unknown keyword, say): take it as one, belonging to what encloses it.
        if (JsonPointer.Split(fragment) is not { } steps)
            return null;

        var element = document.Locations[resource.Pointer].Element;
        string pointer = resource.Pointer;
        foreach (string step in steps)
        {
            if (JsonPointer.Step(element, step) is not { } next)
                return null;

            element = next;
            pointer = JsonPointer.Append(pointer, step);
            if (document.Locations.TryGetValue(pointer, out var enclosing))
                resource = enclosing.Resource;
        }

        Scan(document, resource, element, pointer, 0);
        return document.Locations[pointer];
    }
}
