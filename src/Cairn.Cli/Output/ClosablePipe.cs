using Microsoft.Win32.SafeHandles;

namespace Cairn.Cli.Output;

/// <summary>Whoever reads what the program prints has had enough, as <c>head</c> does.</summary>
internal sealed class ClosedPipeException() : Exception("Standard output is closed.");

/// <summary>Standard output as a pipe that says when its reader is gone. The console of .NET only falls silent, and a
/// command that prints without end would go on for nobody.</summary>
internal sealed class ClosablePipe(FileStream pipe) : Stream
{
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Takes the place of the console's own stream where output goes to a pipe.</summary>
    public static void Watch()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return;
        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!pipe.CanSeek)
            Console.SetOut(new StreamWriter(new ClosablePipe(pipe)) { AutoFlush = true });
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            pipe.Write(buffer);
        }
        catch (IOException)
        {
            throw new ClosedPipeException();
        }
    }

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
