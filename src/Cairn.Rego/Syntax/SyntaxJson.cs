using Cairn.Rego.Values;

namespace Cairn.Rego.Syntax;

/// <summary>Modules as the JSON that <c>rego.parse_module</c> and <c>opa parse</c> show.</summary>
internal static class SyntaxJson
{
    public static RegoObject Module(ModuleNode module)
    {
        var members = new List<(RegoValue, RegoValue)>
        {
            ("package", RegoObject.Of(("path", Terms([module.Package.Path.Head, .. module.Package.Path.Path])))),
            ("rules", RegoArray.Of(module.Rules.Select(rule => (RegoValue)Rule(rule)))),
        };
        if (module.Imports.Count > 0)
            members.Add(("imports", RegoArray.Of(module.Imports.Select(import => (RegoValue)Import(import)))));
        if (module.Comments.Count > 0)
        {
            members.Add(
                ("comments", RegoArray.Of(module.Comments.Select(comment => (RegoValue)Object(("Text", comment.Text)))))
            );
        }

        return Object([.. members]);
    }

    private static RegoObject Import(ImportNode import)
    {
        var path = Term(import.Path.Path.Count == 0 ? import.Path.Head : import.Path);
        return import.Alias is null ? Object(("path", path)) : Object(("path", path), ("alias", import.Alias.Name));
    }

    public static RegoObject Rule(RuleNode rule)
    {
        var members = new List<(RegoValue, RegoValue)>
        {
            ("head", Head(rule.Head)),
            (
                "body",
                Body(
                    rule.HasBody
                        ? rule.Body
                        : [new TermExpression(new ScalarTerm(RegoBoolean.True, rule.Location), rule.Location)]
                )
            ),
        };
        if (rule.IsDefault)
            members.Add(("default", true));
        if (rule.Else is not null)
            members.Add(("else", Rule(rule.Else)));
        return Object([.. members]);
    }

    private static RegoObject Head(HeadNode head)
    {
        var members = new List<(RegoValue, RegoValue)>
        {
            ("name", ((VarTerm)head.Name).Name),
            ("ref", Terms([head.Name, .. head.Path])),
        };
        if (head.Arguments is not null)
            members.Add(("args", Terms(head.Arguments)));
        if (head.Contains is not null)
            members.Add(("key", Term(head.Contains)));
        else
            members.Add(("value", Term(head.Value ?? new ScalarTerm(RegoBoolean.True, head.Location))));
        if (head.Assigned)
            members.Add(("assign", true));
        return Object([.. members]);
    }

    public static RegoArray Body(IReadOnlyList<Expression> body) =>
        RegoArray.Of(body.Select((expression, index) => (RegoValue)Expression(expression, index)));

    public static RegoObject Expression(Expression expression, int index)
    {
        RegoValue terms = expression switch
        {
            TermExpression { Term: CallTerm call } => Terms([FunctionTerm(call.Function), .. call.Arguments]),
            TermExpression term => Term(term.Term),
            UnifyExpression unify => Terms([
                FunctionTerm(new VarTerm(unify.Declares ? "assign" : "eq", unify.Location)),
                unify.Left,
                unify.Right,
            ]),
            SomeExpression some => Object(("symbols", Terms(some.Variables))),
            SomeInExpression some => Object(("symbols", RegoArray.Of(Term(Membership(some))))),
            EveryExpression every => Object(
                ("key", every.Key is null ? RegoNull.Instance : Term(every.Key)),
                ("value", Term(every.Value)),
                ("domain", Term(every.Collection)),
                ("body", Body(every.Body))
            ),
            _ => RegoNull.Instance,
        };
        var members = new List<(RegoValue, RegoValue)> { ("index", (long)index), ("terms", terms) };
        if (expression.Negated)
            members.Add(("negated", true));
        if (expression.With.Count > 0)
        {
            members.Add(
                (
                    "with",
                    RegoArray.Of(
                        expression.With.Select(with =>
                            (RegoValue)Object(("target", Term(with.Target)), ("value", Term(with.Value)))
                        )
                    )
                )
            );
        }

        return Object([.. members]);
    }

    private static CallTerm Membership(SomeInExpression some) =>
        some.Key is null
            ? new CallTerm(
                new VarTerm("internal.member_2", some.Location),
                [some.Value, some.Collection],
                some.Location
            )
            : new CallTerm(
                new VarTerm("internal.member_3", some.Location),
                [some.Key, some.Value, some.Collection],
                some.Location
            );

    // Functions are references, whose first part is a variable.
    private static Term FunctionTerm(Term function)
    {
        if (function is RefTerm)
            return function;
        string[] names = ((VarTerm)function).Name.Split('.');
        return new RefTerm(
            new VarTerm(names[0], function.Location),
            [.. names.Skip(1).Select(name => new ScalarTerm(RegoString.Of(name), function.Location))],
            function.Location
        );
    }

    private static RegoArray Terms(IReadOnlyList<Term> terms) =>
        RegoArray.Of(terms.Select(term => (RegoValue)Term(term)));

    public static RegoObject Term(Term term) =>
        term switch
        {
            ScalarTerm scalar => Typed(scalar.Value.TypeName, scalar.Value),
            VarTerm variable => Typed(
                "var",
                variable.Name.IndexOf('#') is > 0 and var end ? variable.Name[..end] : variable.Name
            ),
            RefTerm reference => Typed("ref", Terms([reference.Head, .. reference.Path])),
            ArrayTerm array => Typed("array", Terms(array.Items)),
            SetTerm set => Typed("set", Terms(set.Items)),
            ObjectTerm o => Typed(
                "object",
                RegoArray.Of(o.Members.Select(member => (RegoValue)Terms([member.Key, member.Value])))
            ),
            CallTerm call => Typed("call", Terms([FunctionTerm(call.Function), .. call.Arguments])),
            ComprehensionTerm { Kind: ComprehensionKind.Object } c => Typed(
                "objectcomprehension",
                Object(("key", Term(c.Key!)), ("value", Term(c.Value)), ("body", Body(c.Body)))
            ),
            ComprehensionTerm c => Typed(
                $"{(c.Kind == ComprehensionKind.Array ? "array" : "set")}comprehension",
                Object(("term", Term(c.Value)), ("body", Body(c.Body)))
            ),
            TemplateTerm template => Typed(
                "templatestring",
                RegoArray.Of(
                    template.Parts.Select(part =>
                        part.Text is { } text ? (RegoValue)Typed("string", text) : Expression(part.Value!, 0)
                    )
                )
            ),
            FunctionTerm function => Term(FunctionTerm(function.Function)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static RegoObject Typed(string type, RegoValue value) => Object(("type", type), ("value", value));

    private static RegoObject Object(params (RegoValue, RegoValue)[] members) => RegoObject.Of(members);
}
