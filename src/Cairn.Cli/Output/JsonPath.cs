using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Cairn.Cli.Output;

/// <summary>Picks values out of an answer: <c>.name</c>, <c>['name']</c>, <c>[0]</c>, <c>[-1]</c>, <c>[*]</c> and
/// <c>.*</c>, one after the other, as in RFC 9535; a <c>$</c> in front and braces around all of it may be left
/// out.</summary>
internal sealed partial class JsonPath
{
    private readonly List<Func<JsonNode, IEnumerable<JsonNode?>>> _steps = [];

    /// <exception cref="UsageException">It is no such path.</exception>
    public JsonPath(string text)
    {
        string path = text.StartsWith('{') && text.EndsWith('}') ? text[1..^1] : text;
        path = path.StartsWith('$') ? path[1..] : path;
        int at = 0;
        while (at < path.Length)
        {
            var step = Step().Match(path, at);
            if (!step.Success)
            {
                throw new UsageException(
                    $"'{text}' is no path such as [*].path, .members[0].name or ['a.b']: it cannot be read from "
                        + $"'{path[at..]}' on."
                );
            }

            at += step.Length;
            if (step.Groups["index"] is { Success: true } index)
            {
                _steps.Add(ByIndex(int.Parse(index.Value, System.Globalization.CultureInfo.InvariantCulture)));
            }
            else if (step.Groups["name"] is { Success: true } name)
            {
                _steps.Add(node =>
                    node is JsonObject members && members.TryGetPropertyValue(name.Value, out var value) ? [value] : []
                );
            }
            else
            {
                IsMany = true;
                _steps.Add(node =>
                    node switch
                    {
                        JsonArray items => items,
                        JsonObject members => members.Select(member => member.Value),
                        _ => [],
                    }
                );
            }
        }
    }

    /// <summary>Whether it may lead to any number of places, none too.</summary>
    public bool IsMany { get; }

    /// <summary>What it leads to; JSON's null is a null.</summary>
    public IEnumerable<JsonNode?> Find(JsonNode? root)
    {
        IEnumerable<JsonNode?> found = [root];
        foreach (var step in _steps)
            found = found.Where(node => node is not null).SelectMany(node => step(node!));
        return found;
    }

    private static Func<JsonNode, IEnumerable<JsonNode?>> ByIndex(int index) =>
        node =>
            node is JsonArray items
            && (index < 0 ? items.Count + index : index) is var place
            && place >= 0
            && place < items.Count
                ? [items[place]]
                : [];

    [GeneratedRegex(
        """\G(?:\.(?<all>\*)|\.(?<name>[^.\[\]'"*]+)|\[(?<all>\*)\]|\[(?<index>-?[0-9]{1,9})\]|\['(?<name>[^']*)'\]|\["(?<name>[^"]*)"\])"""
    )]
    private static partial Regex Step();
}
