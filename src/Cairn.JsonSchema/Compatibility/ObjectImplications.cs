using System.Text;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Instances;
using Cairn.JsonSchema.Keywords;
using Cairn.JsonSchema.Patterns;

namespace Cairn.JsonSchema.Compatibility;

/// <summary>Whether a conjunction implies the keywords about objects.</summary>
internal sealed class ObjectImplications(SubsetProver prover)
{
    /// <summary>Ways in which several schemas' patterns may meet on one name, before the question is given
    /// up.</summary>
    private const int MaxCombinations = 64;

    public bool ImpliesMembers(Conjunction a, ObjectKeyword target, SchemaNode b, List<CompatibilityBreak>? sink) =>
        ImpliesRequired(a, target, b, sink)
        & ImpliesCounts(a, target, b, sink)
        & ImpliesNames(a, target, b, sink)
        & ImpliesProperties(a, target, sink)
        & target.Patterns.All(entry => ImpliesPattern(a, entry.Pattern, entry.Schema, b, sink))
        & ImpliesAdditional(a, target, b, sink);

    /// <summary>The names every object has; what they require in turn included.</summary>
    public static HashSet<string> RequiredNames(Conjunction a)
    {
        var names = a.All<ObjectKeyword>()
            .SelectMany(own => own.Properties.Entries)
            .Where(entry => entry.IsRequired)
            .Select(entry => entry.Name)
            .ToHashSet(StringComparer.Ordinal);
        var dependencies = a.All<DependencyKeyword>().SelectMany(own => own.Dependencies).ToList();
        int before;
        do
        {
            before = names.Count;
            names.UnionWith(
                dependencies
                    .Where(dependency => names.Contains(dependency.Trigger.Name))
                    .SelectMany(dependency => dependency.Required)
                    .Select(entry => entry.Name)
            );
        } while (names.Count > before);

        return names;
    }

    /// <summary>What all of them say of the member with a name.</summary>
    public static Conjunction Member(Conjunction a, string name) =>
        Conjunction.Of(a.All<ObjectKeyword>().SelectMany(own => SchemasOf(own, name)));

    private static IEnumerable<SchemaNode> SchemasOf(ObjectKeyword own, string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        var entry = own.Properties.Find(utf8, NameHash.Of(utf8));
        var schemas = own
            .Patterns.Where(pattern => pattern.Pattern.IsMatch(utf8))
            .Select(pattern => pattern.Schema)
            .ToList();
        if (entry?.Schema is { } listed)
            schemas.Add(listed);

        return schemas.Count > 0 ? schemas
            : own.Additional is null ? []
            : [own.Additional];
    }

    private static IEnumerable<string> KnownNames(Conjunction a) =>
        a.All<ObjectKeyword>()
            .SelectMany(own => own.Properties.Entries)
            .Select(entry => entry.Name)
            .Distinct(StringComparer.Ordinal);

    /// <summary>The names an object can only have, where one of the schemas is closed; else null.</summary>
    private IReadOnlyList<string>? ClosedNames(Conjunction a) =>
        a.All<ObjectKeyword>()
            .FirstOrDefault(own =>
                own.Patterns.Length == 0
                && own.Additional is not null
                && prover.IsChildEmpty(Conjunction.Of(own.Additional))
            )
            is { } closed
            ?
            [
                .. closed
                    .Properties.Entries.Where(entry =>
                        entry.Schema is not null && !prover.IsChildEmpty(Member(a, entry.Name))
                    )
                    .Select(entry => entry.Name),
            ]
            : null;

    private bool ImpliesRequired(Conjunction a, ObjectKeyword target, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        var required = RequiredNames(a);
        bool implied = true;
        foreach (
            var entry in target.Properties.Entries.Where(entry => entry.IsRequired && !required.Contains(entry.Name))
        )
        {
            implied = prover.Break(
                sink,
                b,
                "required",
                $"{{to}} requires the member \"{entry.Name}\", {{from}} does not"
            );
        }

        return implied;
    }

    private bool ImpliesCounts(Conjunction a, ObjectKeyword target, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        bool min =
            target.Min is null or 0
            || a.All<ObjectKeyword>().Any(own => own.Min >= target.Min)
            || RequiredNames(a).Count >= target.Min
            || prover.Break(
                sink,
                b,
                "minProperties",
                $"{{from}} allows objects with fewer than {target.Min} members, {{to}} does not"
            );
        bool max =
            target.Max is null
            || a.All<ObjectKeyword>().Any(own => own.Max <= target.Max)
            || ClosedNames(a)?.Count <= target.Max
            || prover.Break(
                sink,
                b,
                "maxProperties",
                $"{{from}} allows objects with more than {target.Max} members, {{to}} does not"
            );
        return min && max;
    }

    private bool ImpliesNames(Conjunction a, ObjectKeyword target, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        if (target.Names is not { Keywords.Count: > 0 } names)
            return true;

        var own = Conjunction
            .Of(a.All<ObjectKeyword>().Select(own => own.Names).OfType<SchemaNode>())
            .Restricted(KindSet.String);
        return prover.IsChildSubset(own, names, null)
            || ClosedNames(a)
                ?.All(name =>
                    prover.Candidates.CanEvaluate && prover.Candidates.Accepts(names, CandidateValues.Text(name))
                ) == true
            || prover.Unknown(sink, b, "propertyNames", "{from} may allow member names that {to} does not");
    }

    private bool ImpliesProperties(Conjunction a, ObjectKeyword target, List<CompatibilityBreak>? sink)
    {
        bool implied = true;
        foreach (var entry in target.Properties.Entries)
        {
            if (entry.Schema is not null && implied | (sink is not null))
                implied &= ImpliesMember(a, entry.Name, entry.Schema, sink);
        }

        return implied;
    }

    private bool ImpliesMember(Conjunction a, string name, SchemaNode schema, List<CompatibilityBreak>? sink)
    {
        var member = Member(a, name);
        return prover.IsChildSubset(member, schema, null)
            || prover.IsChildEmpty(member)
            || prover.IsChildSubset(member, schema, sink);
    }

    private bool ImpliesPattern(
        Conjunction a,
        EcmaPattern pattern,
        SchemaNode schema,
        SchemaNode b,
        List<CompatibilityBreak>? sink
    )
    {
        if (schema.Keywords.Count == 0)
            return true;

        bool known = KnownNames(a)
            .Where(name => pattern.IsMatch(Encoding.UTF8.GetBytes(name)))
            .All(name => ImpliesMember(a, name, schema, sink));
        return known
            && (
                OtherMembers(
                    a,
                    own =>
                        own
                            .Patterns.Where(entry => entry.Pattern.Source == pattern.Source)
                            .Select(entry => (SchemaNode?)entry.Schema)
                            .DefaultIfEmpty(null)
                            .First()
                            is { } same
                            ?
                            [
                                [same],
                            ]
                            : Options(own, [])
                )
                    is { } others
                    && others.All(member => prover.IsChildEmpty(member) || prover.IsChildSubset(member, schema, null))
                || prover.Unknown(
                    sink,
                    b,
                    "patternProperties",
                    $"{{from}} may allow members matching {pattern.Source} that {{to}} does not"
                )
            );
    }

    private bool ImpliesAdditional(Conjunction a, ObjectKeyword target, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        if (target.Additional is not { Keywords.Count: > 0 } schema)
            return true;

        bool implied = true;
        foreach (string name in KnownNames(a).Where(name => IsAdditional(target, name)))
        {
            var member = Member(a, name);
            if (!prover.IsChildEmpty(member) && !prover.IsChildSubset(member, schema, null))
            {
                implied = prover.Break(
                    sink,
                    b,
                    "additionalProperties",
                    $"{{from}} allows the member \"{name}\" with values that {{to}}, which does not list it, refuses"
                );
            }
        }

        // Names that match one of the target's own patterns are not additional there.
        var others = OtherMembers(a, own => Options(own, target.Patterns));
        if (others is null)
            return prover.Unknown(sink, b, "additionalProperties", "patterns of {from} may meet in too many ways");

        return others.All(member => prover.IsChildEmpty(member) || prover.IsChildSubset(member, schema, null))
            ? implied
            : prover.Break(
                sink,
                b,
                "additionalProperties",
                "{from} allows members with other names whose values {to} refuses"
            );
    }

    private static bool IsAdditional(ObjectKeyword target, string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        return target.Properties.Find(utf8, NameHash.Of(utf8))?.Schema is null
            && !target.Patterns.Any(entry => entry.Pattern.IsMatch(utf8));
    }

    /// <summary>What one schema may say of a name it does not list: each of its patterns, or what is
    /// additional.</summary>
    private static IEnumerable<SchemaNode[]> Options(
        ObjectKeyword own,
        (EcmaPattern Pattern, SchemaNode Schema)[] except
    ) =>
        own
            .Patterns.Where(entry => !except.Any(other => other.Pattern.Source == entry.Pattern.Source))
            .Select(entry => new[] { entry.Schema })
            .Append(own.Additional is null ? [] : [own.Additional]);

    /// <summary>
    /// What may be said of members none of the schemas lists: every choice of an option from each. A member of the
    /// values meets one of them at least. Null when they are too many.
    /// </summary>
    private static List<Conjunction>? OtherMembers(
        Conjunction a,
        Func<ObjectKeyword, IEnumerable<SchemaNode[]>> options
    )
    {
        List<SchemaNode[]> combinations =
        [
            [],
        ];
        foreach (var own in a.All<ObjectKeyword>())
        {
            combinations =
            [
                .. combinations.SelectMany(chosen =>
                    options(own).Select(option => (SchemaNode[])[.. chosen, .. option])
                ),
            ];
            if (combinations.Count > MaxCombinations)
                return null;
        }

        return [.. combinations.Select(chosen => Conjunction.Of(chosen))];
    }

    public bool ImpliesDependencies(
        Conjunction a,
        DependencyKeyword target,
        SchemaNode b,
        List<CompatibilityBreak>? sink
    )
    {
        bool implied = true;
        foreach (var dependency in target.Dependencies)
        {
            if (prover.IsChildEmpty(Member(a, dependency.Trigger.Name)))
                continue;

            var same = a.All<DependencyKeyword>()
                .SelectMany(own => own.Dependencies)
                .Where(own => own.Trigger.Name == dependency.Trigger.Name)
                .ToList();
            var present = RequiredNames(a)
                .Concat(same.SelectMany(own => own.Required).Select(entry => entry.Name))
                .ToHashSet();
            foreach (var entry in dependency.Required.Where(entry => !present.Contains(entry.Name)))
            {
                implied = prover.Break(
                    sink,
                    b,
                    target.Name,
                    $"{{to}} requires the member \"{entry.Name}\" beside \"{dependency.Trigger.Name}\", "
                        + $"{{from}} does not"
                );
            }

            if (dependency.Schema is not null)
            {
                var whenPresent = a.With(same.Select(own => own.Schema).OfType<SchemaNode>())
                    .Restricted(KindSet.Object);
                implied &= prover.IsSubset(whenPresent, dependency.Schema, sink);
            }
        }

        return implied;
    }
}
