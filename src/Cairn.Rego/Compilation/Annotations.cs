using Cairn.Rego.Builtins;
using Cairn.Rego.Compilation.Types;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation;

/// <summary>The metadata of modules: YAML in comments that begin with a line <c># METADATA</c>.</summary>
internal sealed class Annotations
{
    private readonly List<Annotation> _all = [];

    /// <summary>Reads the annotations of all modules.</summary>
    public Annotations(IReadOnlyList<ModuleNode> modules, IYamlConverter? yaml, List<RegoError> errors)
    {
        if (yaml is null)
            return;
        foreach (var module in modules)
            Read(module, yaml, errors);
    }

    public IReadOnlyList<Annotation> All => _all;

    /// <summary>What <c>rego.metadata.rule()</c> gives in a rule.</summary>
    public RegoValue Rule(RuleDeclaration declaration) =>
        _all.Find(annotation => ReferenceEquals(annotation.Rule, declaration.Rule) && annotation.Scope == "rule")?.Value
        ?? RegoObject.Empty;

    /// <summary>What <c>rego.metadata.chain()</c> gives in a rule: itself, its document, its package, the packages
    /// around.</summary>
    public RegoValue Chain(RuleDeclaration declaration)
    {
        var path = Path(declaration);
        var package = declaration.Module.Package.Names;
        var own = _all.Find(annotation =>
            ReferenceEquals(annotation.Rule, declaration.Rule) && annotation.Scope == "rule"
        );
        var chain = new List<RegoValue> { own is null ? RegoObject.Of(("path", path)) : Entry(path, own) };
        chain.AddRange(
            _all.Where(annotation => annotation.Scope == "document" && annotation.Path.Equals(path))
                .Select(annotation => Entry(path, annotation))
        );
        chain.AddRange(
            _all.Where(annotation =>
                    annotation.Scope == "package" && annotation.Module.Package.Names.SequenceEqual(package)
                )
                .Select(annotation => Entry(annotation.Path, annotation))
        );
        chain.AddRange(
            _all.Where(annotation =>
                    annotation.Scope == "subpackages"
                    && package
                        .Take(annotation.Module.Package.Names.Count)
                        .SequenceEqual(annotation.Module.Package.Names)
                )
                .OrderByDescending(annotation => annotation.Module.Package.Names.Count)
                .Select(annotation => Entry(annotation.Path, annotation))
        );
        return RegoArray.Of(chain);
    }

    /// <summary>The annotations that apply to a rule: those of the packages around it, of its package, of its document,
    /// its own.</summary>
    public IEnumerable<Annotation> OuterFirst(RuleDeclaration declaration)
    {
        var package = declaration.Module.Package.Names;
        var path = Path(declaration);
        return
        [
            .. _all.Where(annotation =>
                    annotation.Scope == "subpackages"
                    && package
                        .Take(annotation.Module.Package.Names.Count)
                        .SequenceEqual(annotation.Module.Package.Names)
                )
                .OrderBy(annotation => annotation.Module.Package.Names.Count),
            .. _all.Where(annotation =>
                annotation.Scope == "package" && annotation.Module.Package.Names.SequenceEqual(package)
            ),
            .. _all.Where(annotation => annotation.Scope == "document" && annotation.Path.Equals(path)),
            .. _all.Where(annotation =>
                annotation.Scope == "rule" && ReferenceEquals(annotation.Rule, declaration.Rule)
            ),
        ];
    }

    private static RegoArray Path(RuleDeclaration declaration) => RegoArray.Of(declaration.Node.Keys);

    private static RegoObject Entry(RegoArray path, Annotation annotation) =>
        RegoObject.Of(("path", path), ("annotations", annotation.Value));

    private void Read(ModuleNode module, IYamlConverter yaml, List<RegoError> errors)
    {
        for (int i = 0; i < module.Comments.Count; i++)
        {
            if (module.Comments[i].Text.Trim() != "METADATA" || module.Comments[i].Location.Column != 1)
                continue;
            var first = module.Comments[i].Location;
            int last = i;
            while (
                last + 1 < module.Comments.Count
                && module.Comments[last + 1].Location.Row == module.Comments[last].Location.Row + 1
            )
            {
                last++;
            }

            string text = string.Join(
                '\n',
                module
                    .Comments.Skip(i + 1)
                    .Take(last - i)
                    .Select(comment => comment.Text.StartsWith(' ') ? comment.Text[1..] : comment.Text)
            );
            int row = module.Comments[last].Location.Row;
            i = last;
            try
            {
                Add(module, yaml.Read(text), row, first, errors);
            }
            catch (FormatException e)
            {
                errors.Add(new RegoError(RegoError.Parse, $"yaml: {e.Message}", first));
            }
        }
    }

    private void Add(ModuleNode module, RegoValue value, int row, SourceLocation location, List<RegoError> errors)
    {
        if (value is not RegoObject members)
        {
            errors.Add(new RegoError(RegoError.Parse, "expected METADATA block, found something else", location));
            return;
        }

        var rule =
            module.Package.Location.Row > row
                ? null
                : module.Rules.FirstOrDefault(candidate => candidate.Location.Row > row);
        string scope =
            members["scope"] is RegoString given ? given.Value
            : rule is null ? "package"
            : "rule";
        if (scope is "rule" or "document" && rule is null)
        {
            errors.Add(new RegoError(RegoError.Parse, $"annotation scope '{scope}' must be applied to rule", location));
            return;
        }

        var builder = new RegoObjectBuilder();
        builder.SetAll(members);
        if (members["authors"] is RegoArray authors)
            builder.Set("authors", RegoArray.Of(authors.Select(Author)));
        if (members["related_resources"] is RegoArray resources)
        {
            builder.Set(
                "related_resources",
                RegoArray.Of(
                    resources.Select(resource => resource is RegoString ? RegoObject.Of(("ref", resource)) : resource)
                )
            );
        }

        builder.Set("scope", scope);
        var path = new List<RegoValue>(module.Package.Names.Select(name => (RegoValue)name));
        if (rule is not null && scope is "rule" or "document")
        {
            path.Add(((VarTerm)rule!.Head.Name).Name);
            path.AddRange(
                rule.Head.Path.TakeWhile(element => element is ScalarTerm)
                    .Select(element => ((ScalarTerm)element).Value)
            );
        }

        IReadOnlyList<SchemaAnnotation> schemas = [];
        try
        {
            schemas = SchemaAnnotation.Read(members["schemas"]);
        }
        catch (FormatException e)
        {
            errors.Add(new RegoError(RegoError.Parse, e.Message, location));
        }

        var added = new Annotation(
            module,
            scope is "rule" or "document" ? rule : null,
            scope,
            RegoArray.Of(path),
            builder.Build(),
            schemas,
            location
        );
        if (
            scope != "rule"
            && _all.Find(annotation => annotation.Scope == scope && annotation.Path.Equals(added.Path)) is { } first
        )
        {
            errors.Add(new RegoError(RegoError.Type, $"{scope} annotation redeclared: {first.Location}", location));
        }

        _all.Add(added);
    }

    // "A name <an@address>" is short for an object.
    private static RegoValue Author(RegoValue author)
    {
        if (author is not RegoString { Value: var text })
            return author;
        int mail = text.IndexOf('<');
        if (mail < 0 || !text.EndsWith('>'))
            return RegoObject.Of(("name", text));
        var address = ("email", (RegoValue)text[(mail + 1)..^1]);
        return mail == 0 ? RegoObject.Of(address) : RegoObject.Of(("name", text[..mail].TrimEnd()), address);
    }
}

/// <summary>One block of metadata.</summary>
internal sealed record Annotation(
    ModuleNode Module,
    RuleNode? Rule,
    string Scope,
    RegoArray Path,
    RegoObject Value,
    IReadOnlyList<SchemaAnnotation> Schemas,
    SourceLocation Location
);
