using System.Text.Json;
using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates;

/// <summary>
/// A function of the host, such as <c>config('path')</c>. To refuse, throw a <see cref="TemplateException"/>: the
/// engine adds where in the template the call is. Any other exception passes through the render unchanged.
/// </summary>
public delegate JsonElement TemplateFunction(TemplateCall call);

/// <summary>One call of a host function: its arguments as JSON.</summary>
public sealed class TemplateCall
{
    private readonly Run _run;
    private readonly Arguments _arguments;

    internal TemplateCall(Run run, string name, Arguments arguments)
    {
        _run = run;
        Name = name;
        _arguments = arguments;
    }

    /// <summary>The name by which the template called the function.</summary>
    public string Name { get; }

    /// <summary>The number of positional arguments.</summary>
    public int Count => _arguments.Positional.Length;

    /// <summary>The render's cancellation.</summary>
    public CancellationToken CancellationToken => _run.CancellationToken;

    /// <summary>The argument with that position or else that name; null where it was not given.</summary>
    /// <exception cref="TemplateException">The argument is undefined or has no JSON form.</exception>
    public JsonElement? Argument(int position, string name) =>
        Find(position, name) is { IsMissing: false } value ? JsonConversion.ToElement(_run, value) : null;

    /// <summary>The text of a required argument.</summary>
    /// <exception cref="TemplateException">It was not given, or it is not a string.</exception>
    public string String(int position, string name)
    {
        var value = Find(position, name);
        if (value.IsMissing)
            throw Errors.Type($"{Name}() needs the argument '{name}'");
        return value.TryString(out string? text)
            ? text
            : throw Errors.Undefined(value, value)
                ?? Errors.Type($"the argument '{name}' of {Name}() must be a string, not '{value.TypeName}'");
    }

    private Value Find(int position, string name)
    {
        if (position < _arguments.Positional.Length)
            return _arguments.Positional[position];
        return Array.Find(_arguments.Named, n => n.Key == name).Value;
    }
}
