using System.Text;

namespace Cairn.Cli.Output;

/// <summary>Standard output and standard error. Whatever is written to the console is made visible by
/// <see cref="SafeText"/>; colours and documents go past that, through the methods here.</summary>
internal static class Terminal
{
    private static TextWriter _output = Console.Out;

    /// <summary>Standard error for what moves the cursor itself and shows nothing of others.</summary>
    public static TextWriter ErrorForProgress { get; private set; } = Console.Error;

    /// <summary>Whether standard output is a person's terminal that may have colours.</summary>
    public static bool IsColoured =>
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";

    /// <summary>How many characters fit in a line; null when nobody looks at lines, but a program reads them.</summary>
    public static int? Width =>
        Console.IsOutputRedirected ? null
        : Console.WindowWidth is > 0 and var width ? width
        : 80;

    /// <summary>From now on the console takes no orders from what others wrote.</summary>
    public static void Protect()
    {
        (_output, ErrorForProgress) = (Console.Out, Console.Error);
        Console.SetOut(new VisibleWriter(Console.Out));
        Console.SetError(new VisibleWriter(Console.Error));
    }

    /// <summary>Writes a text in a colour where there are colours.</summary>
    /// <param name="text">On one line.</param>
    /// <param name="colour">The number that terminals know it by, such as 31 for red.</param>
    public static void Write(string text, int colour) =>
        _output.Write(IsColoured ? $"\e[{colour}m{SafeText.Of(text)}\e[0m" : SafeText.Of(text));

    /// <summary>Writes a document: a program gets it as it is, a person sees what is in it.</summary>
    public static void WriteDocument(string text) => (Console.IsOutputRedirected ? _output : Console.Out).Write(text);

    /// <summary>Writes a document, and ends its last line where it does not do so itself.</summary>
    /// <param name="utf8">Its bytes.</param>
    public static void WriteDocument(ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8);
        WriteDocument(text.EndsWith('\n') ? text : text + "\n");
    }

    private sealed class VisibleWriter(TextWriter inner) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => inner.Write(SafeText.Of(value.ToString(), lines: true));

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

        public override void Write(string? value) => inner.Write(SafeText.Of(value ?? "", lines: true));

        public override void WriteLine(string? value) => inner.WriteLine(SafeText.Of(value ?? "", lines: true));

        public override void WriteLine() => inner.WriteLine();

        public override Task WriteLineAsync(string? value)
        {
            WriteLine(value);
            return Task.CompletedTask;
        }

        public override Task WriteAsync(string? value)
        {
            Write(value);
            return Task.CompletedTask;
        }

        public override void Flush() => inner.Flush();
    }
}
