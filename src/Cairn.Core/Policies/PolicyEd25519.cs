using Cairn.Rego.Builtins;
using NSec.Cryptography;

namespace Cairn.Core.Policies;

/// <summary>Ed25519 for policies, of libsodium.</summary>
public sealed class PolicyEd25519 : IEd25519
{
    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        PublicKey.TryImport(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out var key)
        && SignatureAlgorithm.Ed25519.Verify(key!, message, signature);

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> message)
    {
        using var key = Import(privateKey);
        return SignatureAlgorithm.Ed25519.Sign(key, message);
    }

    /// <inheritdoc/>
    public byte[] PublicKeyOf(ReadOnlySpan<byte> privateKey)
    {
        using var key = Import(privateKey);
        return key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    private static Key Import(ReadOnlySpan<byte> privateKey) =>
        Key.Import(SignatureAlgorithm.Ed25519, privateKey, KeyBlobFormat.RawPrivateKey);
}
