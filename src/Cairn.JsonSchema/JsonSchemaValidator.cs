using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.JsonSchema.Compilation;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Instances;
using Cairn.JsonSchema.Loading;

namespace Cairn.JsonSchema;

/// <summary>
/// A compiled JSON Schema. Immutable: one instance serves any number of threads. Instances that repeat a member name
/// in one object are invalid under every schema, because readers disagree on what they mean (RFC 8259, section 4).
/// </summary>
public sealed class JsonSchemaValidator
{
    /// <summary>How many errors <see cref="Validate(JsonElement, int)"/> reports unless told otherwise.</summary>
    public const int DefaultMaxErrors = 100;

    [ThreadStatic]
    private static DynamicScope? _scope;

    private readonly SchemaLimits _limits;

    private JsonSchemaValidator(SchemaNode root, SchemaOptions options, bool usesDynamicScope)
    {
        Root = root;
        Options = options;
        _limits = options.Limits;
        UsesDynamicScope = usesDynamicScope;
    }

    internal SchemaNode Root { get; }

    internal bool UsesDynamicScope { get; }

    /// <summary>The options it was compiled with.</summary>
    public SchemaOptions Options { get; }

    /// <summary>The draft the root schema is read by.</summary>
    public SchemaDraft Draft => Root.Resource.Dialect.Draft;

    /// <summary>The schema it was compiled from.</summary>
    public JsonElement Schema => Root.Location.Element;

    /// <summary>What the schema says that its draft does not know and a later one does, such as <c>const</c> in draft
    /// 4: at most twenty.</summary>
    public IReadOnlyList<SchemaProblem> Warnings => IgnoredKeywords.In(Schema, Root.Resource.Dialect);

    /// <summary>Compiles a schema from a parsed document; the document may be disposed afterwards.</summary>
    /// <exception cref="SchemaException">The schema is not valid; it has all problems found.</exception>
    public static JsonSchemaValidator Compile(JsonElement schema, SchemaOptions? options = null)
    {
        options ??= SchemaOptions.Default;
        if (SchemaText.WhyRefused(schema, options.Limits) is { } reason)
            throw new SchemaException([new SchemaProblem("", "", reason)]);

        var compiler = new SchemaCompiler(options);
        var root = compiler.Compile(schema.Clone());
        return new JsonSchemaValidator(root, options, compiler.UsesDynamicScope);
    }

    /// <summary>Compiles a schema from its UTF-8 text.</summary>
    /// <exception cref="SchemaException">The text is not JSON, or the schema is not valid.</exception>
    public static JsonSchemaValidator Compile(ReadOnlyMemory<byte> utf8Schema, SchemaOptions? options = null)
    {
        options ??= SchemaOptions.Default;
        try
        {
            using var document = JsonDocument.Parse(
                utf8Schema,
                new JsonDocumentOptions { MaxDepth = SchemaText.MaxJsonDepth(options.Limits) }
            );
            return Compile(document.RootElement, options);
        }
        catch (JsonException notJson)
        {
            throw new SchemaException([new SchemaProblem("", "", $"the schema is not JSON: {notJson.Message}")]);
        }
    }

    /// <summary>
    /// Whether a value meets the schema. Allocates nothing beyond rented memory; checking the formats
    /// <c>idn-email</c>, <c>idn-hostname</c>, <c>iri</c>, <c>iri-reference</c> and <c>regex</c> is the exception.
    /// </summary>
    public bool IsValid(JsonElement instance) => Judge(JsonMarshal.GetRawUtf8Value(instance), null, true, out _);

    /// <summary>Whether a JSON text meets the schema.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public bool IsValid(ReadOnlySpan<byte> utf8) => Judge(utf8, null, false, out _);

    /// <inheritdoc cref="IsValid(JsonElement)"/>
    public bool IsValid(JsonNode? instance) => IsValid(Write(instance));

    /// <summary>Validates a value and says what is wrong with it.</summary>
    /// <param name="instance">The value.</param>
    /// <param name="maxErrors">At least 1; further errors are counted out.</param>
    public ValidationResult Validate(JsonElement instance, int maxErrors = DefaultMaxErrors) =>
        Validate(JsonMarshal.GetRawUtf8Value(instance), maxErrors, true);

    /// <inheritdoc cref="Validate(JsonElement, int)"/>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public ValidationResult Validate(ReadOnlySpan<byte> utf8, int maxErrors = DefaultMaxErrors) =>
        Validate(utf8, maxErrors, false);

    /// <inheritdoc cref="Validate(JsonElement, int)"/>
    public ValidationResult Validate(JsonNode? instance, int maxErrors = DefaultMaxErrors) =>
        Validate(Write(instance), maxErrors, false);

    private static ReadOnlySpan<byte> Write(JsonNode? instance)
    {
        if (instance is null)
            return "null"u8;

        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        instance.WriteTo(writer);
        writer.Flush();
        return buffer.WrittenSpan;
    }

    private ValidationResult Validate(ReadOnlySpan<byte> utf8, int maxErrors, bool lenient)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxErrors, 1);
        var collector = new ErrorCollector(maxErrors);
        bool valid = Judge(utf8, collector, lenient, out string? givenUp);
        var errors = collector.Errors;
        if (givenUp is not null)
        {
            errors =
            [
                new ValidationError
                {
                    InstancePointer = "",
                    SchemaPointer = "",
                    SchemaUri = Root.AbsoluteUri,
                    EvaluationPath = "",
                    Keyword = "",
                    Message = givenUp,
                },
            ];
        }

        return new ValidationResult
        {
            IsValid = valid,
            Errors = errors,
            Annotations = valid ? collector.Annotations : [],
        };
    }

    private bool Judge(ReadOnlySpan<byte> utf8, ErrorCollector? collector, bool lenient, out string? givenUp)
    {
        givenUp = null;
        try
        {
            using var tape = Tape.Read(utf8, _limits.MaxInstanceDepth, lenient);
            var evaluation = new EvaluationState(tape.View, _limits, EmptyScope(), collector);
            try
            {
                return Root.Evaluate(ref evaluation, 0, EvaluatedMarks.None);
            }
            finally
            {
                evaluation.Dispose();
            }
        }
        catch (EvaluationAbortedException aborted)
        {
            givenUp = aborted.Message;
            return false;
        }
    }

    private DynamicScope? EmptyScope()
    {
        if (!UsesDynamicScope)
            return null;

        var scope = _scope ??= new DynamicScope();
        scope.Clear(); // an evaluation that was given up leaves what it had entered
        return scope;
    }
}
