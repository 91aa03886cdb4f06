using System.Collections.Frozen;

namespace Cairn.JsonSchema.Formats;

/// <summary>Whether a text, in UTF-8, has a format.</summary>
internal delegate bool FormatCheck(ReadOnlySpan<byte> text);

/// <summary>The formats the drafts define, and what checks each.</summary>
internal static class FormatTable
{
    private static readonly FrozenDictionary<string, FormatCheck> Checks = new Dictionary<string, FormatCheck>
    {
        ["date-time"] = DateTimeFormats.IsDateTime,
        ["date"] = DateTimeFormats.IsDate,
        ["time"] = DateTimeFormats.IsTime,
        ["duration"] = DateTimeFormats.IsDuration,
        ["email"] = EmailFormats.IsEmail,
        ["idn-email"] = EmailFormats.IsInternationalEmail,
        ["hostname"] = HostFormats.IsHostname,
        ["idn-hostname"] = HostFormats.IsInternationalHostname,
        ["ipv4"] = AddressFormats.IsIPv4,
        ["ipv6"] = AddressFormats.IsIPv6,
        ["uri"] = UriFormats.IsUri,
        ["uri-reference"] = UriFormats.IsUriReference,
        ["iri"] = UriFormats.IsIri,
        ["iri-reference"] = UriFormats.IsIriReference,
        ["uri-template"] = UriTemplateFormat.IsUriTemplate,
        ["json-pointer"] = IdentifierFormats.IsJsonPointer,
        ["relative-json-pointer"] = IdentifierFormats.IsRelativeJsonPointer,
        ["uuid"] = IdentifierFormats.IsUuid,
        ["regex"] = IdentifierFormats.IsRegex,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> Names => Checks.Keys;

    /// <summary>Null for a format no draft defines: it is never checked.</summary>
    public static FormatCheck? Find(string format) => Checks.GetValueOrDefault(format);
}
