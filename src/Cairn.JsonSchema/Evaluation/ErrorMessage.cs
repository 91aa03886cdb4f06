using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Cairn.JsonSchema.Evaluation;

/// <summary>An interpolated message that is only put together when a collector will keep it.</summary>
[InterpolatedStringHandler]
internal ref struct ErrorMessage
{
    private DefaultInterpolatedStringHandler _text;

    public ErrorMessage(int literalLength, int formattedCount, ErrorCollector? collector, out bool isWanted)
    {
        isWanted = collector is { IsFull: false };
        _text = isWanted ? new(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted(ReadOnlySpan<byte> utf8) => _text.AppendLiteral(Encoding.UTF8.GetString(utf8));

    public override string ToString() => _text.ToStringAndClear();
}
