using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Core.Documents;

/// <summary>JSON Patch (RFC 6902): made from two documents, or applied to one.</summary>
public static class JsonPatch
{
    /// <summary>How many operations a difference has at most.</summary>
    public const int MaxDiffOperations = 10_000;

    /// <summary>How many characters of paths and bytes of values a difference has at most.</summary>
    public const int MaxDiffBytes = 1 << 20;

    /// <summary>The operations (add, remove, replace) that turn one document into another.</summary>
    /// <param name="from">The document before.</param>
    /// <param name="to">The document after.</param>
    /// <returns>An array of operations; empty when the documents are equal, null when it would be larger than
    /// <see cref="MaxDiffOperations"/> or <see cref="MaxDiffBytes"/>. Order of members does not count.</returns>
    public static JsonArray? Diff(JsonElement from, JsonElement to)
    {
        var difference = new Difference();
        Diff(difference, "", from, to);
        return difference.IsTooLarge ? null : difference.Operations;
    }

    private sealed class Difference
    {
        private long _bytes;

        public JsonArray Operations { get; } = [];

        public bool IsTooLarge { get; private set; }

        public void Add(string op, string path, JsonElement? value)
        {
            _bytes += path.Length + (value is { } element ? JsonMarshal.GetRawUtf8Value(element).Length : 0);
            IsTooLarge |= Operations.Count == MaxDiffOperations || _bytes > MaxDiffBytes;
            if (!IsTooLarge)
                Operations.Add(Make(op, path, value));
        }

        /// <summary>The path of a member, if there is any use for it still: paths of long names are the larger part of
        /// a difference.</summary>
        public string Step(string path, string name) => IsTooLarge ? path : $"{path}/{Escape(name)}";
    }

    /// <summary>Applies a patch.</summary>
    /// <param name="document">What is patched, valid JSON; stays as it is.</param>
    /// <param name="patch">An array of operations, all six of RFC 6902; valid JSON.</param>
    /// <param name="maxBytes">How large the document may be after each operation.</param>
    /// <param name="budget">Charged for what each operation touches.</param>
    /// <returns>The patched document, compact.</returns>
    /// <exception cref="ProblemException">An operation is malformed, its path does not exist, a test fails, or the
    /// document would become too large or too deep; the error names the operation. Nothing is applied then.</exception>
    public static byte[] Apply(byte[] document, byte[] patch, int maxBytes, WorkBudget budget)
    {
        var operations = JsonText.Element(patch);
        if (operations.ValueKind != JsonValueKind.Array)
            throw new ProblemException(ProblemKind.Invalid, "A JSON Patch is an array of operations.");
        var patched = new PatchedDocument(document, maxBytes, budget);
        foreach (var operation in operations.EnumerateArray())
            patched.Apply(operation);
        return patched.ToUtf8();
    }

    /// <summary>A name as one step of a JSON Pointer (RFC 6901).</summary>
    public static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static void Diff(Difference difference, string path, JsonElement from, JsonElement to)
    {
        if (difference.IsTooLarge)
            return;
        if (from.ValueKind == JsonValueKind.Object && to.ValueKind == JsonValueKind.Object)
            DiffObjects(difference, path, from, to);
        else if (from.ValueKind == JsonValueKind.Array && to.ValueKind == JsonValueKind.Array)
            DiffArrays(difference, path, from, to);
        else if (!JsonElement.DeepEquals(from, to))
            difference.Add("replace", path, to);
    }

    private static void DiffObjects(Difference difference, string path, JsonElement from, JsonElement to)
    {
        var after = to.EnumerateObject()
            .ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
        var before = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in from.EnumerateObject())
        {
            before.Add(member.Name);
            if (!after.TryGetValue(member.Name, out var value))
                difference.Add("remove", difference.Step(path, member.Name), null);
            else if (!JsonElement.DeepEquals(member.Value, value))
                Diff(difference, difference.Step(path, member.Name), member.Value, value);
        }

        foreach (var member in to.EnumerateObject())
        {
            if (!before.Contains(member.Name))
                difference.Add("add", difference.Step(path, member.Name), member.Value);
        }
    }

    private static void DiffArrays(Difference difference, string path, JsonElement from, JsonElement to)
    {
        var before = from.EnumerateArray().ToArray();
        var after = to.EnumerateArray().ToArray();
        int head = 0,
            tail = 0;
        while (head < Math.Min(before.Length, after.Length) && JsonElement.DeepEquals(before[head], after[head]))
            head++;
        while (
            tail < Math.Min(before.Length, after.Length) - head
            && JsonElement.DeepEquals(before[^(tail + 1)], after[^(tail + 1)])
        )
        {
            tail++;
        }

        int common = Math.Min(before.Length, after.Length) - head - tail;
        for (int i = head; i < head + common; i++)
            Diff(difference, $"{path}/{i}", before[i], after[i]);
        for (int i = before.Length - tail - 1; i >= head + common; i--)
            difference.Add("remove", $"{path}/{i}", null);
        for (int i = head + common; i < after.Length - tail; i++)
            difference.Add("add", $"{path}/{i}", after[i]);
    }

    private static JsonObject Make(string op, string path, JsonElement? value)
    {
        var operation = new JsonObject { ["op"] = op, ["path"] = path };
        if (value is { } element)
            operation["value"] = Node(element);
        return operation;
    }

    private static JsonNode? Node(JsonElement element) => JsonNode.Parse(JsonText.ToUtf8(element));
}
