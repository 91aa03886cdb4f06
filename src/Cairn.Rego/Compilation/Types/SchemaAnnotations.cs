using Cairn.Rego.Builtins;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation.Types;

/// <summary>
/// What schemas say of <c>input</c> and <c>data</c>: one for all rules, and those that metadata names for a rule. Of
/// several for one path the nearest counts: the rule's, its document's, its package's, those of the packages around.
/// </summary>
internal sealed class SchemaAnnotations
{
    private readonly Annotations _annotations;
    private readonly IReadOnlyDictionary<string, RegoValue>? _schemas;
    private readonly Dictionary<string, RegoType> _loaded = [];
    private readonly bool _any;
    private DocumentTypes? _common;

    /// <param name="annotations">The metadata of all modules.</param>
    /// <param name="schemas">The schemas that metadata refers to; null ignores such references.</param>
    /// <param name="errors">Takes what is wrong with the schema of the input.</param>
    public SchemaAnnotations(
        Annotations annotations,
        IReadOnlyDictionary<string, RegoValue>? schemas,
        List<RegoError> errors
    )
    {
        (_annotations, _schemas) = (annotations, schemas);
        _any = annotations.All.Any(annotation => annotation.Schemas.Count > 0);
        Input = RegoType.Any;
        if (schemas?.GetValueOrDefault("") is { } schema)
        {
            try
            {
                Input = SchemaTypes.Of(schema);
            }
            catch (FormatException e)
            {
                errors.Add(new RegoError(RegoError.Type, e.Message, default));
            }
        }
    }

    /// <summary>The type of <c>input</c> where metadata does not say it.</summary>
    public RegoType Input { get; }

    /// <summary>The types of documents as a rule sees them.</summary>
    public DocumentTypes Apply(RuleDeclaration declaration, TypeTree rules, List<RegoError> errors)
    {
        _common ??= new DocumentTypes(rules, Input, null);
        if (!_any)
            return _common;
        var documents = _common;
        foreach (var schema in _annotations.OuterFirst(declaration).SelectMany(annotation => annotation.Schemas))
        {
            try
            {
                if (Load(schema) is { } type)
                {
                    documents = schema.OfInput
                        ? documents with
                        {
                            Input = Override(documents.Input, schema.Path, 0, type),
                        }
                        : documents with
                        {
                            Data = Override(documents.Data ?? rules.Extent, schema.Path, 0, type),
                        };
                }
            }
            catch (FormatException e)
            {
                errors.Add(new RegoError(RegoError.Type, e.Message, declaration.Rule.Location));
            }
        }

        return documents;
    }

    private RegoType? Load(SchemaAnnotation schema)
    {
        if (schema.Definition is not null)
            return SchemaTypes.Of(schema.Definition);
        if (_schemas is null)
            return null;
        if (_loaded.TryGetValue(schema.Reference, out var known))
            return known;
        if (!_schemas.TryGetValue(schema.Reference, out var definition))
            throw new FormatException($"undefined schema: {schema.ReferenceText}");
        return _loaded[schema.Reference] = SchemaTypes.Of(definition);
    }

    // A type with another one in place of what is found under a path.
    private static RegoType Override(RegoType type, IReadOnlyList<RegoValue> path, int at, RegoType replacement)
    {
        if (at == path.Count)
            return replacement;
        if (type.Form != TypeForm.Object)
            return Nested(path, at, replacement, RegoType.Any, RegoType.Any);
        var members = type.Members.Where(member => !member.Key.Equals(path[at])).ToList();
        var old = type.Members.FirstOrDefault(member => member.Key.Equals(path[at])).Type;
        members.Add(
            (
                path[at],
                old is not null ? Override(old, path, at + 1, replacement)
                : at + 1 == path.Count ? replacement
                : Nested(path, at + 1, replacement, type.Key, type.Element)
            )
        );
        return RegoType.Object(members, type.Key, type.Element);
    }

    private static RegoType Nested(
        IReadOnlyList<RegoValue> path,
        int at,
        RegoType type,
        RegoType? key,
        RegoType? value
    ) =>
        RegoType.Object([(path[at], at + 1 == path.Count ? type : Nested(path, at + 1, type, key, value))], key, value);
}

/// <summary>A schema that metadata gives a document: one of its own, or the name of one.</summary>
/// <param name="OfInput">Whether the document is in <c>input</c>, not in <c>data</c>.</param>
/// <param name="Path">The way to it from there.</param>
/// <param name="Reference">The path below <c>schema</c> with slashes; empty for <c>schema</c> itself.</param>
/// <param name="ReferenceText">The reference as it is written.</param>
/// <param name="Definition">The schema where it is written out.</param>
internal sealed record SchemaAnnotation(
    bool OfInput,
    IReadOnlyList<RegoValue> Path,
    string Reference,
    string ReferenceText,
    RegoValue? Definition
)
{
    /// <summary>Reads the list <c>schemas</c> of a block of metadata.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static IReadOnlyList<SchemaAnnotation> Read(RegoValue? schemas)
    {
        if (schemas is null or RegoNull)
            return [];
        if (schemas is not RegoArray list)
            throw new FormatException("invalid schemas: expected a list");
        return
        [
            .. list.SelectMany(each =>
                    each as RegoObject
                    ?? throw new FormatException("invalid schemas: expected a document and its schema")
                )
                .Select(Read),
        ];
    }

    private static SchemaAnnotation Read(KeyValuePair<RegoValue, RegoValue> pair)
    {
        var (head, path) = Parse(pair.Key, "invalid document reference");
        if (head is not ("input" or "data"))
            throw new FormatException("invalid document reference");
        if (pair.Value is RegoObject definition)
            return new SchemaAnnotation(head == "input", path, "", "", definition);
        if (pair.Value is not RegoString text)
            throw new FormatException($"invalid schema declaration for path \"{((RegoString)pair.Key).Value}\"");
        var (root, schema) = Parse(text, "invalid schema reference");
        if (root != "schema" || schema.Any(step => step is not RegoString))
            throw new FormatException("invalid schema reference");
        return new SchemaAnnotation(
            head == "input",
            path,
            string.Join('/', schema.Select(step => ((RegoString)step).Value)),
            text.Value,
            null
        );
    }

    private static (string Head, IReadOnlyList<RegoValue> Path) Parse(RegoValue text, string problem)
    {
        try
        {
            if (
                text is RegoString { Value: var source }
                && Parser.ParseQuery(source) is [TermExpression { Term: var term }]
            )
            {
                switch (term)
                {
                    case VarTerm variable:
                        return (variable.Name, []);
                    case RefTerm { Head: VarTerm head } reference when reference.Path.All(step => step is ScalarTerm):
                        return (head.Name, [.. reference.Path.Select(step => ((ScalarTerm)step).Value)]);
                }
            }
        }
        catch (RegoCompilationException e)
        {
            throw new FormatException(problem, e);
        }

        throw new FormatException(problem);
    }
}
