namespace Cairn.Node.Settings;

/// <summary>Finds what somebody may have meant by a name that does not exist.</summary>
public static class Nearest
{
    private const int MaxDistance = 3;
    private const int MaxLength = 64;

    /// <summary>The known name that is most like <paramref name="name"/>: one that it is the beginning of, or that few
    /// letters differ from. Null when there is none.</summary>
    public static string? To(string name, IEnumerable<string> known)
    {
        if (name.Length is 0 or > MaxLength)
            return null;
        return known
            .Select(candidate => (Name: candidate, Distance: Between(name, candidate)))
            .Where(candidate => candidate.Distance <= MaxDistance)
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault()
            .Name;
    }

    private static int Between(string name, string candidate) =>
        name.Length > 1 && candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase)
            ? 0
            : Levenshtein(name, candidate);

    private static int Levenshtein(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(
                    Math.Min(row[j] + 1, row[j - 1] + 1),
                    diagonal + (one[i - 1] == other[j - 1] ? 0 : 1)
                );
                diagonal = above;
            }
        }

        return row[other.Length];
    }
}
