using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Rego.Bundles;

/// <summary>A bundle as files by name: the tar archive around them, with bounds.</summary>
internal static class BundleFiles
{
    // A header and its extension, rounded up to the archive's blocks.
    private const int EntryOverhead = 4096;

    public static Dictionary<string, byte[]> Read(Stream stream, BundleReadOptions options)
    {
        var files = new Dictionary<string, byte[]>();
        long left = options.MaxBytes;
        int entries = 0;
        try
        {
            using var gzip = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
            using var bounded = new BoundedStream(
                gzip,
                options.MaxBytes + ((options.MaxFiles + 1L) * EntryOverhead),
                () => TooLarge(options)
            );
            using var tar = new TarReader(bounded);
            while (tar.GetNextEntry() is { } entry)
            {
                if (++entries > options.MaxFiles)
                    throw TooLarge(options);
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                    continue;
                string name = entry.Name.StartsWith("./", StringComparison.Ordinal)
                    ? entry.Name[2..]
                    : entry.Name.TrimStart('/');
                left -= entry.Length;
                if (left < 0)
                    throw TooLarge(options);
                if (entry.Length > options.MaxFileBytes)
                    throw new BundleException($"{name} is larger than {options.MaxFileBytes} bytes");
                if (name.Count(c => c == '/') > options.MaxDepth)
                {
                    throw new BundleException(
                        $"{name[..Math.Min(name.Length, 100)]} lies deeper than {options.MaxDepth} folders"
                    );
                }

                byte[] content = new byte[entry.Length];
                entry.DataStream?.ReadExactly(content);
                if (!files.TryAdd(name, content))
                    throw new BundleException($"bundle holds {name} twice");
            }
        }
        catch (Exception e)
            when (e
                    is InvalidDataException
                        or EndOfStreamException
                        or FormatException
                        or ArgumentException
                        or IOException
            )
        {
            throw new BundleException($"bundle is no gzip-compressed tar archive: {e.Message}", e);
        }

        return files;
    }

    /// <summary>Writes files in the order of their names, with times of zero: the same files make the same
    /// bytes.</summary>
    public static void Write(Stream stream, IReadOnlyDictionary<string, byte[]> files)
    {
        using var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true);
        using var tar = new TarWriter(gzip, TarEntryFormat.Ustar);
        foreach (var (name, content) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            tar.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, "/" + name)
                {
                    DataStream = new MemoryStream(content),
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            );
        }
    }

    /// <summary>Whether a file holds data by its name, in JSON or in YAML.</summary>
    public static bool IsData(string name) => name.Split('/')[^1] is "data.json" or "data.yaml" or "data.yml";

    public static RegoValue Json(byte[] text, string name)
    {
        try
        {
            return RegoValue.ParseJson(text);
        }
        catch (JsonException e)
        {
            throw new BundleException($"{name} is no JSON: {e.Message}", e);
        }
    }

    /// <summary>The value of a file in JSON or, by its name, in YAML.</summary>
    public static RegoValue Document(byte[] text, string name, IYamlConverter? yaml)
    {
        if (name.EndsWith(".json", StringComparison.Ordinal) || name.EndsWith(".manifest", StringComparison.Ordinal))
            return Json(text, name);
        try
        {
            return (yaml ?? throw new BundleException($"{name} needs a reader of YAML, and none is given")).Read(
                Encoding.UTF8.GetString(text)
            );
        }
        catch (FormatException e)
        {
            throw new BundleException($"{name} is no YAML: {e.Message}", e);
        }
    }

    public static void CheckDepth(RegoValue value, int left, string name)
    {
        if (left < 0)
            throw new BundleException($"{name} is nested too deep");
        switch (value)
        {
            case RegoArray array:
                foreach (var item in array)
                    CheckDepth(item, left - 1, name);
                break;
            case RegoObject o:
                foreach (var (_, member) in o)
                    CheckDepth(member, left - 1, name);
                break;
        }
    }

    private static BundleException TooLarge(BundleReadOptions options) =>
        new($"bundle is larger than {options.MaxBytes} bytes or {options.MaxFiles} files");

    // Counts everything that is unpacked: what is skipped costs time too.
    private sealed class BoundedStream(Stream inner, long left, Func<Exception> exceeded) : Stream
    {
        private long _left = left;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            int read = inner.Read(buffer);
            _left -= read;
            return _left < 0 ? throw exceeded() : read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>A bundle that cannot be read or must not be trusted.</summary>
public sealed class BundleException : Exception
{
    internal BundleException(string message, Exception? cause = null)
        : base(message, cause) { }
}
