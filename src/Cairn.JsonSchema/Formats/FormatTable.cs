using System.Collections.Frozen;

namespace Cairn.JsonSchema.Formats;

/// <summary>Whether a text, in UTF-8, has a format.</summary>
delegate bool FormatCheck(ReadOnlySpan<byte> text);

/// <summary>The formats the drafts define, and the standard each follows.</summary>
static class FormatTable
{
    static readonly FrozenDictionary<string, FormatCheck> Checks = new Dictionary<string, FormatCheck>
    {
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Null for a format no draft defines: it is never checked.</summary>
    public static FormatCheck? Find(string format) => Checks.GetValueOrDefault(format);
}
