using System.Buffers.Binary;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Universally unique identifiers (RFC 9562; version 2 by DCE 1.1).</summary>
internal static class UuidBuiltins
{
    // From 1582-10-15, where UUIDs count from, to 1970-01-01, in units of 100 ns.
    private const long GregorianOffset = 0x01B21DD213814000;

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new(
            "uuid.rfc4122",
            [RegoType.String],
            RegoType.String,
            (context, args) => context.Once("uuid.rfc4122", args[0], () => Random(context))
        )
        {
            Traits = BuiltinTraits.Nondeterministic,
        },
        new(
            "uuid.parse",
            [RegoType.String],
            RegoType.Object(RegoType.String, RegoType.Any),
            (_, args) => Parse(args.Text(0))
        ),
    ];

    private static RegoString Random(BuiltinContext context)
    {
        byte[] bytes = new byte[16];
        context.Random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return RegoString.Of(new Guid(bytes, bigEndian: true).ToString());
    }

    private static RegoObject Parse(string text)
    {
        string trimmed = text.StartsWith("urn:uuid:", StringComparison.OrdinalIgnoreCase) ? text[9..] : text;
        if (
            !Guid.TryParseExact(trimmed, "D", out var id)
            && !Guid.TryParseExact(trimmed, "N", out id)
            && !Guid.TryParseExact(trimmed, "B", out id)
        )
        {
            throw new BuiltinException("invalid UUID format");
        }

        byte[] bytes = id.ToByteArray(bigEndian: true);
        int version = bytes[6] >> 4;
        var parts = new List<(RegoValue, RegoValue)>
        {
            ("version", version),
            (
                "variant",
                (bytes[8] & 0xc0) == 0x80 ? "RFC4122"
                : (bytes[8] & 0xe0) == 0xc0 ? "Microsoft"
                : (bytes[8] & 0xe0) == 0xe0 ? "Future"
                : "Reserved"
            ),
        };
        if (version is 1 or 2)
        {
            long time =
                BinaryPrimitives.ReadUInt32BigEndian(bytes)
                | ((long)BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(4)) << 32)
                | ((long)(BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(6)) & 0xfff) << 48);
            parts.Add(("time", RegoNumber.Of(new System.Numerics.BigInteger(time - GregorianOffset) * 100)));
            parts.Add(
                (
                    "nodeid",
                    Convert.ToHexStringLower(bytes, 10, 6) is var node
                        ? string.Join('-', Enumerable.Range(0, 6).Select(i => node.Substring(i * 2, 2)))
                        : ""
                )
            );
            parts.Add(
                (
                    "macvariables",
                    $"{((bytes[10] & 2) != 0 ? "local" : "global")}:{((bytes[10] & 1) != 0 ? "multicast" : "unicast")}"
                )
            );
            parts.Add(("clocksequence", BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(8)) & 0x3fff));
        }

        if (version == 2)
        {
            parts.Add(("id", BinaryPrimitives.ReadUInt32BigEndian(bytes)));
            parts.Add(
                (
                    "domain",
                    bytes[9] switch
                    {
                        0 => "Person",
                        1 => "Group",
                        2 => "Org",
                        var other => $"Domain{other}",
                    }
                )
            );
        }

        return RegoObject.Of([.. parts]);
    }
}
