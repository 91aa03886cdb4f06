using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Cairn.Core;

/// <summary>Identifiers that sort by when they were made: UUID version 7 (RFC 9562) as 32 hexadecimal digits, of which
/// the first 12 are the milliseconds since 1970 and the next but one three a count within them.</summary>
public static class TimedId
{
    /// <summary>When <paramref name="id"/> was made; null when it is no such identifier.</summary>
    public static DateTimeOffset? TimeOf(string id) =>
        PlaceOf(id) is { } place ? DateTimeOffset.FromUnixTimeMilliseconds(place >> 12) : null;

    /// <summary>Milliseconds and count as one number; null when <paramref name="id"/> is no such identifier.</summary>
    internal static long? PlaceOf(string id) =>
        id.Length == 32
        && Guid.TryParseExact(id, "N", out _)
        && long.TryParse(id.AsSpan(0, 12), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long ms)
        && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? ms << 12 | long.Parse(id.AsSpan(13, 3), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : null;
}

/// <summary>Makes <see cref="TimedId"/>s, each sorting after all that this node made or has seen, also where a clock
/// was put back or another node's goes ahead: what was written after something else comes after it.</summary>
/// <param name="time">The clock they follow.</param>
public sealed class TimedIds(TimeProvider time)
{
    private long _last;

    /// <summary>A new identifier.</summary>
    public string New()
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds() << 12;
        long last,
            place;
        do
        {
            last = Volatile.Read(ref _last);
            place = Math.Max(now, last + 1);
        } while (Interlocked.CompareExchange(ref _last, place, last) != last);

        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[8..]);
        BinaryPrimitives.WriteInt64BigEndian(bytes, place >> 12 << 16 | 0x7000 | place & 0xFFF);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Notes one that was made elsewhere, or before this node started.</summary>
    public void See(string id)
    {
        if (TimedId.PlaceOf(id) is not { } place)
            return;
        long last = Volatile.Read(ref _last);
        while (place > last)
        {
            long known = Interlocked.CompareExchange(ref _last, place, last);
            if (known == last)
                return;
            last = known;
        }
    }
}
