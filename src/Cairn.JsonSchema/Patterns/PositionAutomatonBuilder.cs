using System.Numerics;

namespace Cairn.JsonSchema.Patterns;

/// <summary>
/// Builds the automaton of a pattern that is known to be valid. Gives up on what it has no positions for: anchors
/// elsewhere than at the ends, look-around, back references, and too many positions after writing out repetitions.
/// </summary>
internal sealed class PositionAutomatonBuilder
{
    private readonly EcmaPatternReader _reader;
    private readonly List<CodePointSet> _sets = [];
    private readonly ulong[] _follow = new ulong[PositionAutomaton.MaxPositions];
    private bool _fits = true;
    private bool _toEnd;

    private PositionAutomatonBuilder(string source) => _reader = new EcmaPatternReader(source, isStrict: false);

    /// <summary>Null when the pattern does not fit.</summary>
    public static PositionAutomaton? TryBuild(string source)
    {
        var builder = new PositionAutomatonBuilder(source);
        bool fromStart = builder._reader.TryTake('^');
        var whole = builder.Sequence(isTopLevel: true);
        bool isAnchored = fromStart || builder._toEnd;
        while (builder._fits && !isAnchored && builder._reader.TryTake('|'))
            whole = Either(whole, builder.Sequence(isTopLevel: false));

        return builder._fits && builder._reader.AtEnd
            ? new PositionAutomaton(builder._sets, builder._follow, whole, fromStart, builder._toEnd)
            : null;
    }

    private PositionFragment Sequence(bool isTopLevel)
    {
        var sequence = PositionFragment.Empty;
        while (_fits && !_reader.AtEnd && _reader.Peek is not ('|' or ')'))
        {
            if (isTopLevel && _reader.Peek == '$' && _reader.PeekAt(1) < 0)
            {
                _reader.Take();
                _toEnd = true;
                break;
            }

            sequence = Then(sequence, Repeated());
        }

        return sequence;
    }

    private PositionFragment Repeated()
    {
        int start = _reader.Position;
        int positions = _sets.Count;
        var once = Atom();
        if (!_fits || _reader.ReadQuantifier() is not { } quantifier)
            return once;

        int end = _reader.Position;
        var (min, max) = EcmaPatternReader.Limits(quantifier);
        if (max == 0 || _sets.Count == positions) // copies without positions of their own would never be too many
        {
            return PositionFragment.Empty;
        }

        var result = PositionFragment.Empty;
        var copy = once;
        int copies = max ?? Math.Max(min, 1);
        for (int i = 1; i <= copies && _fits; i++)
        {
            if (i > 1)
            {
                _reader.Position = start; // each copy needs positions of its own
                copy = Atom();
            }

            if (i == copies && max is null)
                Link(copy.Last, copy.First);

            result = Then(result, i > min ? copy with { IsNullable = true } : copy);
        }

        _reader.Position = end;
        return result;
    }

    private PositionFragment Atom()
    {
        switch (_reader.Peek)
        {
            case '(':
                return Group();
            case '[':
                return Position(EcmaCharacterClass.Read(_reader));
            case '.':
                _reader.Take();
                return Position(UnicodeProperties.NotLineEnds);
            case '\\' when _reader.PeekAt(1) is 'b' or 'B' or 'k' or (>= '1' and <= '9'):
            case '^' or '$':
                return GiveUp();
            case '\\':
                return Position(_reader.ReadEscape(inClass: false).Set);
            default:
                int codePoint = _reader.Take();
                return Position(CodePointSet.Of((codePoint, codePoint)));
        }
    }

    private PositionFragment Group()
    {
        _reader.Take();
        if (_reader.TryTakeAny(["?=", "?!", "?<=", "?<!"]) is not null)
            return GiveUp();

        if (!_reader.TryTake("?:") && _reader.TryTake("?<"))
            _reader.ReadGroupName();

        var group = Sequence(isTopLevel: false);
        while (_fits && _reader.TryTake('|'))
            group = Either(group, Sequence(isTopLevel: false));

        _reader.TryTake(')');
        return group;
    }

    private PositionFragment Position(CodePointSet set)
    {
        if (_sets.Count == PositionAutomaton.MaxPositions)
            return GiveUp();

        ulong bit = 1UL << _sets.Count;
        _sets.Add(set);
        return new PositionFragment(bit, bit, false);
    }

    private PositionFragment GiveUp()
    {
        _fits = false;
        return PositionFragment.Empty;
    }

    private PositionFragment Then(PositionFragment a, PositionFragment b)
    {
        Link(a.Last, b.First);
        return new PositionFragment(
            a.First | (a.IsNullable ? b.First : 0),
            b.Last | (b.IsNullable ? a.Last : 0),
            a.IsNullable && b.IsNullable
        );
    }

    private static PositionFragment Either(PositionFragment a, PositionFragment b) =>
        new(a.First | b.First, a.Last | b.Last, a.IsNullable || b.IsNullable);

    private void Link(ulong from, ulong to)
    {
        for (ulong rest = from; rest != 0; rest &= rest - 1)
            _follow[BitOperations.TrailingZeroCount(rest)] |= to;
    }
}
