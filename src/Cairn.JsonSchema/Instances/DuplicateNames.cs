using System.Buffers;
using System.Text;

namespace Cairn.JsonSchema.Instances;

/// <summary>
/// Refuses objects that repeat a name. Readers disagree which of the values counts (RFC 8259 section 4), so a
/// document could pass validation with one value and be used with the other.
/// </summary>
internal static class DuplicateNames
{
    private const int PairwiseLimit = 16;

    public static void Refuse(TapeView view, int objectToken)
    {
        int count = view.At(objectToken).Count;
        if (count < 2)
            return;

        if (count <= PairwiseLimit)
            RefusePairwise(view, objectToken);
        else
            RefuseSorted(view, objectToken, count);
    }

    private static void RefusePairwise(TapeView view, int objectToken)
    {
        // A hash whose bit was not yet set cannot have occurred: most objects never compare two names.
        ulong seen = 0;
        int end = view.At(objectToken).Next;
        for (int member = objectToken + 1; member < end; member = view.At(member + 1).Next)
        {
            int hash = view.At(member).Count;
            ulong bit = 1UL << (hash & 63);
            if ((seen & bit) != 0)
            {
                for (int earlier = objectToken + 1; earlier < member; earlier = view.At(earlier + 1).Next)
                {
                    if (view.At(earlier).Count == hash && view.Text(earlier).SequenceEqual(view.Text(member)))
                        throw Repeated(view, member);
                }
            }

            seen |= bit;
        }
    }

    private static void RefuseSorted(TapeView view, int objectToken, int count)
    {
        int[] hashes = ArrayPool<int>.Shared.Rent(count);
        int[] names = ArrayPool<int>.Shared.Rent(count);
        try
        {
            int filled = 0;
            int end = view.At(objectToken).Next;
            for (int member = objectToken + 1; member < end; member = view.At(member + 1).Next)
            {
                hashes[filled] = view.At(member).Count;
                names[filled++] = member;
            }

            Array.Sort(hashes, names, 0, count);
            int from = 0;
            while (from < count)
            {
                int to = from + 1;
                while (to < count && hashes[to] == hashes[from])
                    to++;

                RefuseWithinEqualHashes(view, names.AsSpan(from, to - from));
                from = to;
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(hashes);
            ArrayPool<int>.Shared.Return(names);
        }
    }

    /// <summary>Sorts by bytes, so that names made to collide cost n log n and not n².</summary>
    private static void RefuseWithinEqualHashes(TapeView view, Span<int> names)
    {
        for (int gap = names.Length / 2; gap > 0; gap /= 2)
        {
            for (int i = gap; i < names.Length; i++)
            {
                int moving = names[i];
                int at = i;
                for (; at >= gap && view.Text(names[at - gap]).SequenceCompareTo(view.Text(moving)) > 0; at -= gap)
                    names[at] = names[at - gap];

                names[at] = moving;
            }
        }

        for (int i = 1; i < names.Length; i++)
        {
            if (view.Text(names[i]).SequenceEqual(view.Text(names[i - 1])))
                throw Repeated(view, names[i]);
        }
    }

    private static EvaluationAbortedException Repeated(TapeView view, int name) =>
        new($"the member name \"{Encoding.UTF8.GetString(view.Text(name))}\" occurs twice in one object");
}
