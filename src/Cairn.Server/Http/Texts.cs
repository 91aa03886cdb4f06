using System.Globalization;

namespace Cairn.Server.Http;

/// <summary>Numbers as text, the small ones without making it anew.</summary>
internal static class Texts
{
    private static readonly string[] Small =
    [
        .. Enumerable.Range(0, 16_384).Select(number => number.ToString(CultureInfo.InvariantCulture)),
    ];

    public static string Of(long number) =>
        (ulong)number < (ulong)Small.Length ? Small[number] : number.ToString(CultureInfo.InvariantCulture);
}
