using System.Globalization;
using System.Text;

namespace Cairn.Core.Documents;

/// <summary>A document on its way out in some format. Names that repeat and lines that are indented make it longer than
/// the JSON it is made of, to a limit.</summary>
internal sealed class LimitedText(WorkBudget budget) : TextWriter(CultureInfo.InvariantCulture)
{
    private const int MaxLength = 8 << 20;

    private readonly StringBuilder _text = new();

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void Write(char value)
    {
        Take(1);
        _text.Append(value);
    }

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        Take(value?.Length ?? 0);
        _text.Append(value);
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        Take(buffer.Length);
        _text.Append(buffer);
    }

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <summary>How many characters were written.</summary>
    public int Length => _text.Length;

    /// <summary>All that was written.</summary>
    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_text.ToString());

    /// <summary>Refuses a piece that is still to be made.</summary>
    /// <param name="length">How long it is going to be, in characters.</param>
    /// <exception cref="ProblemException">The text would become too long.</exception>
    public void CheckRoom(int length)
    {
        if (_text.Length + (long)length > MaxLength)
        {
            throw new ProblemException(
                ProblemKind.TooLarge,
                $"In this format the document would be longer than {MaxLength} characters. Ask for it as JSON."
            );
        }
    }

    private void Take(int length)
    {
        CheckRoom(length);
        budget.Charge(0, length);
    }
}
