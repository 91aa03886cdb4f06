using System.Text.Json.Nodes;
using Cairn.Core;
using Cairn.Core.Documents;

namespace Cairn.Cli.Transfer;

/// <summary>
/// A YAML file of several documents, as Spring Boot has them: those without a profile are the base, later ones over
/// earlier ones, and those with one (<c>spring.config.activate.on-profile</c>, or <c>spring.profiles</c> of before) the
/// overlay of the environment of that name.
/// </summary>
internal static class ProfileDocuments
{
    private static readonly string[] ProfileNames = ["spring.config.activate.on-profile", "spring.profiles"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">Of which config it is.</param>
    /// <param name="environment">Of which environment by its name; null for the base.</param>
    /// <param name="text">The YAML.</param>
    /// <param name="warnings">Takes what other readers understand otherwise.</param>
    /// <returns>One document where there is one; else the base, and overlays in the order in which they come.</returns>
    /// <exception cref="ProblemException">It is malformed, or a document's place cannot be told.</exception>
    public static IReadOnlyList<ConfigDocument> Read(
        string path,
        string? environment,
        byte[] text,
        List<DocumentWarning> warnings
    )
    {
        using var budget = new WorkBudget(CancellationToken.None);
        var documents = YamlFormat.ToJsonDocuments(text, budget, warnings);
        if (documents.Count == 0)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                "There is no YAML document here, only white space or comments."
            );
        }

        if (documents.Count == 1)
            return [new ConfigDocument(path, environment, documents[0])];
        if (environment is not null)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                $"There are several YAML documents in a file that is the overlay of '{environment}' by its name."
            );
        }

        byte[]? shared = null;
        var overlays = new OrderedDictionary<string, byte[]>();
        for (int i = 0; i < documents.Count; i++)
        {
            if (JsonNode.Parse(documents[i]) is not JsonObject document)
            {
                throw new ProblemException(
                    ProblemKind.Invalid,
                    $"Document {i + 1} of the file is no mapping; one of several has to be."
                );
            }

            var profiles = TakeProfiles(document, i + 1);
            byte[] patch = JsonText.Write(writer => document.WriteTo(writer));
            if (profiles.Count == 0)
                shared = MergePatch.Apply(shared, patch);
            foreach (string profile in profiles)
                overlays[profile] = MergePatch.Apply(overlays.GetValueOrDefault(profile), patch);
        }

        return
        [
            .. shared is null ? [] : new[] { new ConfigDocument(path, null, shared) },
            .. overlays.Select(overlay => new ConfigDocument(path, overlay.Key, overlay.Value)),
        ];
    }

    // Takes the profiles out of the document; none when it has none.
    private static IReadOnlyList<string> TakeProfiles(JsonObject document, int number)
    {
        foreach (string name in ProfileNames)
        {
            if (Take(document, name) is { } value)
            {
                return
                [
                    .. Texts(value, number)
                        .SelectMany(text =>
                            text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                        )
                        .Select(profile =>
                            profile.AsSpan().ContainsAny("!&|()")
                                ? throw new ProblemException(
                                    ProblemKind.Invalid,
                                    $"Document {number} of the file is for '{profile}', an expression and not a "
                                        + "profile's name. Write the overlays of its environments out."
                                )
                                : profile
                        ),
                ];
            }
        }

        return [];
    }

    private static IEnumerable<string> Texts(JsonNode value, int number) =>
        value switch
        {
            JsonArray items => items.SelectMany(item => item is null ? [] : Texts(item, number)),
            JsonValue text when text.TryGetValue(out string? name) => [name],
            _ => throw new ProblemException(
                ProblemKind.Invalid,
                $"Document {number} of the file has profiles that are neither text nor a list of it."
            ),
        };

    // Members may be written nested, joined by dots, or both; what becomes empty goes, too.
    private static JsonNode? Take(JsonObject parent, string name)
    {
        if (parent.TryGetPropertyValue(name, out var value))
        {
            parent.Remove(name);
            return value;
        }

        for (int dot = name.IndexOf('.'); dot > 0; dot = name.IndexOf('.', dot + 1))
        {
            if (parent[name[..dot]] is JsonObject inner && Take(inner, name[(dot + 1)..]) is { } found)
            {
                if (inner.Count == 0)
                    parent.Remove(name[..dot]);
                return found;
            }
        }

        return null;
    }
}
