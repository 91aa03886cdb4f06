using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Core.Documents;

/// <summary>JSON Patch (RFC 6902): made from two documents, or applied to one.</summary>
public static class JsonPatch
{
    /// <summary>The operations (add, remove, replace) that turn one document into another.</summary>
    /// <param name="from">The document before.</param>
    /// <param name="to">The document after.</param>
    /// <returns>An array of operations; empty when the documents are equal. Order of members does not count.</returns>
    public static JsonArray Diff(JsonElement from, JsonElement to)
    {
        var operations = new JsonArray();
        Diff(operations, "", from, to);
        return operations;
    }

    /// <summary>Applies a patch.</summary>
    /// <param name="document">What is patched; stays as it is.</param>
    /// <param name="patch">An array of operations, all six of RFC 6902.</param>
    /// <exception cref="ProblemException">An operation is malformed, its path does not exist, or a test fails; the
    /// error names the operation. Nothing is applied then.</exception>
    public static JsonNode? Apply(JsonNode? document, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Array)
            throw new ProblemException(ProblemKind.Invalid, "A JSON Patch is an array of operations.");
        var root = document?.DeepClone();
        int index = 0;
        foreach (var operation in patch.EnumerateArray())
        {
            try
            {
                root = Apply(root, new Operation(operation));
            }
            catch (FormatException e)
            {
                throw new ProblemException(
                    ProblemKind.Invalid, $"Operation {index} of the JSON Patch cannot be applied: {e.Message}",
                    [new ProblemError($"/{index}", e.Message)]);
            }

            index++;
        }

        return root;
    }

    /// <summary>A name as one step of a JSON Pointer (RFC 6901).</summary>
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static void Diff(JsonArray operations, string path, JsonElement from, JsonElement to)
    {
        if (from.ValueKind == JsonValueKind.Object && to.ValueKind == JsonValueKind.Object)
            DiffObjects(operations, path, from, to);
        else if (from.ValueKind == JsonValueKind.Array && to.ValueKind == JsonValueKind.Array)
            DiffArrays(operations, path, from, to);
        else if (!JsonElement.DeepEquals(from, to))
            operations.Add(Make("replace", path, to));
    }

    private static void DiffObjects(JsonArray operations, string path, JsonElement from, JsonElement to)
    {
        var after = to.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
        var before = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in from.EnumerateObject())
        {
            before.Add(member.Name);
            string step = $"{path}/{Escape(member.Name)}";
            if (after.TryGetValue(member.Name, out var value))
                Diff(operations, step, member.Value, value);
            else
                operations.Add(Make("remove", step, null));
        }

        foreach (var member in to.EnumerateObject())
            if (!before.Contains(member.Name))
                operations.Add(Make("add", $"{path}/{Escape(member.Name)}", member.Value));
    }

    private static void DiffArrays(JsonArray operations, string path, JsonElement from, JsonElement to)
    {
        var before = from.EnumerateArray().ToArray();
        var after = to.EnumerateArray().ToArray();
        int head = 0, tail = 0;
        while (head < Math.Min(before.Length, after.Length) && JsonElement.DeepEquals(before[head], after[head]))
            head++;
        while (tail < Math.Min(before.Length, after.Length) - head && JsonElement.DeepEquals(before[^(tail + 1)], after[^(tail + 1)]))
            tail++;

        int common = Math.Min(before.Length, after.Length) - head - tail;
        for (int i = head; i < head + common; i++)
            Diff(operations, $"{path}/{i}", before[i], after[i]);
        for (int i = before.Length - tail - 1; i >= head + common; i--)
            operations.Add(Make("remove", $"{path}/{i}", null));
        for (int i = head + common; i < after.Length - tail; i++)
            operations.Add(Make("add", $"{path}/{i}", after[i]));
    }

    private static JsonObject Make(string op, string path, JsonElement? value)
    {
        var operation = new JsonObject { ["op"] = op, ["path"] = path };
        if (value is { } element)
            operation["value"] = Node(element);
        return operation;
    }

    private static JsonNode? Node(JsonElement element) => JsonNode.Parse(JsonText.ToUtf8(element));

    private static JsonNode? Apply(JsonNode? root, Operation operation)
    {
        switch (operation.Op)
        {
            case "add":
                return Add(root, operation.Path, operation.Value);
            case "remove":
                return Remove(root, operation.Path, out _);
            case "replace":
                return Add(Remove(root, operation.Path, out _), operation.Path, operation.Value);
            case "move":
                if (operation.Path.StartsWith(operation.From + "/", StringComparison.Ordinal))
                    throw new FormatException("a value cannot be moved into itself.");
                root = Remove(root, operation.From, out var moved);
                return Add(root, operation.Path, moved);
            case "copy":
                return Add(root, operation.Path, Find(root, operation.From)?.DeepClone());
            case "test":
                return JsonNode.DeepEquals(Find(root, operation.Path), operation.Value)
                    ? root
                    : throw new FormatException($"the value at '{operation.Path}' is not the one tested for.");
            default:
                throw new FormatException($"'{operation.Op}' is not one of add, remove, replace, move, copy, test.");
        }
    }

    private static JsonNode? Add(JsonNode? root, string path, JsonNode? value)
    {
        if (path.Length == 0)
            return value;
        var (parent, step) = Parent(root, path);
        if (parent is JsonObject members)
            members[step] = value;
        else if (parent is JsonArray items)
            items.Insert(step == "-" ? items.Count : Index(step, items.Count, path), value);
        else
            throw new FormatException($"there is nothing that could hold '{path}'.");
        return root;
    }

    private static JsonNode? Remove(JsonNode? root, string path, out JsonNode? removed)
    {
        removed = Find(root, path);
        if (path.Length == 0)
            return null;
        var (parent, step) = Parent(root, path);
        if (parent is JsonObject members)
            members.Remove(step);
        else if (parent is JsonArray items)
            items.RemoveAt(Index(step, items.Count - 1, path));
        return root;
    }

    private static JsonNode? Find(JsonNode? node, string path)
    {
        foreach (string step in Steps(path))
            node = node switch
            {
                JsonObject members when members.TryGetPropertyValue(step, out var value) => value,
                JsonArray items => items[Index(step, items.Count - 1, path)],
                _ => throw new FormatException($"there is nothing at '{path}'."),
            };
        return node;
    }

    private static (JsonNode? Parent, string Step) Parent(JsonNode? root, string path)
    {
        int slash = path.LastIndexOf('/');
        return (Find(root, path[..slash]), Unescape(path[(slash + 1)..]));
    }

    private static IEnumerable<string> Steps(string path) =>
        path.Length == 0 ? [] : path[1..].Split('/').Select(Unescape);

    private static string Unescape(string step) =>
        step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static int Index(string step, int highest, string path) =>
        (step == "0" || (step.Length > 0 && step[0] is >= '1' and <= '9'))
        && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index <= highest
            ? index
            : throw new FormatException($"'{step}' in '{path}' is not an index of that array.");

    private readonly struct Operation(JsonElement element)
    {
        public string Op => Text("op");
        public string Path => Pointer("path");
        public string From => Pointer("from");

        public JsonNode? Value => element.TryGetProperty("value", out var value)
            ? Node(value)
            : throw new FormatException("it has no 'value'.");

        private string Text(string name) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
                ? value.GetString()!
                : throw new FormatException($"it has no '{name}'.");

        private string Pointer(string name) =>
            Text(name) is var pointer && (pointer.Length == 0 || pointer[0] == '/')
                ? pointer
                : throw new FormatException($"'{pointer}' is not a JSON Pointer: it is empty or starts with a slash.");
    }
}
