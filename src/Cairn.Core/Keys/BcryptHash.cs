using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Cairn.Core.Keys;

/// <summary>Checks texts against bcrypt hashes made elsewhere (<c>$2a$</c>, <c>$2b$</c>, <c>$2y$</c>). Cairn makes none
/// itself: its keys have full entropy, which a slow hash would not make safer.</summary>
public static partial class BcryptHash
{
    /// <summary>How many bytes of a text count; longer ones are valid under no hash.</summary>
    public const int MaxTextBytes = 72;

    /// <summary>Hashes that cost more are refused: a check would take longer than anybody waits.</summary>
    public const int MaxCost = 16;

    /// <summary>Whether a text is a hash that can be checked against.</summary>
    public static bool IsSupported(string hash) =>
        Form().Match(hash) is { Success: true } match
        && int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) is >= 4 and <= MaxCost;

    /// <summary>Whether <paramref name="text"/> is what was hashed. Takes the time that the hash's cost asks for, a
    /// quarter of a second or so at cost 12.</summary>
    public static bool Verify(string text, string hash) =>
        IsSupported(hash) && CanBeHashed(text) && BCrypt.Net.BCrypt.Verify(text, hash);

    // The library throws for half a surrogate pair, stops at a zero and hashes only the beginning of what is longer.
    private static bool CanBeHashed(string text) =>
        Utf8.FromUtf16(text, stackalloc byte[MaxTextBytes], out _, out _, replaceInvalidSequences: false)
            == OperationStatus.Done
        && !text.Contains('\0');

    [GeneratedRegex(@"^\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}\z")]
    private static partial Regex Form();
}
