using System.Globalization;
using Cairn.Cli.Output;

namespace Cairn.Cli.Input;

/// <summary>Times and durations as people type them.</summary>
internal static class Times
{
    // In seconds it is still a number of 32 bits, which is what others may read it as.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(20_000);

    /// <summary>A duration: <c>90s</c>, <c>30m</c>, <c>12h</c> or <c>7d</c>; at most 20,000 days.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static TimeSpan Duration(string text) =>
        TryDuration(text)
        ?? throw new UsageException(
            $"'{text}' is not a duration such as 90s, 30m, 12h or 7d, of at most {Longest.TotalDays:0} days."
        );

    /// <summary>A moment for the API: as it is, or that long ago when it is a duration.</summary>
    public static string? Moment(string? text) =>
        text is not null && TryDuration(text) is { } ago
            ? (TimeProvider.System.GetUtcNow() - ago).ToString(
                "yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
                CultureInfo.InvariantCulture
            )
            : text;

    private static TimeSpan? TryDuration(string text)
    {
        if (
            text.Length < 2
            || !int.TryParse(
                text.AsSpan(0, text.Length - 1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out int number
            )
        )
        {
            return null;
        }

        long? unit = text[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => null,
        };
        return unit * number is { } seconds && seconds <= Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
