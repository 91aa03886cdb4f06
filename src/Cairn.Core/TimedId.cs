using System.Globalization;

namespace Cairn.Core;

/// <summary>Identifiers that sort by the time they were made: UUID version 7 (RFC 9562) as 32 hexadecimal digits, of
/// which the first 12 are the milliseconds since 1970.</summary>
public static class TimedId
{
    /// <summary>A new identifier.</summary>
    public static string New(TimeProvider time) =>
        Guid.CreateVersion7(time.GetUtcNow()).ToString("N", CultureInfo.InvariantCulture);

    /// <summary>When <paramref name="id"/> was made; null when it is no such identifier.</summary>
    public static DateTimeOffset? TimeOf(string id) =>
        id.Length == 32 && Guid.TryParseExact(id, "N", out _)
        && long.TryParse(id.AsSpan(0, 12), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long ms)
        && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
            : null;
}
