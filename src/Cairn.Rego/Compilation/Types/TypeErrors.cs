using System.Text;
using Cairn.Rego.Builtins;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation.Types;

/// <summary>The type checker's messages: OPA's first line, and its details in lines after it.</summary>
internal static class TypeErrors
{
    public static RegoError Match(RegoType left, RegoType right, SourceLocation location) =>
        new(RegoError.Type, $"match error\n\tleft  : {left}\n\tright : {right}", location);

    /// <summary>A call that cannot be.</summary>
    /// <param name="name">The function.</param>
    /// <param name="problem">What is wrong, for example <c>invalid argument(s)</c>.</param>
    /// <param name="have">The types of the operands; a nested call's result is among them.</param>
    /// <param name="want">What the function takes.</param>
    /// <param name="location">Where the call is.</param>
    public static RegoError Call(
        string name,
        string problem,
        IEnumerable<RegoType> have,
        IEnumerable<string> want,
        SourceLocation location
    ) =>
        new(
            RegoError.Type,
            $"{name}: {problem}\n\thave: ({string.Join(", ", have)})\n\twant: ({string.Join(", ", want)})",
            location
        );

    /// <summary>A reference into a value that holds nothing.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="at">How many elements of its path lead to that value.</param>
    /// <param name="have">The value's type.</param>
    public static RegoError Unsupported(RefTerm reference, int at, RegoType have)
    {
        string text = Text(reference);
        return new RegoError(
            RegoError.Type,
            $"undefined ref: {text}\n\t{text}\n\t{new string('^', Text(reference, at).Length)}\n\thave: {have}",
            reference.Location
        );
    }

    /// <summary>A reference to something that a value does not hold.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="at">The element of its path that is wrong.</param>
    /// <param name="have">That element's type; null names the element itself.</param>
    /// <param name="want">The types it may have.</param>
    /// <param name="oneOf">The values it may have, where they are known.</param>
    public static RegoError Invalid(
        RefTerm reference,
        int at,
        RegoType? have,
        RegoType want,
        IReadOnlyList<RegoValue> oneOf
    )
    {
        string text = Text(reference),
            pad = new(' ', Text(reference, at).Length + 1);
        string had = have is null ? $"have: {Text(reference.Path[at])}" : $"have (type): {have}";
        string wanted = oneOf.Count > 0 ? $"want (one of): [{string.Join(' ', oneOf)}]" : $"want (type): {want}";
        return new RegoError(
            RegoError.Type,
            $"undefined ref: {text}\n\t{text}\n\t{pad}^\n\t{pad}{had}\n\t{pad}{wanted}",
            reference.Location
        );
    }

    /// <summary>What a function or term is called in messages.</summary>
    public static string Name(Term term) => Text(term);

    /// <summary>The keys that values of a type have for certain.</summary>
    public static IReadOnlyList<RegoValue> Keys(RegoType type) =>
        type.Form switch
        {
            TypeForm.Object => [.. type.Members.Select(member => member.Key)],
            TypeForm.Any => [.. (type.Alternatives ?? []).SelectMany(Keys).Distinct().Order()],
            _ => [],
        };

    private static string Text(RefTerm reference, int elements)
    {
        var text = new StringBuilder(Text(reference.Head));
        foreach (var element in reference.Path.Take(elements))
        {
            if (element is ScalarTerm { Value: RegoString { Value: var name } } && IsName(name))
                text.Append('.').Append(name);
            else
                text.Append('[').Append(Text(element)).Append(']');
        }

        return text.ToString();
    }

    private static bool IsName(string text) =>
        text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static string Text(Term term) =>
        term switch
        {
            ScalarTerm scalar => scalar.Value.ToString(),
            VarTerm variable => Variables.Shown(variable.Name),
            RefTerm reference => Text(reference, reference.Path.Count),
            ArrayTerm array => $"[{string.Join(", ", array.Items.Select(Text))}]",
            SetTerm { Items.Count: 0 } => "set()",
            SetTerm set => $"{{{string.Join(", ", set.Items.Select(Text))}}}",
            ObjectTerm o =>
                $"{{{string.Join(", ", o.Members.Select(member => $"{Text(member.Key)}: {Text(member.Value)}"))}}}",
            CallTerm call => $"{Text(call.Function)}({string.Join(", ", call.Arguments.Select(Text))})",
            ComprehensionTerm { Kind: ComprehensionKind.Array } => "[… | …]",
            ComprehensionTerm => "{… | …}",
            _ => "$\"…\"",
        };
}
