using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates;

/// <summary>
/// A JSON document whose string values are templates, compiled once; member names are not. Rendering changes
/// strings only, so whatever a variable holds, the document's structure stays: a value lands as a JSON value in
/// the place of its string, with everything escaped that must be. A string that is exactly one
/// <c>{{ expression }}</c> becomes the expression's typed value. Immutable; any number of threads may render it.
/// </summary>
/// <remarks>
/// The result is compact; the order of members and the text of numbers are those of the source. A string keeps
/// its newline at the end, whatever <see cref="TemplateEnvironment.KeepTrailingNewline"/> says.
/// </remarks>
public sealed class DocumentTemplate
{
    // As deep as JSON is read by default.
    private const int MaxDepth = 64;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly TemplateEnvironment _environment;
    private readonly byte[] _source;
    private readonly Part[] _parts;

    private DocumentTemplate(TemplateEnvironment environment, byte[] source, Part[] parts)
    {
        _environment = environment;
        _source = source;
        _parts = parts;
    }

    // A stretch of JSON that is copied as it is, and the template whose value comes after it; the last part has none.
    private readonly record struct Part(ReadOnlyMemory<byte> Json, Template? Template, string Pointer);

    /// <summary>Whether any string is a template. If not, <see cref="Render"/> returns the source's bytes.</summary>
    public bool HasTemplates => _parts.Length > 0;

    /// <summary>Reads a document and compiles its templates.</summary>
    /// <param name="environment">How templates are read and rendered.</param>
    /// <param name="utf8Json">The document. Where <c>{{</c>, <c>{%</c> and <c>{#</c> occur nowhere it is kept
    /// unread.</param>
    /// <param name="name">How errors call the document; null for no name.</param>
    /// <exception cref="JsonException">It is not JSON, or deeper than 64 levels.</exception>
    /// <exception cref="TemplateException">A template is malformed; <see cref="TemplateException.Pointer"/> says
    /// which.</exception>
    public static DocumentTemplate Parse(
        TemplateEnvironment environment,
        ReadOnlySpan<byte> utf8Json,
        string? name = null
    )
    {
        byte[] source = utf8Json.ToArray();
        if (!DocumentReader.MayHaveTemplates(source))
            return new DocumentTemplate(environment, source, []);
        environment = environment with { KeepTrailingNewline = true };
        var parts = new DocumentReader(environment, name, MaxDepth).Read(source);
        return new DocumentTemplate(
            environment,
            source,
            [.. parts.Select(p => new Part(p.Json, p.Template, p.Pointer))]
        );
    }

    /// <inheritdoc cref="Parse(TemplateEnvironment, ReadOnlySpan{byte}, string?)"/>
    public static DocumentTemplate Parse(TemplateEnvironment environment, JsonElement document, string? name = null) =>
        Parse(environment, System.Text.Encoding.UTF8.GetBytes(document.GetRawText()), name);

    /// <summary>Renders the document: UTF-8 JSON. Without templates these are the source's own bytes, to be left
    /// unchanged.</summary>
    /// <param name="variables">What the templates can see by name.</param>
    /// <param name="functions">What they can call, besides the environment's; they win over those.</param>
    /// <param name="cancellationToken">Looked at every thousand steps.</param>
    /// <exception cref="TemplateException">With the JSON Pointer of the string, and the line and column in
    /// it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <remarks>The budget is one for the whole document; its output length counts bytes.</remarks>
    public byte[] Render(
        TemplateVariables? variables = null,
        IReadOnlyDictionary<string, TemplateFunction>? functions = null,
        CancellationToken cancellationToken = default
    )
    {
        if (!HasTemplates)
            return _source;
        var host = new HostScope(_environment, variables ?? TemplateVariables.Empty, functions);
        var run = new Run(_environment, host, cancellationToken);
        var output = new ArrayBufferWriter<byte>(_source.Length + 256);
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        foreach (var part in _parts)
        {
            output.Write(part.Json.Span);
            if (part.Template is { } template)
            {
                WriteValue(run, writer, template, part.Pointer);
                if (output.WrittenCount > _environment.Budget.MaxOutputLength)
                {
                    throw Errors
                        .Budget($"the document is longer than {_environment.Budget.MaxOutputLength} bytes")
                        .In(part.Pointer);
                }
            }
        }
        return output.WrittenSpan.ToArray();
    }

    private static void WriteValue(Run run, Utf8JsonWriter writer, Template template, string pointer)
    {
        run.Current = null;
        try
        {
            JsonConversion.Write(run, writer, template.NativeValue(run));
        }
        catch (TemplateException e)
        {
            throw (e.Line == 0 ? template.Located(run, e) : e).In(pointer);
        }
        writer.Flush();
        writer.Reset();
    }
}
