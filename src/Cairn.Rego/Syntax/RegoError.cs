namespace Cairn.Rego.Syntax;

/// <summary>A mistake found by the parser or the compiler.</summary>
/// <param name="Code">OPA's code, for example <c>rego_unsafe_var_error</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Location">Where.</param>
public sealed record RegoError(string Code, string Message, SourceLocation Location)
{
    /// <summary>Text that is no Rego.</summary>
    public const string Parse = "rego_parse_error";

    /// <summary>A program that breaks a rule of the language.</summary>
    public const string Compile = "rego_compile_error";

    /// <summary>Operands or references whose types cannot fit.</summary>
    public const string Type = "rego_type_error";

    /// <summary>A variable no expression binds.</summary>
    public const string UnsafeVariable = "rego_unsafe_var_error";

    /// <summary>A rule that needs itself.</summary>
    public const string Recursion = "rego_recursion_error";

    /// <summary><c>file:row: code: message</c>, as OPA prints it; without a place where there is none.</summary>
    public override string ToString() => Location == default ? $"{Code}: {Message}" : $"{Location}: {Code}: {Message}";
}

/// <summary>Rego that cannot be used, with everything found wrong in it: ten mistakes at most, and one that says so if
/// there are more.</summary>
public sealed class RegoCompilationException : Exception
{
    /// <summary>An exception of these mistakes, at least one.</summary>
    public RegoCompilationException(IReadOnlyList<RegoError> errors)
        : base(
            errors.Count == 1
                ? $"1 error occurred: {errors[0]}"
                : $"{errors.Count} errors occurred:\n{string.Join("\n", errors)}"
        ) => Errors = errors;

    /// <summary>The mistakes, by place.</summary>
    public IReadOnlyList<RegoError> Errors { get; }

    /// <summary>An exception of the first of many mistakes.</summary>
    internal static RegoCompilationException Of(IEnumerable<RegoError> errors)
    {
        var first = errors.Take(Parser.MaxErrors + 1).ToList();
        if (first.Count > Parser.MaxErrors)
            first[^1] = new RegoError(RegoError.Compile, "error limit reached", default);
        return new RegoCompilationException(first);
    }
}
