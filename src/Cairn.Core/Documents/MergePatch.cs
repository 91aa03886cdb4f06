using System.Runtime.InteropServices;
using System.Text.Json;

namespace Cairn.Core.Documents;

/// <summary>JSON Merge Patch (RFC 7396): an object changes the members it names, null removes one, anything else
/// replaces.</summary>
public static class MergePatch
{
    /// <summary>Applies a patch.</summary>
    /// <param name="target">What is patched; null when there is nothing yet.</param>
    /// <param name="patch">The patch.</param>
    /// <param name="budget">What the request may still use.</param>
    /// <returns>The result, compact. Members keep the target's order; new ones follow in the patch's.</returns>
    /// <exception cref="ProblemException">The budget is spent.</exception>
    public static byte[] Apply(byte[]? target, byte[] patch, WorkBudget budget)
    {
        budget.Charge(1, (target?.Length ?? 0) + patch.Length);
        return Apply(target, patch);
    }

    /// <summary>Applies a patch; what it makes is at most as large as both together.</summary>
    /// <param name="target">What is patched; null when there is nothing yet.</param>
    /// <param name="patch">The patch.</param>
    public static byte[] Apply(byte[]? target, byte[] patch)
    {
        var change = JsonText.Element(patch);
        JsonElement? before = target is null ? null : JsonText.Element(target);
        return JsonText.Write(writer => Merge(writer, before, change));
    }

    private static void Merge(Utf8JsonWriter writer, JsonElement? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(patch), skipInputValidation: true);
            return;
        }

        // Insertion order is kept by listing the patch again; the dictionary only answers "is it named?".
        var changes = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in patch.EnumerateObject())
            changes[member.Name] = member.Value;

        writer.WriteStartObject();
        if (target is { ValueKind: JsonValueKind.Object } before)
        {
            foreach (var member in before.EnumerateObject())
            {
                if (!changes.Remove(member.Name, out var change))
                {
                    writer.WritePropertyName(member.Name);
                    writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
                }
                else if (change.ValueKind != JsonValueKind.Null)
                {
                    writer.WritePropertyName(member.Name);
                    Merge(writer, member.Value, change);
                }
            }
        }

        foreach (var member in patch.EnumerateObject())
        {
            if (changes.ContainsKey(member.Name) && member.Value.ValueKind != JsonValueKind.Null)
            {
                writer.WritePropertyName(member.Name);
                Merge(writer, null, member.Value);
            }
        }

        writer.WriteEndObject();
    }
}
