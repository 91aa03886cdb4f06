using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

internal delegate Value BuiltinFunction(in BuiltinCall call);

/// <summary>
/// A filter, test or method: its name, its parameters after the input (a trailing <c>?</c> marks optional ones, the
/// single parameter <c>*</c> takes whatever comes) and the function.
/// </summary>
internal sealed class Builtin
{
    private readonly string _description;
    private readonly string[] _parameters;
    private readonly int _required;
    private readonly bool _isVariadic;
    private readonly BuiltinFunction _function;
    private readonly Value[] _none;

    public Builtin(string description, string[] parameters, BuiltinFunction function)
    {
        _description = description;
        _isVariadic = parameters is ["*"];
        _parameters = _isVariadic ? [] : Array.ConvertAll(parameters, p => p.TrimEnd('?'));
        _required = _isVariadic ? 0 : parameters.Count(p => !p.EndsWith('?'));
        _function = function;
        _none = new Value[_parameters.Length];
    }

    public Value Invoke(RenderContext context, Value input, Arguments arguments) =>
        Invoke(context, input, arguments, Bind(arguments));

    /// <summary>With arguments that are bound already.</summary>
    public Value Invoke(RenderContext context, Value input, Arguments arguments, Value[] bound) =>
        _function(new BuiltinCall(context, input, bound, arguments));

    /// <summary>The arguments in the order of the parameters, with missing values for those not given; all as given
    /// where the builtin takes any. Nobody changes them, so that they can be bound once and used often.</summary>
    public Value[] Bind(Arguments arguments)
    {
        var positional = arguments.Positional;
        if (_isVariadic)
            return positional;
        if (positional.Length > _parameters.Length)
            throw Errors.Type($"{_description} takes {Count(_parameters.Length)}, not {positional.Length}");
        if (positional.Length == _parameters.Length && arguments.Named.Length == 0)
            return positional;
        var bound = arguments.IsEmpty ? _none : new Value[_parameters.Length];
        positional.CopyTo(bound, 0);
        foreach (var (name, value) in arguments.Named)
        {
            int index = Array.IndexOf(_parameters, name);
            if (index < 0)
                throw Errors.Type($"{_description} has no argument '{name}'");
            if (!bound[index].IsMissing)
                throw Errors.Type($"{_description} gets the argument '{name}' twice");
            bound[index] = value;
        }
        for (int i = positional.Length; i < _required; i++)
        {
            if (bound[i].IsMissing)
                throw Errors.Type($"{_description} needs the argument '{_parameters[i]}'");
        }
        return bound;
    }

    private static string Count(int count) =>
        count switch
        {
            0 => "no arguments",
            1 => "1 argument",
            _ => $"at most {count} arguments",
        };
}

/// <summary>The input and arguments of one call, with the checks that arguments share.</summary>
internal readonly ref struct BuiltinCall(RenderContext context, Value input, Value[] values, Arguments raw)
{
    public RenderContext Context => context;

    public Run Run => context.Run;

    public Value Input => input;

    /// <summary>All arguments as given, for builtins that take any.</summary>
    public Arguments Raw => raw;

    public Value this[int index] => values[index];

    public bool Has(int index) => index < values.Length && !values[index].IsMissing;

    /// <summary>Whether the argument was given and is not none.</summary>
    public bool HasValue(int index) => Has(index) && !values[index].IsNone;

    /// <summary>The input as text, whatever it is, paid for as something that is read once.</summary>
    public string InputText
    {
        get
        {
            string text = Repr.Str(Run, input);
            Run.StepForText(text.Length);
            return text;
        }
    }

    /// <summary>An argument as text, whatever it is.</summary>
    public string Text(int index) => Repr.Str(Run, values[index]);

    public string String(int index, string otherwise) => Has(index) ? String(index) : otherwise;

    public string String(int index) =>
        values[index].TryString(out string? text) ? text : throw Mismatch(values[index], "a string");

    public bool Flag(int index, bool otherwise = false) => Has(index) ? values[index].IsTrue : otherwise;

    public int Integer(int index, int otherwise) => Has(index) ? Integer(index) : otherwise;

    public int Integer(int index)
    {
        if (!values[index].TryBigInteger(out var integer))
            throw Mismatch(values[index], "an integer");
        return (int)
            System.Numerics.BigInteger.Max(System.Numerics.BigInteger.Min(integer, int.MaxValue), -int.MaxValue);
    }

    public static TemplateException Mismatch(Value value, string wanted) =>
        Errors.Undefined(value, value) ?? Errors.Type($"expected {wanted}, not '{value.TypeName}'");
}

/// <summary>A method together with the value it belongs to.</summary>
internal sealed class BoundMethod(string name, Builtin method, Value self) : HeapValue
{
    public override string TypeName => "method";

    public override bool IsCallable => true;

    public override Value Call(RenderContext context, Arguments arguments) => method.Invoke(context, self, arguments);

    public override void Write(TextBuffer output, bool asRepr) => output.Append("<method ").Append(name).Append('>');
}

/// <summary>A function of the language itself.</summary>
internal sealed class NativeFunction(string name, Func<RenderContext, Arguments, Value> function) : HeapValue
{
    public override string TypeName => "function";

    public override bool IsCallable => true;

    public override Value Call(RenderContext context, Arguments arguments) => function(context, arguments);

    public override void Write(TextBuffer output, bool asRepr) => output.Append("<function ").Append(name).Append('>');
}

/// <summary>A function of the host.</summary>
internal sealed class HostFunctionValue(string name, TemplateFunction function) : HeapValue
{
    public override string TypeName => "function";

    public override bool IsCallable => true;

    public override Value Call(RenderContext context, Arguments arguments)
    {
        // What the host calls back into must not change where the error is reported.
        var node = context.Run.Current;
        var result = function(new TemplateCall(context.Run, name, arguments));
        context.Run.Current = node;
        return JsonConversion.FromElement(result, context.Run);
    }

    public override void Write(TextBuffer output, bool asRepr) => output.Append("<function ").Append(name).Append('>');
}
