using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Formatting;

/// <summary>
/// Writes modules in the one canonical form, as <c>opa fmt</c> does: tabs, one expression a line, comments kept. What
/// was spread over lines stays so. Formatting what is formatted changes nothing.
/// </summary>
public static class RegoFormatter
{
    /// <summary>Formats a module.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="version">The language of the text. A module of v0 becomes one that means the same in v0 and in v1:
    /// with <c>if</c>, <c>contains</c> and <c>import rego.v1</c>.</param>
    /// <exception cref="RegoCompilationException">The text is no module, or uses names that are keywords in
    /// v1.</exception>
    public static string Format(string source, string name = "policy.rego", RegoVersion version = RegoVersion.V1)
    {
        var errors = new List<RegoError>();
        var module = Parser.ParseModule(source, name, version, errors) ?? throw new RegoCompilationException(errors);
        var writer = new SourceWriter(module);
        var terms = new TermWriter(writer);
        writer.Line(
            module.Package.Location,
            module.Package.Location.Row,
            () =>
            {
                writer.Write("package ");
                terms.Package(module.Package);
            }
        );
        bool upgrade = version == RegoVersion.V0 && !module.Version1;
        if (upgrade)
        {
            writer.Blank();
            writer.Write("import rego.v1");
            writer.NewLine();
        }

        Imports([.. module.Imports.Where(import => !upgrade || !IsKeywords(import))], writer, terms);
        RuleNode? previous = null;
        foreach (var rule in module.Rules)
        {
            if (
                previous is null
                || !OneLine(previous)
                || !OneLine(rule)
                || rule.Location.Row != previous.Location.Row + 1
            )
            {
                writer.Blank();
            }

            writer.Line(rule.Location, rule.EndRow, () => Rule(rule, writer, terms));
            previous = rule;
        }

        writer.Finish();
        string text = writer.ToString();
        if (upgrade && Parser.ParseModule(text, name, RegoVersion.V1, errors) is null)
            throw new RegoCompilationException(errors);
        return text;
    }

    // What v1 has anyway; the import of not changes a meaning.
    private static bool IsKeywords(ImportNode import) =>
        import.Path.DottedName is { } path
        && path.StartsWith("future.keywords", StringComparison.Ordinal)
        && path != "future.keywords.not";

    // In the order of their paths, between empty lines and comments; what is behind one stays with it.
    private static void Imports(List<ImportNode> imports, SourceWriter writer, TermWriter terms)
    {
        for (int start = 0, end; start < imports.Count; start = end)
        {
            for (
                end = start + 1;
                end < imports.Count && imports[end].Location.Row == imports[end - 1].Location.Row + 1;

            )
            {
                end++;
            }

            writer.Blank();
            writer.CommentsBefore(imports[start].Location.Offset);
            foreach (var import in imports[start..end].OrderBy(Key, StringComparer.Ordinal))
            {
                writer.Write("import ");
                terms.Write(import.Path.Path.Count == 0 ? import.Path.Head : import.Path);
                if (import.Alias is not null)
                    writer.Write(" as " + import.Alias.Name);
                writer.TakeComment(import.Location.Row);
                writer.NewLine();
            }
        }
    }

    // A path comes before those that go on from it.
    private static string Key(ImportNode import) =>
        $"{import.Path.DottedName?.Replace('.', '\u0001')}\0{import.Alias?.Name}";

    // Rules that may follow each other without an empty line.
    private static bool OneLine(RuleNode rule) =>
        !rule.IsDefault && rule.Else is null && rule.Body.Count <= 1 && rule.EndRow == rule.Location.Row;

    private static void Rule(RuleNode rule, SourceWriter writer, TermWriter terms)
    {
        if (rule.IsDefault)
            writer.Write("default ");
        // A function of before v1 that is true is one whose body holds.
        bool bare =
            !writer.Module.Version1
            && rule is { HasBody: true, Head.Arguments: not null }
            && IsTrue(rule.Head.Value)
            && !IsFact(rule);
        terms.Head(rule.Head, IsFact(rule), bare);
        Body(rule, writer, terms);
        for (var branch = rule.Else; branch is not null; branch = branch.Else)
        {
            if (writer.StartsLine(branch.Location))
            {
                writer.CommentBehind(writer.CodeRowBefore(branch.Location));
                writer.Blank();
                writer.CommentsBefore(branch.Location.Offset);
                writer.Write("else");
            }
            else
            {
                writer.Write(" else");
            }

            if (branch.Head.Value is not null)
            {
                writer.Write(" := ");
                terms.Write(branch.Head.Value);
            }

            Body(branch, writer, terms);
        }
    }

    // A body that always holds is left out.
    private static bool IsFact(RuleNode rule) =>
        rule is { HasBody: true, Else: null, Body: [TermExpression { Negated: false, With.Count: 0 } body] }
        && IsTrue(body.Term);

    private static bool IsTrue(Term? term) => term is ScalarTerm { Value: RegoBoolean { Value: true } };

    private static void Body(RuleNode rule, SourceWriter writer, TermWriter terms)
    {
        if (!rule.HasBody || IsFact(rule))
            return;
        writer.Write(" if ");
        int row = rule.Location.Row;
        bool alone =
            rule.Body.Count == 1
            && rule.Body[0].Location.Row == row
            && (!rule.Braced || (rule.EndRow == row && rule.Else is null));
        if (alone && !TermWriter.StartsWithBrace(rule.Body[0]))
        {
            terms.Write(rule.Body[0]);
        }
        else
        {
            terms.Block(
                rule.Body,
                rule.Else is null ? rule.EndRow
                    : writer.StartsLine(rule.Else.Location) ? writer.CodeRowBefore(rule.Else.Location)
                    : rule.Else.Location.Row
            );
        }
    }
}
