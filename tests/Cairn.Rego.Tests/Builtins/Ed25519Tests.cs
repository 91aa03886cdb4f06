using Cairn.Rego.Crypto;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;
using static Cairn.Rego.Tests.Builtins.BuiltinCalls;

namespace Cairn.Rego.Tests.Builtins;

public class Ed25519Tests
{
    private const string Jwk =
        """{"kty":"OKP","crv":"Ed25519","x":"q497JL4Fbl93w5M7VQa4AdTjP7pIgx02dNnfzkeTKk0","kid":"a"}""";

    private const string Pem = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAq497JL4Fbl93w5M7VQa4AdTjP7pIgx02dNnfzkeTKk0=
        -----END PUBLIC KEY-----
        """;

    private const string Certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBLDCB36ADAgECAhQVscniioGmErN7kL9MD4f5Ig2umjAFBgMrZXAwDDEKMAgG
        A1UEAwwBdDAeFw0yNjExMjExMDQ5MDBaFw0zNjExMTgxMDQ5MDBaMAwxCjAIBgNV
        BAMMAXQwKjAFBgMrZXADIQCrj3skvgVuX3fDkztVBrgB1OM/ukiDHTZ02d/OR5Mq
        TaNTMFEwHQYDVR0OBBYEFFPmtYPE7SK6ZBz9NXFJXMaqtCCHMB8GA1UdIwQYMBaA
        FFPmtYPE7SK6ZBz9NXFJXMaqtCCHMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EA
        pDC/Dp2MG93jIh9ZoO2dOFqzKrb7uSi7xgG9VzuXx4tXcleleti3Fk9VNAIGWpl6
        DTTomq1LGnxV3T3ZGkyQDg==
        -----END CERTIFICATE-----
        """;

    private const string Token =
        "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJjYWlybiJ9.5DXPb6nLYd_LQwJFH3P0QPNR5qVgqQCxCDSVnriPe2iBfv9NYBqoeXcs4vJR_xXRVPUSOSx2rHVtGBVz8Yv9Cw";

    /// <summary>RFC 8032, section 7.1.</summary>
    [Theory]
    [InlineData(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )]
    [InlineData(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )]
    public void The_examples_of_the_standard_are_verified(string key, string message, string signature)
    {
        using var parsed = Ed25519Key.From(Convert.FromHexString(key))!;
        byte[] text = Convert.FromHexString(message),
            right = Convert.FromHexString(signature);
        parsed.Verify(text, right).ShouldBeTrue();
        parsed.Verify([.. text, 0], right).ShouldBeFalse();
        for (int i = 0; i < right.Length; i += 9)
        {
            byte[] wrong = [.. right];
            wrong[i] ^= 1;
            parsed.Verify(text, wrong).ShouldBeFalse();
        }
    }

    // The same s, one order further, would make a second signature of the same text.
    [Fact]
    public void A_signature_that_is_not_reduced_is_refused()
    {
        using var key = Ed25519Key.From(
            Convert.FromHexString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        )!;
        byte[] signature = Convert.FromHexString(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        );
        var order =
            (System.Numerics.BigInteger.One << 252)
            + System.Numerics.BigInteger.Parse(
                "27742317777372353535851937790883648493",
                System.Globalization.CultureInfo.InvariantCulture
            );
        byte[] more = (new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true) + order).ToByteArray(
            isUnsigned: true
        );
        more.CopyTo(signature, 32);
        key.Verify([], signature).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000")]
    public void What_is_no_point_is_no_key(string key) => Ed25519Key.From(Convert.FromHexString(key)).ShouldBeNull();

    [Theory]
    [InlineData(Jwk)]
    [InlineData(Pem)]
    [InlineData(Certificate)]
    [InlineData($$"""{"keys":[{{Jwk}}]}""")]
    public void Tokens_are_verified_with_every_form_of_key(string key)
    {
        Call("io.jwt.verify_eddsa", EvaluationLimits.Default, Token, key).ShouldBe("true");
        Call("io.jwt.verify_eddsa", EvaluationLimits.Default, Token.Replace("X", "Y", StringComparison.Ordinal), key)
            .ShouldBe("false");
        Call("io.jwt.verify_es256", EvaluationLimits.Default, Token, key).ShouldBe("false");
        Call(
                "io.jwt.decode_verify",
                EvaluationLimits.Default,
                Token,
                RegoObject.Of(("cert", key), ("alg", "EdDSA"), ("iss", "cairn"))
            )
            .ShouldBe("""[true, {"alg": "EdDSA"}, {"iss": "cairn"}]""");
    }

    [Fact]
    public void Signing_is_refused() =>
        Call(
                "io.jwt.encode_sign",
                EvaluationLimits.Default,
                RegoValue.ParseJson("""{"alg":"EdDSA"}"""),
                RegoObject.Empty,
                RegoValue.ParseJson(Jwk)
            )
            .ShouldContain("signing with EdDSA is not supported");
}
