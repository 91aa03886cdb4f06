using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Rego.Crypto;

/// <summary>A signature algorithm of JSON Web Algorithms (RFC 7518, section 3), or EdDSA with Ed25519 (RFC
/// 8037).</summary>
internal sealed record JwsAlgorithm(string Name, HashAlgorithmName Hash)
{
    private static readonly Dictionary<string, JwsAlgorithm> All = new[]
    {
        new JwsAlgorithm("HS256", HashAlgorithmName.SHA256),
        new("HS384", HashAlgorithmName.SHA384),
        new("HS512", HashAlgorithmName.SHA512),
        new("RS256", HashAlgorithmName.SHA256),
        new("RS384", HashAlgorithmName.SHA384),
        new("RS512", HashAlgorithmName.SHA512),
        new("PS256", HashAlgorithmName.SHA256),
        new("PS384", HashAlgorithmName.SHA384),
        new("PS512", HashAlgorithmName.SHA512),
        new("ES256", HashAlgorithmName.SHA256),
        new("ES384", HashAlgorithmName.SHA384),
        new("ES512", HashAlgorithmName.SHA512),
        new JwsAlgorithm("EdDSA", HashAlgorithmName.SHA512),
    }.ToDictionary(algorithm => algorithm.Name);

    /// <summary>All of them.</summary>
    public static IEnumerable<JwsAlgorithm> Known => All.Values;

    /// <summary>Whether it takes a secret, and not a key pair.</summary>
    public bool IsSymmetric => Name[0] == 'H';

    private RSASignaturePadding Padding => Name[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;

    /// <summary>The algorithm of a name, or null.</summary>
    public static JwsAlgorithm? Find(string name) => All.GetValueOrDefault(name);

    /// <summary>The authentication code of a text.</summary>
    public byte[] Mac(byte[] secret, byte[] text) =>
        Name switch
        {
            "HS256" => HMACSHA256.HashData(secret, text),
            "HS384" => HMACSHA384.HashData(secret, text),
            _ => HMACSHA512.HashData(secret, text),
        };

    /// <summary>Whether a signature is right; never when the key is of another kind.</summary>
    /// <exception cref="BuiltinException">The host has no Ed25519, and the key is of that kind.</exception>
    public bool Verify(AsymmetricAlgorithm key, byte[] text, byte[] signature, IEd25519? ed25519) =>
        (Name[0], key) switch
        {
            ('R' or 'P', RSA rsa) => rsa.VerifyData(text, signature, Hash, Padding),
            ('E', Ed25519Key ed) => Name == "EdDSA" && ed.Verify(ed25519, text, signature),
            ('E', ECDsa ec) => Name != "EdDSA"
                && ec.VerifyData(text, signature, Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
            _ => false,
        };

    /// <summary>Signs a text.</summary>
    /// <exception cref="BuiltinException">The key is of another kind, or the host has no Ed25519.</exception>
    public byte[] Sign(RegoObject jwk, byte[] text, IEd25519? ed25519)
    {
        if (IsSymmetric)
            return Mac(JsonWebKeys.Secret(jwk), text);
        using var key = JsonWebKeys.Import(jwk) ?? throw new BuiltinException("invalid key type");
        return (Name[0], key) switch
        {
            ('R' or 'P', RSA rsa) => rsa.SignData(text, Hash, Padding),
            ('E', Ed25519Key ed) when Name == "EdDSA" => ed.Sign(ed25519, text),
            ('E', ECDsa ec) when Name != "EdDSA" => ec.SignData(
                text,
                Hash,
                DSASignatureFormat.IeeeP1363FixedFieldConcatenation
            ),
            _ => throw new BuiltinException($"the key does not fit {Name}"),
        };
    }
}

/// <summary>Keys as JSON Web Keys (RFC 7517), certificates and public keys in PEM.</summary>
internal static class JsonWebKeys
{
    /// <summary>The public keys of a certificate, a public key, a JWK or a set of JWKs.</summary>
    /// <exception cref="BuiltinException">The text holds none.</exception>
    public static List<(string? KeyId, string? Algorithm, AsymmetricAlgorithm Key)> PublicKeys(string text)
    {
        if (text.Contains("-----BEGIN", StringComparison.Ordinal))
            return [(null, null, FromPem(text))];
        RegoObject document;
        try
        {
            document =
                RegoValue.ParseJson(text) as RegoObject
                ?? throw new BuiltinException("failed to parse a JWK key (set)");
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new BuiltinException("failed to parse a JWK key (set)", e);
        }

        var keys = document["keys"] is RegoArray set ? set.OfType<RegoObject>() : [document];
        return
        [
            .. keys.Select(jwk => (Text(jwk, "kid"), Text(jwk, "alg"), Key: Import(jwk)))
                .Where(key => key.Key is not null)
                .Select(key => (key.Item1, key.Item2, key.Key!)),
        ];
    }

    /// <summary>The bytes of a symmetric key.</summary>
    public static byte[] Secret(RegoObject jwk) =>
        Text(jwk, "kty") == "oct" && Text(jwk, "k") is { } secret
            ? EncodingBuiltins.DecodeBase64Url(secret)
            : throw new BuiltinException("the key does not fit: a symmetric one is needed");

    /// <summary>An RSA key, one of an elliptic curve or of Ed25519, private where the JWK has its parts; null for other
    /// kinds.</summary>
    public static AsymmetricAlgorithm? Import(RegoObject jwk)
    {
        byte[]? Bytes(string name) => Text(jwk, name) is { } text ? EncodingBuiltins.DecodeBase64Url(text) : null;
        try
        {
            switch (Text(jwk, "kty"))
            {
                case "RSA":
                    bool isPrivate = jwk["p"] is not null;
                    return RSA.Create(
                        new RSAParameters
                        {
                            Modulus = Bytes("n"),
                            Exponent = Bytes("e"),
                            D = isPrivate ? Bytes("d") : null,
                            P = Bytes("p"),
                            Q = Bytes("q"),
                            DP = Bytes("dp"),
                            DQ = Bytes("dq"),
                            InverseQ = Bytes("qi"),
                        }
                    );
                case "EC" when Curve(Text(jwk, "crv")) is var (curve, size):
                    return ECDsa.Create(
                        new ECParameters
                        {
                            Curve = curve,
                            Q = new ECPoint { X = Padded(Bytes("x"), size), Y = Padded(Bytes("y"), size) },
                            D = Bytes("d") is { } d ? Padded(d, size) : null,
                        }
                    );
                case "OKP" when Text(jwk, "crv") == "Ed25519":
                    return new Ed25519Key(Bytes("x"), Bytes("d"));
                default:
                    return null;
            }
        }
        catch (CryptographicException e)
        {
            throw new BuiltinException("invalid key: " + e.Message, e);
        }
    }

    private static string? Text(RegoObject jwk, string name) => (jwk[name] as RegoString)?.Value;

    private static (ECCurve Curve, int Size)? Curve(string? name) =>
        name switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, 32),
            "P-384" => (ECCurve.NamedCurves.nistP384, 48),
            "P-521" => (ECCurve.NamedCurves.nistP521, 66),
            _ => null,
        };

    // Leading zeros may have been left out.
    private static byte[]? Padded(byte[]? bytes, int size) =>
        bytes is null || bytes.Length >= size ? bytes : [.. new byte[size - bytes.Length], .. bytes];

    private static Ed25519Key? Ed25519(PublicKey key) =>
        key.Oid.Value == Ed25519Key.Oid ? new Ed25519Key(key.EncodedKeyValue.RawData) : null;

    private static AsymmetricAlgorithm FromPem(string text)
    {
        var fields = PemEncoding.Find(text);
        string label = text[fields.Label];
        if (text.AsSpan(fields.Location.End.Value).Trim().Length > 0)
        {
            throw new BuiltinException(
                $"extra data after a PEM {(label == "CERTIFICATE" ? "certificate" : "public key")} block"
            );
        }

        try
        {
            switch (label)
            {
                case "CERTIFICATE":
                    using (var certificate = X509Certificate2.CreateFromPem(text))
                    {
                        return (AsymmetricAlgorithm?)certificate.GetRSAPublicKey()
                            ?? (AsymmetricAlgorithm?)certificate.GetECDsaPublicKey()
                            ?? Ed25519(certificate.PublicKey)
                            ?? throw new BuiltinException(
                                "the certificate's key is neither RSA nor of an elliptic curve"
                            );
                    }

                case "PUBLIC KEY"
                or "RSA PUBLIC KEY":
                    if (
                        label == "PUBLIC KEY"
                        && Ed25519(
                            PublicKey.CreateFromSubjectPublicKeyInfo(
                                Convert.FromBase64String(text[fields.Base64Data]),
                                out _
                            )
                        )
                            is { } edwards
                    )
                    {
                        return edwards;
                    }

                    try
                    {
                        var rsa = RSA.Create();
                        rsa.ImportFromPem(text);
                        return rsa;
                    }
                    catch (Exception e) when (e is CryptographicException or ArgumentException)
                    {
                        // The text does not say which of the two it is.
                        var ec = ECDsa.Create();
                        ec.ImportFromPem(text);
                        return ec;
                    }

                default:
                    throw new BuiltinException("failed to extract a Key from the PEM certificate");
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new BuiltinException("failed to parse a PEM certificate", e);
        }
    }
}
