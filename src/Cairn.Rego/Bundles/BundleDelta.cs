using System.Globalization;
using Cairn.Rego.Values;

namespace Cairn.Rego.Bundles;

/// <summary>What a delta does at a path.</summary>
public enum BundlePatchOperation
{
    /// <summary>Creates the value, and objects on the way to it, or puts it in place of another; inserts into an
    /// array.</summary>
    Upsert,

    /// <summary>Takes out a value that is there.</summary>
    Remove,

    /// <summary>Puts the value in place of one that is there.</summary>
    Replace,
}

/// <summary>One change of the data.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="Path">The keys below <c>data</c>; <c>-</c> is the end of an array.</param>
/// <param name="Value">The new value; null for <see cref="BundlePatchOperation.Remove"/>.</param>
public sealed record BundlePatch(BundlePatchOperation Operation, IReadOnlyList<string> Path, RegoValue? Value);

/// <summary>
/// A delta bundle: changes to the data of a bundle that is there, without its policies. OPA does not verify deltas
/// either: take them only from whom the snapshot is taken.
/// </summary>
/// <param name="Patches">The changes, in order; at least one.</param>
/// <param name="Revision">The revision of the data after them.</param>
/// <param name="Roots">The roots it was made for; null when it does not say.</param>
public sealed record BundleDelta(IReadOnlyList<BundlePatch> Patches, string Revision, IReadOnlyList<string>? Roots)
{
    internal const string FileName = "patch.json";

    /// <summary>Reads a delta bundle.</summary>
    /// <param name="stream">The archive.</param>
    /// <param name="options">How much it may take.</param>
    /// <exception cref="BundleException">It is no delta, holds more than changes, or has none: OPA would take that for
    /// an empty snapshot.</exception>
    public static BundleDelta Read(Stream stream, BundleReadOptions? options = null)
    {
        options ??= BundleReadOptions.Default;
        var files = BundleFiles.Read(stream, options);
        if (!files.TryGetValue(FileName, out byte[]? text))
            throw new BundleException($"bundle has no {FileName}: it is no delta");
        if (
            files.Keys.FirstOrDefault(name =>
                name is not (FileName or BundleManifest.FileName or BundleSignature.FileName)
            ) is
            { } other
        )
        {
            throw new BundleException($"delta bundle expected to contain only {FileName}, but {other} found");
        }

        var manifest = BundleManifest.Read(files);
        var document = BundleFiles.Json(text, FileName);
        BundleFiles.CheckDepth(document, options.MaxDepth + 3, FileName);
        if (document is not RegoObject o || o["data"] is not RegoArray { Count: > 0 } data)
            throw new BundleException($"{FileName} lists no changes of data");
        return new BundleDelta(
            [.. data.Select((patch, index) => Patch(patch as RegoObject, index, options.MaxDepth))],
            manifest.Revision,
            manifest.HasRoots ? manifest.Roots : null
        );
    }

    /// <summary>The bundle after the changes; its modules are the same, so that its policy needs
    /// <see cref="RegoPolicy.WithData"/> only.</summary>
    /// <exception cref="BundleException">The roots are others, a path lies outside of them, or a change cannot be made.
    /// Nothing is changed then.</exception>
    public RegoBundle Apply(RegoBundle bundle)
    {
        if (Roots is not null && !Roots.ToHashSet().SetEquals(bundle.Roots))
        {
            throw new BundleException(
                $"delta is for roots {string.Join(", ", Roots)}, and the bundle has {string.Join(", ", bundle.Roots)}"
            );
        }

        RegoValue data = bundle.Data;
        foreach (var patch in Patches)
        {
            string path = string.Join('/', patch.Path);
            if (!bundle.Roots.Any(root => RegoBundle.Inside(path, root)))
            {
                throw new BundleException(
                    $"manifest roots {string.Join(", ", bundle.Roots)} do not permit a change at path '/{path}'"
                );
            }

            data = Change(data, patch, 0);
        }

        return bundle with
        {
            Data = data as RegoObject ?? throw new BundleException("the root of the data has to stay an object"),
            Revision = Revision,
        };
    }

    private static BundlePatch Patch(RegoObject? patch, int index, int maxDepth)
    {
        var operation = (patch?["op"] as RegoString)?.Value switch
        {
            "upsert" => BundlePatchOperation.Upsert,
            "remove" => BundlePatchOperation.Remove,
            "replace" => BundlePatchOperation.Replace,
            _ => throw new BundleException($"{FileName}: change {index} has to be an upsert, remove or replace"),
        };
        if (patch!["path"] is not RegoString { Value: var pointer } || (pointer.Length > 0 && pointer[0] != '/'))
            throw new BundleException($"{FileName}: change {index} needs a path that begins with a slash");
        if (operation != BundlePatchOperation.Remove && patch["value"] is null)
            throw new BundleException($"{FileName}: change {index} needs a value");
        string[] path = pointer is "" or "/"
            ? []
            :
            [
                .. pointer[1..]
                    .Split('/')
                    .Select(part =>
                        part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)
                    ),
            ];
        if (path.Length > maxDepth)
            throw new BundleException($"{FileName}: change {index} lies deeper than {maxDepth} levels");
        return new BundlePatch(operation, path, operation == BundlePatchOperation.Remove ? null : patch["value"]);
    }

    private static RegoValue Change(RegoValue? value, BundlePatch patch, int at)
    {
        if (at == patch.Path.Count)
            return patch.Value ?? throw Fault(patch, "the root cannot be removed");
        string key = patch.Path[at];
        bool last = at + 1 == patch.Path.Count;
        switch (value)
        {
            case null when patch.Operation == BundlePatchOperation.Upsert:
                return RegoObject.Of((key, Change(null, patch, at + 1)));
            case RegoObject o:
                if (o[key] is null && patch.Operation != BundlePatchOperation.Upsert)
                    throw Fault(patch, "nothing is there");
                var members = new RegoObjectBuilder();
                foreach (var (name, member) in o)
                {
                    if (!name.Equals(RegoString.Of(key)))
                        members.Set(name, member);
                }

                if (!last || patch.Operation != BundlePatchOperation.Remove)
                    members.Set(key, Change(o[key], patch, at + 1));
                return members.Build();
            case RegoArray array:
                return RegoArray.Of(Items(array, patch, at, last));
            default:
                throw Fault(patch, value is null ? "nothing is there" : "what lies above is no object or array");
        }
    }

    private static List<RegoValue> Items(RegoArray array, BundlePatch patch, int at, bool last)
    {
        bool adds = last && patch.Operation == BundlePatchOperation.Upsert;
        string key = patch.Path[at];
        if (
            !(adds && key == "-")
            && (
                !int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || number >= array.Count + (adds ? 1 : 0)
            )
        )
        {
            throw Fault(patch, "nothing is there");
        }

        int index = key == "-" ? array.Count : int.Parse(key, NumberStyles.None, CultureInfo.InvariantCulture);
        List<RegoValue> items = [.. array];
        if (adds)
            items.Insert(index, patch.Value!);
        else if (last && patch.Operation == BundlePatchOperation.Remove)
            items.RemoveAt(index);
        else
            items[index] = Change(items[index], patch, at + 1);
        return items;
    }

    private static BundleException Fault(BundlePatch patch, string reason) =>
        new(
            $"{patch.Operation.ToString().ToLowerInvariant()} of /{string.Join('/', patch.Path)} is not "
                + $"possible: {reason}"
        );
}
