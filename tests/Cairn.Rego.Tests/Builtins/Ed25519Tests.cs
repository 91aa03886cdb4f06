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

    /// <summary>RFC 8037, appendix A.1.</summary>
    private const string Private =
        """{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""";

    private const string Token =
        "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJjYWlybiJ9.5DXPb6nLYd_LQwJFH3P0QPNR5qVgqQCxCDSVnriPe2iBfv9NYBqoeXcs4vJR_xXRVPUSOSx2rHVtGBVz8Yv9Cw";

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
    public void What_is_signed_is_verified()
    {
        string token = RegoValue.ParseJson(Sign(Private)) is RegoString text ? text.Value : "";
        Call("io.jwt.verify_eddsa", EvaluationLimits.Default, token, Private).ShouldBe("true");
        Call("io.jwt.verify_eddsa", EvaluationLimits.Default, token, Jwk).ShouldBe("false");
    }

    [Theory]
    [InlineData(Jwk, "signing takes a private one")]
    [InlineData(
        """{"kty":"OKP","crv":"Ed25519","d":"AAAA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""",
        "32 bytes"
    )]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}""", "32 bytes")]
    [InlineData(
        """{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"q497JL4Fbl93w5M7VQa4AdTjP7pIgx02dNnfzkeTKk0"}""",
        "invalid x value given d value"
    )]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}""", "invalid key")]
    public void Keys_that_cannot_sign_are_refused(string key, string fault) => Sign(key).ShouldContain(fault);

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    public void A_key_of_another_length_is_none(string x) =>
        Call("io.jwt.verify_eddsa", EvaluationLimits.Default, Token, $$"""{"kty":"OKP","crv":"Ed25519","x":"{{x}}"}""")
            .ShouldContain("32 bytes");

    [Fact]
    public void Each_key_that_is_tried_costs_steps()
    {
        string keys = $$"""{"keys":[{{string.Join(',', Enumerable.Repeat(Private, 100))}}]}""";
        var limits = EvaluationLimits.Default with { MaxSteps = 5_000 };
        Call("io.jwt.verify_eddsa", limits, Token, Private).ShouldBe("false");
        Call("io.jwt.verify_eddsa", limits, Token, keys).ShouldContain("steps");
    }

    [Fact]
    public void Without_a_host_that_has_it_the_built_in_fails_and_says_so()
    {
        var policy = RegoPolicy.Compile([
            new RegoModule("a.rego", $"package a\nv := io.jwt.verify_eddsa(\"{Token}\", input)"),
        ]);
        var options = new EvaluationOptions { StrictBuiltinErrors = true };
        Should
            .Throw<RegoEvaluationException>(() =>
                policy.Prepare("data.a.v").Evaluate(RegoString.Of(Jwk), options, TestContext.Current.CancellationToken)
            )
            .Message.ShouldContain("Ed25519 is not provided by the host");
    }

    private static string Sign(string key) =>
        Call(
            "io.jwt.encode_sign",
            EvaluationLimits.Default,
            RegoValue.ParseJson("""{"alg":"EdDSA"}"""),
            RegoObject.Of(("iss", "cairn")),
            RegoValue.ParseJson(key)
        );
}
