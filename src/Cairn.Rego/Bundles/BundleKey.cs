using System.Security.Cryptography;
using System.Text;

namespace Cairn.Rego.Bundles;

/// <summary>A key that signs or verifies bundles.</summary>
/// <param name="Algorithm">HS, RS, PS or ES with 256, 384 or 512, as in RFC 7518 section 3.1.</param>
/// <param name="Text">The secret for HS; else a key in PEM: private to sign, public or private to verify.</param>
/// <param name="KeyId">The <c>kid</c> to sign with; null leaves it out.</param>
/// <param name="Scope">The scope that is claimed and expected; null is none.</param>
public sealed record BundleKey(string Algorithm, string Text, string? KeyId = null, string? Scope = null)
{
    private HashAlgorithmName Hash =>
        Algorithm[2..] switch
        {
            "256" => HashAlgorithmName.SHA256,
            "384" => HashAlgorithmName.SHA384,
            "512" => HashAlgorithmName.SHA512,
            _ => throw Unknown(),
        };

    private RSASignaturePadding Padding =>
        Algorithm.StartsWith("PS", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;

    internal byte[] Sign(byte[] data)
    {
        switch (Kind)
        {
            case "HS":
                return Mac(data);
            case "RS" or "PS":
                using (var rsa = RSA.Create())
                {
                    rsa.ImportFromPem(Text);
                    return rsa.SignData(data, Hash, Padding);
                }

            default:
                using (var ec = ECDsa.Create())
                {
                    ec.ImportFromPem(Text);
                    return ec.SignData(data, Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
                }
        }
    }

    internal bool Verify(byte[] data, byte[] signature)
    {
        switch (Kind)
        {
            case "HS":
                return CryptographicOperations.FixedTimeEquals(Mac(data), signature);
            case "RS" or "PS":
                using (var rsa = RSA.Create())
                {
                    rsa.ImportFromPem(Text);
                    return rsa.VerifyData(data, signature, Hash, Padding);
                }

            default:
                using (var ec = ECDsa.Create())
                {
                    ec.ImportFromPem(Text);
                    return ec.VerifyData(data, signature, Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
                }
        }
    }

    private string Kind =>
        Algorithm.Length == 5 && Algorithm[..2] is "HS" or "RS" or "PS" or "ES" ? Algorithm[..2] : throw Unknown();

    private byte[] Mac(byte[] data) => CryptographicOperations.HmacData(Hash, Encoding.UTF8.GetBytes(Text), data);

    private ArgumentException Unknown() => new($"'{Algorithm}' is no algorithm that signs bundles.");
}
