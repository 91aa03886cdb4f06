using System.Text;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Instances;

namespace Cairn.JsonSchema.Keywords;

/// <summary>A member name that a schema mentions.</summary>
internal sealed class PropertyEntry(string name, SchemaNode? schema, bool isRequired)
{
    public string Name { get; } = name;

    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(name);

    /// <summary>From <c>properties</c>; null when the name is only required.</summary>
    public SchemaNode? Schema { get; } = schema;

    public bool IsRequired { get; } = isRequired;

    public int Hash { get; } = NameHash.Of(Encoding.UTF8.GetBytes(name));

    /// <summary>The next entry in the same bucket.</summary>
    public PropertyEntry? Next { get; set; }
}

/// <summary>Finds what a schema says of a member by the name's UTF-8 bytes, without making a string of it.</summary>
internal sealed class PropertyTable
{
    private readonly PropertyEntry?[] _buckets;
    private readonly int _mask;

    public PropertyTable(IEnumerable<(string Name, SchemaNode? Schema, bool IsRequired)> properties)
    {
        Entries = [.. properties.Select(p => new PropertyEntry(p.Name, p.Schema, p.IsRequired))];
        int size = 4;
        while (size < Entries.Length * 2)
            size *= 2;

        _mask = size - 1;
        _buckets = new PropertyEntry?[size];
        foreach (var entry in Entries)
        {
            ref var bucket = ref _buckets[entry.Hash & _mask];
            entry.Next = bucket;
            bucket = entry;
        }
    }

    public PropertyEntry[] Entries { get; }

    public PropertyEntry? Find(ReadOnlySpan<byte> name, int hash)
    {
        var entry = _buckets[hash & _mask];
        while (entry is not null && (entry.Hash != hash || !name.SequenceEqual(entry.Utf8)))
            entry = entry.Next;

        return entry;
    }
}
