using Cairn.Rego.Compilation;
using Cairn.Rego.Formatting;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Partial;

/// <summary>Gives the variables of what is left names that can be written, and values their literals.</summary>
internal sealed class ResidualNames(IReadOnlySet<string> reserved, IReadOnlySet<string> kept)
{
    private readonly Dictionary<string, VarTerm> _names = [];
    private readonly HashSet<string> _taken = [.. kept];
    private int _locals;

    /// <summary>A rule whose variables have names that differ from each other and from those of the package's
    /// rules.</summary>
    public static RuleNode Of(RuleNode rule, IReadOnlySet<string> reserved)
    {
        var names = new ResidualNames(reserved, new HashSet<string>());
        var head = rule.Head with
        {
            Path = [.. rule.Head.Path.Select(names.Of)],
            Arguments = rule.Head.Arguments?.Select(names.Of).ToArray(),
            Contains = rule.Head.Contains is { } element ? names.Of(element) : null,
            Value = rule.Head.Value is { } value ? names.Of(value) : null,
        };
        return rule with
        {
            Head = head,
            Body = names.Of(rule.Body),
            HasBody = rule.Body.Count > 0,
            Else = rule.Else is null ? null : Of(rule.Else, reserved),
        };
    }

    public Expression[] Of(IReadOnlyList<Expression> body)
    {
        var wildcards = Wildcards(body);
        return
        [
            .. body.Select(expression =>
                Rewrite.Of(
                    expression,
                    term =>
                        term is VarTerm variable && wildcards.Contains(variable.Name)
                            ? variable with
                            {
                                Name = "_",
                            }
                            : Replace(term)
                )
            ),
        ];
    }

    /// <summary>Whether a text can be the name of a rule or variable.</summary>
    public static bool IsName(string text) => SyntaxText.IsName(text) && !Variables.IsRoot(text);

    // Wildcards, which in a copy of a rule have lost their sign, are used once: with a name an every would declare them
    // for nothing.
    private static HashSet<string> Wildcards(IReadOnlyList<Expression> body)
    {
        var uses = new Dictionary<string, int>();
        foreach (var expression in body)
        {
            Rewrite.Any(
                expression,
                term =>
                {
                    if (term is VarTerm variable && (variable.Name[0] == '$' || char.IsAsciiDigit(variable.Name[0])))
                        uses[variable.Name] = uses.GetValueOrDefault(variable.Name) + 1;
                    return false;
                }
            );
        }

        return [.. uses.Where(use => use.Value == 1).Select(use => use.Key)];
    }

    private Term Of(Term term) => Rewrite.Of(term, Replace);

    private Term? Replace(Term term)
    {
        if (term is ScalarTerm { Value: Values.RegoArray or Values.RegoObject or Values.RegoSet } scalar)
            return SyntaxText.Literal(scalar.Value, term.Location);
        if (term is not VarTerm variable || Variables.IsRoot(variable.Name) || kept.Contains(variable.Name))
            return null;
        if (!_names.TryGetValue(variable.Name, out var name))
            _names.Add(variable.Name, name = new VarTerm(New(variable.Name), default));
        return name with { Location = variable.Location };
    }

    private string New(string own)
    {
        string plain = Variables.Shown(own);
        bool local = !IsName(plain) || plain[0] == '_';
        string name = local ? $"__local{_locals++}__" : plain;
        for (int i = 1; reserved.Contains(name) || !_taken.Add(name); i++)
            name = local ? $"__local{_locals++}__" : plain + i;
        return name;
    }
}
