using System.Text;
using Google.Protobuf;

namespace Cairn.Storage.Etcd;

/// <summary>A store's keys in etcd: the prefix, a slash, the key. The prefix and slash alone is the head
/// record.</summary>
/// <remarks>Every transaction puts the head record, with an identifier of its own as value. So the head's revision is
/// that of the newest commit, whatever else lives in the cluster, and a commit whose answer was lost can be found
/// again.</remarks>
internal sealed class KeySpace(string prefix)
{
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix + "/");

    /// <summary>The head record's key; also the first key of the store.</summary>
    public ByteString Head { get; } = ByteString.CopyFromUtf8(prefix + "/");

    /// <summary>The end of the store's keys: the slash raised by one.</summary>
    public ByteString End { get; } = ByteString.CopyFromUtf8(prefix + "0");

    public ByteString Of(string key)
    {
        byte[] bytes = new byte[_prefix.Length + Encoding.UTF8.GetByteCount(key)];
        _prefix.CopyTo(bytes, 0);
        Encoding.UTF8.GetBytes(key, bytes.AsSpan(_prefix.Length));
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    public string Key(ByteString key) => Encoding.UTF8.GetString(key.Span[_prefix.Length..]);

    public bool IsHead(ByteString key) => key.Length == _prefix.Length;

    /// <summary>The keys that start with <paramref name="prefix"/>, without the head record.</summary>
    /// <param name="prefix">Empty for all.</param>
    /// <param name="after">Only those behind this key; all when null.</param>
    public (ByteString From, ByteString End) Range(string prefix, string? after = null)
    {
        byte[] start = Listing.Start(prefix, after);
        if (start.Length == 0)
            start = [0];
        return (
            UnsafeByteOperations.UnsafeWrap((byte[])[.. _prefix, .. start]),
            prefix.Length == 0 ? End : Next(Of(prefix).Span)
        );
    }

    /// <summary>The smallest key behind all that start with these bytes, which are UTF-8 and so never 0xFF.</summary>
    private static ByteString Next(ReadOnlySpan<byte> start)
    {
        byte[] end = [.. start];
        end[^1]++;
        return UnsafeByteOperations.UnsafeWrap(end);
    }

    public StoreRecord Record(Wire.KeyValue kv) => new(Key(kv.Key), kv.Value.Memory, kv.CreateRevision, kv.ModRevision);
}
