using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Cli.Output;

/// <summary>Whoever reads what the program prints has had enough, as <c>head</c> does.</summary>
internal sealed class ClosedPipeException() : Exception("Standard output is closed.");

/// <summary>Standard output as a pipe that says when its reader is gone. The console of .NET only falls silent, and a
/// command that prints without end would go on for nobody.</summary>
internal sealed partial class ClosablePipe(FileStream pipe) : Stream
{
    private const short PollError = 0x8;
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(250);

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

    /// <summary>A token that is cancelled when the reader of standard output goes away, also while nothing is
    /// written.</summary>
    /// <param name="ct">Cancels it too.</param>
    public static CancellationTokenSource LinkToReader(CancellationToken ct)
    {
        var gone = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (!OperatingSystem.IsWindows() && Console.IsOutputRedirected)
            _ = PollAsync();
        return gone;

        async Task PollAsync()
        {
            using var timer = new PeriodicTimer(PollPeriod);
            try
            {
                while (await timer.WaitForNextTickAsync(gone.Token))
                {
                    var descriptor = new PollDescriptor { Descriptor = 1 };
                    if (Poll(ref descriptor, 1, 0) > 0 && (descriptor.Returned & PollError) != 0)
                        await gone.CancelAsync();
                }
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                // Nobody waits for it any more.
            }
        }
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

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeoutMilliseconds);

    // struct pollfd of POSIX.
    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Wanted;
        public short Returned;
    }
}
