using System.Runtime.CompilerServices;

namespace Cairn.Templates.Values;

/// <summary>Errors without a position; rendering adds where it was.</summary>
internal static class Errors
{
    public static TemplateException Type(string message) => new(TemplateErrorKind.Runtime, message);

    public static TemplateException Security(string message) => new(TemplateErrorKind.Security, message);

    public static TemplateException Budget(string message) => new(TemplateErrorKind.Budget, message);

    /// <summary>The error of the first operand that is undefined, or null where both exist.</summary>
    public static TemplateException? Undefined(Value a, Value b) =>
        a.TryHeap<UndefinedValue>(out var undefined) || b.TryHeap(out undefined) ? undefined.Fail() : null;
}

/// <summary>Turns the end of the stack, which would end the process, into an error.</summary>
internal static class StackGuard
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Errors.Budget("calls or values are nested too deep");
    }
}
