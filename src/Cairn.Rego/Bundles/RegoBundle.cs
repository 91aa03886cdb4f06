using System.Text;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Bundles;

/// <summary>Modules and data as OPA fetches them: a gzip-compressed tar archive with a manifest.</summary>
/// <param name="Modules">The modules by the path they have in the archive.</param>
/// <param name="Data">The base document.</param>
public sealed record RegoBundle(IReadOnlyList<RegoModule> Modules, RegoObject Data)
{
    /// <summary>How large a bundle may be unpacked when no limit is given: 256 MiB.</summary>
    public const long DefaultMaxBytes = 256L << 20;

    private const string Manifest = ".manifest", DataFile = "data.json";

    /// <summary>Free text that shows up in OPA's status and decisions.</summary>
    public string Revision { get; init; } = "";

    /// <summary>The paths below <c>data</c> the bundle owns, with slashes; the empty one is everything.</summary>
    public IReadOnlyList<string> Roots { get; init; } = [""];

    /// <summary>The language of the modules.</summary>
    public RegoVersion Version { get; init; }

    /// <summary>Free members of the manifest.</summary>
    public RegoObject? Metadata { get; init; }

    /// <summary>Reads a bundle.</summary>
    /// <param name="stream">The archive.</param>
    /// <param name="key">Verifies the signature; null reads unsigned and unverified bundles.</param>
    /// <param name="maxBytes">How large its files may be together, unpacked.</param>
    /// <exception cref="BundleException">It is no bundle, too large, not signed as it has to be, or has files outside its roots.</exception>
    public static RegoBundle Read(Stream stream, BundleKey? key = null, long maxBytes = DefaultMaxBytes)
    {
        var files = BundleFiles.Read(stream, maxBytes);
        if (key is not null)
            BundleSignature.Verify(files, key);
        if (files.ContainsKey("patch.json"))
            throw new BundleException("delta bundles hold no policies");
        var manifest = files.TryGetValue(Manifest, out byte[]? text) ? BundleFiles.Json(text, Manifest) as RegoObject ?? throw new BundleException("the manifest is no object") : RegoObject.Empty;
        RegoValue data = RegoObject.Empty;
        foreach (var (name, content) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
            if (name == DataFile || name.EndsWith("/" + DataFile, StringComparison.Ordinal))
                data = Put(data, name.Split('/')[..^1], BundleFiles.Json(content, name), name);
        var bundle = new RegoBundle(
            [.. files.Where(file => file.Key.EndsWith(".rego", StringComparison.Ordinal)).OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => new RegoModule(file.Key, Encoding.UTF8.GetString(file.Value)))],
            data as RegoObject ?? throw new BundleException("the root of the data is no object"))
        {
            Revision = (manifest["revision"] as RegoString)?.Value ?? "",
            Roots = manifest["roots"] is RegoArray roots ? [.. roots.OfType<RegoString>().Select(root => root.Value.Trim('/'))] : [""],
            Version = manifest["rego_version"] is RegoNumber { Sign: 0 } ? RegoVersion.V0 : RegoVersion.V1,
            Metadata = manifest["metadata"] as RegoObject,
        };
        bundle.CheckRoots();
        return bundle;
    }

    /// <summary>Writes the bundle. The same bundle gives the same bytes, unless its algorithm signs with chance (PS, ES).</summary>
    /// <param name="stream">Takes the archive.</param>
    /// <param name="key">Signs it; null leaves it unsigned.</param>
    /// <exception cref="BundleException">Packages or data lie outside the roots, or roots overlap.</exception>
    public void Write(Stream stream, BundleKey? key = null)
    {
        CheckRoots();
        var manifest = new RegoObjectBuilder();
        manifest.Set("revision", Revision);
        manifest.Set("roots", RegoArray.Of(Roots.Select(root => (RegoValue)root)));
        manifest.Set("rego_version", Version == RegoVersion.V0 ? 0 : 1);
        if (Metadata is not null)
            manifest.Set("metadata", Metadata);
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [Manifest] = Encoding.UTF8.GetBytes(manifest.Build().ToJson()),
            [DataFile] = Encoding.UTF8.GetBytes(Data.ToJson()),
        };
        foreach (var module in Modules)
            if (!files.TryAdd(module.Name.TrimStart('/'), Encoding.UTF8.GetBytes(module.Source)))
                throw new BundleException($"bundle holds {module.Name} twice");
        if (key is not null)
            files.Add(BundleSignature.FileName, BundleSignature.Make(files, key));
        BundleFiles.Write(stream, files);
    }

    /// <summary>Compiles the bundle's modules over its data.</summary>
    /// <exception cref="RegoCompilationException">Something is wrong with the modules.</exception>
    public RegoPolicy Compile(CompileOptions? options = null) => RegoPolicy.Compile(Modules, Data, (options ?? CompileOptions.Default) with { Version = Version });

    private void CheckRoots()
    {
        for (int i = 0; i < Roots.Count; i++)
            for (int j = 0; j < Roots.Count; j++)
                if (i != j && Inside(Roots[i], Roots[j]))
                    throw new BundleException($"manifest has overlapped roots: '{Roots[i]}' and '{Roots[j]}'");
        foreach (var module in Modules)
            if (Parser.ParseModule(module.Source, module.Name, Version, []) is { } node && string.Join('/', node.Package.Names) is var package && !Roots.Any(root => Inside(package, root)))
                throw new BundleException($"manifest roots {string.Join(", ", Roots)} do not permit 'package {string.Join('.', node.Package.Names)}' in module '{module.Name}'");
        CheckData(Data, "");
    }

    private void CheckData(RegoObject data, string path)
    {
        if (Roots.Any(root => Inside(path, root)))
            return;
        foreach (var (key, value) in data)
        {
            string inner = path.Length == 0 ? ((RegoString)key).Value : $"{path}/{((RegoString)key).Value}";
            if (Roots.Any(root => Inside(inner, root)))
                continue;
            if (value is not RegoObject members || !Roots.Any(root => Inside(root, inner)))
                throw new BundleException($"manifest roots {string.Join(", ", Roots)} do not permit data at path '/{inner}'");
            CheckData(members, inner);
        }
    }

    private static bool Inside(string path, string root) =>
        root.Length == 0 || path == root || path.StartsWith(root + "/", StringComparison.Ordinal);

    private static RegoValue Put(RegoValue document, ReadOnlySpan<string> path, RegoValue value, string file)
    {
        if (path.IsEmpty)
            return Merge(document, value, file);
        var members = new RegoObjectBuilder();
        members.SetAll(document as RegoObject ?? throw new BundleException($"{file} lies below data that is no object"));
        members.Set(path[0], Put(members[path[0]] ?? RegoObject.Empty, path[1..], value, file));
        return members.Build();
    }

    private static RegoValue Merge(RegoValue a, RegoValue b, string file)
    {
        if (a is RegoObject { Count: 0 })
            return b;
        if (a is not RegoObject x || b is not RegoObject y)
            throw new BundleException($"{file} says what another data file says already");
        var members = new RegoObjectBuilder();
        members.SetAll(x);
        foreach (var (key, value) in y)
            members.Set(key, x[key] is { } old ? Merge(old, value, file) : value);
        return members.Build();
    }
}
