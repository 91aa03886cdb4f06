using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Cairn.Rego.Values;

namespace Cairn.Rego.GraphQl;

/// <summary>Checks an executable document against a schema (GraphQL specification, section 5). The first fault ends
/// it.</summary>
internal sealed class GraphQlValidator
{
    private readonly GraphQlSchema _schema;
    private readonly Dictionary<string, RegoObject> _fragments = [];
    private readonly HashSet<string> _usedFragments = [];
    private readonly HashSet<string> _usedVariables = [];
    private readonly GraphQlOverlap _overlap;

    // Of the operation at hand; null while a fragment is looked at on its own.
    private Dictionary<string, GraphQlInput>? _variables;
    private HashSet<string> _visited = [];

    private GraphQlValidator(GraphQlSchema schema)
    {
        _schema = schema;
        _overlap = new GraphQlOverlap(schema, _fragments);
    }

    /// <summary>Checks a document.</summary>
    /// <exception cref="GraphQlInvalidException">It breaks a rule.</exception>
    public static void Validate(GraphQlSchema schema, RegoObject document) =>
        new GraphQlValidator(schema).Document(document);

    private void Document(RegoObject document)
    {
        foreach (var fragment in document.Nodes("Fragments"))
        {
            Ensure(
                _fragments.TryAdd(fragment.Text("Name"), fragment),
                $"There can be only one fragment named \"{fragment.Text("Name")}\"."
            );
        }

        foreach (string name in _fragments.Keys)
            CheckCycle(name, []);
        var operations = document.Nodes("Operations").ToList();
        var names = new HashSet<string>();
        foreach (var operation in operations)
        {
            string name = operation.Text("Name");
            Ensure(
                name.Length > 0 || operations.Count == 1,
                "This anonymous operation must be the only defined operation."
            );
            Ensure(names.Add(name), $"There can be only one operation named \"{name}\".");
            Operation(operation);
        }

        foreach (var fragment in _fragments.Values)
        {
            Ensure(
                _usedFragments.Contains(fragment.Text("Name")),
                $"Fragment \"{fragment.Text("Name")}\" is never used."
            );
            CheckDirectives(fragment, "FRAGMENT_DEFINITION");
        }
    }

    private void Operation(RegoObject operation)
    {
        string kind = operation.Text("Operation");
        var root =
            _schema.Root(kind)
            ?? throw new GraphQlInvalidException($"Schema does not support operation type \"{kind}\"");
        _visited = [];
        _usedVariables.Clear();
        _variables = [];
        foreach (var node in operation.Nodes("VariableDefinitions"))
        {
            string name = node.Text("Variable");
            var type = GraphQlType.Of(node.Node("Type"));
            Ensure(_schema.Types.TryGetValue(type.Named, out var definition), $"Unknown type \"{type.Named}\".");
            Ensure(definition!.IsInput, $"Variable \"${name}\" cannot be non-input type \"{type}\".");
            var value = node["DefaultValue"] as RegoObject;
            if (value is not null)
                Value(value, type);
            Ensure(
                _variables.TryAdd(name, new GraphQlInput(name, type, value)),
                $"There can be only one variable named \"${name}\"."
            );
            CheckDirectives(node, "VARIABLE_DEFINITION");
        }

        CheckDirectives(operation, kind.ToUpperInvariant());
        if (kind == "subscription")
        {
            Ensure(
                operation.Nodes("SelectionSet").Count() == 1,
                "A subscription must select only one top level field."
            );
        }

        Selections(operation, root);
        _overlap.Check(operation, root);
        foreach (string name in _variables.Keys)
        {
            Ensure(
                _usedVariables.Contains(name),
                $"Variable \"${name}\" is never used in operation \"{operation.Text("Name")}\"."
            );
        }
    }

    private void Selections(RegoObject node, GraphQlDefinition type)
    {
        foreach (var selection in node.Nodes("SelectionSet"))
        {
            if (selection["Alias"] is not null)
                Field(selection, type);
            else if (selection["TypeCondition"] is not null)
                Inline(selection, type);
            else
                Spread(selection, type);
        }
    }

    private void Field(RegoObject node, GraphQlDefinition type)
    {
        string name = node.Text("Name");
        CheckDirectives(node, "FIELD");
        if (name == "__typename")
        {
            Ensure(
                node["SelectionSet"] is null,
                "Field \"__typename\" must not have a selection since type \"String!\" has no subfields."
            );
            return;
        }

        var field = GraphQlOverlap.FieldOf(_schema, type, name);
        Ensure(field is not null, $"Cannot query field \"{name}\" on type \"{type.Name}\".");
        Arguments(node, field!.Arguments, $"field \"{name}\"");
        var target = _schema.Types[field.Type.Named];
        bool selects = node["SelectionSet"] is RegoArray { Count: > 0 };
        Ensure(
            !target.IsComposite || selects,
            $"Field \"{name}\" of type \"{field.Type}\" must have a selection of subfields. Did you mean "
                + $"\"{name} {{ ... }}\"?"
        );
        Ensure(
            target.IsComposite || !selects,
            $"Field \"{name}\" must not have a selection since type \"{field.Type}\" has no subfields."
        );
        if (selects)
            Selections(node, target);
    }

    private void Inline(RegoObject node, GraphQlDefinition type)
    {
        CheckDirectives(node, "INLINE_FRAGMENT");
        string condition = node.Text("TypeCondition");
        Selections(node, condition.Length == 0 ? type : Condition(condition, type));
    }

    private void Spread(RegoObject node, GraphQlDefinition type)
    {
        string name = node.Text("Name");
        CheckDirectives(node, "FRAGMENT_SPREAD");
        Ensure(_fragments.TryGetValue(name, out var fragment), $"Unknown fragment \"{name}\".");
        var condition = Condition(fragment!.Text("TypeCondition"), type);
        _usedFragments.Add(name);
        if (_visited.Add(name))
            Selections(fragment, condition);
    }

    private GraphQlDefinition Condition(string name, GraphQlDefinition parent)
    {
        Ensure(_schema.Types.TryGetValue(name, out var type), $"Unknown type \"{name}\".");
        Ensure(type!.IsComposite, $"Fragment cannot condition on non composite type \"{name}\".");
        Ensure(
            _schema.PossibleTypes(type).Intersect(_schema.PossibleTypes(parent)).Any(),
            $"Fragment cannot be spread here as objects of type \"{parent.Name}\" can never be of type \"{name}\"."
        );
        return type;
    }

    private void CheckDirectives(RegoObject node, string location)
    {
        var seen = new HashSet<string>();
        foreach (var use in node.Nodes("Directives"))
        {
            string name = use.Text("Name");
            Ensure(_schema.Directives.TryGetValue(name, out var directive), $"Unknown directive \"@{name}\".");
            Ensure(directive!.Locations.Contains(location), $"Directive \"@{name}\" may not be used on {location}.");
            Ensure(
                seen.Add(name) || directive.IsRepeatable,
                $"The directive \"@{name}\" can only be used once at this location."
            );
            Arguments(use, directive.Arguments, $"directive \"@{name}\"");
        }
    }

    private void Arguments(RegoObject node, IReadOnlyDictionary<string, GraphQlInput> known, string where)
    {
        var given = new Dictionary<string, RegoObject>();
        foreach (var argument in node.Nodes("Arguments"))
        {
            string name = argument.Text("Name");
            Ensure(known.TryGetValue(name, out var input), $"Unknown argument \"{name}\" on {where}.");
            Ensure(given.TryAdd(name, argument.Node("Value")), $"There can be only one argument named \"{name}\".");
            Value(argument.Node("Value"), input!.Type, input.Default is not null);
        }

        foreach (var input in known.Values)
        {
            Ensure(
                !input.IsRequired || given.ContainsKey(input.Name),
                $"{where} argument \"{input.Name}\" of type \"{input.Type}\" is required, but it was not provided."
            );
        }
    }

    private void Value(RegoObject value, GraphQlType type, bool hasDefault = false)
    {
        var kind = (GraphQlValueKind)((value["Kind"] as RegoNumber)?.TryToLong(out long number) == true ? number : -1);
        string raw = value.Text("Raw");
        if (kind == GraphQlValueKind.Variable)
        {
            Variable(raw, type, hasDefault);
            return;
        }

        if (kind == GraphQlValueKind.Null)
        {
            Ensure(!type.NonNull, $"Expected value of type \"{type}\", found null.");
            return;
        }

        if (type.Element is { } element)
        {
            // A single value stands for a list of one.
            if (kind == GraphQlValueKind.List)
            {
                foreach (var child in value.Nodes("Children"))
                    Value(child.Node("Value"), element);
            }
            else
            {
                Value(value, element);
            }

            return;
        }

        var definition = _schema.Types[type.Name];
        bool fits = definition.Kind switch
        {
            "ENUM" => kind == GraphQlValueKind.Enum && definition.Values.Contains(raw),
            "INPUT_OBJECT" => kind == GraphQlValueKind.Object,
            _ => type.Name switch
            {
                "Int" => kind == GraphQlValueKind.Int
                    && int.TryParse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
                "Float" => kind is GraphQlValueKind.Int or GraphQlValueKind.Float,
                "String" => kind is GraphQlValueKind.String or GraphQlValueKind.Block,
                "Boolean" => kind == GraphQlValueKind.Boolean,
                "ID" => kind is GraphQlValueKind.Int or GraphQlValueKind.String or GraphQlValueKind.Block,
                _ => true,
            },
        };
        Ensure(fits, $"Expected value of type \"{type}\", found {(raw.Length == 0 ? kind : raw)}.");
        if (definition.Kind == "INPUT_OBJECT")
            InputObject(value, definition);
    }

    private void InputObject(RegoObject value, GraphQlDefinition type)
    {
        var given = new HashSet<string>();
        foreach (var child in value.Nodes("Children"))
        {
            string name = child.Text("Name");
            Ensure(
                type.Fields.TryGetValue(name, out var field),
                $"Field \"{name}\" is not defined by type \"{type.Name}\"."
            );
            Ensure(given.Add(name), $"There can be only one input field named \"{name}\".");
            Value(child.Node("Value"), field!.Type);
        }

        foreach (var field in type.Fields.Values)
        {
            Ensure(
                !field.Type.NonNull || given.Contains(field.Name),
                $"Field \"{type.Name}.{field.Name}\" of required type \"{field.Type}\" was not provided."
            );
        }
    }

    private void Variable(string name, GraphQlType wanted, bool hasDefault)
    {
        Ensure(_variables!.TryGetValue(name, out var variable), $"Variable \"${name}\" is not defined.");
        _usedVariables.Add(name);
        var actual = variable!.Type;
        // A default makes a nullable variable good enough where null is not allowed.
        if (wanted.NonNull && !actual.NonNull && (hasDefault || variable.Default is not null))
            wanted = wanted with { NonNull = false };
        Ensure(
            Fits(actual, wanted),
            $"Variable \"${name}\" of type \"{actual}\" used in position expecting type \"{wanted}\"."
        );
    }

    private static bool Fits(GraphQlType actual, GraphQlType wanted) =>
        (actual.NonNull || !wanted.NonNull)
        && (wanted.Element is null) == (actual.Element is null)
        && (wanted.Element is null ? wanted.Name == actual.Name : Fits(actual.Element!, wanted.Element));

    private void CheckCycle(string name, HashSet<string> above)
    {
        Ensure(above.Add(name), $"Cannot spread fragment \"{name}\" within itself.");
        foreach (string spread in Spreads(_fragments[name]))
        {
            if (_fragments.ContainsKey(spread))
                CheckCycle(spread, above);
        }

        above.Remove(name);
    }

    private static IEnumerable<string> Spreads(RegoObject node) =>
        node.Nodes("SelectionSet")
            .SelectMany(selection =>
                selection["Alias"] is null && selection["TypeCondition"] is null
                    ? [selection.Text("Name")]
                    : Spreads(selection)
            );

    private static void Ensure([DoesNotReturnIf(false)] bool holds, string message)
    {
        if (!holds)
            throw new GraphQlInvalidException(message);
    }
}
