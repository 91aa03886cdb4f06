namespace Cairn.JsonSchema.Patterns;

/// <summary>The capturing groups of a pattern, found ahead because a reference may come before its group.</summary>
internal sealed record EcmaGroups(int Count, IReadOnlyDictionary<string, int> Names, bool HasBackReferences)
{
    public static EcmaGroups Scan(string source)
    {
        int count = 0;
        bool references = false;
        bool inClass = false;
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < source.Length; i++)
        {
            switch (source[i])
            {
                case '\\':
                    i++;
                    references |= !inClass && i < source.Length && source[i] is (>= '1' and <= '9') or 'k';
                    break;
                case '[':
                    inClass = true;
                    break;
                case ']':
                    inClass = false;
                    break;
                case '(' when !inClass:
                    string rest = source[(i + 1)..Math.Min(source.Length, i + 4)];
                    bool isNamed =
                        rest.StartsWith("?<", StringComparison.Ordinal) && rest is not ['?', '<', '=' or '!'];
                    if (isNamed || !rest.StartsWith('?'))
                        count++;

                    int end = isNamed ? source.IndexOf('>', i) : -1;
                    if (end > 0 && !names.TryAdd(source[(i + 3)..end], count))
                        throw new EcmaPatternException($"has two groups named \"{source[(i + 3)..end]}\"");

                    break;
            }
        }

        return new EcmaGroups(count, names, references);
    }
}
