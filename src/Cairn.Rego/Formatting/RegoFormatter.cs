using Cairn.Rego.Syntax;

namespace Cairn.Rego.Formatting;

/// <summary>
/// Writes modules in the one canonical form, as <c>opa fmt</c> does: tabs, one expression a line, comments kept. What was
/// spread over lines stays so. Formatting what is formatted changes nothing.
/// </summary>
public static class RegoFormatter
{
    /// <summary>Formats a module of Rego v1.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="RegoCompilationException">The text is no module.</exception>
    public static string Format(string source, string name = "policy.rego")
    {
        var errors = new List<RegoError>();
        var module = Parser.ParseModule(source, name, RegoVersion.V1, errors) ?? throw new RegoCompilationException(errors);
        var writer = new SourceWriter(module);
        var terms = new TermWriter(writer);
        writer.Line(module.Package.Location, module.Package.Location.Row, () =>
        {
            writer.Write("package ");
            terms.Package(module.Package);
        });
        var imports = module.Imports.ToList();
        for (int i = 0; i < imports.Count; i++)
        {
            if (i == 0 || writer.GapBefore(imports[i].Location))
                writer.Blank();
            var import = imports[i];
            writer.Line(import.Location, import.Location.Row, () =>
            {
                writer.Write("import ");
                terms.Write(import.Path.Path.Count == 0 ? import.Path.Head : import.Path);
                if (import.Alias is not null)
                    writer.Write(" as " + import.Alias.Name);
            });
        }

        RuleNode? previous = null;
        foreach (var rule in module.Rules)
        {
            if (previous is null || previous.EndRow > previous.Location.Row || rule.EndRow > rule.Location.Row || writer.GapBefore(rule.Location))
                writer.Blank();
            writer.Line(rule.Location, rule.EndRow, () => Rule(rule, writer, terms));
            previous = rule;
        }

        writer.Finish();
        return writer.ToString();
    }

    private static void Rule(RuleNode rule, SourceWriter writer, TermWriter terms)
    {
        if (rule.IsDefault)
            writer.Write("default ");
        terms.Head(rule.Head);
        Body(rule, writer, terms);
        for (var branch = rule.Else; branch is not null; branch = branch.Else)
        {
            writer.Write(" else");
            if (branch.Head.Value is not null)
            {
                writer.Write(branch.Head.Assigned ? " := " : " = ");
                terms.Write(branch.Head.Value);
            }

            Body(branch, writer, terms);
        }
    }

    private static void Body(RuleNode rule, SourceWriter writer, TermWriter terms)
    {
        if (!rule.HasBody)
            return;
        writer.Write(" if ");
        bool alone = rule.Body.Count == 1 && (!rule.Braced || (rule.Body[0].Location.Row == rule.Location.Row && rule.EndRow == rule.Location.Row && rule.Else is null));
        if (alone && !TermWriter.StartsWithBrace(rule.Body[0]))
            terms.Write(rule.Body[0]);
        else
            terms.Block(rule.Body, rule.EndRow);
    }
}
