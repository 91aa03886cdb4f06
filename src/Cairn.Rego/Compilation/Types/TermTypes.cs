using Cairn.Rego.Builtins;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation.Types;

/// <summary>
/// The types of terms, and what matching terms against types says about their variables. Calls and comprehensions have
/// the type that was found when they were checked.
/// </summary>
internal sealed class TermTypes(TypeUnification unification)
{
    private readonly Dictionary<Term, RegoType> _results = new(ReferenceEqualityComparer.Instance);

    /// <summary>Notes the type of a call or comprehension.</summary>
    public void Found(Term term, RegoType type) => _results[term] = type;

    /// <summary>The type of a term; unknown for variables nothing was said of, and for terms with mistakes.</summary>
    public RegoType Of(Term term, TypeEnvironment environment)
    {
        switch (term)
        {
            case ScalarTerm scalar:
                return TypeOperations.Of(scalar.Value);
            case VarTerm { Name: "input" }:
                return environment.Documents.Input;
            case VarTerm { Name: "data" }:
                return environment.Documents.Data ?? environment.Documents.Rules.Extent;
            case VarTerm variable:
                return environment[variable.Name];
            case RefTerm { Head: VarTerm { Name: "input" or "data" } } reference:
                return environment.Documents.Find(reference);
            case RefTerm reference:
                return DocumentTypes.Select(Of(reference.Head, environment), reference.Path, 0);
            case ArrayTerm array:
                return RegoType.Tuple([.. array.Items.Select(item => Of(item, environment))]);
            case SetTerm { Items.Count: 0 }:
                return RegoType.Set(RegoType.Any);
            case SetTerm set:
                return RegoType.Set(
                    set.Items.Aggregate(
                        RegoType.Unknown,
                        (elements, item) => TypeOperations.Or(elements, Of(item, environment))
                    )
                );
            case ObjectTerm o:
                return Object(o, environment);
            case TemplateTerm:
                return RegoType.String;
            default:
                return _results.GetValueOrDefault(term, RegoType.Unknown);
        }
    }

    /// <summary>Whether two terms can be equal. Variables take the type of the other side.</summary>
    public bool Match(Term left, Term right, TypeEnvironment environment)
    {
        RegoType a = Of(left, environment),
            b = Of(right, environment);
        if (a.IsKnown && b.IsKnown)
            return unification.Unifies(a, b);
        if (a.IsKnown || b.IsKnown)
            return a.IsKnown ? Match(right, a, environment) : Match(left, b, environment);
        return (left, right) switch
        {
            (ArrayTerm x, ArrayTerm y) => x.Items.Count == y.Items.Count
                && x.Items.Zip(y.Items).All(pair => Match(pair.First, pair.Second, environment)),
            (ObjectTerm x, ObjectTerm y) => Members(x, y, environment),
            (VarTerm, VarTerm or ArrayTerm or ObjectTerm) => MatchUnknown(right, left, environment),
            (ArrayTerm or ObjectTerm, VarTerm) => MatchUnknown(left, right, environment),
            _ => IsReported(left) || IsReported(right),
        };
    }

    /// <summary>Whether a term can have a value of a type. Variables take the type they have to have.</summary>
    /// <param name="term">The term.</param>
    /// <param name="type">The type.</param>
    /// <param name="environment">Knows the variables.</param>
    /// <param name="alternative">Whether the type is one of several: variables may have it, or the ones they
    /// had.</param>
    public bool Match(Term term, RegoType type, TypeEnvironment environment, bool alternative = false)
    {
        if (unification.IsUsedUp)
            return true;
        switch (term)
        {
            case VarTerm variable when !Variables.IsRoot(variable.Name):
                var known = environment[variable.Name];
                if (!alternative && !known.IsUnknown)
                    return unification.Unifies(known, type);
                environment[variable.Name] = TypeOperations.Or(known, type);
                return true;
            case ArrayTerm or ObjectTerm or SetTerm when type.Form == TypeForm.Any:
                return Alternatives(term, type, environment);
            case ArrayTerm array:
                return type.Form == TypeForm.Array
                    && (array.Items.Count == type.Items.Count || type.Element is not null)
                    && array
                        .Items.Select((item, i) => Match(item, TypeOperations.Item(type, i), environment, alternative))
                        .All(fits => fits);
            case ObjectTerm o:
                return type.Form == TypeForm.Object
                    && (o.Members.Count == type.Members.Count || type.Element is not null)
                    && o.Members.All(member => Member(member.Key, member.Value, type, environment, alternative));
            case SetTerm set:
                return type.Form == TypeForm.Set
                    && set.Items.All(item => Match(item, type.Element!, environment, alternative));
            default:
                var own = Of(term, environment);
                // Among alternatives OPA knows references and calls by variables, which take any type there.
                return (alternative && term is not ScalarTerm)
                    || (own.IsUnknown && IsReported(term))
                    || unification.Unifies(own, type);
        }
    }

    /// <summary>A term's value where it holds no variables, references and calls; else null.</summary>
    public static RegoValue? Constant(Term term)
    {
        switch (term)
        {
            case ScalarTerm scalar:
                return scalar.Value;
            case ArrayTerm array when Constants(array.Items) is { } items:
                return RegoArray.Of(items);
            case SetTerm set when Constants(set.Items) is { } items:
                return RegoSet.Of(items);
            case ObjectTerm o
                when Constants([.. o.Members.Select(member => member.Key)]) is { } keys
                    && Constants([.. o.Members.Select(member => member.Value)]) is { } values:
                return RegoObject.Of([.. keys.Zip(values)]);
            default:
                return null;
        }
    }

    private static RegoValue[]? Constants(IReadOnlyList<Term> terms)
    {
        var values = new RegoValue[terms.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (Constant(terms[i]) is not { } value)
                return null;
            values[i] = value;
        }

        return values;
    }

    // These have no type only when something is wrong inside them, which has been said.
    private static bool IsReported(Term term) => term is RefTerm or CallTerm or ComprehensionTerm or FunctionTerm;

    private RegoType Object(ObjectTerm o, TypeEnvironment environment)
    {
        if (o.Members.Count == 0)
            return RegoType.Object(RegoType.Any, RegoType.Any);
        var members = new List<(RegoValue, RegoType)>(o.Members.Count);
        RegoType? keys = null,
            values = null;
        foreach (var (key, value) in o.Members)
        {
            var type = Of(value, environment);
            if (Constant(key) is { } constant)
                members.Add((constant, type));
            else
                (keys, values) = (Or(keys, Of(key, environment)), Or(values, type));
        }

        return RegoType.Object(members, keys, values);
    }

    private static RegoType Or(RegoType? known, RegoType type) => known is null ? type : TypeOperations.Or(known, type);

    private bool Member(Term key, Term value, RegoType type, TypeEnvironment environment, bool alternative)
    {
        if (Constant(key) is { } constant)
        {
            return TypeOperations.Member(type, constant) is { IsUnknown: false } member
                && Match(value, member, environment, alternative);
        }

        Match(value, RegoType.Any, environment, alternative);
        return true;
    }

    private bool Members(ObjectTerm x, ObjectTerm y, TypeEnvironment environment)
    {
        if (x.Members.Count != y.Members.Count)
            return false;
        foreach (var (key, value) in x.Members)
        {
            var other = Constant(key) is { } constant
                ? y.Members.FirstOrDefault(member => constant.Equals(Constant(member.Key))).Value
                : y
                    .Members.FirstOrDefault(member => key is VarTerm a && member.Key is VarTerm b && a.Name == b.Name)
                    .Value;
            if (other is null || !Match(value, other, environment))
                return false;
        }

        return true;
    }

    private bool MatchUnknown(Term source, Term variable, TypeEnvironment environment) =>
        Match(source, RegoType.Any, environment)
        && Match(variable, Of(source, environment) is { IsKnown: true } type ? type : RegoType.Any, environment);

    private bool Alternatives(Term term, RegoType type, TypeEnvironment environment)
    {
        if (type.Alternatives is not { } alternatives)
        {
            foreach (var part in Parts(term))
                Match(part, RegoType.Any, environment, alternative: true);
            return true;
        }

        bool fits = false;
        foreach (var one in alternatives)
            fits |= Match(term, one, environment, alternative: true);
        return fits;
    }

    private static IEnumerable<Term> Parts(Term term) =>
        term switch
        {
            ArrayTerm array => array.Items,
            SetTerm set => set.Items,
            _ => ((ObjectTerm)term).Members.SelectMany(member => new[] { member.Key, member.Value }),
        };
}
