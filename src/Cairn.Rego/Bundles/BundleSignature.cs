using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Rego.Bundles;

/// <summary><c>.signatures.json</c>: one token whose payload lists every file of the bundle with its digest.</summary>
internal static class BundleSignature
{
    public const string FileName = ".signatures.json";

    public static byte[] Make(IReadOnlyDictionary<string, byte[]> files, BundleKey key, IYamlConverter? yaml)
    {
        var header = new RegoObjectBuilder();
        header.Set("alg", key.Algorithm);
        if (key.KeyId is not null)
            header.Set("kid", key.KeyId);
        var payload = new RegoObjectBuilder();
        payload.Set(
            "files",
            RegoArray.Of(
                files.Select(file =>
                    (RegoValue)
                        RegoObject.Of(
                            ("name", file.Key),
                            ("hash", Digest(file.Key, file.Value, "SHA-256", yaml)),
                            ("algorithm", "SHA-256")
                        )
                )
            )
        );
        if (key.Scope is not null)
            payload.Set("scope", key.Scope);
        string signed = $"{Encode(header.Build())}.{Encode(payload.Build())}";
        string token = $"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
        return Encoding.UTF8.GetBytes(RegoObject.Of(("signatures", RegoArray.Of(token))).ToJson());
    }

    /// <exception cref="BundleException">The signature is missing, wrong, or does not cover the files as they
    /// are.</exception>
    public static void Verify(IReadOnlyDictionary<string, byte[]> files, BundleKey key, IYamlConverter? yaml)
    {
        if (!files.TryGetValue(FileName, out byte[]? text))
            throw new BundleException($"bundle missing {FileName} file");
        if (
            Json(text, FileName)["signatures"] is not RegoArray { Count: 1 } signatures
            || signatures[0] is not RegoString { Value: var token }
            || token.Split('.') is not [var header, var payload, var signature]
        )
        {
            throw new BundleException($"{FileName} must hold exactly one signature");
        }

        if (!key.Verify(Encoding.ASCII.GetBytes($"{header}.{payload}"), Decode(signature)))
            throw new BundleException("the bundle's signature is wrong");
        var claims = Json(Decode(payload), FileName);
        if (((claims["scope"] as RegoString)?.Value ?? "") != (key.Scope ?? ""))
            throw new BundleException("scope mismatch");
        var listed = new HashSet<string> { FileName };
        foreach (var entry in claims["files"] as RegoArray ?? RegoArray.Empty)
        {
            if (
                entry is not RegoObject file
                || file["name"] is not RegoString { Value: var name }
                || file["hash"] is not RegoString { Value: var hash }
            )
            {
                throw new BundleException($"{FileName} lists a file without name or hash");
            }

            if (!files.TryGetValue(name, out byte[]? content))
                throw new BundleException($"file {name} is signed but not in the bundle");
            if (Digest(name, content, (file["algorithm"] as RegoString)?.Value ?? "SHA-256", yaml) != hash)
                throw new BundleException($"{name}: digest mismatch");
            listed.Add(name);
        }

        if (files.Keys.FirstOrDefault(name => !listed.Contains(name)) is { } extra)
            throw new BundleException($"file {extra} is not signed");
    }

    // Data and manifest are hashed as canonical JSON, everything else byte by byte; OPA counts data.yml among the
    // latter.
    private static string Digest(string name, byte[] content, string algorithm, IYamlConverter? yaml)
    {
        byte[] bytes = name.Split('/')[^1] is "data.json" or "data.yaml" or ".manifest"
            ? Encoding.UTF8.GetBytes(BundleFiles.Document(content, name, yaml).ToJson())
            : content;
        return Convert.ToHexStringLower(
            algorithm switch
            {
                "SHA-256" => SHA256.HashData(bytes),
                "SHA-384" => SHA384.HashData(bytes),
                "SHA-512" => SHA512.HashData(bytes),
                _ => throw new BundleException($"digest algorithm {algorithm} is not supported"),
            }
        );
    }

    private static string Encode(RegoObject value) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(value.ToJson()));

    private static byte[] Decode(string text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException e)
        {
            throw new BundleException("the signature is no token", e);
        }
    }

    private static RegoObject Json(byte[] text, string name) =>
        BundleFiles.Json(text, name) as RegoObject ?? throw new BundleException($"{name} does not hold an object");
}
