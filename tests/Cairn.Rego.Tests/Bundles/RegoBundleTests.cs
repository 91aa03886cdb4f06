using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Cairn.Core.Policies;
using Cairn.Rego.Bundles;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Bundles;

public class RegoBundleTests
{
    private static readonly RegoBundle Example = new(
        [new RegoModule("app/rbac.rego", "package app.rbac\n\nallow if data.app.users[input.user]\n")],
        (RegoObject)RegoValue.ParseJson("""{"app":{"users":{"ann":true},"n":1.0}}""")
    )
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
        read.Compile()
            .Prepare("data.app.rbac.allow")
            .Evaluate(RegoValue.ParseJson("""{"user":"ann"}"""))
            .Value.ShouldBe(RegoBoolean.True);
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
        RegoBundle.Read(new MemoryStream(signed), With(verifying)).Revision.ShouldBe("r1");
        Should
            .Throw<BundleException>(() => RegoBundle.Read(new MemoryStream(signed), With(wrong)))
            .Message.ShouldContain("signature is wrong");
        Should
            .Throw<BundleException>(() => RegoBundle.Read(new MemoryStream(Bytes(Example)), With(verifying)))
            .Message.ShouldContain("missing .signatures.json");
        Should
            .Throw<BundleException>(() =>
                RegoBundle.Read(new MemoryStream(signed), With(verifying with { Scope = "write" }))
            )
            .Message.ShouldContain("scope");
    }

    [Theory]
    [InlineData("data.json", """{"app":{"users":{"eve":true}}}""", "digest mismatch")]
    [InlineData("app/rbac.rego", "package app.rbac\nallow := true\n", "digest mismatch")]
    [InlineData("app/extra.rego", "package app.extra\n", "not signed")]
    public void A_changed_file_is_noticed(string name, string content, string message)
    {
        var key = new BundleKey("HS256", "secret");
        var files = BundleFiles.Read(new MemoryStream(Bytes(Example, key)), BundleReadOptions.Default);
        files[name] = System.Text.Encoding.UTF8.GetBytes(content);
        var changed = new MemoryStream();
        BundleFiles.Write(changed, files);
        changed.Position = 0;
        Should.Throw<BundleException>(() => RegoBundle.Read(changed, With(key))).Message.ShouldContain(message);
    }

    [Fact]
    public void What_lies_outside_the_roots_is_refused()
    {
        Should
            .Throw<BundleException>(() => Bytes(Example with { Roots = ["other"] }))
            .Message.ShouldContain("do not permit");
        Should
            .Throw<BundleException>(() => Bytes(Example with { Roots = ["app", "app/rbac"] }))
            .Message.ShouldContain("overlapped");
        Should
            .Throw<BundleException>(() => Bytes(Example with { Roots = ["app/rbac"] }))
            .Message.ShouldContain("data at path '/app/n'");
    }

    [Fact]
    public void A_large_bundle_is_refused_before_it_is_unpacked() =>
        Should
            .Throw<BundleException>(() =>
                RegoBundle.Read(new MemoryStream(Bytes(Example)), new BundleReadOptions { MaxBytes = 10 })
            )
            .Message.ShouldContain("larger");

    [Fact]
    public void What_is_no_archive_is_refused()
    {
        Should.Throw<BundleException>(() => RegoBundle.Read(new MemoryStream([1, 2, 3])));
        Should.Throw<BundleException>(() => RegoBundle.Read(new MemoryStream(Bytes(Example)[..60])));
    }

    [Theory]
    [InlineData("data.yaml", "users:\n  ann: true\n", """{"users":{"ann":true}}""")]
    [InlineData("a/b/data.yml", "- 1\n- x\n", """{"a":{"b":[1,"x"]}}""")]
    [InlineData("data.yml", "- 1\n", null)]
    [InlineData("data.yaml", "a: [", null)]
    public void Data_may_be_yaml(string name, string yaml, string? data)
    {
        var options = new BundleReadOptions { Yaml = new PolicyYaml() };
        if (data is null)
            Should.Throw<BundleException>(() => RegoBundle.Read(Archive((name, yaml)), options));
        else
            RegoBundle.Read(Archive((name, yaml)), options).Data.ToJson().ShouldBe(data);
        Should.Throw<BundleException>(() => RegoBundle.Read(Archive((name, yaml)))).Message.ShouldContain("YAML");
    }

    [Fact]
    public void Data_in_yaml_and_json_lies_over_each_other() =>
        RegoBundle
            .Read(
                Archive(("a/data.json", """{"x":1}"""), ("a/data.yaml", "z: 2\n")),
                new BundleReadOptions { Yaml = new PolicyYaml() }
            )
            .Data.ToJson()
            .ShouldBe("""{"a":{"x":1,"z":2}}""");

    [Fact]
    public void The_manifest_says_the_language_of_each_file()
    {
        var read = RegoBundle.Read(
            Archive(
                (
                    ".manifest",
                    """{"rego_version":1,"file_rego_versions":{"/old/*.rego":0,"/old/new.rego":1},"metadata":{"team":"x"},"revision":"r"}"""
                ),
                ("old/a.rego", "package old.a\n\nallow { input.x }\n"),
                ("old/new.rego", "package old.b\n\nallow if input.x\n"),
                ("c.rego", "package c\n\nallow if data.old.a.allow\n")
            )
        );
        read.Metadata!.ToJson().ShouldBe("""{"team":"x"}""");
        read.Compile()
            .Prepare("data.c.allow")
            .Evaluate(RegoValue.ParseJson("""{"x":1}"""))
            .Value.ShouldBe(RegoBoolean.True);
        var again = RegoBundle.Read(new MemoryStream(Bytes(read)));
        again
            .Modules.Select(module => (module.Name, module.Version))
            .ShouldBe([("c.rego", null), ("old/a.rego", RegoVersion.V0), ("old/new.rego", null)]);
    }

    [Theory]
    [InlineData("""{"rego_version":2}""", "has to be 0 or 1")]
    [InlineData("""{"file_rego_versions":{"/a.rego":"1"}}""", "has to be 0 or 1")]
    [InlineData("""{"revision":1}""", "revision is of the wrong kind")]
    [InlineData("""{"roots":"a"}""", "roots is of the wrong kind")]
    [InlineData("""{"metadata":[]}""", "metadata is of the wrong kind")]
    [InlineData("""{"wasm":[{"entrypoint":"a/allow","module":"/policy.wasm"}]}""", "Wasm")]
    [InlineData("[]", "no object")]
    public void A_wrong_manifest_is_refused(string manifest, string message) =>
        Should
            .Throw<BundleException>(() => RegoBundle.Read(Archive((".manifest", manifest))))
            .Message.ShouldContain(message);

    [Fact]
    public void Wasm_is_refused() =>
        Should
            .Throw<BundleException>(() => RegoBundle.Read(Archive(("policy.wasm", ""))))
            .Message.ShouldContain("opa build -t rego");

    [Fact]
    public void An_archive_is_bounded_in_every_direction()
    {
        void Refused(MemoryStream archive, BundleReadOptions options, string message) =>
            Should.Throw<BundleException>(() => RegoBundle.Read(archive, options)).Message.ShouldContain(message);
        Refused(
            Archive(("x", new string('0', 1000)), ("y", new string('0', 1000))),
            new BundleReadOptions { MaxBytes = 1500 },
            "larger"
        );
        Refused(Archive(("x", new string('0', 1000))), new BundleReadOptions { MaxFileBytes = 500 }, "x is larger");
        Refused(Archive(("x", ""), ("y", ""), ("z", "")), new BundleReadOptions { MaxFiles = 2 }, "2 files");
        Refused(
            Archive((string.Concat(Enumerable.Repeat("d/", 40)) + "data.json", "1")),
            new BundleReadOptions { MaxDepth = 20 },
            "20 folders"
        );
        Refused(
            Archive(("data.json", "{\"a\":" + new string('[', 300) + new string(']', 300) + "}")),
            BundleReadOptions.Default,
            "nested too deep"
        );
    }

    [Fact]
    public void What_is_no_file_counts_too()
    {
        var archive = new MemoryStream();
        using (var gzip = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            tar.WriteEntry(
                new PaxTarEntry(TarEntryType.SymbolicLink, "link", [new("comment", new string('x', 200_000))])
                {
                    LinkName = "y",
                }
            );
        }

        archive.Position = 0;
        Should
            .Throw<BundleException>(() =>
                RegoBundle.Read(archive, new BundleReadOptions { MaxBytes = 1000, MaxFiles = 10 })
            )
            .Message.ShouldContain("larger");
    }

    private static MemoryStream Archive(params (string Name, string Content)[] files)
    {
        var stream = new MemoryStream();
        BundleFiles.Write(
            stream,
            files.ToDictionary(file => file.Name, file => System.Text.Encoding.UTF8.GetBytes(file.Content))
        );
        stream.Position = 0;
        return stream;
    }

    private static BundleReadOptions With(BundleKey key) => new() { Key = key };

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
            return (
                new(algorithm, ec.ExportPkcs8PrivateKeyPem()),
                new(algorithm, ec.ExportSubjectPublicKeyInfoPem()),
                new(algorithm, other.ExportSubjectPublicKeyInfoPem())
            );
        }

        using var rsa = RSA.Create(2048);
        using var stranger = RSA.Create(2048);
        return (
            new(algorithm, rsa.ExportPkcs8PrivateKeyPem()),
            new(algorithm, rsa.ExportSubjectPublicKeyInfoPem()),
            new(algorithm, stranger.ExportSubjectPublicKeyInfoPem())
        );
    }
}
