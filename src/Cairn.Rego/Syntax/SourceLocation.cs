namespace Cairn.Rego.Syntax;

/// <summary>A place in a source text.</summary>
/// <param name="File">The module's name, as given when it was parsed.</param>
/// <param name="Row">Counted from 1.</param>
/// <param name="Column">Counted from 1, in characters (UTF-16).</param>
/// <param name="Offset">Counted from 0, in characters (UTF-16).</param>
public readonly record struct SourceLocation(string File, int Row, int Column, int Offset) : IComparable<SourceLocation>
{
    /// <summary>Orders by file, then by place.</summary>
    public int CompareTo(SourceLocation other) =>
        string.CompareOrdinal(File, other.File) is not 0 and var files ? files : Offset.CompareTo(other.Offset);

    /// <summary><c>file:row</c>; <c>row:column</c> in a query, which has no file.</summary>
    public override string ToString() => string.IsNullOrEmpty(File) ? $"{Row}:{Column}" : $"{File}:{Row}";
}
