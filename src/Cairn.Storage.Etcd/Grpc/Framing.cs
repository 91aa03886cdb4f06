using System.Buffers.Binary;
using Google.Protobuf;

namespace Cairn.Storage.Etcd.Grpc;

/// <summary>gRPC's message frames: a byte that is 0 (not compressed), the length in four bytes, the message.</summary>
internal static class Framing
{
    private const int HeaderBytes = 5;

    /// <summary>No reply of etcd's comes near this; a length beyond it is a broken stream.</summary>
    private const int MaxMessageBytes = 512 << 20;

    public static byte[] Frame(IMessage message)
    {
        int size = message.CalculateSize();
        byte[] frame = new byte[HeaderBytes + size];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), size);
        message.WriteTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    /// <summary>The next message of a stream; null at its end.</summary>
    /// <exception cref="GrpcException">It ends within a message, or is compressed.</exception>
    public static async ValueTask<byte[]?> ReadAsync(Stream stream, CancellationToken ct)
    {
        byte[] header = new byte[HeaderBytes];
        int read = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, ct);
        if (read == 0)
            return null;
        if (read < HeaderBytes)
            throw new GrpcException(GrpcCode.Internal, "The reply ended within a frame.");
        if (header[0] != 0)
            throw new GrpcException(GrpcCode.Internal, "The reply is compressed, which was not asked for.");
        int size = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1));
        if (size is < 0 or > MaxMessageBytes)
            throw new GrpcException(GrpcCode.Internal, $"The reply holds a message of {(uint)size} bytes.");
        byte[] message = new byte[size];
        if (await stream.ReadAtLeastAsync(message, size, throwOnEndOfStream: false, ct) < size)
            throw new GrpcException(GrpcCode.Internal, "The reply ended within a message.");
        return message;
    }
}
