using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Cairn.Core.Schemas;

/// <summary>A semantic version (SemVer 2.0.0) without build metadata: <c>1.2.0</c>, <c>2.0.0-rc.1</c>. Numbers may have
/// any length.</summary>
/// <remarks>Order is that of section 11. Versions that differ only in leading zeros, which a registry imported from
/// elsewhere may hold, are ordered by their text.</remarks>
public sealed partial class SchemaVersion : IComparable<SchemaVersion>, IEquatable<SchemaVersion>
{
    /// <summary>How long the text may be.</summary>
    public const int MaxLength = 100;

    private readonly string[] _numbers;
    private readonly string[] _preRelease;

    private SchemaVersion(string text, string[] numbers, string[] preRelease) =>
        (Text, _numbers, _preRelease) = (text, numbers, preRelease);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Whether it has a suffix such as <c>-rc.1</c>.</summary>
    public bool IsPreRelease => _preRelease.Length > 0;

    /// <summary>Reads a version.</summary>
    /// <param name="text">Three numbers, and perhaps a suffix.</param>
    /// <param name="version">The version.</param>
    /// <param name="leadingZeros">Whether <c>01.0.0</c> is one, too, against section 2.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SchemaVersion? version, bool leadingZeros = false)
    {
        version = null;
        if (text.Length > MaxLength || Form().Match(text) is not { Success: true } match)
            return false;
        string[] numbers = [match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value];
        if (!leadingZeros && numbers.Any(number => number.Length > 1 && number[0] == '0'))
            return false;
        string[] preRelease = match.Groups[4].Success ? match.Groups[4].Value.Split('.') : [];
        if (preRelease.Any(part => part.Length == 0 || (part.Length > 1 && part[0] == '0' && IsNumber(part))))
            return false;
        version = new SchemaVersion(text, numbers, preRelease);
        return true;
    }

    /// <summary>Reads a version that was accepted before.</summary>
    public static SchemaVersion Parse(string text) =>
        TryParse(text, out var version, leadingZeros: true)
            ? version
            : throw new FormatException($"'{text}' is not a version.");

    /// <summary>One of the three numbers: 0 is major, 1 minor, 2 patch.</summary>
    internal string Number(int index) => _numbers[index];

    /// <inheritdoc/>
    public int CompareTo(SchemaVersion? other)
    {
        if (other is null)
            return 1;
        for (int i = 0; i < 3; i++)
        {
            if (CompareNumbers(_numbers[i], other._numbers[i]) is not 0 and var order)
                return order;
        }

        if (IsPreRelease != other.IsPreRelease)
            return IsPreRelease ? -1 : 1;
        for (int i = 0; i < Math.Min(_preRelease.Length, other._preRelease.Length); i++)
        {
            if (ComparePreRelease(_preRelease[i], other._preRelease[i]) is not 0 and var order)
                return order;
        }

        return _preRelease.Length != other._preRelease.Length
            ? _preRelease.Length.CompareTo(other._preRelease.Length)
            : string.CompareOrdinal(Text, other.Text);
    }

    /// <inheritdoc/>
    public bool Equals(SchemaVersion? other) => other?.Text == Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SchemaVersion);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Compares decimal numbers of any length.</summary>
    internal static int CompareNumbers(string one, string other)
    {
        var a = one.AsSpan().TrimStart('0');
        var b = other.AsSpan().TrimStart('0');
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
    }

    // Section 11.4: numbers by value and before words, words by their characters.
    private static int ComparePreRelease(string one, string other) =>
        (IsNumber(one), IsNumber(other)) switch
        {
            (true, true) => CompareNumbers(one, other),
            (true, false) => -1,
            (false, true) => 1,
            _ => string.CompareOrdinal(one, other),
        };

    private static bool IsNumber(string part) => part.All(char.IsAsciiDigit);

    [GeneratedRegex(@"^([0-9]+)\.([0-9]+)\.([0-9]+)(?:-([0-9A-Za-z.-]+))?\z")]
    private static partial Regex Form();
}
