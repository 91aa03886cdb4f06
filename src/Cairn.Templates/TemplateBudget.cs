namespace Cairn.Templates;

/// <summary>
/// How much one parse and one render may use. The defaults keep a hostile template below about 100 ms and
/// 16 MiB; every limit ends in a <see cref="TemplateException"/> of kind <see cref="TemplateErrorKind.Budget"/>
/// (for a source that is too long or too deep: <see cref="TemplateErrorKind.Syntax"/>).
/// </summary>
public sealed record TemplateBudget
{
    /// <summary>The limits that apply unless others are given.</summary>
    public static TemplateBudget Default { get; } = new();

    /// <summary>UTF-16 units of one template source. Default 1 Mi.</summary>
    public int MaxSourceLength { get; init; } = 1 << 20;

    /// <summary>How deep expressions and blocks may be nested in the source. Default 100, at most 150.</summary>
    public int MaxNesting { get; init; } = 100;

    /// <summary>
    /// Evaluations: each operation, iteration, comparison while sorting, and each 64 characters or 8 items copied.
    /// Default 1,000,000.
    /// </summary>
    public int MaxSteps { get; init; } = 1_000_000;

    /// <summary>UTF-16 units of output. Default 1 Mi.</summary>
    public int MaxOutputLength { get; init; } = 1 << 20;

    /// <summary>Bytes of all strings, lists and mappings made while rendering, kept or not. Default 8 MiB.</summary>
    public long MaxValueBytes { get; init; } = 8 << 20;

    /// <summary>Nested calls of macros, blocks, includes, imports, parents and recursive loops. Default 150.</summary>
    public int MaxRecursion { get; init; } = 150;

    /// <summary>Items of one <c>range</c>. Default 100,000, Jinja's own sandbox limit.</summary>
    public int MaxRangeLength { get; init; } = 100_000;

    /// <summary>Bits of an integer. Default 14,284: about the 4,300 digits that Python prints.</summary>
    public int MaxIntegerBits { get; init; } = 14_284;
}
