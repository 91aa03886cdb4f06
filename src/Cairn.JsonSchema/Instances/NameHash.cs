using System.Runtime.InteropServices;

namespace Cairn.JsonSchema.Instances;

/// <summary>
/// A cheap hash of a member name from its length and outer 16 bytes. Names that collide are told apart by their
/// bytes, and no table's chains grow with the instance, so nothing rests on its strength.
/// </summary>
internal static class NameHash
{
    public static int Of(ReadOnlySpan<byte> name)
    {
        ulong head;
        ulong tail;
        if (name.Length >= 8)
        {
            head = MemoryMarshal.Read<ulong>(name);
            tail = MemoryMarshal.Read<ulong>(name[^8..]);
        }
        else if (name.Length >= 4)
        {
            head = MemoryMarshal.Read<uint>(name);
            tail = MemoryMarshal.Read<uint>(name[^4..]);
        }
        else if (name.Length > 0)
        {
            head = name[0];
            tail = ((ulong)name[name.Length >> 1] << 8) | name[^1];
        }
        else
        {
            return 0;
        }

        ulong mixed = (head ^ (ulong)name.Length) * 0x9E3779B97F4A7C15UL;
        mixed = (mixed ^ (mixed >> 32) ^ tail) * 0xD6E8FEB86659FD93UL;
        return (int)(mixed >> 32);
    }
}
