using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>A built-in could not do its work: undefined in lenient evaluation, an error in strict evaluation.</summary>
/// <remarks>The message leaves the built-in's name out; the evaluator puts it in front.</remarks>
public sealed class BuiltinException : Exception
{
    /// <summary>The code of a failure: <c>eval_builtin_error</c>.</summary>
    public const string Failure = "eval_builtin_error";

    /// <summary>The code of an operand of the wrong type: <c>eval_type_error</c>.</summary>
    public const string WrongType = "eval_type_error";

    /// <summary>A failure.</summary>
    public BuiltinException(string message)
        : this(Failure, message) { }

    /// <summary>A failure with its cause.</summary>
    public BuiltinException(string message, Exception cause)
        : base(message, cause) => Code = Failure;

    private BuiltinException(string code, string message)
        : base(message) => Code = code;

    /// <summary><see cref="Failure"/> or <see cref="WrongType"/>.</summary>
    public string Code { get; }

    /// <summary>An operand of the wrong type: <c>operand 1 must be string but got number</c>.</summary>
    /// <param name="operand">Counted from 1.</param>
    /// <param name="got">What was given.</param>
    /// <param name="expected">Type names; several make <c>one of {array, set}</c>.</param>
    public static BuiltinException Operand(int operand, RegoValue got, params ReadOnlySpan<string> expected) =>
        new(
            WrongType,
            $"operand {operand} must be "
                + $"{(expected.Length == 1 ? expected[0] : $"one of {{{string.Join(", ", expected!)}}}")} but got "
                + $"{got.TypeName}"
        );

    internal static BuiltinException Mismatch(int operand, RegoValue got, RegoType expected) =>
        new(WrongType, $"operand {operand} must be {expected.Expected} but got {got.TypeName}");

    /// <summary>An operand of the right type that holds something wrong: <c>operand 1 must be array of strings but got
    /// array containing number</c>.</summary>
    public static BuiltinException Element(
        int operand,
        RegoValue container,
        RegoValue element,
        params ReadOnlySpan<string> expected
    ) =>
        new(
            WrongType,
            $"operand {operand} must be {container.TypeName} of "
                + $"{(expected.Length == 1 ? expected[0] + "s" : $"(any of) {string.Join(", ", expected!)}")} but got "
                + $"{container.TypeName} containing {element.TypeName}"
        );

    /// <summary>An operand whose value cannot be used: <c>operand 2 </c> and the message.</summary>
    public static BuiltinException Value(int operand, string message) => new(WrongType, $"operand {operand} {message}");
}
