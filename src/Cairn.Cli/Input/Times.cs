using System.Globalization;
using Cairn.Cli.Output;

namespace Cairn.Cli.Input;

/// <summary>Times and durations as people type them.</summary>
internal static class Times
{
    /// <summary>A duration: <c>90s</c>, <c>30m</c>, <c>12h</c> or <c>7d</c>.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static TimeSpan Duration(string text) =>
        TryDuration(text) ?? throw new UsageException($"'{text}' is not a duration such as 90s, 30m, 12h or 7d.");

    /// <summary>A moment for the API: as it is, or that long ago when it is a duration.</summary>
    public static string? Moment(string? text) => text is not null && TryDuration(text) is { } ago
        ? (TimeProvider.System.GetUtcNow() - ago).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
        : text;

    private static TimeSpan? TryDuration(string text) =>
        text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? text[^1] switch
            {
                's' => TimeSpan.FromSeconds(number),
                'm' => TimeSpan.FromMinutes(number),
                'h' => TimeSpan.FromHours(number),
                'd' => TimeSpan.FromDays(number),
                _ => null,
            }
            : null;
}
