using System.Buffers;

namespace Cairn.JsonSchema.Instances;

/// <summary>
/// JSON Schema's equality of values: numbers by value, objects without regard to order (2020-12 core, section 4.2.2).
/// </summary>
internal static class JsonEquality
{
    /// <summary>Up to so many elements are compared one by one; beyond, by hash.</summary>
    private const int PairwiseLimit = 8;

    public static bool AreEqual(TapeView left, int a, TapeView right, int b)
    {
        ref readonly var l = ref left.At(a);
        ref readonly var r = ref right.At(b);
        if (l.Kind != r.Kind)
        {
            // A member's name, which propertyNames judges, equals the string of the same text.
            return IsText(l.Kind) && IsText(r.Kind) && left.Text(a).SequenceEqual(right.Text(b));
        }

        switch (l.Kind)
        {
            case TokenKind.String or TokenKind.Name:
                return left.Text(a).SequenceEqual(right.Text(b));
            case TokenKind.Number:
                return left.Number(a).CompareTo(right.Number(b)) == 0;
            case TokenKind.Array:
                return l.Count == r.Count && ElementsEqual(left, a, right, b);
            case TokenKind.Object:
                return l.Count == r.Count && MembersEqual(left, a, right, b);
            default:
                return true;
        }
    }

    private static bool IsText(TokenKind kind) => kind is TokenKind.String or TokenKind.Name;

    private static bool ElementsEqual(TapeView left, int a, TapeView right, int b)
    {
        int end = left.At(a).Next;
        for (int x = a + 1, y = b + 1; x < end; x = left.At(x).Next, y = right.At(y).Next)
        {
            if (!AreEqual(left, x, right, y))
                return false;
        }

        return true;
    }

    private static bool MembersEqual(TapeView left, int a, TapeView right, int b)
    {
        int end = left.At(a).Next;
        int expected = b + 1; // writers mostly keep the order, so look at the same place first
        int rightEnd = right.At(b).Next;
        for (int name = a + 1; name < end; name = left.At(name + 1).Next)
        {
            var text = left.Text(name);
            int value =
                expected < rightEnd && right.Text(expected).SequenceEqual(text)
                    ? expected + 1
                    : right.FindMember(b, text, left.At(name).Count);
            if (value < 0 || !AreEqual(left, name + 1, right, value))
                return false;

            expected = right.At(value).Next;
        }

        return true;
    }

    /// <summary>A hash under which equal values (in the sense of <see cref="AreEqual"/>) are equal.</summary>
    public static int Hash(TapeView view, int token)
    {
        ref readonly var t = ref view.At(token);
        switch (t.Kind)
        {
            case TokenKind.String or TokenKind.Name:
                return HashBytes(view.Text(token));
            case TokenKind.Number:
                return view.Number(token).GetHashCode();
            case TokenKind.Array:
                int ordered = 17;
                for (int item = token + 1; item < t.Next; item = view.At(item).Next)
                    ordered = HashCode.Combine(ordered, Hash(view, item));

                return ordered;
            case TokenKind.Object:
                int sum = t.Count;
                for (int name = token + 1; name < t.Next; name = view.At(name + 1).Next)
                    sum += HashCode.Combine(HashBytes(view.Text(name)), Hash(view, name + 1));

                return sum;
            default:
                return (int)t.Kind;
        }
    }

    /// <summary>The second of the first two equal elements of an array, or -1.</summary>
    public static int FindRepeatedElement(TapeView view, int array)
    {
        int count = view.At(array).Count;
        if (count <= PairwiseLimit)
            return FindRepeatedPairwise(view, array);

        int[] hashes = ArrayPool<int>.Shared.Rent(count);
        int[] items = ArrayPool<int>.Shared.Rent(count);
        try
        {
            int filled = 0;
            for (int item = array + 1; item < view.At(array).Next; item = view.At(item).Next)
            {
                hashes[filled] = Hash(view, item);
                items[filled++] = item;
            }

            // HashCode is seeded per process, so nobody can prepare elements that all collide.
            Array.Sort(hashes, items, 0, count);
            for (int i = 1; i < count; i++)
            {
                for (int j = i - 1; j >= 0 && hashes[j] == hashes[i]; j--)
                {
                    if (AreEqual(view, items[i], view, items[j]))
                        return Math.Max(items[i], items[j]);
                }
            }

            return -1;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(hashes);
            ArrayPool<int>.Shared.Return(items);
        }
    }

    private static int FindRepeatedPairwise(TapeView view, int array)
    {
        int end = view.At(array).Next;
        for (int item = array + 1; item < end; item = view.At(item).Next)
        {
            for (int earlier = array + 1; earlier < item; earlier = view.At(earlier).Next)
            {
                if (AreEqual(view, item, view, earlier))
                    return item;
            }
        }

        return -1;
    }

    private static int HashBytes(ReadOnlySpan<byte> bytes)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }
}
