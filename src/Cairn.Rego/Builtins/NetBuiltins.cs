using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Networks in CIDR notation, IPv4 and IPv6; and names' addresses.</summary>
internal static class NetBuiltins
{
    private const int MaxExpansion = 1 << 20;
    private static readonly TimeSpan LookupTime = TimeSpan.FromSeconds(5);

    private static readonly RegoType Element = RegoType.AnyOf(RegoType.String, RegoType.Array(RegoType.Any));
    private static readonly RegoType Collection = RegoType.AnyOf(
        RegoType.String,
        RegoType.Array(Element),
        RegoType.Set(Element),
        RegoType.Object(RegoType.String, Element)
    );

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new(
            "net.cidr_contains",
            [RegoType.String, RegoType.String],
            RegoType.Boolean,
            (_, args) => RegoBoolean.Of(Network.Parse(args.Text(0)).Contains(AddressOrNetwork(args.Text(1))))
        ),
        new(
            "net.cidr_contains_matches",
            [Collection, Collection],
            RegoType.Set(RegoType.Tuple(RegoType.Any, RegoType.Any)),
            ContainsMatches
        ),
        new("net.cidr_intersects", [RegoType.String, RegoType.String], RegoType.Boolean, (_, args) => Intersects(args)),
        new(
            "net.cidr_overlap",
            [RegoType.String, RegoType.String],
            RegoType.Boolean,
            (_, args) => RegoBoolean.Of(Network.Parse(args.Text(0)).Contains(AddressOrNetwork(args.Text(1))))
        )
        {
            Traits = BuiltinTraits.Deprecated,
        },
        new("net.cidr_expand", [RegoType.String], RegoType.Set(RegoType.String), Expand),
        new(
            "net.cidr_is_valid",
            [RegoType.Any],
            RegoType.Boolean,
            (_, args) => RegoBoolean.Of(args[0] is RegoString text && Network.TryParse(text.Value, out var _))
        ),
        new(
            "net.cidr_merge",
            [RegoType.AnyOf(RegoType.Array(RegoType.String), RegoType.Set(RegoType.String))],
            RegoType.Set(RegoType.String),
            Merge
        ),
        new("net.lookup_ip_addr", [RegoType.String], RegoType.Set(RegoType.String), Lookup)
        {
            Traits = BuiltinTraits.Nondeterministic,
        },
    ];

    /// <summary>A range of addresses of one family, as numbers; what a network and what merged networks are.</summary>
    private readonly record struct Network(bool IsV6, UInt128 First, UInt128 Last)
    {
        public static Network Parse(string text) =>
            TryParse(text, out var network) ? network : throw new BuiltinException($"invalid CIDR address: {text}");

        public static bool TryParse(string text, out Network network)
        {
            network = default;
            int slash = text.IndexOf('/', StringComparison.Ordinal);
            if (
                slash < 0
                || !TryAddress(text[..slash], out bool isV6, out var address)
                || !int.TryParse(
                    text.AsSpan(slash + 1),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out int prefix
                )
                || prefix > Bits(isV6)
            )
            {
                return false;
            }

            var host = prefix == Bits(isV6) ? UInt128.Zero : UInt128.MaxValue >> (128 - (Bits(isV6) - prefix));
            network = new Network(isV6, address & ~host, address | host);
            return true;
        }

        public static bool TryAddress(string text, out bool isV6, out UInt128 address)
        {
            (isV6, address) = (false, 0);
            // 10.1 and 0x0a000001 are addresses to .NET, not to Go.
            bool dotted = text.Count(c => c == '.') == 3 && text.All(c => c == '.' || char.IsAsciiDigit(c));
            if (
                (!dotted && !text.Contains(':', StringComparison.Ordinal))
                || text.Contains('%', StringComparison.Ordinal)
                || !IPAddress.TryParse(text, out var parsed)
            )
            {
                return false;
            }

            if (parsed.IsIPv4MappedToIPv6)
                parsed = parsed.MapToIPv4();
            isV6 = parsed.AddressFamily == AddressFamily.InterNetworkV6;
            foreach (byte b in parsed.GetAddressBytes())
                address = (address << 8) | b;
            return true;
        }

        public static int Bits(bool isV6) => isV6 ? 128 : 32;

        public bool Contains(Network other) => IsV6 == other.IsV6 && First <= other.First && other.Last <= Last;

        public bool Overlaps(Network other) => IsV6 == other.IsV6 && First <= other.Last && other.First <= Last;

        public static string Text(bool isV6, UInt128 address)
        {
            byte[] bytes = new byte[isV6 ? 16 : 4];
            for (int i = bytes.Length - 1; i >= 0; i--, address >>= 8)
                bytes[i] = (byte)address;
            return new IPAddress(bytes).ToString();
        }
    }

    private static Network AddressOrNetwork(string text) =>
        Network.TryAddress(text, out bool isV6, out var address)
            ? new Network(isV6, address, address)
            : Network.Parse(text);

    private static RegoBoolean Intersects(ReadOnlySpan<RegoValue> args) =>
        RegoBoolean.Of(Network.Parse(args.Text(0)).Overlaps(Network.Parse(args.Text(1))));

    private static RegoValue ContainsMatches(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var networks = Entries(args, 0, text => Network.Parse(text));
        var others = Entries(args, 1, AddressOrNetwork);
        context.ChargeSteps(1 + ((long)networks.Count * others.Count));
        var matches = new RegoSetBuilder();
        foreach (var (key, network) in networks)
        {
            foreach (var (otherKey, other) in others)
            {
                if (network.Contains(other))
                {
                    context.ChargeMemory(64);
                    matches.Add(RegoArray.Of(key, otherKey));
                }
            }
        }

        return matches.Build();
    }

    // Of an array the index stands for the entry, of a set the element, of an object the key.
    private static List<(RegoValue Key, Network Network)> Entries(
        ReadOnlySpan<RegoValue> args,
        int index,
        Func<string, Network> parse
    )
    {
        int operand = index + 1;
        Network Of(RegoValue element) =>
            element switch
            {
                RegoString text => parse(text.Value),
                RegoArray { Count: > 0 } tuple when tuple[0] is RegoString text => parse(text.Value),
                _ => throw new BuiltinException($"operand {operand}: element must be string or non-empty array"),
            };
        return args[index] switch
        {
            RegoString text => [(text, parse(text.Value))],
            RegoArray array => [.. array.Select((item, i) => ((RegoValue)RegoNumber.Of(i), Of(item)))],
            RegoSet set => [.. set.Select(item => (item, Of(item)))],
            var members => [.. ((RegoObject)members).Select(member => (member.Key, Of(member.Value)))],
        };
    }

    private static RegoValue Expand(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var network = Network.Parse(args.Text(0));
        if (network.Last - network.First >= MaxExpansion)
            throw new BuiltinException($"the network has more than {MaxExpansion} addresses");
        long count = (long)(network.Last - network.First) + 1;
        context.ChargeSteps(count);
        context.ChargeMemory(count * 96);
        var addresses = new RegoSetBuilder((int)count);
        for (var address = network.First; ; address++)
        {
            addresses.Add(Network.Text(network.IsV6, address));
            if (address == network.Last)
                return addresses.Build();
        }
    }

    private static RegoValue Merge(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var networks = args.Texts(0)
            .Select(MergeOperand)
            .OrderBy(network => network.IsV6)
            .ThenBy(network => network.First)
            .ToList();
        context.ChargeSteps(networks.Count * 32L);
        var merged = new List<Network>();
        foreach (var network in networks)
        {
            if (
                merged.Count > 0
                && merged[^1] is var last
                && last.IsV6 == network.IsV6
                && (network.First <= last.Last || network.First == last.Last + 1)
            )
            {
                merged[^1] = last with { Last = UInt128.Max(last.Last, network.Last) };
            }
            else
            {
                merged.Add(network);
            }
        }

        return RegoSet.Of(merged.SelectMany(Cover).Select(text => (RegoValue)RegoString.Of(text)));
    }

    // An IPv4 address without a prefix is in its class's network, as Go's DefaultMask has it.
    private static Network MergeOperand(string text)
    {
        if (!Network.TryAddress(text, out bool isV6, out var address))
            return Network.Parse(text);
        if (isV6)
            throw new BuiltinException("IPv6 invalid: needs prefix length");
        int prefix = (byte)(address >> 24) switch
        {
            < 128 => 8,
            < 192 => 16,
            < 224 => 24,
            _ => 32,
        };
        return Network.Parse(string.Create(CultureInfo.InvariantCulture, $"{text}/{prefix}"));
    }

    // The fewest networks that make up a range: each the largest that begins here and does not reach beyond the end.
    private static IEnumerable<string> Cover(Network range)
    {
        int bits = Network.Bits(range.IsV6);
        var first = range.First;
        while (true)
        {
            int size = first == 0 ? bits : Math.Min(bits, (int)UInt128.TrailingZeroCount(first));
            while (size > 0 && (size == 128 ? UInt128.MaxValue : first + (UInt128.One << size) - 1) > range.Last)
                size--;
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Network.Text(range.IsV6, first)}/{bits - size}"
            );
            var last = size == 128 ? UInt128.MaxValue : first + (UInt128.One << size) - 1;
            if (last >= range.Last)
                yield break;
            first = last + 1;
        }
    }

    private static RegoValue Lookup(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        string name = args.Text(0);
        return context.Once(
            "net.lookup_ip_addr",
            args[0],
            () =>
            {
                try
                {
                    using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
                    limit.CancelAfter(LookupTime);
                    // An evaluation is one thread's work from beginning to end; this is the only built-in of ours that
                    // waits.
                    return RegoSet.Of(
                        Dns.GetHostAddressesAsync(name, limit.Token)
                            .GetAwaiter()
                            .GetResult()
                            .Select(address => (RegoValue)RegoString.Of(address.ToString()))
                    );
                }
                catch (Exception e)
                    when (e is SocketException or ArgumentException
                        || (e is OperationCanceledException && !context.CancellationToken.IsCancellationRequested)
                    )
                {
                    throw new BuiltinException($"lookup {name}: {e.Message}", e);
                }
            }
        );
    }
}
