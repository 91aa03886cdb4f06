using System.Text;
using System.Text.RegularExpressions;
using Cairn.Rego.Syntax;
using Cairn.Rego.Text;
using Cairn.Rego.Values;

namespace Cairn.Rego.Bundles;

/// <summary>The members of <c>.manifest</c>, read strictly: a wrong kind is an error, an unknown member is
/// none.</summary>
internal sealed record BundleManifest(
    string Revision,
    IReadOnlyList<string> Roots,
    bool HasRoots,
    RegoVersion? Version,
    RegoObject? Metadata
)
{
    public const string FileName = ".manifest";

    /// <summary>Which modules are of another language than the rest, by path or glob, in order.</summary>
    public IReadOnlyList<(string Pattern, RegoVersion Version)> FileVersions { get; private init; } = [];

    public static BundleManifest Read(IReadOnlyDictionary<string, byte[]> files)
    {
        if (!files.TryGetValue(FileName, out byte[]? text))
            return new BundleManifest("", [""], false, null, null);
        var manifest =
            BundleFiles.Json(text, FileName) as RegoObject ?? throw new BundleException("the manifest is no object");
        if (manifest["wasm"] is RegoArray { Count: > 0 })
        {
            throw new BundleException(
                "the manifest names Wasm modules, which are not supported: build the bundle with Rego (opa "
                    + "build -t rego)"
            );
        }

        string[]? roots = Member<RegoArray>(manifest, "roots")
            ?.Select(root => root is RegoString path ? path.Value.Trim('/') : throw Wrong("roots"))
            .ToArray();
        return new BundleManifest(
            Member<RegoString>(manifest, "revision")?.Value ?? "",
            roots ?? [""],
            roots is not null,
            manifest["rego_version"] is { } version ? ReadVersion(version, "rego_version") : null,
            Member<RegoObject>(manifest, "metadata")
        )
        {
            FileVersions =
            [
                .. (Member<RegoObject>(manifest, "file_rego_versions") ?? RegoObject.Empty).Select(entry =>
                    (((RegoString)entry.Key).Value, ReadVersion(entry.Value, "file_rego_versions"))
                ),
            ],
        };
    }

    public static byte[] Write(RegoBundle bundle)
    {
        var manifest = new RegoObjectBuilder();
        manifest.Set("revision", bundle.Revision);
        manifest.Set("roots", RegoArray.Of(bundle.Roots.Select(root => (RegoValue)root)));
        manifest.Set("rego_version", Number(bundle.Version));
        if (
            bundle.Modules.Where(module => module.Version is { } own && own != bundle.Version).ToList() is
            { Count: > 0 } others
        )
        {
            manifest.Set(
                "file_rego_versions",
                RegoObject.Of([
                    .. others.Select(module =>
                        ((RegoValue)("/" + module.Name.TrimStart('/')), (RegoValue)Number(module.Version!.Value))
                    ),
                ])
            );
        }

        if (bundle.Metadata is not null)
            manifest.Set("metadata", bundle.Metadata);
        return Encoding.UTF8.GetBytes(manifest.Build().ToJson());
    }

    /// <summary>The language a file has apart from the others: its own entry counts before patterns.</summary>
    public RegoVersion? VersionOf(string file)
    {
        string path = "/" + file;
        foreach (var (pattern, version) in FileVersions)
        {
            if (pattern == path)
                return version;
        }

        foreach (var (pattern, version) in FileVersions)
        {
            if (pattern.AsSpan().IndexOfAny('*', '?', '[') >= 0 && Matches(pattern, path))
                return version;
        }

        return null;
    }

    private static bool Matches(string pattern, string path)
    {
        try
        {
            return Regex.IsMatch(
                path,
                Re2Pattern.Translate(Glob.ToPattern(pattern, ["/"])).Item1,
                RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
            );
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new BundleException(
                $"file_rego_versions of the manifest has the malformed pattern {pattern}: {e.Message}",
                e
            );
        }
    }

    private static long Number(RegoVersion version) => version == RegoVersion.V0 ? 0 : 1;

    private static RegoVersion ReadVersion(RegoValue value, string member) =>
        value switch
        {
            RegoNumber number when number.TryToInt(out int n) && n == 0 => RegoVersion.V0,
            RegoNumber number when number.TryToInt(out int n) && n == 1 => RegoVersion.V1,
            _ => throw new BundleException($"{member} of the manifest has to be 0 or 1, and not {value}"),
        };

    private static T? Member<T>(RegoObject manifest, string name)
        where T : RegoValue =>
        manifest[name] switch
        {
            null or RegoNull => null,
            T value => value,
            _ => throw Wrong(name),
        };

    private static BundleException Wrong(string member) => new($"the manifest's {member} is of the wrong kind");
}
