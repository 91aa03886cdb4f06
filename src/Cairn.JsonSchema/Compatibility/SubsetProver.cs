using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Keywords;

namespace Cairn.JsonSchema.Compatibility;

/// <summary>
/// Tries to prove that every value some schemas accept (a <see cref="Conjunction"/>) is accepted by another. "Yes" is a
/// proof; "no" only means that none was found.
/// </summary>
/// <remarks>
/// Recursive schemas are proven by induction on the depth of the value: a claim met again further down, about the
/// children of the value it was made for, may be taken as shown; met again about the same value it may not.
/// </remarks>
internal sealed class SubsetProver
{
    /// <summary>Claims looked at before the proof is given up; keeps combinations of alternatives in bounds.</summary>
    private const int MaxClaims = 20_000;

    /// <summary>
    /// Claims that rest on each other, as long chains of references make them. Each takes about a kilobyte of stack.
    /// </summary>
    private const int MaxOpenClaims = 400;

    /// <summary>Reasons given; who breaks more of a schema hears the first.</summary>
    private const int MaxBreaks = 100;

    private const string UnknownMark = "unknown, treated as breaking: ";

    private readonly string _from;
    private readonly string _to;
    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(string, SchemaNode), (int Ordinal, int ChildDepth)> _open = [];
    private readonly HashSet<(string, SchemaNode)> _proven = [];
    private readonly HashSet<(string, SchemaNode)> _refuted = [];
    private readonly HashSet<(string, SchemaNode)> _explained = [];
    private readonly SchemaIdentity _identity = new(allowDynamic: false);
    private readonly EmptinessProver _emptiness;
    private readonly ValueImplications _values;
    private readonly ObjectImplications _objects;
    private readonly ArrayImplications _arrays;
    private readonly ApplicatorImplications _applicators;
    private int _claims;
    private int _childDepth;
    private int _lowestUsed = int.MaxValue;

    /// <param name="fromName">What messages call the schema whose values are taken.</param>
    /// <param name="toName">What they call the schema that has to accept them.</param>
    public SubsetProver(string fromName, string toName)
    {
        _from = fromName;
        _to = toName;
        Candidates = new CandidateValues();
        _emptiness = new EmptinessProver(this);
        _values = new ValueImplications(this);
        _objects = new ObjectImplications(this);
        _arrays = new ArrayImplications(this);
        _applicators = new ApplicatorImplications(this);
    }

    public CandidateValues Candidates { get; }

    /// <summary>All reasons why a proof fails; none when it succeeds.</summary>
    public IReadOnlyList<CompatibilityBreak> Explain(SchemaNode from, SchemaNode to)
    {
        Candidates.Prepare(from, to);
        var breaks = new List<CompatibilityBreak>();
        try
        {
            if (IsSubset(Conjunction.Of(from), to, breaks))
                return [];
        }
        catch (EvaluationAbortedException aborted)
        {
            Unknown(breaks, to, "", aborted.Message); // a pattern took too long on a member's name
        }

        if (breaks.Count == 0)
            Unknown(breaks, to, "", "the change is too involved to be judged");

        return [.. breaks.Distinct()];
    }

    /// <param name="a">The values.</param>
    /// <param name="b">The schema that has to accept them.</param>
    /// <param name="sink">Takes the reasons of a failure; null when only trying.</param>
    public bool IsSubset(Conjunction a, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        if (++_claims > MaxClaims || _open.Count > MaxOpenClaims)
            return Unknown(sink, b, "", "the schemas are too involved to be judged");

        if (b.Keywords.Count == 0 || a.Nodes.Any(node => node == b || _identity.AreIdentical(node, b)))
            return true;

        var claim = (a.KeyFor(NumberOf), b);
        if (_proven.Contains(claim))
            return true;

        if (_open.TryGetValue(claim, out var open))
        {
            if (_childDepth <= open.ChildDepth)
                return false;

            _lowestUsed = Math.Min(_lowestUsed, open.Ordinal);
            return true;
        }

        // A failure that is known is looked at again only for its reasons, and once.
        if (_refuted.Contains(claim) && (sink is null || !_explained.Add(claim)))
            return false;

        int ordinal = _open.Count;
        int outerLowest = _lowestUsed;
        _lowestUsed = int.MaxValue;
        _open.Add(claim, (ordinal, _childDepth));
        bool proven = Prove(a, b, sink);
        _open.Remove(claim);
        if (!proven)
        {
            _refuted.Add(claim);
        }
        else if (_lowestUsed >= ordinal)
        {
            _proven.Add(claim); // it rests on no claim that is still open
        }

        _lowestUsed = Math.Min(outerLowest, proven && _lowestUsed < ordinal ? _lowestUsed : int.MaxValue);
        return proven;
    }

    /// <summary>The same for a member or element of the value the current claim is about.</summary>
    public bool IsChildSubset(Conjunction a, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        _childDepth++;
        bool proven = IsSubset(a, b, sink);
        _childDepth--;
        return proven;
    }

    /// <inheritdoc cref="EmptinessProver.IsEmpty"/>
    public bool IsEmpty(Conjunction a) => ++_claims <= MaxClaims && _emptiness.IsEmpty(a);

    /// <inheritdoc cref="IsEmpty"/>
    public bool IsChildEmpty(Conjunction a)
    {
        _childDepth++;
        bool empty = IsEmpty(a);
        _childDepth--;
        return empty;
    }

    /// <summary>Notes a reason; {from} and {to} in it become the schemas' names. Answers false.</summary>
    public bool Break(List<CompatibilityBreak>? sink, SchemaNode node, string keyword, string reason) =>
        Note(sink, node, keyword, reason, isUnknown: false);

    /// <summary>Notes that nothing is known. Answers false.</summary>
    public bool Unknown(List<CompatibilityBreak>? sink, SchemaNode node, string keyword, string reason) =>
        Note(sink, node, keyword, UnknownMark + reason, isUnknown: true);

    private bool Note(List<CompatibilityBreak>? sink, SchemaNode node, string keyword, string reason, bool isUnknown)
    {
        if (sink?.Count < MaxBreaks)
        {
            sink.Add(
                new CompatibilityBreak(
                    node.Location.Describe() + (keyword.Length == 0 ? "" : "/" + keyword),
                    reason.Replace("{from}", _from).Replace("{to}", _to),
                    isUnknown
                )
            );
        }

        return false;
    }

    private int NumberOf(object item)
    {
        if (!_numbers.TryGetValue(item, out int number))
        {
            number = _numbers.Count;
            _numbers.Add(item, number);
        }

        return number;
    }

    private bool Prove(Conjunction a, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        if (Candidates.Of(a) is { } values && Candidates.CanEvaluate)
        {
            foreach (var value in values)
            {
                if (!Candidates.Accepts(b, value))
                    return Break(sink, b, "", $"{{from}} accepts {value.Element.GetRawText()}, {{to}} does not");
            }

            return true;
        }

        if (ImpliesAll(a, b, null) || IsEmpty(a))
            return true;

        if (a.All<AlternativesKeyword>().FirstOrDefault() is { } alternatives)
        {
            var rest = a.Without(alternatives);
            return alternatives.Schemas.All(schema => IsSubset(rest.With(schema), b, sink));
        }

        if (a.All<ConditionalKeyword>().FirstOrDefault() is { } conditional)
        {
            var rest = a.Without(conditional);
            return IsSubset(rest.With(Present(conditional.Condition, conditional.Then)), b, sink)
                && IsSubset(rest.With(Present(conditional.Else)), b, sink);
        }

        return sink is not null && ImpliesAll(a, b, sink);
    }

    private static IEnumerable<SchemaNode> Present(params SchemaNode?[] nodes) => nodes.OfType<SchemaNode>();

    private bool ImpliesAll(Conjunction a, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        bool implied = true;
        foreach (var keyword in PlainKeywords.Of(b))
        {
            if ((a.Kinds & keyword.AppliesTo) != KindSet.None && !Implies(a, keyword, b, sink))
            {
                if (sink is null)
                    return false;

                implied = false;
            }
        }

        return implied;
    }

    /// <summary>
    /// Judges a keyword about children. Where unevaluated ones are restricted beside applicators, the children that
    /// were thought of may not be allowed: then a break is not proven.
    /// </summary>
    private static bool Children(
        Conjunction a,
        Keyword keyword,
        List<CompatibilityBreak>? sink,
        Func<List<CompatibilityBreak>?, bool> implies
    )
    {
        if (sink is null || !a.All<UnevaluatedKeyword>().Any(unevaluated => unevaluated.AppliesTo == keyword.AppliesTo))
            return implies(sink);

        var breaks = new List<CompatibilityBreak>();
        bool implied = implies(breaks);
        sink.AddRange(
            breaks
                .Take(MaxBreaks - sink.Count)
                .Select(one => one.IsUnknown ? one : one with { IsUnknown = true, Reason = UnknownMark + one.Reason })
        );
        return implied;
    }

    private bool Implies(Conjunction a, Keyword keyword, SchemaNode b, List<CompatibilityBreak>? sink) =>
        keyword switch
        {
            FalseKeyword => Break(sink, b, "", "{to} allows no value here, {from} does"),
            ObjectKeyword members => Children(a, keyword, sink, into => _objects.ImpliesMembers(a, members, b, into)),
            DependencyKeyword dependencies => Children(
                a,
                keyword,
                sink,
                into => _objects.ImpliesDependencies(a, dependencies, b, into)
            ),
            ArrayKeyword elements => Children(a, keyword, sink, into => _arrays.ImpliesElements(a, elements, b, into)),
            ContainsKeyword contains => Children(
                a,
                keyword,
                sink,
                into => _arrays.ImpliesContains(a, contains, b, into)
            ),
            UnevaluatedKeyword unevaluated => unevaluated.Schema.Keywords.Count == 0
                || Unknown(
                    sink,
                    b,
                    unevaluated.AppliesTo == KindSet.Object ? "unevaluatedProperties" : "unevaluatedItems",
                    "what other keywords evaluate may have changed"
                ),
            RefKeyword reference => IsSubset(a, reference.Target, sink),
            AllOfKeyword or AlternativesKeyword or NotKeyword or ConditionalKeyword => _applicators.Implies(
                a,
                keyword,
                b,
                sink
            ),
            _ => _values.Implies(a, keyword, b, sink),
        };
}
