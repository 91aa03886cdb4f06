using System.Security.Cryptography;
using System.Text;

namespace Cairn.Core.Cryptography;

/// <summary>A master key is missing, malformed or not the one the store was written with.</summary>
public sealed class MasterKeyException(string message) : Exception(message);

/// <summary>The keys that wrap data keys. The first wraps, all of them unwrap.</summary>
/// <remarks>
/// They come from a setting (base64, several separated by commas) or from a file of mode 0600 with one base64 key a
/// line, newest first. Each is 256 random bits and is named by the start of its own hash, so that a message can say
/// which one is missing without saying anything about it.
/// </remarks>
public sealed class MasterKeys
{
    private const int KeyBytes = 32;
    private readonly string? _file;
    private volatile IReadOnlyList<MasterKey> _keys;

    private MasterKeys(string? file, IReadOnlyList<MasterKey> keys) => (_file, _keys) = (file, keys);

    /// <summary>The key that wraps.</summary>
    public MasterKey Primary => _keys[0];

    /// <summary>All that unwrap, the primary first.</summary>
    public IReadOnlyList<MasterKey> All => _keys;

    /// <summary>Whether they come from a file, which <see cref="Add"/> can extend.</summary>
    public bool InFile => _file is not null;

    /// <summary>Reads the keys of a setting's value.</summary>
    /// <exception cref="MasterKeyException">It is malformed; the message does not contain it.</exception>
    public static MasterKeys FromSetting(string value) =>
        new(
            null,
            Parse(
                value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                "CAIRN_MASTER_KEY"
            )
        );

    /// <summary>Reads the keys in <paramref name="path"/>, or makes the file with a new key.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mayCreate">False when the store already holds encrypted data, for which a new key is no
    /// use.</param>
    /// <exception cref="MasterKeyException">It is missing and may not be made, malformed, or readable by
    /// others.</exception>
    public static MasterKeys FromFile(string path, bool mayCreate)
    {
        if (!File.Exists(path))
        {
            if (!mayCreate)
            {
                throw new MasterKeyException(
                    $"The master key file {path} is missing, but the store holds data encrypted under it. "
                        + "Bring the file back from your backup, or set CAIRN_MASTER_KEY."
                );
            }

            WriteFile(path, [new MasterKey(RandomNumberGenerator.GetBytes(KeyBytes))]);
        }

        if (
            !OperatingSystem.IsWindows()
            && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0
        )
        {
            throw new MasterKeyException($"The master key file {path} can be read by others. Run: chmod 600 {path}");
        }

        return new MasterKeys(path, Parse(File.ReadAllLines(path), path));
    }

    /// <summary>Makes a new primary key and keeps the others. The file is on disk before this returns.</summary>
    /// <exception cref="InvalidOperationException">The keys come from a setting.</exception>
    public void Add()
    {
        if (_file is null)
            throw new InvalidOperationException("Master keys of a setting are added by setting it.");
        IReadOnlyList<MasterKey> keys = [new MasterKey(RandomNumberGenerator.GetBytes(KeyBytes)), .. _keys];
        WriteFile(_file, keys);
        _keys = keys;
    }

    /// <summary>The key named <paramref name="id"/>.</summary>
    public MasterKey? Find(string id) => _keys.FirstOrDefault(key => key.Id == id);

    private static IReadOnlyList<MasterKey> Parse(IEnumerable<string> texts, string source)
    {
        var keys = new List<MasterKey>();
        foreach (string text in texts.Select(text => text.Trim()).Where(text => text.Length > 0))
        {
            byte[] bytes = new byte[KeyBytes + 1];
            if (!Convert.TryFromBase64String(text, bytes, out int length) || length != KeyBytes)
            {
                throw new MasterKeyException(
                    $"Key {keys.Count + 1} of {source} is not {KeyBytes} bytes in base64. Make one with: "
                        + $"openssl rand -base64 {KeyBytes}"
                );
            }

            keys.Add(new MasterKey(bytes[..KeyBytes]));
        }

        return keys.Count > 0 ? keys : throw new MasterKeyException($"{source} holds no master key.");
    }

    private static void WriteFile(string path, IReadOnlyList<MasterKey> keys)
    {
        string temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.ASCII.GetBytes(string.Concat(keys.Select(key => key.ToBase64() + "\n"))));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}

/// <summary>One master key.</summary>
public sealed class MasterKey
{
    private readonly byte[] _bytes;

    internal MasterKey(byte[] bytes)
    {
        _bytes = bytes;
        Id = Convert.ToHexStringLower(SHA256.HashData([.. "cairn master key "u8, .. bytes]).AsSpan(0, 4));
    }

    /// <summary>Its name: 8 hexadecimal digits of a hash.</summary>
    public string Id { get; }

    internal byte[] Wrap(ReadOnlySpan<byte> dataKey, string dataKeyId)
    {
        using var aes = new AesGcm(_bytes, Sealing.TagBytes);
        return Sealing.Encrypt(aes, dataKey, Encoding.UTF8.GetBytes("cairn data key " + dataKeyId));
    }

    internal byte[] Unwrap(ReadOnlySpan<byte> wrapped, string dataKeyId)
    {
        using var aes = new AesGcm(_bytes, Sealing.TagBytes);
        return Sealing.Decrypt(aes, wrapped, Encoding.UTF8.GetBytes("cairn data key " + dataKeyId));
    }

    internal string ToBase64() => Convert.ToBase64String(_bytes);
}
