using System.Globalization;

namespace Cairn.Node.Limits;

/// <summary>How many files and connections the operating system lets the process have open.</summary>
internal static class OpenFiles
{
    /// <summary>What goes to the store, the log and callers that do not wait.</summary>
    public const int Reserve = 256;

    /// <summary>The limit; null where it is not known or there is none.</summary>
    public static long? Limit()
    {
        try
        {
            return Parse(File.ReadAllText("/proc/self/limits"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not Linux, or not to be read: then there is no advice to give.
            return null;
        }
    }

    /// <summary>The limit in force, of the text of <c>/proc/self/limits</c>.</summary>
    public static long? Parse(string limits)
    {
        const string Name = "Max open files";
        string? line = limits.Split('\n').FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        string? soft = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : null;
    }
}
