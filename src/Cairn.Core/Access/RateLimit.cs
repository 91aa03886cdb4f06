using System.Globalization;

namespace Cairn.Core.Access;

/// <summary>At most so many requests in any window of that length, written <c>200/minute</c>.</summary>
/// <param name="Permits">At least 1.</param>
/// <param name="Window">A second, a minute, an hour or a day.</param>
public sealed record RateLimit(int Permits, TimeSpan Window)
{
    private static readonly (string Name, TimeSpan Window)[] Windows =
    [
        ("second", TimeSpan.FromSeconds(1)),
        ("minute", TimeSpan.FromMinutes(1)),
        ("hour", TimeSpan.FromHours(1)),
        ("day", TimeSpan.FromDays(1)),
    ];

    /// <summary>Reads a limit.</summary>
    /// <param name="text">A number, a slash and second, minute, hour or day; or <c>off</c>.</param>
    /// <param name="limit">Null for <c>off</c>.</param>
    public static bool TryParse(string text, out RateLimit? limit)
    {
        limit = null;
        if (text == "off")
            return true;
        string[] parts = text.Split('/', StringSplitOptions.TrimEntries);
        if (
            parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int permits)
            || permits < 1
        )
        {
            return false;
        }

        foreach (var (name, window) in Windows)
        {
            if (parts[1] == name || parts[1] == name + "s")
                limit = new RateLimit(permits, window);
        }

        return limit is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Permits}/{Windows.First(window => window.Window == Window).Name}";
}
