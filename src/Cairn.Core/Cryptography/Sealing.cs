using System.Security.Cryptography;

namespace Cairn.Core.Cryptography;

/// <summary>AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce: nonce, ciphertext, 128-bit tag, in this
/// order.</summary>
internal static class Sealing
{
    public const int NonceBytes = 12;
    public const int TagBytes = 16;

    public static byte[] Encrypt(AesGcm aes, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associated)
    {
        byte[] sealedBytes = new byte[NonceBytes + plaintext.Length + TagBytes];
        var nonce = sealedBytes.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        aes.Encrypt(
            nonce,
            plaintext,
            sealedBytes.AsSpan(NonceBytes, plaintext.Length),
            sealedBytes.AsSpan(^TagBytes),
            associated
        );
        return sealedBytes;
    }

    /// <exception cref="CryptographicException">Wrong key, or not the bytes that were sealed for this
    /// place.</exception>
    public static byte[] Decrypt(AesGcm aes, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated)
    {
        if (sealedBytes.Length < NonceBytes + TagBytes)
            throw new CryptographicException("The ciphertext is too short.");
        byte[] plaintext = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        aes.Decrypt(
            sealedBytes[..NonceBytes],
            sealedBytes[NonceBytes..^TagBytes],
            sealedBytes[^TagBytes..],
            plaintext,
            associated
        );
        return plaintext;
    }
}
