using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;

namespace Cairn.Cli.Input;

/// <summary>One change of a place in a document, as typed.</summary>
/// <param name="Key">The place.</param>
/// <param name="Value">What is to be there; null for JSON's null.</param>
/// <param name="Removes">Whether nothing is to be there any more.</param>
internal sealed record DocumentEdit(DocumentKey Key, JsonNode? Value, bool Removes)
{
    /// <summary>Reads <c>KEY=VALUE</c>. A value is JSON when it is valid JSON, else text; <c>null</c>
    /// removes.</summary>
    /// <exception cref="UsageException">There is no key, or it is malformed.</exception>
    public static DocumentEdit Of(string text)
    {
        var (key, value) = Assignments.Split(text);
        var json = Assignments.Value(value);
        return new DocumentEdit(DocumentKey.Parse(key), json, Removes: json is null);
    }

    /// <summary>Reads <c>KEY=VALUE</c> of which the value is text, whatever it looks like.</summary>
    /// <inheritdoc cref="Of" path="/exception"/>
    public static DocumentEdit OfText(string text)
    {
        var (key, value) = Assignments.Split(text);
        return new DocumentEdit(DocumentKey.Parse(key), JsonValue.Create(value), Removes: false);
    }

    /// <summary>A key whose value is to be null.</summary>
    /// <inheritdoc cref="Of" path="/exception"/>
    public static DocumentEdit OfNull(string key) => new(DocumentKey.Parse(key), null, Removes: false);

    /// <summary>Refuses changes of which one is about a place that another one is about, too.</summary>
    /// <exception cref="UsageException">There are two such.</exception>
    public static void Check(IReadOnlyList<DocumentEdit> edits)
    {
        foreach (var (index, edit) in edits.Index())
        {
            if (
                edits.Where((other, place) => place != index && edit.Key.IsWithin(other.Key)).FirstOrDefault() is
                { } other
            )
            {
                throw new UsageException(
                    $"'{edit.Key.Text}' contradicts '{other.Key.Text}': both are about "
                        + $"{other.Key.Place(other.Key.Steps.Count)}."
                );
            }
        }
    }

    /// <summary>Whether one leads into, or removes, something that this overlay does not have itself, so that it
    /// matters what is below.</summary>
    public static bool NeedBelow(byte[]? overlay, IReadOnlyList<DocumentEdit> edits)
    {
        var document = Parse(overlay);
        return edits.Any(edit =>
            DocumentKey.Follow(document, edit.Removes ? edit.Key.Steps : edit.Key.Steps.SkipLast(1)) is null
        );
    }

    /// <summary>Makes the changes: values in their order, then what is removed, from the end of an array to its
    /// start.</summary>
    /// <param name="document">The document; null when there is none yet, which begins as an empty object.</param>
    /// <param name="edits">The changes; <see cref="Check"/> has passed them.</param>
    /// <param name="below">What an environment serves, where the document is its overlay; null for a base.</param>
    /// <returns>The document with the changes, compact.</returns>
    /// <exception cref="UsageException">A key leads nowhere; the message says what is there.</exception>
    public static byte[] Apply(byte[]? document, IReadOnlyList<DocumentEdit> edits, byte[]? below = null)
    {
        var root = Parse(document);
        var served = below is null ? null : JsonNode.Parse(below);
        var removals = edits
            .Where(edit => edit.Removes)
            .OrderByDescending(edit => edit.Key, Comparer<DocumentKey>.Create(DocumentKey.Compare));
        foreach (var edit in edits.Where(edit => !edit.Removes).Concat(removals))
            edit.Apply(root, served);
        return Encoding.UTF8.GetBytes(root?.ToJsonString(Printer.Compact) ?? "null");
    }

    private static JsonNode? Parse(byte[]? document) => document is null ? new JsonObject() : JsonNode.Parse(document);

    private void Apply(JsonNode? place, JsonNode? below)
    {
        int last = Key.Steps.Count - 1;
        for (int step = 0; step < last; step++)
        {
            below = DocumentKey.Follow(below, [Key.Steps[step]]);
            if (Child(place, step) is not { } next)
            {
                if (below is not (null or JsonObject))
                {
                    throw new UsageException(
                        $"'{Key.Text}': {Key.Place(step + 1)} is {Kind(below)} below the overlay, which can "
                            + $"only replace it whole: {Key.Place(step + 1).Trim('\'')}='…'."
                    );
                }

                if (Removes)
                    return;
                next = Open(place, step, isKnown: below is not null);
            }

            place = next;
        }

        if (!Removes)
        {
            Put(place, last, Value?.DeepClone());
        }
        else if (place is JsonArray items)
        {
            items.RemoveAt(IndexIn(items, last, mayAdd: false));
        }
        else if (
            !Members(place, last).Remove(Key.Steps[last]) && DocumentKey.Follow(below, [Key.Steps[last]]) is not null
        )
        {
            throw new UsageException(
                $"'{Key.Text}' is not in the overlay but below it, and cannot be removed here: --null "
                    + $"'{Key.Text}' hides it."
            );
        }
    }

    // Makes the object that a step leads into and that is not there yet.
    private JsonObject Open(JsonNode? place, int step, bool isKnown)
    {
        string next = Key.Steps[step + 1];
        if (!isKnown && (next == DocumentKey.End || DocumentKey.Index(next) is not null))
        {
            throw new UsageException(
                $"'{Key.Text}': there is no {Key.Place(step + 1)} yet, so that '{next}' may be an index or a "
                    + $"name. Set it whole, as an array '[…]' or an object '{{…}}'."
            );
        }

        var opened = new JsonObject();
        Put(place, step, opened);
        return opened;
    }

    private JsonNode? Child(JsonNode? place, int step) =>
        place is not JsonArray items ? Members(place, step)[Key.Steps[step]]
        : IndexIn(items, step, mayAdd: true) is var index && index < items.Count ? items[index]
        : null;

    private void Put(JsonNode? place, int step, JsonNode? value)
    {
        if (place is not JsonArray items)
            Members(place, step)[Key.Steps[step]] = value;
        else if (IndexIn(items, step, mayAdd: true) is var index && index == items.Count)
            items.Add(value);
        else
            items[index] = value;
    }

    private JsonObject Members(JsonNode? place, int step) =>
        place as JsonObject
        ?? throw new UsageException(
            $"'{Key.Text}': {Key.Place(step)} is {Kind(place)}, which has no members. Set it "
                + $"whole{(step == 0 ? ", with -f FILE" : "")}."
        );

    private int IndexIn(JsonArray items, int step, bool mayAdd)
    {
        int? index = Key.Steps[step] == DocumentKey.End ? items.Count : DocumentKey.Index(Key.Steps[step]);
        if (index < items.Count || (mayAdd && index == items.Count))
            return index.Value;
        string has = items.Count switch
        {
            0 => "no elements",
            1 => "one element, 0",
            var count => $"the elements 0 to {count - 1}",
        };
        throw new UsageException(
            $"'{Key.Text}': {Key.Place(step)} is an array that has "
                + $"{has}{(mayAdd ? $"; {items.Count} or {DocumentKey.End} adds one" : "")}."
        );
    }

    private static string Kind(JsonNode? value) =>
        value?.GetValueKind() switch
        {
            null or JsonValueKind.Null => "null",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => "text",
            JsonValueKind.Number => "a number",
            _ => "true or false",
        };
}
