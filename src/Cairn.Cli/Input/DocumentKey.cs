using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;
using Cairn.Core.Documents;

namespace Cairn.Cli.Input;

/// <summary>Where in a document something is, as it is typed: <c>pool.size</c>, <c>hosts.0</c>. A dot leads into an
/// object or an array; a backslash before a dot, a backslash or a quote makes it part of the name.</summary>
/// <param name="Text">As it was typed.</param>
/// <param name="Steps">Names of members and indexes of elements, from the root on; at least one.</param>
internal sealed record DocumentKey(string Text, IReadOnlyList<string> Steps)
{
    /// <summary>The step that means the place behind the last element of an array.</summary>
    public const string End = "-";

    /// <exception cref="UsageException">It is none.</exception>
    public static DocumentKey Parse(string text)
    {
        var steps = new List<string>();
        var step = new StringBuilder();
        bool isNew = true;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '.')
            {
                steps.Add(step.ToString());
                step.Clear();
                isNew = true;
                continue;
            }

            if (text[i] == '"' && isNew)
            {
                throw new UsageException(
                    $"The key '{text}' has a quote in front, and needs none: a dot of the name itself is \\. "
                        + "and a quote \\\"."
                );
            }

            isNew = false;
            step.Append(
                text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '.' or '\\' or '"' ? text[++i] : text[i]
            );
        }

        steps.Add(step.ToString());
        if (steps.Contains(""))
            throw new UsageException($"The key '{text}' has nothing between two dots.");
        return steps.Count <= JsonText.MaxDepth
            ? new DocumentKey(text, steps)
            : throw new UsageException(
                $"A key of {steps.Count} steps leads deeper than a document can be: that is {JsonText.MaxDepth} levels."
            );
    }

    /// <summary>How people are told of its first steps.</summary>
    public string Place(int steps) => steps == 0 ? "the document" : $"'{string.Join('.', Steps.Take(steps))}'";

    /// <summary>Whether it is where the other one is, or inside of that.</summary>
    public bool IsWithin(DocumentKey other) =>
        Steps.Count >= other.Steps.Count
        && other.Steps.Select((step, index) => Steps[index] == step && step != End).All(same => same);

    /// <summary>A step as an index: without sign or zeros before it; null when it is none.</summary>
    public static int? Index(string step) =>
        (step == "0" || step is [>= '1' and <= '9', ..])
        && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? index
            : null;

    /// <summary>The order of the document, for elements of an array that of their indexes.</summary>
    public static int Compare(DocumentKey one, DocumentKey other)
    {
        foreach (var (x, y) in one.Steps.Zip(other.Steps))
        {
            int order = Index(x) is { } i && Index(y) is { } j ? i.CompareTo(j) : string.CompareOrdinal(x, y);
            if (order != 0)
                return order;
        }

        return one.Steps.Count.CompareTo(other.Steps.Count);
    }

    /// <summary>What the first steps lead to; null where they lead nowhere, or to null.</summary>
    public static JsonNode? Follow(JsonNode? document, IEnumerable<string> steps) =>
        steps.Aggregate(
            document,
            (place, step) =>
                place switch
                {
                    JsonObject members => members[step],
                    JsonArray items => Index(step) is { } index && index < items.Count ? items[index] : null,
                    _ => null,
                }
        );
}
