using System.Security.Cryptography;
using System.Text;
using Cairn.Rego.Crypto;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Hashes, message authentication, X.509 certificates and private keys.</summary>
internal static class CryptoBuiltins
{
    private static readonly RegoType AnyObject = RegoType.Object(RegoType.String, RegoType.Any);
    private static readonly RegoType Certificates = RegoType.Array(AnyObject);
    private static readonly RegoType Verified = RegoType.Tuple(RegoType.Boolean, Certificates);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        Hash("crypto.md5", MD5.HashData),
        Hash("crypto.sha1", SHA1.HashData),
        Hash("crypto.sha256", SHA256.HashData),
        Mac("crypto.hmac.md5", HMACMD5.HashData),
        Mac("crypto.hmac.sha1", HMACSHA1.HashData),
        Mac("crypto.hmac.sha256", HMACSHA256.HashData),
        Mac("crypto.hmac.sha512", HMACSHA512.HashData),
        new(
            "crypto.hmac.equal",
            [RegoType.String, RegoType.String],
            RegoType.Boolean,
            (_, args) =>
                RegoBoolean.Of(
                    CryptographicOperations.FixedTimeEquals(
                        Encoding.UTF8.GetBytes(args.Text(0)),
                        Encoding.UTF8.GetBytes(args.Text(1))
                    )
                )
        ),
        new(
            "crypto.x509.parse_certificates",
            [RegoType.String],
            Certificates,
            (context, args) =>
                Checked(
                    context,
                    args.Text(0),
                    text => RegoArray.Of(X509.ReadCertificates(text).Select(CertificateView.Of))
                )
        ),
        new(
            "crypto.x509.parse_and_verify_certificates",
            [RegoType.String],
            Verified,
            (context, args) => Checked(context, args.Text(0), text => X509.Verify(text, RegoObject.Empty, Now(context)))
        ),
        new(
            "crypto.x509.parse_and_verify_certificates_with_options",
            [RegoType.String, AnyObject],
            Verified,
            (context, args) =>
                Checked(
                    context,
                    (Text: args.Text(0), Options: args.Members(1)),
                    both => X509.Verify(both.Text, both.Options, Now(context))
                )
        ),
        new(
            "crypto.x509.parse_certificate_request",
            [RegoType.String],
            AnyObject,
            (context, args) => Checked(context, args.Text(0), X509.ReadRequest)
        ),
        new(
            "crypto.x509.parse_keypair",
            [RegoType.String, RegoType.String],
            AnyObject,
            (context, args) =>
                Checked(
                    context,
                    (Certificate: args.Text(0), Key: args.Text(1)),
                    both => X509.ReadKeyPair(both.Certificate, both.Key)
                )
        ),
        new(
            "crypto.x509.parse_rsa_private_key",
            [RegoType.String],
            AnyObject,
            (context, args) => Checked(context, args.Text(0), PrivateKeys.ReadRsaAsJwk)
        ),
        new(
            "crypto.parse_private_keys",
            [RegoType.String],
            RegoType.Array(AnyObject),
            (context, args) =>
                Checked(
                    context,
                    args.Text(0),
                    text => text.Length == 0 ? RegoNull.Instance : (RegoValue)RegoArray.Of(PrivateKeys.Read(text))
                )
        ),
    ];

    private static DateTime Now(BuiltinContext context) => DateTime.UnixEpoch.AddTicks(context.NowNanoseconds / 100);

    private static BuiltinDefinition Hash(string name, Func<byte[], byte[]> hash) =>
        new(
            name,
            [RegoType.String],
            RegoType.String,
            (context, args) =>
            {
                StringBuiltins.Charge(context, args.Text(0).Length);
                return RegoString.Of(Convert.ToHexStringLower(hash(Encoding.UTF8.GetBytes(args.Text(0)))));
            }
        );

    private static BuiltinDefinition Mac(string name, Func<byte[], byte[], byte[]> mac) =>
        new(
            name,
            [RegoType.String, RegoType.String],
            RegoType.String,
            (context, args) =>
            {
                StringBuiltins.Charge(context, args.Text(0).Length);
                return RegoString.Of(
                    Convert.ToHexStringLower(
                        mac(Encoding.UTF8.GetBytes(args.Text(1)), Encoding.UTF8.GetBytes(args.Text(0)))
                    )
                );
            }
        );

    private static RegoValue Checked<T>(BuiltinContext context, T operand, Func<T, RegoValue> work)
    {
        context.ChargeSteps(1_000 + (operand is string text ? text.Length : 0));
        try
        {
            return work(operand);
        }
        catch (Exception e)
            when (e
                    is CryptographicException
                        or FormatException
                        or ArgumentException
                        or System.Formats.Asn1.AsnContentException
            )
        {
            throw new BuiltinException(e.Message, e);
        }
    }
}
