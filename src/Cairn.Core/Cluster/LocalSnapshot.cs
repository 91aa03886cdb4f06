using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Core.Cryptography;
using Cairn.Storage;

namespace Cairn.Core.Cluster;

/// <summary>What a node had in memory, in an encrypted file of its own, so that it can start while the store is
/// away.</summary>
/// <remarks>A line that names the format, a header in JSON with the revision and the file's key wrapped by the master
/// key, then blocks of records, each AES-256-GCM ciphertext bound to its place in the file. The last block says that it
/// is the last, so a file that lost its end is not taken for whole.</remarks>
public sealed class LocalSnapshot
{
    private const int BlockBytes = 1 << 20;
    private static readonly byte[] Magic = "cairn snapshot 1\n"u8.ToArray();

    private LocalSnapshot(long revision, DateTimeOffset writtenAt, List<StoreRecord> records) =>
        (Revision, WrittenAt, Records) = (revision, writtenAt, records);

    /// <summary>The revision it was made at.</summary>
    public long Revision { get; }

    /// <summary>When that was.</summary>
    public DateTimeOffset WrittenAt { get; }

    /// <summary>In key order.</summary>
    public IReadOnlyList<StoreRecord> Records { get; }

    /// <summary>Writes a file, and puts it in the place of the last one when it is whole.</summary>
    /// <param name="path">Where; made readable for its owner only.</param>
    /// <param name="keys">Whose primary key protects it.</param>
    /// <param name="revision">The revision the records were listed at.</param>
    /// <param name="now">The time.</param>
    /// <param name="records">All that the node needs to start.</param>
    /// <param name="ct">Leaves the last file as it is.</param>
    public static async Task WriteAsync(
        string path,
        MasterKeys keys,
        long revision,
        DateTimeOffset now,
        IAsyncEnumerable<StoreRecord> records,
        CancellationToken ct
    )
    {
        string temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var file = new FileStream(temporary, options))
        {
            byte[] key = RandomNumberGenerator.GetBytes(32);
            string id = Guid.NewGuid().ToString("N");
            var header = new SnapshotHeader(id, revision, keys.Primary.Id, keys.Primary.Wrap(key, id), now);
            await file.WriteAsync(Magic, ct);
            await WriteFramedAsync(
                file,
                JsonSerializer.SerializeToUtf8Bytes(header, SnapshotJson.Default.SnapshotHeader),
                ct
            );
            using var aes = new AesGcm(key, Sealing.TagBytes);
            var block = new MemoryStream();
            int number = 0;
            await foreach (var record in records.WithCancellation(ct))
            {
                Append(block, record);
                if (block.Length < BlockBytes)
                    continue;
                await WriteFramedAsync(
                    file,
                    Sealing.Encrypt(
                        aes,
                        block.GetBuffer().AsSpan(0, (int)block.Length),
                        Place(id, number++, last: false)
                    ),
                    ct
                );
                block.SetLength(0);
            }
            await WriteFramedAsync(
                file,
                Sealing.Encrypt(aes, block.GetBuffer().AsSpan(0, (int)block.Length), Place(id, number, last: true)),
                ct
            );
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Reads the file; null when there is none.</summary>
    /// <exception cref="StoreUnusableException">It is damaged, or of another master key.</exception>
    public static LocalSnapshot? Read(string path, MasterKeys keys)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var file = new BinaryReader(File.OpenRead(path));
            if (!file.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic))
                throw new InvalidDataException("it is of another format");
            var header =
                JsonSerializer.Deserialize(ReadFramed(file), SnapshotJson.Default.SnapshotHeader)
                ?? throw new InvalidDataException("it has no header");
            var master =
                keys.Find(header.MasterKey)
                ?? throw new InvalidDataException(
                    $"it was written with the master key {header.MasterKey}, which is not there"
                );
            using var aes = new AesGcm(master.Unwrap(header.WrappedKey, header.Id), Sealing.TagBytes);
            var records = new List<StoreRecord>();
            for (int number = 0; ; number++)
            {
                byte[] block = ReadFramed(file);
                bool last = file.BaseStream.Position == file.BaseStream.Length;
                Parse(Sealing.Decrypt(aes, block, Place(header.Id, number, last)), records);
                if (last)
                {
                    return new LocalSnapshot(
                        header.Revision,
                        header.WrittenAt ?? File.GetLastWriteTimeUtc(path),
                        records
                    );
                }
            }
        }
        catch (Exception e)
            when (e
                    is InvalidDataException
                        or EndOfStreamException
                        or CryptographicException
                        or JsonException
                        or IOException
            )
        {
            throw new StoreUnusableException($"The local snapshot {path} cannot be used: {e.Message}", e);
        }
    }

    private static byte[] Place(string id, int number, bool last) =>
        Encoding.ASCII.GetBytes($"cairn snapshot {id} {number} {last}");

    private static void Append(MemoryStream block, StoreRecord record)
    {
        using var writer = new BinaryWriter(block, Encoding.UTF8, leaveOpen: true);
        writer.Write(record.Key);
        writer.Write7BitEncodedInt64(record.CreatedRevision);
        writer.Write7BitEncodedInt64(record.Revision);
        writer.Write7BitEncodedInt(record.Value.Length);
        writer.Write(record.Value.Span);
    }

    private static void Parse(byte[] block, List<StoreRecord> into)
    {
        using var reader = new BinaryReader(new MemoryStream(block), Encoding.UTF8);
        while (reader.BaseStream.Position < block.Length)
        {
            var (key, created, revision) = (
                reader.ReadString(),
                reader.Read7BitEncodedInt64(),
                reader.Read7BitEncodedInt64()
            );
            into.Add(new StoreRecord(key, reader.ReadBytes(reader.Read7BitEncodedInt()), created, revision));
        }
    }

    private static async Task WriteFramedAsync(FileStream file, byte[] bytes, CancellationToken ct)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        await file.WriteAsync(length, ct);
        await file.WriteAsync(bytes, ct);
    }

    private static byte[] ReadFramed(BinaryReader file)
    {
        int length = file.ReadInt32();
        if (length < 0 || length > file.BaseStream.Length - file.BaseStream.Position)
            throw new EndOfStreamException("it is not whole");
        return file.ReadBytes(length);
    }
}

internal sealed record SnapshotHeader(
    string Id,
    long Revision,
    string MasterKey,
    byte[] WrappedKey,
    DateTimeOffset? WrittenAt = null
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SnapshotHeader))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
