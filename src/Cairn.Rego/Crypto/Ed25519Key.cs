using System.Security.Cryptography;
using Cairn.Rego.Builtins;

namespace Cairn.Rego.Crypto;

/// <summary>A key of Ed25519 among those that .NET has; what is done with it the host does.</summary>
internal sealed class Ed25519Key : AsymmetricAlgorithm
{
    /// <summary>The object identifier of the key's kind in certificates and public keys (RFC 8410).</summary>
    public const string Oid = "1.3.101.112";

    private const int Size = 32;

    private readonly byte[] _public;
    private readonly byte[]? _private;

    /// <exception cref="BuiltinException">A part has the wrong length.</exception>
    public Ed25519Key(byte[]? publicKey, byte[]? privateKey = null)
    {
        if (publicKey is not { Length: Size } || privateKey is not (null or { Length: Size }))
            throw new BuiltinException($"invalid key: those of Ed25519 have {Size} bytes");
        (_public, _private) = (publicKey, privateKey);
    }

    /// <summary>Whether a signature is right.</summary>
    /// <exception cref="BuiltinException">The host has no Ed25519.</exception>
    public bool Verify(IEd25519? host, byte[] text, byte[] signature) =>
        Ask(host, ed25519 => ed25519.Verify(_public, text, signature));

    /// <summary>Signs a text.</summary>
    /// <exception cref="BuiltinException">The key is not private, its parts do not belong together, or the host has no
    /// Ed25519.</exception>
    public byte[] Sign(IEd25519? host, byte[] text)
    {
        byte[] key = _private ?? throw new BuiltinException("invalid key: signing takes a private one");
        return Ask(
            host,
            ed25519 =>
                ed25519.PublicKeyOf(key).AsSpan().SequenceEqual(_public)
                    ? ed25519.Sign(key, text)
                    : throw new BuiltinException("ed25519: invalid x value given d value")
        );
    }

    private static T Ask<T>(IEd25519? host, Func<IEd25519, T> question)
    {
        try
        {
            return question(host ?? throw new BuiltinException("Ed25519 is not provided by the host"));
        }
        catch (PlatformNotSupportedException e)
        {
            throw new BuiltinException("Ed25519 is not available here: " + e.Message, e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(_private);
        base.Dispose(disposing);
    }
}
