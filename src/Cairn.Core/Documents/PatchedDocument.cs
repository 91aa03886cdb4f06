using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Core.Documents;

/// <summary>A document between the operations of a JSON Patch. Each is measured before it is done: a copy that doubles
/// the document is refused while the document is still small.</summary>
internal sealed class PatchedDocument
{
    private readonly int _maxBytes;
    private readonly WorkBudget _budget;
    private JsonNode? _root;
    private long _bytes;
    private int _index = -1;

    /// <param name="document">The document before, valid JSON.</param>
    /// <param name="maxBytes">How large it may be after each operation.</param>
    /// <param name="budget">Charged for values that are made, moved or measured.</param>
    public PatchedDocument(byte[] document, int maxBytes, WorkBudget budget)
    {
        _root = Node(document);
        _bytes = document.Length;
        _maxBytes = maxBytes;
        _budget = budget;
    }

    /// <summary>Applies the next operation.</summary>
    /// <exception cref="ProblemException">It cannot be applied; the document is not to be used any more.</exception>
    public void Apply(JsonElement operation)
    {
        _index++;
        _budget.Charge(1);
        string op = Text(operation, "op");
        string[] path = Pointer(operation, "path");
        switch (op)
        {
            case "add":
                Add(path, Value(operation));
                break;
            case "remove":
                Remove(path);
                break;
            case "replace":
                Find(path);
                Put(path, Value(operation), replace: true);
                break;
            case "move":
                string[] from = Pointer(operation, "from");
                if (path.Length > from.Length && path.AsSpan(0, from.Length).SequenceEqual(from))
                    throw Refused("a value cannot be moved into itself.");
                Add(path, Remove(from));
                break;
            case "copy":
                Add(path, Copy(path, Find(Pointer(operation, "from"))));
                break;
            case "test":
                if (!JsonNode.DeepEquals(Find(path), Value(operation)))
                    throw Refused($"the value at {Shown(path)} is not the one tested for.", ProblemKind.Conflict);
                break;
            default:
                throw Refused($"'{DocumentFormat.Shown(op)}' is not one of add, remove, replace, move, copy, test.");
        }
    }

    /// <summary>The document as it is now, compact.</summary>
    public byte[] ToUtf8() => _root is { } root ? JsonText.Write(writer => root.WriteTo(writer)) : "null"u8.ToArray();

    private void Add(string[] path, JsonNode? value) => Put(path, value, replace: false);

    private void Put(string[] path, JsonNode? value, bool replace)
    {
        var (bytes, levels) = Measure(value);
        if (path.Length == 0)
        {
            Grow(path, bytes - _bytes, levels);
            _root = value;
        }
        else if (Find(path.AsSpan()[..^1]) is var parent && parent is JsonObject members)
        {
            Grow(
                path,
                members.TryGetPropertyValue(path[^1], out var before)
                    ? bytes - Measure(before).Bytes
                    : bytes + NameBytes(path[^1]) + Comma(members.Count),
                levels
            );
            members[path[^1]] = value;
        }
        else if (parent is not JsonArray items)
        {
            throw Refused($"there is nothing that could hold {Shown(path)}.");
        }
        else if (replace)
        {
            int index = Index(path, path[^1], items.Count - 1);
            Grow(path, bytes - Measure(items[index]).Bytes, levels);
            items[index] = value;
        }
        else
        {
            int index = path[^1] == "-" ? items.Count : Index(path, path[^1], items.Count);
            Grow(path, bytes + Comma(items.Count), levels);
            Shift(items.Count - index);
            items.Insert(index, value);
        }
    }

    // Measured before it is made: for the copy of a whole, that is the difference between refusing and having it.
    private JsonNode? Copy(string[] path, JsonNode? source)
    {
        var (bytes, levels) = Measure(source);
        CheckRoom(path, path.Length == 0 ? 0 : bytes, levels);
        _budget.Charge(0, bytes);
        return source?.DeepClone();
    }

    private JsonNode? Remove(string[] path)
    {
        var removed = Find(path);
        long bytes = Measure(removed).Bytes;
        if (path.Length == 0)
        {
            _root = null;
            bytes -= 4;
        }
        else if (Find(path.AsSpan()[..^1]) is var parent && parent is JsonObject members)
        {
            bytes += NameBytes(path[^1]) + Comma(members.Count - 1);
            Shift(members.Count);
            members.Remove(path[^1]);
        }
        else if (parent is JsonArray items)
        {
            bytes += Comma(items.Count - 1);
            Shift(items.Count);
            items.RemoveAt(Index(path, path[^1], items.Count - 1));
        }

        _bytes -= bytes;
        return removed;
    }

    private JsonNode? Find(ReadOnlySpan<string> path)
    {
        var node = _root;
        foreach (string step in path)
        {
            node = node switch
            {
                JsonObject members when members.TryGetPropertyValue(step, out var value) => value,
                JsonArray items => items[Index(path, step, items.Count - 1)],
                _ => throw Refused($"there is nothing at {Shown(path)}."),
            };
        }

        return node;
    }

    private void Grow(string[] path, long bytes, int levels)
    {
        CheckRoom(path, bytes, levels);
        _bytes += bytes;
    }

    private void CheckRoom(string[] path, long bytes, int levels)
    {
        if (path.Length + levels > JsonText.MaxDepth)
            throw Refused($"the document would nest deeper than {JsonText.MaxDepth} levels.", ProblemKind.TooLarge);
        if (bytes > 0 && _bytes + bytes > _maxBytes)
            throw Refused($"the document would have more than {_maxBytes} bytes.", ProblemKind.TooLarge);
    }

    // What stands behind a value that comes or goes moves; that is quick, but not for nothing.
    private void Shift(int count) => _budget.Charge(1 + count / 8);

    private (long Bytes, int Levels) Measure(JsonNode? node)
    {
        _budget.Charge(1);
        long bytes = 2;
        int levels = 0;
        switch (node)
        {
            case null:
                return (4, 0);
            case JsonObject members:
                foreach (var (name, value) in members)
                    Count(value, NameBytes(name));
                return (bytes + Comma(members.Count) * (members.Count - 1), levels + 1);
            case JsonArray items:
                foreach (var item in items)
                    Count(item, 0);
                return (bytes + Comma(items.Count) * (items.Count - 1), levels + 1);
            default:
                return (JsonMarshal.GetRawUtf8Value(node.GetValue<JsonElement>()).Length, 0);
        }

        void Count(JsonNode? value, int name)
        {
            var inner = Measure(value);
            bytes += name + inner.Bytes;
            levels = Math.Max(levels, inner.Levels);
        }
    }

    // How deep a value may be depends on where it goes.
    private static JsonNode? Node(ReadOnlySpan<byte> json) =>
        JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = JsonText.Compact.MaxDepth });

    private static int NameBytes(string name) => Encoding.UTF8.GetByteCount(name) + 3;

    private static int Comma(int neighbours) => neighbours > 0 ? 1 : 0;

    private int Index(ReadOnlySpan<string> path, string step, int highest) =>
        (step == "0" || (step.Length > 0 && step[0] is >= '1' and <= '9'))
        && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
        && index <= highest
            ? index
            : throw Refused($"'{DocumentFormat.Shown(step)}' in {Shown(path)} is not an index of that array.");

    private JsonNode? Value(JsonElement operation) =>
        operation.TryGetProperty("value", out var value)
            ? Node(JsonMarshal.GetRawUtf8Value(value))
            : throw Refused("it has no 'value'.");

    private string Text(JsonElement operation, string name) =>
        operation.ValueKind == JsonValueKind.Object
        && operation.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Refused($"it has no '{name}'.");

    private string[] Pointer(JsonElement operation, string name)
    {
        string text = Text(operation, name);
        if (text.Length == 0)
            return [];
        if (text[0] != '/')
            throw Refused($"'{DocumentFormat.Shown(text)}' is not a JSON Pointer: it is empty or starts with a slash.");
        string[] steps = text[1..].Split('/');
        _budget.Charge(steps.Length, text.Length);
        for (int i = 0; i < steps.Length; i++)
            steps[i] = Unescape(steps[i]);
        return steps;
    }

    private string Unescape(string step)
    {
        for (int i = step.IndexOf('~', StringComparison.Ordinal); i >= 0; i = step.IndexOf('~', i + 1))
        {
            if (i + 1 == step.Length || step[i + 1] is not ('0' or '1'))
            {
                throw Refused(
                    $"'{DocumentFormat.Shown(step)}' is not a step of a JSON Pointer: ~ is written ~0, and / is "
                        + "written ~1."
                );
            }
        }

        return step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }

    private static string Shown(ReadOnlySpan<string> path) =>
        $"'{DocumentFormat.Shown(string.Concat(path[..Math.Min(path.Length, 100)].ToArray().Select(step => "/" + JsonPatch.Escape(DocumentFormat.Shown(step)))))}'";

    private ProblemException Refused(string why, ProblemKind kind = ProblemKind.Invalid) =>
        new(
            kind,
            $"Operation {_index} of the JSON Patch cannot be applied: {why}",
            [new ProblemError($"/{_index}", why)]
        );
}
