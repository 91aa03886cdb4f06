using System.Globalization;
using System.Numerics;
using System.Text;
using Cairn.Core.Policies;

namespace Cairn.Core.Tests.Policies;

/// <summary>The Ed25519 that Core lends to policies.</summary>
public sealed class PolicyEd25519Tests
{
    private const string PrivateKey = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    private const string PublicKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    private const string OfNothing =
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";

    private readonly PolicyEd25519 _ed25519 = new();

    /// <summary>RFC 8032, section 7.1.</summary>
    [Theory]
    [InlineData(PrivateKey, PublicKey, "", OfNothing)]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )]
    public void The_examples_of_the_standard_hold(string key, string publicKey, string message, string signature)
    {
        byte[] secret = Convert.FromHexString(key),
            known = Convert.FromHexString(publicKey),
            text = Convert.FromHexString(message),
            right = Convert.FromHexString(signature);
        _ed25519.PublicKeyOf(secret).ShouldBe(known);
        _ed25519.Sign(secret, text).ShouldBe(right);
        _ed25519.Verify(known, text, right).ShouldBeTrue();
        _ed25519.Verify(known, [.. text, 0], right).ShouldBeFalse();
        for (int i = 0; i < right.Length; i++)
        {
            byte[] wrong = [.. right];
            wrong[i] ^= 1;
            _ed25519.Verify(known, text, wrong).ShouldBeFalse();
        }
    }

    /// <summary>RFC 8037, appendix A.4.</summary>
    [Fact]
    public void The_example_of_tokens_is_signed() =>
        System
            .Buffers.Text.Base64Url.EncodeToString(
                _ed25519.Sign(
                    Convert.FromHexString(PrivateKey),
                    Encoding.ASCII.GetBytes("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc")
                )
            )
            .ShouldBe("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");

    // The same s, one order further, would make a second signature of the same text.
    [Fact]
    public void A_signature_that_is_not_reduced_is_refused()
    {
        byte[] signature = Convert.FromHexString(OfNothing);
        var order =
            (BigInteger.One << 252)
            + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);
        (new BigInteger(signature.AsSpan(32), isUnsigned: true) + order)
            .ToByteArray(isUnsigned: true)
            .CopyTo(signature, 32);
        _ed25519.Verify(Convert.FromHexString(PublicKey), [], signature).ShouldBeFalse();
    }

    [Theory]
    [InlineData("", OfNothing)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", OfNothing)]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000", OfNothing)]
    // A point of order 1, under which this would be a signature of every text.
    [InlineData(
        "0100000000000000000000000000000000000000000000000000000000000000",
        "01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    )]
    [InlineData(PublicKey, "")]
    [InlineData(PublicKey, "e5564300")]
    public void What_is_no_key_or_no_signature_is_right_for_nothing(string key, string signature) =>
        _ed25519.Verify(Convert.FromHexString(key), [], Convert.FromHexString(signature)).ShouldBeFalse();
}
