using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Rego.Crypto;

/// <summary>Private keys: RSA and elliptic curves, of PKCS #1, SEC 1 and PKCS #8.</summary>
internal static class PrivateKeys
{
    /// <summary>All keys of a PEM text, or of one DER in base64, as Go's structures.</summary>
    public static IEnumerable<RegoValue> Read(string text)
    {
        var views = new List<RegoValue>();
        foreach (var (label, der) in X509.Blocks(text) ?? [("PRIVATE KEY", EncodingBuiltins.DecodeBase64(text))])
        {
            using (var key = Import(label, der))
                views.Add(View(key));
        }

        return views;
    }

    /// <summary>The first key of a PEM text.</summary>
    public static AsymmetricAlgorithm ReadOne(string text)
    {
        var (label, der) = X509.Blocks(text) is { } blocks
            ? blocks[0]
            : ("PRIVATE KEY", EncodingBuiltins.DecodeBase64(text));
        return Import(label, der);
    }

    /// <summary>An RSA key as a JSON Web Key (RFC 7518, section 6.3).</summary>
    public static RegoValue ReadRsaAsJwk(string text)
    {
        using var key = ReadOne(text);
        if (key is not RSA rsa)
            throw new CryptographicException("the key is no RSA key");
        var parameters = rsa.ExportParameters(true);
        RegoString Text(byte[]? bytes) => RegoString.Of(Base64Url.EncodeToString(bytes));
        return RegoObject.Of(
            ("kty", "RSA"),
            ("n", Text(parameters.Modulus)),
            ("e", Text(parameters.Exponent)),
            ("d", Text(parameters.D)),
            ("p", Text(parameters.P)),
            ("q", Text(parameters.Q)),
            ("dp", Text(parameters.DP)),
            ("dq", Text(parameters.DQ)),
            ("qi", Text(parameters.InverseQ))
        );
    }

    /// <summary>A key as Go's structure.</summary>
    public static RegoValue View(AsymmetricAlgorithm key) =>
        key switch
        {
            RSA rsa => Numbers(rsa.ExportParameters(true)),
            _ => Numbers(((ECDsa)key).ExportParameters(true)),
        };

    /// <summary>The numbers of an RSA key, those of the private part where it is there.</summary>
    public static RegoObject Numbers(RSAParameters parameters)
    {
        var members = new List<(RegoValue, RegoValue)>
        {
            ("N", Number(parameters.Modulus)),
            ("E", Number(parameters.Exponent)),
        };
        if (parameters.D is not null)
        {
            members.AddRange([
                ("D", Number(parameters.D)),
                ("Primes", RegoArray.Of(Number(parameters.P), Number(parameters.Q))),
                (
                    "Precomputed",
                    RegoObject.Of(
                        ("Dp", Number(parameters.DP)),
                        ("Dq", Number(parameters.DQ)),
                        ("Qinv", Number(parameters.InverseQ)),
                        ("CRTValues", RegoArray.Empty)
                    )
                ),
            ]);
        }

        return RegoObject.Of([.. members]);
    }

    /// <summary>The numbers of an elliptic curve's key.</summary>
    public static RegoObject Numbers(ECParameters parameters)
    {
        var members = new List<(RegoValue, RegoValue)>
        {
            ("Curve", RegoObject.Empty),
            ("X", Number(parameters.Q.X)),
            ("Y", Number(parameters.Q.Y)),
        };
        if (parameters.D is not null)
            members.Add(("D", Number(parameters.D)));
        return RegoObject.Of([.. members]);
    }

    private static RegoNumber Number(byte[]? bytes) =>
        RegoNumber.Of(new BigInteger(bytes, isUnsigned: true, isBigEndian: true));

    private static AsymmetricAlgorithm Import(string label, byte[] der)
    {
        switch (label)
        {
            case "RSA PRIVATE KEY":
                return Import(RSA.Create(), key => key.ImportRSAPrivateKey(der, out _));
            case "EC PRIVATE KEY":
                return Import(ECDsa.Create(), key => key.ImportECPrivateKey(der, out _));
            case "PRIVATE KEY":
                try
                {
                    return Import(RSA.Create(), key => key.ImportPkcs8PrivateKey(der, out _));
                }
                catch (CryptographicException)
                {
                    // PKCS #8 says itself what key it holds; what is not RSA may be an elliptic curve.
                    return Import(ECDsa.Create(), key => key.ImportPkcs8PrivateKey(der, out _));
                }

            default:
                throw new CryptographicException($"invalid PEM block type {label} for a private key");
        }
    }

    private static T Import<T>(T key, Action<T> import)
        where T : AsymmetricAlgorithm
    {
        try
        {
            import(key);
            return key;
        }
        catch (CryptographicException)
        {
            key.Dispose();
            throw;
        }
    }
}
