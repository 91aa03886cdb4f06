using System.Text.Json.Nodes;

namespace Cairn.JsonSchema.Output;

/// <summary>
/// Output units by the steps of their keyword locations. A step with several units below becomes a unit that holds
/// them; one with a single unit is left out, as the detailed format asks.
/// </summary>
internal sealed class OutputTree(string path)
{
    private readonly Dictionary<string, OutputTree> _children = new(StringComparer.Ordinal);
    private readonly List<OutputTree> _order = [];
    private readonly List<JsonObject> _units = [];

    public void Add(string keywordLocation, JsonObject unit)
    {
        var at = this;
        foreach (string step in keywordLocation.Split('/').Skip(1))
        {
            if (!at._children.TryGetValue(step, out var child))
            {
                child = new OutputTree($"{at.Path}/{step}");
                at._children.Add(step, child);
                at._order.Add(child);
            }

            at = child;
        }

        at._units.Add(unit);
    }

    private string Path => path;

    /// <summary>What this step contributes to the list above it.</summary>
    public List<JsonNode> Write(bool valid, string list)
    {
        var below = _order.SelectMany(child => child.Write(valid, list)).ToList();
        if (_units.Count == 1)
        {
            if (below.Count > 0)
                _units[0][list] = new JsonArray([.. below]);

            return [_units[0]];
        }

        below.InsertRange(0, _units);
        if (below.Count <= 1 || path.Length == 0)
            return below;

        return
        [
            new JsonObject
            {
                ["valid"] = valid,
                ["keywordLocation"] = path,
                ["instanceLocation"] = CommonPointer(below),
                [list] = new JsonArray([.. below]),
            },
        ];
    }

    private static string CommonPointer(List<JsonNode> units)
    {
        string[] common = units[0]["instanceLocation"]!.GetValue<string>().Split('/');
        foreach (var unit in units.Skip(1))
        {
            string[] other = unit["instanceLocation"]!.GetValue<string>().Split('/');
            int same = common.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count();
            common = common[..same];
        }

        return string.Join('/', common);
    }
}
