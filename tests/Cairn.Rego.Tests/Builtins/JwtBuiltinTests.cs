using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;
using static Cairn.Rego.Tests.Builtins.BuiltinCalls;

namespace Cairn.Rego.Tests.Builtins;

public class JwtBuiltinTests
{
    private const string Secret = """{"kty": "oct", "k": "c2VjcmV0"}""";

    private static string Unquoted(string text) => ((RegoString)RegoValue.ParseJson(text)).Value;

    private static string Signed(string header, string payload, string key) =>
        Unquoted(Call("io.jwt.encode_sign", header, payload, key));

    private static string Verified(string token, RegoObject constraints) =>
        Call("io.jwt.decode_verify", EvaluationLimits.Default, token, constraints);

    [Fact]
    public void A_token_signed_with_a_secret_is_verified_with_it_only()
    {
        string token = Signed("""{"alg": "HS256"}""", """{"iss": "cairn"}""", Secret);
        Verified(token, RegoObject.Of(("secret", "secret"))).ShouldBe("""[true, {"alg": "HS256"}, {"iss": "cairn"}]""");
        Verified(token, RegoObject.Of(("secret", "other"))).ShouldBe("[false, {}, {}]");
        Verified(token, RegoObject.Of(("secret", "secret"), ("iss", "somebody"))).ShouldBe("[false, {}, {}]");
        Verified(token, RegoObject.Of(("secret", "secret"), ("alg", "HS512"))).ShouldBe("[false, {}, {}]");
    }

    // The well-known confusion: a public key must never serve as the secret of an HMAC.
    [Fact]
    public void A_public_key_is_never_taken_for_a_secret()
    {
        using var rsa = RSA.Create(2048);
        string pem = rsa.ExportSubjectPublicKeyInfoPem();
        string key = Convert
            .ToBase64String(System.Text.Encoding.UTF8.GetBytes(pem))
            .TrimEnd('=')
            .Replace('+', '-')
            .Replace('/', '_');
        string token = Signed("""{"alg": "HS256"}""", "{}", $$"""{"kty": "oct", "k": "{{key}}"}""");
        Verified(token, RegoObject.Of(("cert", pem))).ShouldBe("[false, {}, {}]");
    }

    [Fact]
    public void A_token_without_a_signature_is_refused() =>
        Verified("eyJhbGciOiJub25lIn0.e30.", RegoObject.Of(("secret", "secret"))).ShouldBe("[false, {}, {}]");

    [Theory]
    [InlineData("PS256")]
    [InlineData("RS512")]
    public void An_RSA_key_signs_and_its_certificate_verifies(string algorithm)
    {
        using var rsa = RSA.Create(2048);
        var p = rsa.ExportParameters(true);
        string Text(byte[]? bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
        string jwk =
            $$"""{"kty": "RSA", "n": "{{Text(p.Modulus)}}", "e": "{{Text(p.Exponent)}}", "d": "{{Text(p.D)}}", "p": "{{Text(p.P)}}", "q": "{{Text(p.Q)}}", "dp": "{{Text(p.DP)}}", "dq": "{{Text(p.DQ)}}", "qi": "{{Text(p.InverseQ)}}"}""";
        string token = Signed($$"""{"alg": "{{algorithm}}"}""", """{"a": 1}""", jwk);
        using var certificate = new CertificateRequest(
            "CN=test",
            rsa,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        ).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        Verified(token, RegoObject.Of(("cert", certificate.ExportCertificatePem()))).ShouldStartWith("[true");
        Call(
                $"io.jwt.verify_{algorithm.ToLowerInvariant()}",
                EvaluationLimits.Default,
                token,
                rsa.ExportSubjectPublicKeyInfoPem()
            )
            .ShouldBe("true");
        Call("io.jwt.verify_es256", EvaluationLimits.Default, token, rsa.ExportSubjectPublicKeyInfoPem())
            .ShouldBe("false");
    }

    [Fact]
    public void Of_a_set_of_keys_the_named_one_verifies()
    {
        using var one = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var two = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string Text(byte[]? bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
        string Jwk(ECDsa key, string id, bool secret)
        {
            var p = key.ExportParameters(secret);
            return $$"""{"kty": "EC", "crv": "P-256", "kid": "{{id}}", "x": "{{Text(p.Q.X)}}", "y": "{{Text(p.Q.Y)}}"{{(secret ? $", \"d\": \"{Text(p.D)}\"" : "")}}}""";
        }

        string keys = $$"""{"keys": [{{Jwk(one, "one", false)}}, {{Jwk(two, "two", false)}}]}""";
        string token = Signed("""{"alg": "ES256", "kid": "two"}""", "{}", Jwk(two, "two", true));
        string forged = Signed("""{"alg": "ES256", "kid": "one"}""", "{}", Jwk(two, "two", true));
        Verified(token, RegoObject.Of(("cert", keys))).ShouldStartWith("[true");
        Verified(forged, RegoObject.Of(("cert", keys))).ShouldStartWith("[false");
    }

    [Theory]
    [InlineData("a.b", "encoded JWT must have 3 sections, found 2")]
    [InlineData("ab", "encoded JWT had no period separators")]
    [InlineData("!.e30.", "JWT header had invalid encoding: illegal base64 data at input byte 0")]
    [InlineData("e30.e30.e30.e30", "encoded JWT must have 3 sections, found 4")]
    public void What_is_no_token_is_an_error(string token, string message) =>
        Call("io.jwt.decode", EvaluationLimits.Default, token).ShouldBe(message);

    [Theory]
    [InlineData("""{"exp": 100}""", 99_999_999_999, true)]
    [InlineData("""{"exp": 100}""", 100_000_000_000, false)]
    [InlineData("""{"nbf": 100.5}""", 100_400_000_000, false)]
    [InlineData("""{"nbf": 100.5}""", 100_500_000_000, true)]
    public void A_token_holds_from_its_start_to_before_its_end(string claims, long now, bool holds) =>
        Verified(Signed("""{"alg": "HS384"}""", claims, Secret), RegoObject.Of(("secret", "secret"), ("time", now)))
            .ShouldStartWith(holds ? "[true" : "[false");
}
