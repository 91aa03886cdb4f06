using System.Text;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Bundles;

/// <summary>Modules and data as OPA fetches them: a gzip-compressed tar archive with a manifest.</summary>
/// <param name="Modules">The modules by the path they have in the archive.</param>
/// <param name="Data">The base document.</param>
public sealed record RegoBundle(IReadOnlyList<RegoModule> Modules, RegoObject Data)
{
    private const string DataFile = "data.json";

    /// <summary>Free text that shows up in OPA's status and decisions.</summary>
    public string Revision { get; init; } = "";

    /// <summary>The paths below <c>data</c> the bundle owns, with slashes; the empty one is everything.</summary>
    public IReadOnlyList<string> Roots { get; init; } = [""];

    /// <summary>The language of the modules that have none of their own.</summary>
    public RegoVersion Version { get; init; }

    /// <summary>Free members of the manifest.</summary>
    public RegoObject? Metadata { get; init; }

    /// <summary>Reads a bundle.</summary>
    /// <param name="stream">The archive.</param>
    /// <param name="options">How to read it, and how much it may take.</param>
    /// <exception cref="BundleException">It is no bundle, a delta, too large, not signed as it has to be, or has files
    /// outside its roots.</exception>
    public static RegoBundle Read(Stream stream, BundleReadOptions? options = null)
    {
        options ??= BundleReadOptions.Default;
        var files = BundleFiles.Read(stream, options);
        if (options.Key is not null)
            BundleSignature.Verify(files, options.Key, options.Yaml);
        if (files.ContainsKey(BundleDelta.FileName))
            throw new BundleException("bundle is a delta, which changes the data of another");
        if (files.ContainsKey("policy.wasm"))
        {
            throw new BundleException(
                "bundle holds a Wasm module (policy.wasm), which is not supported: build it with Rego (opa "
                    + "build -t rego)"
            );
        }

        var manifest = BundleManifest.Read(files);
        RegoValue data = RegoObject.Empty;
        foreach (
            var (name, content) in files
                .Where(file => BundleFiles.IsData(file.Key))
                .OrderBy(file => file.Key, StringComparer.Ordinal)
        )
        {
            var document = BundleFiles.Document(content, name, options.Yaml);
            BundleFiles.CheckDepth(document, options.MaxDepth, name);
            data = Put(data, name.Split('/')[..^1], document, name);
        }

        var bundle = new RegoBundle(
            [
                .. files
                    .Where(file => file.Key.EndsWith(".rego", StringComparison.Ordinal))
                    .OrderBy(file => file.Key, StringComparer.Ordinal)
                    .Select(file => new RegoModule(file.Key, Encoding.UTF8.GetString(file.Value))
                    {
                        Version = manifest.VersionOf(file.Key),
                    }),
            ],
            data as RegoObject ?? throw new BundleException("the root of the data is no object")
        )
        {
            Revision = manifest.Revision,
            Roots = manifest.Roots,
            Version = manifest.Version ?? RegoVersion.V1,
            Metadata = manifest.Metadata,
        };
        bundle.CheckRoots();
        return bundle;
    }

    /// <summary>Writes the bundle. The same bundle gives the same bytes, unless its algorithm signs with chance (PS,
    /// ES).</summary>
    /// <param name="stream">Takes the archive.</param>
    /// <param name="key">Signs it; null leaves it unsigned.</param>
    /// <exception cref="BundleException">Packages or data lie outside the roots, or roots overlap.</exception>
    public void Write(Stream stream, BundleKey? key = null)
    {
        CheckRoots();
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [BundleManifest.FileName] = BundleManifest.Write(this),
            [DataFile] = Encoding.UTF8.GetBytes(Data.ToJson()),
        };
        foreach (var module in Modules)
        {
            if (!files.TryAdd(module.Name.TrimStart('/'), Encoding.UTF8.GetBytes(module.Source)))
                throw new BundleException($"bundle holds {module.Name} twice");
        }

        if (key is not null)
            files.Add(BundleSignature.FileName, BundleSignature.Make(files, key, null));
        BundleFiles.Write(stream, files);
    }

    /// <summary>Compiles the bundle's modules over its data.</summary>
    /// <exception cref="RegoCompilationException">Something is wrong with the modules.</exception>
    public RegoPolicy Compile(CompileOptions? options = null) =>
        RegoPolicy.Compile(Modules, Data, (options ?? CompileOptions.Default) with { Version = Version });

    private void CheckRoots()
    {
        for (int i = 0; i < Roots.Count; i++)
        {
            for (int j = 0; j < Roots.Count; j++)
            {
                if (i != j && Inside(Roots[i], Roots[j]))
                    throw new BundleException($"manifest has overlapped roots: '{Roots[i]}' and '{Roots[j]}'");
            }
        }

        foreach (var module in Modules)
        {
            if (
                Parser.ParseModule(module.Source, module.Name, module.Version ?? Version, []) is { } node
                && string.Join('/', node.Package.Names) is var package
                && !Roots.Any(root => Inside(package, root))
            )
            {
                throw new BundleException(
                    $"manifest roots {string.Join(", ", Roots)} do not permit 'package "
                        + $"{string.Join('.', node.Package.Names)}' in module '{module.Name}'"
                );
            }
        }

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
            {
                throw new BundleException(
                    $"manifest roots {string.Join(", ", Roots)} do not permit data at path '/{inner}'"
                );
            }

            CheckData(members, inner);
        }
    }

    internal static bool Inside(string path, string root) =>
        root.Length == 0 || path == root || path.StartsWith(root + "/", StringComparison.Ordinal);

    private static RegoValue Put(RegoValue document, ReadOnlySpan<string> path, RegoValue value, string file)
    {
        if (path.IsEmpty)
            return Merge(document, value, file);
        var members = new RegoObjectBuilder();
        members.SetAll(
            document as RegoObject ?? throw new BundleException($"{file} lies below data that is no object")
        );
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
