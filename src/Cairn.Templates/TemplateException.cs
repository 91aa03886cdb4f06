namespace Cairn.Templates;

/// <summary>Why a template could not be parsed or rendered.</summary>
public enum TemplateErrorKind
{
    /// <summary>The source is not a template: a bad token, an unknown tag, filter or test, nesting too deep.</summary>
    Syntax,

    /// <summary>A value that does not exist was used.</summary>
    Undefined,

    /// <summary>Wrong types, wrong arguments, division by zero, or an error a host function raised.</summary>
    Runtime,

    /// <summary>Something a template must not reach: Python internals, changes to the host's data.</summary>
    Security,

    /// <summary>A limit of <see cref="TemplateBudget"/> was used up.</summary>
    Budget,

    /// <summary>The loader has no template of that name.</summary>
    NotFound,
}

/// <summary>
/// The one error templates end in. An exception made by the host (in a function or loader) has no position;
/// the engine adds the position of the call and throws it again with the original as inner exception.
/// </summary>
public sealed class TemplateException : Exception
{
    /// <summary>An error without a position yet.</summary>
    public TemplateException(TemplateErrorKind kind, string detail, Exception? innerException = null)
        : base(detail, innerException)
    {
        Kind = kind;
        Detail = detail;
    }

    private TemplateException(TemplateException cause, string message)
        : base(message, cause.InnerException ?? (cause.Line == 0 ? cause : null))
    {
        Kind = cause.Kind;
        Detail = cause.Detail;
        TemplateName = cause.TemplateName;
        Line = cause.Line;
        Column = cause.Column;
        Excerpt = cause.Excerpt;
    }

    /// <summary>What sort of error this is.</summary>
    public TemplateErrorKind Kind { get; }

    /// <summary>What went wrong, without the position.</summary>
    public string Detail { get; }

    /// <summary>The name given when the template was parsed; null if none was.</summary>
    public string? TemplateName { get; private init; }

    /// <summary>1-based line; 0 where the error has no position.</summary>
    public int Line { get; private init; }

    /// <summary>1-based column in UTF-16 units; 0 where the error has no position.</summary>
    public int Column { get; private init; }

    /// <summary>The source line and below it a caret under the column; empty where the error has no position.</summary>
    public string Excerpt { get; private init; } = "";

    /// <summary>For an error in a document: the JSON Pointer (RFC 6901) of the string value; otherwise null.</summary>
    public string? Pointer { get; private init; }

    internal TemplateException At(Syntax.SourceText source, int position)
    {
        if (Line > 0)
            return this;
        var (line, column) = source.LineAndColumn(position);
        string name = source.Name is null ? "" : source.Name + ", ";
        return new TemplateException(this, $"{Detail} ({name}line {line}, column {column})")
        {
            TemplateName = source.Name,
            Line = line,
            Column = column,
            Excerpt = source.Excerpt(position),
        };
    }

    internal TemplateException In(string pointer) =>
        new(this, $"{(pointer.Length == 0 ? "the document" : pointer)}: {Message}") { Pointer = pointer };
}
