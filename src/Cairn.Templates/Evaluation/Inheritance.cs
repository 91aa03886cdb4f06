using Cairn.Templates.Syntax;
using Cairn.Templates.Values;

namespace Cairn.Templates.Evaluation;

/// <summary>A block's body as a function; the slots of <c>self</c> and <c>super</c> are -1 where they are not
/// used.</summary>
internal sealed class CompiledBlock(string name)
{
    public string Name => name;

    public required Body Body { get; init; }

    public required ScopeEntry Scope { get; init; }

    public required int Slots { get; init; }

    public required int SelfSlot { get; init; }

    public required int SuperSlot { get; init; }

    public void Render(RenderContext context, TextBuffer output)
    {
        context.Run.Enter();
        var frame = new Frame(context, Slots, outer: null);
        if (SelfSlot >= 0)
            frame.Slots[SelfSlot] = new SelfValue(context);
        if (SuperSlot >= 0)
        {
            var stack = context.Blocks[name];
            frame.Slots[SuperSlot] = BlockReference.At(context, name, stack, stack.IndexOf(this) + 1);
        }
        Scope.Enter(frame);
        Body.Execute(frame, output);
        context.Run.Leave();
    }
}

/// <summary>The name <c>self</c>: the blocks as attributes.</summary>
internal sealed class SelfValue(RenderContext context) : HeapValue
{
    public override string TypeName => "TemplateReference";

    public override bool TryAttribute(string name, out Value attribute)
    {
        attribute = context.Blocks.TryGetValue(name, out var stack)
            ? BlockReference.At(context, name, stack, 0)
            : default;
        return !attribute.IsMissing;
    }
}

/// <summary>A block that can be called; <c>super</c> and <c>super.super</c> are the ones it overrides.</summary>
internal sealed class BlockReference(RenderContext context, string name, List<CompiledBlock> stack, int index)
    : HeapValue
{
    public static Value At(RenderContext context, string name, List<CompiledBlock> stack, int index) =>
        index < stack.Count
            ? new BlockReference(context, name, stack, index)
            : context.Run.UndefinedBecause($"the block '{name}' overrides no other", "super");

    public override string TypeName => "BlockReference";

    public override bool IsCallable => true;

    public override bool TryAttribute(string attributeName, out Value attribute)
    {
        attribute = attributeName == "super" ? At(context, name, stack, index + 1) : default;
        return !attribute.IsMissing;
    }

    public override Value Call(RenderContext caller, Arguments arguments)
    {
        if (!arguments.IsEmpty)
            throw Errors.Type("a block takes no arguments");
        var buffer = context.Run.RentBuffer();
        stack[index].Render(context, buffer);
        return Markups.Make(context.AutoEscape, context.Run.ReturnBuffer(buffer));
    }
}

/// <summary>Names of a scope and where they are, to hand them to an included template or a scoped block.</summary>
internal sealed class LocalNames((string Name, int Depth, int Slot)[] names)
{
    public Dictionary<string, Value>? Collect(Frame frame)
    {
        Dictionary<string, Value>? values = null;
        foreach (var (name, depth, slot) in names)
        {
            var value = frame.Up(depth).Slots[slot];
            if (!value.IsMissing)
                (values ??= [])[name] = value;
        }
        return values;
    }
}

/// <summary><paramref name="locals"/> is null unless the block is scoped.</summary>
internal sealed class BlockPlace(SourceText source, int position, string name, bool required, LocalNames? locals)
    : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        var stack = frame.Context.Blocks[name];
        frame.Run.Current = this;
        if (required && stack.Count <= 1)
            throw Errors.Type($"the block '{name}' is required, but no template defines it");
        var context = locals is null ? frame.Context : frame.Context.Derived(locals.Collect(frame));
        stack[0].Render(context, output);
        return Flow.Next;
    }
}

internal sealed class Extends(SourceText source, int position, Expression template) : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        if (frame.Parent is not null)
        {
            frame.Run.Current = this;
            throw Errors.Type("the template extends more than one other");
        }
        var name = template.Evaluate(frame);
        frame.Run.Current = template;
        frame.Parent = TemplateNames.Get(frame.Run, name);
        foreach (var (blockName, block) in frame.Parent.Blocks)
        {
            if (!frame.Context.Blocks.TryGetValue(blockName, out var stack))
                frame.Context.Blocks.Add(blockName, stack = []);
            stack.Add(block);
        }
        return Flow.Next;
    }
}

internal sealed class Include(
    SourceText source,
    int position,
    Expression template,
    bool ignoreMissing,
    bool withContext,
    LocalNames locals
) : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        var run = frame.Run;
        var names = template.Evaluate(frame);
        run.Current = template;
        var included = TemplateNames.Find(run, names);
        if (included is null)
            return ignoreMissing ? Flow.Next : throw TemplateNames.NotFound(run, names);
        run.Current = this;
        if (withContext)
            included.RenderBody(frame.Context.ForOther(included, locals.Collect(frame), isModule: false), output);
        else
            output.Append(ModuleValue.WithoutContext(run, included).Text);
        return Flow.Next;
    }
}

/// <summary><c>import</c> (a name is null: the module itself) and <c>from … import</c>.</summary>
internal sealed class Import(
    SourceText source,
    int position,
    Expression template,
    (string? Name, string Alias, int Slot)[] names,
    bool withContext,
    bool isTopLevel,
    LocalNames locals
) : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        var run = frame.Run;
        var templateName = template.Evaluate(frame);
        run.Current = template;
        var imported = TemplateNames.Get(run, templateName);
        run.Current = this;
        var module = withContext
            ? new ModuleValue(imported, frame.Context.ForOther(imported, locals.Collect(frame), isModule: true))
            : ModuleValue.WithoutContext(run, imported);
        foreach (var (name, alias, slot) in names)
        {
            Value value = module;
            if (name is not null && !module.TryAttribute(name, out value))
                value = run.UndefinedBecause($"the template '{imported.Name}' does not export '{name}'", name);
            frame.Slots[slot] = value;
            if (isTopLevel && frame.Context.TracksVariables)
                frame.Context.SetVariable(alias, value, exported: false);
        }
        return Flow.Next;
    }
}

/// <summary>An imported template: what it set and defined at the top level; printed, its text.</summary>
internal sealed class ModuleValue : HeapValue
{
    private readonly Template _template;
    private readonly Dictionary<string, Value> _exported;

    public ModuleValue(Template template, RenderContext context)
    {
        var buffer = context.Run.RentBuffer();
        template.RenderBody(context, buffer);
        Text = context.Run.ReturnBuffer(buffer);
        _template = template;
        _exported = context.Exported();
    }

    public string Text { get; }

    public override string TypeName => "TemplateModule";

    public static ModuleValue WithoutContext(Run run, Template template)
    {
        if (!run.Modules.TryGetValue(template, out var module))
        {
            module = new ModuleValue(template, RenderContext.Isolated(run, template));
            run.Modules.Add(template, module);
        }
        return module;
    }

    public override bool TryAttribute(string name, out Value attribute) => _exported.TryGetValue(name, out attribute);

    public override void Write(TextBuffer output, bool asRepr)
    {
        if (asRepr)
        {
            output.Append("<TemplateModule ");
            Repr.WriteString(output, _template.Name ?? "");
            output.Append('>');
            return;
        }
        output.Append(Text);
    }
}

/// <summary>Templates by the value a tag names them with: a string, or for <c>include</c> also a list of
/// strings.</summary>
internal static class TemplateNames
{
    public static Template Get(Run run, Value name) =>
        name.TryString(out string? text)
            ? run.Load(text) ?? throw NotFound(run, name)
            : throw Errors.Undefined(name, name)
                ?? Errors.Type($"a template's name must be a string, not '{name.TypeName}'");

    public static Template? Find(Run run, Value names)
    {
        if (names.TryString(out string? text))
            return run.Load(text);
        if (names.TryHeap<UndefinedValue>(out var undefined))
            throw undefined.Fail();
        foreach (var name in run.Each(names))
        {
            if (name.TryString(out text) && run.Load(text) is { } template)
                return template;
        }
        return null;
    }

    public static TemplateException NotFound(Run run, Value names) =>
        new(
            TemplateErrorKind.NotFound,
            names.TryString(out string? name)
                ? $"there is no template '{name}'"
                : $"there is none of the templates {Repr.Of(run, names)}"
        );
}
