namespace Cairn.Rego.Builtins;

/// <summary>Signatures by Ed25519 (RFC 8032) that the host provides for <c>io.jwt.verify_eddsa</c> and tokens signed
/// with EdDSA; .NET has none. Keys have 32 bytes, signatures 64.</summary>
public interface IEd25519
{
    /// <summary>Whether a signature is the one of a key; never when the key is no point of the curve.</summary>
    /// <exception cref="PlatformNotSupportedException">Not on this machine.</exception>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    /// <summary>The signature of a message by a private key, in a time that does not tell of it.</summary>
    /// <exception cref="PlatformNotSupportedException">Not on this machine.</exception>
    byte[] Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> message);

    /// <summary>The public key that belongs to a private one.</summary>
    /// <exception cref="PlatformNotSupportedException">Not on this machine.</exception>
    byte[] PublicKeyOf(ReadOnlySpan<byte> privateKey);
}
