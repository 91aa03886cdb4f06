using System.Runtime.CompilerServices;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Instances;

namespace Cairn.JsonSchema.Keywords;

/// <summary>
/// A compiled keyword, or a few that are judged in one walk. Shared by all threads: it holds no state of a validation.
/// </summary>
internal abstract class Keyword
{
    /// <summary>The types of value it says anything about.</summary>
    public virtual KindSet AppliesTo => KindSet.All;

    /// <summary>Runs earlier when lower, so that cheap refusals come first.</summary>
    public virtual int Cost => 1;

    /// <summary>Subschemas applied to the same value; a circle of them would never end.</summary>
    public virtual IEnumerable<SchemaNode> InPlace => [];

    /// <summary>All subschemas it applies, to the same value or to its children.</summary>
    public virtual IEnumerable<SchemaNode> Subschemas => InPlace;

    /// <summary>
    /// Judges a value. Without a collector it may stop at the first fault; with one it reports every fault.
    /// </summary>
    public abstract bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks);

    /// <summary>Says no, with the reason when somebody listens.</summary>
    protected static bool Fail(
        ErrorCollector? collector,
        SchemaNode node,
        string keyword,
        TapeView instance,
        int token,
        [InterpolatedStringHandlerArgument(nameof(collector))] ref ErrorMessage message
    )
    {
        collector?.Report(node, keyword, instance, token, message.ToString());
        return false;
    }
}
