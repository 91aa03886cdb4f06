using System.Numerics;
using System.Text;

namespace Cairn.JsonSchema.Patterns;

/// <summary>
/// A pattern of at most 64 characters and classes as a Glushkov automaton: a bit for each of them, set while it may be
/// the one just read. Matches UTF-8 as it is, in linear time, without allocating.
/// </summary>
internal sealed class PositionAutomaton
{
    public const int MaxPositions = 64;

    private readonly CodePointSet[] _sets;
    private readonly ulong[] _ascii = new ulong[128];
    private readonly ulong[] _follow;
    private readonly ulong _first;
    private readonly ulong _last;
    private readonly bool _matchesEmpty;
    private readonly bool _fromStart;
    private readonly bool _toEnd;

    /// <param name="sets">What each position reads.</param>
    /// <param name="follow">The positions that may come after each.</param>
    /// <param name="whole">The positions a match begins and ends with.</param>
    /// <param name="fromStart">It begins with <c>^</c>.</param>
    /// <param name="toEnd">It ends with <c>$</c>.</param>
    public PositionAutomaton(
        IReadOnlyList<CodePointSet> sets,
        ulong[] follow,
        PositionFragment whole,
        bool fromStart,
        bool toEnd
    )
    {
        _sets = [.. sets];
        _follow = follow;
        (_first, _last, _matchesEmpty) = whole;
        (_fromStart, _toEnd) = (fromStart, toEnd);
        for (int c = 0; c < _ascii.Length; c++)
            _ascii[c] = ReadersOf(c);
    }

    public bool IsMatch(ReadOnlySpan<byte> utf8)
    {
        if (_matchesEmpty && (!_toEnd || !_fromStart || utf8.Length == 0))
            return true;

        ulong states = 0;
        ulong starts = _first;
        while (utf8.Length > 0)
        {
            ulong next = starts;
            for (ulong rest = states; rest != 0; rest &= rest - 1)
                next |= _follow[BitOperations.TrailingZeroCount(rest)];

            int length = 1;
            if (utf8[0] < 0x80)
            {
                states = next & _ascii[utf8[0]];
            }
            else
            {
                _ = Rune.DecodeFromUtf8(utf8, out var rune, out length);
                states = next & ReadersOf(rune.Value);
            }

            utf8 = utf8[length..];
            if (!_toEnd && (states & _last) != 0)
                return true;

            if (_fromStart)
            {
                if (states == 0)
                    return false;

                starts = 0;
            }
        }

        return _toEnd && (states & _last) != 0;
    }

    private ulong ReadersOf(int codePoint)
    {
        ulong readers = 0;
        for (int position = 0; position < _sets.Length; position++)
        {
            if (_sets[position].Contains(codePoint))
                readers |= 1UL << position;
        }

        return readers;
    }
}

/// <summary>Part of a pattern: the positions its matches begin and end with, and whether it matches nothing,
/// too.</summary>
internal readonly record struct PositionFragment(ulong First, ulong Last, bool IsNullable)
{
    public static readonly PositionFragment Empty = new(0, 0, true);
}
