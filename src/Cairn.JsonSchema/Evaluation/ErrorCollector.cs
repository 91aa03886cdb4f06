using System.Text.Json;
using Cairn.JsonSchema.Instances;
using Cairn.JsonSchema.Loading;

namespace Cairn.JsonSchema.Evaluation;

/// <summary>Gathers what a validation has to say: errors, and the annotations of what holds.</summary>
internal sealed class ErrorCollector(int maxErrors)
{
    private readonly List<string> _path = [];
    private InstancePointers? _pointers;

    public List<ValidationError> Errors { get; } = [];

    public List<ValidationAnnotation> Annotations { get; } = [];

    /// <summary>Takes no more errors.</summary>
    public bool IsFull => Errors.Count >= maxErrors;

    public void Enter(string steps) => _path.Add(steps);

    public void Leave() => _path.RemoveAt(_path.Count - 1);

    public (int Errors, int Annotations) Save() => (Errors.Count, Annotations.Count);

    /// <summary>Forgets the errors since then: the alternative they speak of was not needed.</summary>
    public void ForgetErrors((int Errors, int Annotations) since) => Truncate(Errors, since.Errors);

    /// <summary>Forgets the annotations since then: a schema that fails has none.</summary>
    public void ForgetAnnotations((int Errors, int Annotations) since) => Truncate(Annotations, since.Annotations);

    public void Report(SchemaNode node, string keyword, TapeView instance, int token, string message)
    {
        if (IsFull)
            return;

        // A `false` schema has no keyword; the error then stands at the schema itself.
        string step = keyword.Length == 0 ? "" : "/" + keyword;
        Errors.Add(
            new ValidationError
            {
                InstancePointer = PointerTo(instance, token),
                SchemaPointer = node.Location.Describe() + step,
                SchemaUri = node.AbsoluteUri + step,
                EvaluationPath = string.Concat(_path) + step,
                Keyword = keyword,
                Message = message,
            }
        );
    }

    public void Annotate(SchemaNode node, string keyword, TapeView instance, int token, JsonElement value) =>
        Annotations.Add(
            new ValidationAnnotation
            {
                InstancePointer = PointerTo(instance, token),
                SchemaUri = $"{node.AbsoluteUri}/{JsonPointer.Escape(keyword)}",
                EvaluationPath = $"{string.Concat(_path)}/{JsonPointer.Escape(keyword)}",
                Keyword = keyword,
                Value = value,
            }
        );

    public string PointerTo(TapeView instance, int token) =>
        (_pointers ??= new InstancePointers(instance)).To(instance, token);

    private static void Truncate<T>(List<T> list, int count) => list.RemoveRange(count, list.Count - count);
}
