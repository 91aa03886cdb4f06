using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Rego.Crypto;

/// <summary>Reads X.509 certificates and requests, and verifies chains (RFC 5280).</summary>
internal static class X509
{
    private const int MaxBytes = 1 << 20;
    private const int MaxCertificates = 100;

    /// <summary>The certificates of PEM, of DER in base64, or of PEM in base64.</summary>
    /// <exception cref="CryptographicException">There is something else.</exception>
    public static List<X509Certificate2> ReadCertificates(string text)
    {
        var certificates = new List<X509Certificate2>();
        if (Blocks(text) is { } blocks)
        {
            foreach (var (label, der) in blocks)
            {
                certificates.Add(
                    label == "CERTIFICATE"
                        ? Load(der)
                        : throw new CryptographicException($"PEM-encoded certificates contain a {label}")
                );
            }

            return certificates;
        }

        byte[] rest = EncodingBuiltins.DecodeBase64(text);
        while (rest.Length > 0)
        {
            int length = DerLength(rest) ?? throw new CryptographicException("x509: malformed certificate");
            certificates.Add(Load(rest[..length]));
            rest = rest[length..];
            if (certificates.Count > MaxCertificates)
                throw new CryptographicException($"x509: more than {MaxCertificates} certificates");
        }

        return certificates;
    }

    /// <summary>Whether the last certificate's chain leads, over those between, to the first, which is
    /// trusted.</summary>
    /// <param name="text">The certificates, root first.</param>
    /// <param name="options"><c>DNSName</c>, <c>CurrentTime</c> (nanoseconds), <c>MaxConstraintComparisons</c>,
    /// <c>KeyUsages</c>.</param>
    /// <param name="now">The time the certificates have to be valid at.</param>
    /// <returns><c>[true, chain from leaf to root]</c> or <c>[false, []]</c>.</returns>
    public static RegoArray Verify(string text, RegoObject options, DateTime now)
    {
        var refused = RegoArray.Of(RegoBoolean.False, RegoArray.Empty);
        List<X509Certificate2> certificates;
        try
        {
            certificates = ReadCertificates(text);
        }
        catch (Exception e) when (e is CryptographicException or BuiltinException)
        {
            return refused;
        }

        if (certificates.Count < 2)
            return refused;
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.Add(certificates[0]);
        foreach (var intermediate in certificates.Skip(1).SkipLast(1))
            policy.ExtraStore.Add(intermediate);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime =
            options[RegoString.Of("CurrentTime")] is RegoNumber time && time.TryToLong(out long nanoseconds)
                ? DateTime.UnixEpoch.AddTicks(nanoseconds / 100)
                : now;
        foreach (
            var usage in options[RegoString.Of("KeyUsages")] is { } usages and (RegoArray or RegoSet)
                ? Operands.Items(usages).ToArray()
                : []
        )
        {
            if (usage is RegoString { Value: var name } && Usage(name) is { } oid)
                policy.ApplicationPolicy.Add(new Oid(oid));
        }

        var leaf = certificates[^1];
        bool valid =
            chain.Build(leaf)
            && (
                options[RegoString.Of("DNSName")] is not RegoString { Value: var host }
                || host.Length == 0
                || leaf.MatchesHostname(host)
            );
        return valid
            ? RegoArray.Of(
                RegoBoolean.True,
                RegoArray.Of(chain.ChainElements.Select(element => (RegoValue)CertificateView.Of(element.Certificate)))
            )
            : refused;
    }

    /// <summary>A certificate signing request (PKCS #10) of PEM or of DER in base64.</summary>
    public static RegoValue ReadRequest(string text)
    {
        byte[] der = Blocks(text) is { } blocks
            ? blocks.Find(block => block.Label is "CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST").Der
                ?? throw new CryptographicException("invalid PEM-encoded certificate signing request")
            : EncodingBuiltins.DecodeBase64(text);
        try
        {
            return CertificateView.Of(
                CertificateRequest.LoadSigningRequest(
                    der,
                    HashAlgorithmName.SHA256,
                    CertificateRequestLoadOptions.SkipSignatureValidation
                        | CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions
                )
            );
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            throw new CryptographicException("asn1: structure error: " + e.Message, e);
        }
    }

    /// <summary>A certificate chain and its private key, which have to belong together.</summary>
    public static RegoValue ReadKeyPair(string certificate, string key)
    {
        var chain = ReadCertificates(certificate);
        using var privateKey = PrivateKeys.ReadOne(key);
        byte[] own = privateKey.ExportSubjectPublicKeyInfo();
        if (!chain[0].PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(own))
            throw new CryptographicException("tls: private key does not match public key");
        return RegoObject.Of(
            (
                "Certificate",
                RegoArray.Of(chain.Select(item => (RegoValue)RegoString.Of(Convert.ToBase64String(item.RawData))))
            ),
            ("PrivateKey", PrivateKeys.View(privateKey)),
            ("SupportedSignatureAlgorithms", RegoNull.Instance),
            ("OCSPStaple", RegoNull.Instance),
            ("SignedCertificateTimestamps", RegoNull.Instance),
            ("Leaf", CertificateView.Of(chain[0]))
        );
    }

    /// <summary>The blocks of a PEM text, or of PEM in base64; null when it is neither.</summary>
    public static List<(string Label, byte[] Der)>? Blocks(string text)
    {
        if (text.Length > MaxBytes * 2)
            throw new CryptographicException("x509: input is too long");
        if (!text.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            if (!text.StartsWith("LS0t", StringComparison.Ordinal))
                return null;
            text = System.Text.Encoding.UTF8.GetString(EncodingBuiltins.DecodeBase64(text));
        }

        var blocks = new List<(string, byte[])>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            blocks.Add((rest[fields.Label].ToString(), Convert.FromBase64String(rest[fields.Base64Data].ToString())));
            rest = rest[fields.Location.End..];
            if (blocks.Count > MaxCertificates)
                throw new CryptographicException($"x509: more than {MaxCertificates} PEM blocks");
        }

        return blocks.Count > 0 ? blocks : throw new CryptographicException("failed to parse PEM block");
    }

    private static int? DerLength(byte[] bytes)
    {
        try
        {
            AsnDecoder.ReadEncodedValue(bytes, AsnEncodingRules.DER, out _, out _, out int length);
            return length;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static X509Certificate2 Load(byte[] der)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(der);
        }
        catch (CryptographicException e)
        {
            throw new CryptographicException("x509: malformed certificate", e);
        }
    }

    private static string? Usage(string name) =>
        name switch
        {
            "KeyUsageServerAuth" => "1.3.6.1.5.5.7.3.1",
            "KeyUsageClientAuth" => "1.3.6.1.5.5.7.3.2",
            "KeyUsageCodeSigning" => "1.3.6.1.5.5.7.3.3",
            "KeyUsageEmailProtection" => "1.3.6.1.5.5.7.3.4",
            "KeyUsageTimeStamping" => "1.3.6.1.5.5.7.3.8",
            "KeyUsageOCSPSigning" => "1.3.6.1.5.5.7.3.9",
            _ => null,
        };
}
