using System.Text;
using Cairn.JsonSchema.Loading;

namespace Cairn.JsonSchema.Instances;

/// <summary>
/// JSON Pointers to the tokens of one document. Learns every token's parent in one walk, so that pointers to many
/// tokens cost no walk each.
/// </summary>
internal sealed class InstancePointers
{
    private readonly int[] _parents;
    private readonly int[] _ordinals;

    public InstancePointers(TapeView view)
    {
        int count = view.At(0).Next;
        _parents = new int[count];
        _ordinals = new int[count];
        _parents[0] = -1;
        for (int container = 0; container < count; container++)
        {
            if (view.Kind(container) is not (TokenKind.Object or TokenKind.Array))
                continue;

            int step = view.Kind(container) == TokenKind.Object ? 1 : 0;
            int end = view.At(container).Next;
            int ordinal = 0;
            for (int child = container + 1; child < end; child = view.At(child + step).Next, ordinal++)
            {
                _parents[child] = _parents[child + step] = container;
                _ordinals[child + step] = ordinal;
            }
        }
    }

    /// <summary>The pointer to a value; a member's name stands where its value does.</summary>
    public string To(TapeView view, int token)
    {
        var steps = new Stack<string>();
        int at = view.Kind(token) == TokenKind.Name ? token + 1 : token;
        for (; _parents[at] >= 0; at = _parents[at])
        {
            steps.Push(
                view.Kind(_parents[at]) == TokenKind.Object
                    ? JsonPointer.Append("", Encoding.UTF8.GetString(view.Text(at - 1)))
                    : JsonPointer.Append("", _ordinals[at])
            );
        }

        return string.Concat(steps);
    }
}
