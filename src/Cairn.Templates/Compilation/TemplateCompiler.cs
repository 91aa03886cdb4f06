using Cairn.Templates.Evaluation;
using Cairn.Templates.Syntax;

namespace Cairn.Templates.Compilation;

/// <summary>A template ready to run.</summary>
internal sealed record CompiledTemplate(
    Body Body,
    ScopeEntry Scope,
    int Slots,
    int SelfSlot,
    IReadOnlyDictionary<string, CompiledBlock> Blocks,
    bool ReadsContext
);

/// <summary>Compiles the body of a template and each of its blocks as functions of their own.</summary>
internal static class TemplateCompiler
{
    public static CompiledTemplate Compile(
        SourceText source,
        List<StatementSyntax> statements,
        TemplateEnvironment environment
    )
    {
        var blocks = new Dictionary<string, BlockSyntax>();
        bool extends = false;
        bool readsContext = false;
        void Look(SyntaxNode node)
        {
            if (node is BlockSyntax block && !blocks.TryAdd(block.Name, block))
            {
                throw new TemplateException(TemplateErrorKind.Syntax, $"the block '{block.Name}' is defined twice").At(
                    source,
                    block.Position
                );
            }
            extends = extends || node is ExtendsSyntax;
            readsContext = readsContext || node is BlockSyntax or ExtendsSyntax or IncludeSyntax or ImportSyntax;
            if (node is StatementSyntax)
                node.ForEachChild(Look);
        }
        statements.ForEach(Look);

        var frame = new CompileFrame(new Symbols(new FunctionScope(null), null))
        {
            IsTopLevel = true,
            IsRootLevel = true,
            ChecksExtends = extends,
            AutoEscape = environment.AutoEscape,
        };
        var compiler = new StatementCompiler(source);
        int selfSlot = Special(frame, statements, "self");
        SymbolVisitor.Collect(frame.Symbols, statements);
        var body = compiler.Compile(statements, frame);
        var compiledBlocks = new Dictionary<string, CompiledBlock>(blocks.Count);
        foreach (var block in blocks.Values)
            compiledBlocks.Add(block.Name, CompileBlock(compiler, block, environment));
        return new CompiledTemplate(
            body,
            frame.Symbols.Entry(),
            frame.Function.Slots,
            selfSlot,
            compiledBlocks,
            readsContext
        );
    }

    private static int Special(CompileFrame frame, IReadOnlyList<StatementSyntax> body, string name) =>
        UndeclaredNames.In(body, name).Count > 0 ? frame.Symbols.Parameter(name).Slot : -1;

    private static CompiledBlock CompileBlock(
        StatementCompiler compiler,
        BlockSyntax block,
        TemplateEnvironment environment
    )
    {
        var frame = new CompileFrame(new Symbols(new FunctionScope(null), null))
        {
            AutoEscape = environment.AutoEscape,
        };
        int self = Special(frame, block.Body, "self");
        int super = Special(frame, block.Body, "super");
        SymbolVisitor.Collect(frame.Symbols, block.Body);
        var body = compiler.Compile(block.Body, frame);
        return new CompiledBlock(block.Name)
        {
            Body = body,
            Scope = frame.Symbols.Entry(),
            Slots = frame.Function.Slots,
            SelfSlot = self,
            SuperSlot = super,
        };
    }
}
