using System.Security.Cryptography;
using Cairn.Rego.Bundles;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Bundles;

public class RegoBundleTests
{
    private static readonly RegoBundle Example = new([new RegoModule("app/rbac.rego", "package app.rbac\n\nallow if data.app.users[input.user]\n")], (RegoObject)RegoValue.ParseJson("""{"app":{"users":{"ann":true},"n":1.0}}"""))
    {
        Revision = "r1",
        Roots = ["app"],
    };

    [Fact]
    public void A_bundle_comes_back_as_it_was_written()
    {
        var read = RegoBundle.Read(new MemoryStream(Bytes(Example)));
        read.Revision.ShouldBe("r1");
        read.Roots.ShouldBe(["app"]);
        read.Data.ToJson().ShouldBe(Example.Data.ToJson());
        read.Compile().Prepare("data.app.rbac.allow").Evaluate(RegoValue.ParseJson("""{"user":"ann"}""")).Value.ShouldBe(RegoBoolean.True);
    }

    [Fact]
    public void The_same_bundle_gives_the_same_bytes() => Bytes(Example).ShouldBe(Bytes(Example));

    [Theory]
    [InlineData("HS256")]
    [InlineData("RS256")]
    [InlineData("PS384")]
    [InlineData("ES256")]
    [InlineData("ES512")]
    public void A_signed_bundle_is_verified(string algorithm)
    {
        var (signing, verifying, wrong) = Keys(algorithm);
        byte[] signed = Bytes(Example, signing);
        RegoBundle.Read(new MemoryStream(signed), verifying).Revision.ShouldBe("r1");
        Should.Throw<BundleException>(() => RegoBundle.Read(new MemoryStream(signed), wrong)).Message.ShouldContain("signature is wrong");
        Should.Throw<BundleException>(() => RegoBundle.Read(new MemoryStream(Bytes(Example)), verifying)).Message.ShouldContain("missing .signatures.json");
        Should.Throw<BundleException>(() => RegoBundle.Read(new MemoryStream(signed), verifying with { Scope = "write" })).Message.ShouldContain("scope");
    }

    [Theory]
    [InlineData("data.json", """{"app":{"users":{"eve":true}}}""", "digest mismatch")]
    [InlineData("app/rbac.rego", "package app.rbac\nallow := true\n", "digest mismatch")]
    [InlineData("app/extra.rego", "package app.extra\n", "not signed")]
    public void A_changed_file_is_noticed(string name, string content, string message)
    {
        var key = new BundleKey("HS256", "secret");
        var files = BundleFiles.Read(new MemoryStream(Bytes(Example, key)), RegoBundle.DefaultMaxBytes);
        files[name] = System.Text.Encoding.UTF8.GetBytes(content);
        var changed = new MemoryStream();
        BundleFiles.Write(changed, files);
        changed.Position = 0;
        Should.Throw<BundleException>(() => RegoBundle.Read(changed, key)).Message.ShouldContain(message);
    }

    [Fact]
    public void What_lies_outside_the_roots_is_refused()
    {
        Should.Throw<BundleException>(() => Bytes(Example with { Roots = ["other"] })).Message.ShouldContain("do not permit");
        Should.Throw<BundleException>(() => Bytes(Example with { Roots = ["app", "app/rbac"] })).Message.ShouldContain("overlapped");
        Should.Throw<BundleException>(() => Bytes(Example with { Roots = ["app/rbac"] })).Message.ShouldContain("data at path '/app/n'");
    }

    [Fact]
    public void A_large_bundle_is_refused_before_it_is_unpacked() =>
        Should.Throw<BundleException>(() => RegoBundle.Read(new MemoryStream(Bytes(Example)), maxBytes: 10)).Message.ShouldContain("larger");

    [Fact]
    public void What_is_no_archive_is_refused()
    {
        Should.Throw<BundleException>(() => RegoBundle.Read(new MemoryStream([1, 2, 3])));
        Should.Throw<BundleException>(() => RegoBundle.Read(new MemoryStream(Bytes(Example)[..60])));
    }

    private static byte[] Bytes(RegoBundle bundle, BundleKey? key = null)
    {
        var stream = new MemoryStream();
        bundle.Write(stream, key);
        return stream.ToArray();
    }

    private static (BundleKey Signing, BundleKey Verifying, BundleKey Wrong) Keys(string algorithm)
    {
        if (algorithm.StartsWith("HS", StringComparison.Ordinal))
            return (new(algorithm, "secret"), new(algorithm, "secret"), new(algorithm, "other"));
        if (algorithm.StartsWith("ES", StringComparison.Ordinal))
        {
            var curve = algorithm == "ES512" ? ECCurve.NamedCurves.nistP521 : ECCurve.NamedCurves.nistP256;
            using var ec = ECDsa.Create(curve);
            using var other = ECDsa.Create(curve);
            return (new(algorithm, ec.ExportPkcs8PrivateKeyPem()), new(algorithm, ec.ExportSubjectPublicKeyInfoPem()), new(algorithm, other.ExportSubjectPublicKeyInfoPem()));
        }

        using var rsa = RSA.Create(2048);
        using var stranger = RSA.Create(2048);
        return (new(algorithm, rsa.ExportPkcs8PrivateKeyPem()), new(algorithm, rsa.ExportSubjectPublicKeyInfoPem()), new(algorithm, stranger.ExportSubjectPublicKeyInfoPem()));
    }
}
