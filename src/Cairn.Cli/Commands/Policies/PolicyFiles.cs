using Cairn.Cli.Output;
using Cairn.Core.Policies;
using Cairn.Rego;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Cli.Commands.Policies;

/// <summary>Modules and data from files and folders, put together as <c>opa -d</c> does.</summary>
internal sealed class PolicyFiles
{
    private readonly List<RegoModule> _modules = [];
    private RegoObject _data = RegoObject.Empty;

    public IReadOnlyList<RegoModule> Modules => _modules;

    public RegoValue Data => _data;

    /// <summary>
    /// Reads files and whole folders. Data of a file given by name lies at the root; data found in a folder lies below
    /// the names of the folders it is in.
    /// </summary>
    public static async Task<PolicyFiles> LoadAsync(IEnumerable<string> paths, CancellationToken ct)
    {
        var files = new PolicyFiles();
        foreach (string path in paths)
        {
            if (Directory.Exists(path))
            {
                foreach (string file in FilesIn(path))
                {
                    await files.AddAsync(
                        file,
                        Path.GetDirectoryName(Path.GetRelativePath(path, file))!
                            .Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries),
                        ct
                    );
                }
            }
            else if (!await files.AddAsync(path, [], ct))
            {
                throw new UsageException($"'{path}' is no Rego, JSON or YAML file.");
            }
        }

        return files;
    }

    /// <summary>Reads the modules among files and whole folders, and nothing else.</summary>
    public static async Task<PolicyFiles> LoadModulesAsync(IEnumerable<string> paths, CancellationToken ct)
    {
        var files = new PolicyFiles();
        foreach (string path in paths)
        {
            int before = files._modules.Count;
            foreach (string file in Directory.Exists(path) ? FilesIn(path) : [path])
            {
                if (Path.GetExtension(file).Equals(".rego", StringComparison.OrdinalIgnoreCase))
                    await files.AddAsync(file, [], ct);
                else if (!File.Exists(file))
                    throw new UsageException($"There is no file or folder '{file}'.");
            }

            if (files._modules.Count == before)
            {
                throw new UsageException(
                    Directory.Exists(path)
                        ? $"There is no .rego file in '{path}'."
                        : $"'{path}' is no module: those are .rego files."
                );
            }
        }

        return files;
    }

    /// <summary>
    /// Reads JSON Schemas as <c>opa check --schema</c> does: a file describes the input; those in a folder are known by
    /// their paths in it, without extension.
    /// </summary>
    public static async Task<IReadOnlyDictionary<string, RegoValue>?> ReadSchemasAsync(
        string? path,
        CancellationToken ct
    )
    {
        if (path is null)
            return null;
        if (!Directory.Exists(path))
            return new Dictionary<string, RegoValue> { [""] = await ReadValueAsync(path, ct) };
        var schemas = new Dictionary<string, RegoValue>();
        foreach (
            string file in FilesIn(path)
                .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".json" or ".yaml" or ".yml")
        )
        {
            schemas[
                Path.ChangeExtension(Path.GetRelativePath(path, file), null).Replace(Path.DirectorySeparatorChar, '/')
            ] = await ReadValueAsync(file, ct);
        }

        return schemas;
    }

    /// <exception cref="RegoCompilationException">Something is wrong with the modules, or they make documents that the
    /// data has.</exception>
    public RegoPolicy Compile(CompileOptions options)
    {
        var policy = RegoPolicy.Compile(_modules, _data, options with { Yaml = new PolicyYaml(metadata: true) });
        return policy.FindDataConflicts() is { Count: > 0 } conflicts
            ? throw new RegoCompilationException(conflicts)
            : policy;
    }

    private static IEnumerable<string> FilesIn(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private async Task<bool> AddAsync(string file, string[] folders, CancellationToken ct)
    {
        if (!File.Exists(file))
            throw new UsageException($"There is no file or folder '{file}'.");
        switch (Path.GetExtension(file).ToLowerInvariant())
        {
            case ".rego":
                _modules.Add(new RegoModule(file, await File.ReadAllTextAsync(file, ct)));
                return true;
            case ".json" or ".yaml" or ".yml":
                var value = await ReadValueAsync(file, ct);
                foreach (string folder in folders.Reverse())
                    value = RegoObject.Of((folder, value));
                _data = value is RegoObject members
                    ? (RegoObject)Merge(_data, members, file)
                    : throw new UsageException($"{file} does not hold an object.");
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads a JSON or YAML document; <c>-</c> is standard input.</summary>
    public static async Task<RegoValue> ReadValueAsync(string file, CancellationToken ct)
    {
        string text =
            file == "-" ? await Console.In.ReadToEndAsync(ct)
            : File.Exists(file) ? await File.ReadAllTextAsync(file, ct)
            : throw new UsageException($"There is no file '{file}'.");
        try
        {
            return Path.GetExtension(file).ToLowerInvariant() is ".yaml" or ".yml"
                ? new PolicyYaml().Read(text)
                : RegoValue.ParseJson(text);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or FormatException)
        {
            throw new UsageException($"{file}: {e.Message}");
        }
    }

    private static RegoValue Merge(RegoValue a, RegoValue b, string file)
    {
        if (a is not RegoObject x || b is not RegoObject y)
        {
            return a.Equals(b)
                ? a
                : throw new UsageException($"{file} says something else than a file before it: merge error.");
        }

        var members = new RegoObjectBuilder();
        members.SetAll(x);
        foreach (var (key, value) in y)
            members.Set(key, x[key] is { } old ? Merge(old, value, file) : value);
        return members.Build();
    }
}
