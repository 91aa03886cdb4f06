using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using Cairn.Templates.Values;

namespace Cairn.Templates.Evaluation;

/// <summary>
/// Text under construction, up to the budget's output length. Its array is borrowed and goes back in
/// <see cref="Free"/>; after an error it is left to the garbage collector.
/// </summary>
internal sealed class TextBuffer(Run run, int maxLength)
{
    private char[] _characters = ArrayPool<char>.Shared.Rent(256);

    public Run Run => run;

    public int Length { get; private set; }

    public TextBuffer Append(char character)
    {
        Reserve(1);
        _characters[Length++] = character;
        return this;
    }

    public TextBuffer Append(ReadOnlySpan<char> text)
    {
        Reserve(text.Length);
        text.CopyTo(_characters.AsSpan(Length));
        Length += text.Length;
        return this;
    }

    public TextBuffer Append(string text) => Append(text.AsSpan());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TextBuffer Append(long number)
    {
        int length = Length;
        if ((ulong)number < 10 && (uint)length < (uint)_characters.Length)
        {
            _characters[length] = (char)('0' + number);
            Length = length + 1;
            return this;
        }
        return AppendDigits(number);
    }

    private TextBuffer AppendDigits(long number)
    {
        // No 64-bit number needs more than 20 characters.
        Reserve(20);
        number.TryFormat(_characters.AsSpan(Length), out int written, default, CultureInfo.InvariantCulture);
        Length += written;
        return this;
    }

    private void Reserve(int more)
    {
        if (Length + more > _characters.Length)
            Grow(more);
    }

    private void Grow(int more)
    {
        long needed = (long)Length + more;
        if (needed > maxLength + 20L)
            throw TooLong();
        int size = (int)Math.Min(Math.Max(needed, _characters.Length * 2L), maxLength + 20L);
        run.ChargeText((size - _characters.Length) / 4);
        char[] larger = ArrayPool<char>.Shared.Rent(Math.Max(size, (int)needed));
        _characters.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<char>.Shared.Return(_characters);
        _characters = larger;
    }

    public void Free()
    {
        ArrayPool<char>.Shared.Return(_characters);
        _characters = [];
        Length = 0;
    }

    private TemplateException TooLong() => Errors.Budget($"the text is longer than {maxLength} characters");

    public string ToText() => Length <= maxLength ? new string(_characters, 0, Length) : throw TooLong();

    public void Clear() => Length = 0;
}
