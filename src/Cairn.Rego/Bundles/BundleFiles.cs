using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Cairn.Rego.Values;

namespace Cairn.Rego.Bundles;

/// <summary>A bundle as files by name: the tar archive around them, with bounds.</summary>
internal static class BundleFiles
{
    private const int MaxFiles = 100_000;

    public static Dictionary<string, byte[]> Read(Stream stream, long maxBytes)
    {
        var files = new Dictionary<string, byte[]>();
        long left = maxBytes;
        try
        {
            using var gzip = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
            using var tar = new TarReader(gzip);
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                    continue;
                string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name.TrimStart('/');
                left -= entry.Length;
                if (left < 0 || files.Count >= MaxFiles)
                    throw new BundleException($"bundle is larger than {maxBytes} bytes or {MaxFiles} files");
                byte[] content = new byte[entry.Length];
                entry.DataStream?.ReadExactly(content);
                if (!files.TryAdd(name, content))
                    throw new BundleException($"bundle holds {name} twice");
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or IOException)
        {
            throw new BundleException($"bundle is no gzip-compressed tar archive: {e.Message}", e);
        }

        return files;
    }

    /// <summary>Writes files in the order of their names, with times of zero: the same files make the same bytes.</summary>
    public static void Write(Stream stream, IReadOnlyDictionary<string, byte[]> files)
    {
        using var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true);
        using var tar = new TarWriter(gzip, TarEntryFormat.Ustar);
        foreach (var (name, content) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "/" + name)
            {
                DataStream = new MemoryStream(content),
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
    }

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
}

/// <summary>A bundle that cannot be read or must not be trusted.</summary>
public sealed class BundleException : Exception
{
    internal BundleException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
