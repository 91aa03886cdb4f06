using System.Formats.Asn1;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Rego.Values;

namespace Cairn.Rego.Crypto;

/// <summary>Certificates and requests as objects, with the members and names that Go's <c>x509.Certificate</c> has as
/// JSON.</summary>
internal static class CertificateView
{
    private const string SubjectAlternativeName = "2.5.29.17";

    public static RegoValue Of(X509Certificate2 certificate)
    {
        var names = Alternatives(certificate.Extensions);
        var constraints = certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault();
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        var extended = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        var authority = certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault();
        var subjectKey = certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault();
        return RegoObject.Of([
            ("Raw", Base64(certificate.RawData)),
            ("RawSubject", Base64(certificate.SubjectName.RawData)),
            ("RawIssuer", Base64(certificate.IssuerName.RawData)),
            ("RawSubjectPublicKeyInfo", Base64(certificate.PublicKey.ExportSubjectPublicKeyInfo())),
            ("Version", certificate.Version),
            (
                "SerialNumber",
                RegoNumber.Of(new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true))
            ),
            ("Subject", Name(certificate.SubjectName)),
            ("Issuer", Name(certificate.IssuerName)),
            ("NotBefore", Time(certificate.NotBefore)),
            ("NotAfter", Time(certificate.NotAfter)),
            ("SignatureAlgorithm", SignatureAlgorithm(certificate.SignatureAlgorithm.Value)),
            ("PublicKeyAlgorithm", PublicKeyAlgorithm(certificate.PublicKey)),
            ("PublicKey", PublicKey(certificate.PublicKey)),
            ("KeyUsage", KeyUsage(usage)),
            ("ExtKeyUsage", extended is null ? RegoNull.Instance : ExtendedUsage(extended)),
            ("BasicConstraintsValid", constraints is not null),
            ("IsCA", constraints?.CertificateAuthority ?? false),
            (
                "MaxPathLen",
                constraints is { HasPathLengthConstraint: true } limited ? limited.PathLengthConstraint
                : constraints is { CertificateAuthority: true } ? -1
                : 0
            ),
            ("MaxPathLenZero", constraints is { HasPathLengthConstraint: true, PathLengthConstraint: 0 }),
            (
                "SubjectKeyId",
                subjectKey is null ? RegoNull.Instance : Base64(subjectKey.SubjectKeyIdentifierBytes.ToArray())
            ),
            ("AuthorityKeyId", authority?.KeyIdentifier is { } id ? Base64(id.ToArray()) : RegoNull.Instance),
            .. names,
            ("Extensions", Extensions(certificate.Extensions)),
        ]);
    }

    public static RegoValue Of(CertificateRequest request) =>
        RegoObject.Of([
            ("Version", 0),
            ("Subject", Name(request.SubjectName)),
            ("PublicKeyAlgorithm", PublicKeyAlgorithm(request.PublicKey)),
            ("PublicKey", PublicKey(request.PublicKey)),
            ("RawSubject", Base64(request.SubjectName.RawData)),
            ("RawSubjectPublicKeyInfo", Base64(request.PublicKey.ExportSubjectPublicKeyInfo())),
            .. Alternatives(request.CertificateExtensions),
            ("Extensions", Extensions(request.CertificateExtensions)),
        ]);

    private static RegoString Base64(byte[] bytes) => RegoString.Of(Convert.ToBase64String(bytes));

    private static RegoString Time(DateTime time) =>
        RegoString.Of(time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    private static RegoArray Oid(string? oid) =>
        RegoArray.Of(
            (oid ?? "")
                .Split('.', StringSplitOptions.RemoveEmptyEntries)
                .Select(part => (RegoValue)RegoNumber.Parse(part))
        );

    private static RegoValue ListOrNull(List<RegoValue> items) =>
        items.Count == 0 ? RegoNull.Instance : RegoArray.Of(items);

    private static RegoObject Name(X500DistinguishedName name)
    {
        var all = name.EnumerateRelativeDistinguishedNames(reversed: false)
            .Where(part => !part.HasMultipleElements)
            .Select(part => (Oid: part.GetSingleElementType().Value, Value: part.GetSingleElementValue() ?? ""))
            .ToList();
        RegoValue Many(string oid) =>
            ListOrNull([.. all.Where(part => part.Oid == oid).Select(part => (RegoValue)RegoString.Of(part.Value))]);
        string One(string oid) => all.LastOrDefault(part => part.Oid == oid).Value ?? "";
        return RegoObject.Of(
            ("Country", Many("2.5.4.6")),
            ("Organization", Many("2.5.4.10")),
            ("OrganizationalUnit", Many("2.5.4.11")),
            ("Locality", Many("2.5.4.7")),
            ("Province", Many("2.5.4.8")),
            ("StreetAddress", Many("2.5.4.9")),
            ("PostalCode", Many("2.5.4.17")),
            ("SerialNumber", One("2.5.4.5")),
            ("CommonName", One("2.5.4.3")),
            (
                "Names",
                ListOrNull([
                    .. all.Select(part => (RegoValue)RegoObject.Of(("Type", Oid(part.Oid)), ("Value", part.Value))),
                ])
            ),
            ("ExtraNames", RegoNull.Instance)
        );
    }

    // The subject's other names, each kind null where there is none.
    private static (RegoValue, RegoValue)[] Alternatives(IEnumerable<X509Extension> extensions)
    {
        List<RegoValue> dns = [],
            mail = [],
            addresses = [],
            uris = [],
            uriTexts = [];
        if (extensions.FirstOrDefault(extension => extension.Oid?.Value == SubjectAlternativeName) is { } extension)
        {
            var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (reader.HasData)
            {
                var tag = reader.PeekTag();
                switch (tag.TagValue)
                {
                    case 1:
                        mail.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                        break;
                    case 2:
                        dns.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                        break;
                    case 6:
                        string text = reader.ReadCharacterString(UniversalTagNumber.IA5String, tag);
                        uriTexts.Add(text);
                        uris.Add(Url(text));
                        break;
                    case 7:
                        byte[] bytes = reader.ReadOctetString(tag);
                        addresses.Add(
                            bytes.Length is 4 or 16 ? new IPAddress(bytes).ToString() : Convert.ToHexStringLower(bytes)
                        );
                        break;
                    default:
                        reader.ReadEncodedValue();
                        break;
                }
            }
        }

        return
        [
            ("DNSNames", ListOrNull(dns)),
            ("EmailAddresses", ListOrNull(mail)),
            ("IPAddresses", ListOrNull(addresses)),
            ("URIs", ListOrNull(uris)),
            ("URIStrings", ListOrNull(uriTexts)),
        ];
    }

    private static RegoObject Url(string text)
    {
        bool parsed = Uri.TryCreate(text, UriKind.Absolute, out var uri);
        return RegoObject.Of(
            ("Scheme", parsed ? uri!.Scheme : ""),
            ("Opaque", ""),
            ("User", RegoNull.Instance),
            ("Host", parsed ? uri!.Authority : ""),
            ("Path", parsed ? uri!.AbsolutePath : text),
            ("RawPath", ""),
            ("OmitHost", RegoBoolean.False),
            ("ForceQuery", RegoBoolean.False),
            ("RawQuery", parsed ? uri!.Query.TrimStart('?') : ""),
            ("Fragment", parsed ? uri!.Fragment.TrimStart('#') : ""),
            ("RawFragment", "")
        );
    }

    private static RegoValue Extensions(IEnumerable<X509Extension> extensions) =>
        ListOrNull([
            .. extensions.Select(extension =>
                (RegoValue)
                    RegoObject.Of(
                        ("Id", Oid(extension.Oid?.Value)),
                        ("Critical", extension.Critical),
                        ("Value", Base64(extension.RawData))
                    )
            ),
        ]);

    private static RegoValue PublicKey(PublicKey key)
    {
        if (key.GetRSAPublicKey() is { } rsa)
        {
            using (rsa)
                return PrivateKeys.Numbers(rsa.ExportParameters(false));
        }

        if (key.GetECDsaPublicKey() is { } ec)
        {
            using (ec)
                return PrivateKeys.Numbers(ec.ExportParameters(false));
        }

        return Base64(key.EncodedKeyValue.RawData);
    }

    // The numbers are those of Go's constants.
    private static RegoNumber PublicKeyAlgorithm(PublicKey key) =>
        key.Oid.Value switch
        {
            "1.2.840.113549.1.1.1" => RegoNumber.Of(1),
            "1.2.840.10040.4.1" => RegoNumber.Of(2),
            "1.2.840.10045.2.1" => RegoNumber.Of(3),
            "1.3.101.112" => RegoNumber.Of(4),
            _ => RegoNumber.Of(0),
        };

    private static RegoNumber SignatureAlgorithm(string? oid) =>
        RegoNumber.Of(
            oid switch
            {
                "1.2.840.113549.1.1.2" => 1,
                "1.2.840.113549.1.1.4" => 2,
                "1.2.840.113549.1.1.5" => 3,
                "1.2.840.113549.1.1.11" => 4,
                "1.2.840.113549.1.1.12" => 5,
                "1.2.840.113549.1.1.13" => 6,
                "1.2.840.10045.4.1" => 9,
                "1.2.840.10045.4.3.2" => 10,
                "1.2.840.10045.4.3.3" => 11,
                "1.2.840.10045.4.3.4" => 12,
                "1.2.840.113549.1.1.10" => 13,
                "1.3.101.112" => 16,
                _ => 0,
            }
        );

    private static RegoNumber KeyUsage(X509KeyUsageExtension? usage)
    {
        if (usage is null)
            return RegoNumber.Of(0);
        X509KeyUsageFlags[] order =
        [
            X509KeyUsageFlags.DigitalSignature,
            X509KeyUsageFlags.NonRepudiation,
            X509KeyUsageFlags.KeyEncipherment,
            X509KeyUsageFlags.DataEncipherment,
            X509KeyUsageFlags.KeyAgreement,
            X509KeyUsageFlags.KeyCertSign,
            X509KeyUsageFlags.CrlSign,
            X509KeyUsageFlags.EncipherOnly,
            X509KeyUsageFlags.DecipherOnly,
        ];
        return RegoNumber.Of(order.Select((flag, bit) => usage.KeyUsages.HasFlag(flag) ? 1L << bit : 0).Sum());
    }

    private static RegoArray ExtendedUsage(X509EnhancedKeyUsageExtension usage)
    {
        string[] order =
        [
            "2.5.29.37.0",
            "1.3.6.1.5.5.7.3.1",
            "1.3.6.1.5.5.7.3.2",
            "1.3.6.1.5.5.7.3.3",
            "1.3.6.1.5.5.7.3.4",
            "1.3.6.1.5.5.7.3.5",
            "1.3.6.1.5.5.7.3.6",
            "1.3.6.1.5.5.7.3.7",
            "1.3.6.1.5.5.7.3.8",
            "1.3.6.1.5.5.7.3.9",
        ];
        return RegoArray.Of(
            usage
                .EnhancedKeyUsages.Cast<Oid>()
                .Select(oid => Array.IndexOf(order, oid.Value))
                .Where(index => index >= 0)
                .Select(index => (RegoValue)RegoNumber.Of(index))
        );
    }
}
