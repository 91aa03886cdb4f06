using System.Globalization;
using Cairn.Core.Access;
using StackExchange.Redis;

namespace Cairn.Node.Limits;

/// <summary>Sliding windows in Redis, so that a caller has one limit on all nodes. While Redis does not answer it says
/// so, and is left alone for a second.</summary>
internal sealed class RedisWindows : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // By Redis' own clock, so that nodes' clocks need not agree. A refused request is not counted.
    private const string Script = """
        local t = redis.call('TIME')
        local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
        local length, permits, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local index = math.floor(now / length)
        local seen = redis.call('HMGET', KEYS[1], 'index', 'current', 'previous')
        local before = tonumber(seen[1]) or index
        local current, previous = tonumber(seen[2]) or 0, tonumber(seen[3]) or 0
        if before ~= index then
          previous = (index == before + 1) and current or 0
          current = 0
        end
        local elapsed = now - index * length
        local used = previous * (1 - elapsed / length) + current
        if used + math.max(cost, 1) > permits then
          return {0, current, previous, tostring(elapsed)}
        end
        redis.call('HMSET', KEYS[1], 'index', index, 'current', current + cost, 'previous', previous)
        redis.call('PEXPIRE', KEYS[1], math.ceil(length * 2000))
        return {1, current, previous, tostring(elapsed)}
        """;

    private readonly Lazy<ConnectionMultiplexer> _redis;
    private readonly TimeProvider _time;
    private long _leaveUntil;

    /// <param name="address"><c>redis://[[user]:password@]host[:port][/database]</c>; <c>rediss://</c> speaks TLS.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="FormatException">It is no such address.</exception>
    public RedisWindows(string address, TimeProvider time)
    {
        _time = time;
        var options = Parse(address);
        _redis = new Lazy<ConnectionMultiplexer>(() => ConnectionMultiplexer.Connect(options));
    }

    /// <summary>Whether the last question was answered.</summary>
    public bool IsAnswering { get; private set; } = true;

    /// <summary>Counts a request; null while Redis does not answer.</summary>
    public async ValueTask<RateDecision?> TakeAsync(string caller, string @class, RateLimit limit, int cost)
    {
        if (_time.GetTimestamp() < Volatile.Read(ref _leaveUntil))
            return null;
        try
        {
            var answer =
                (RedisResult[]?)
                    await _redis
                        .Value.GetDatabase()
                        .ScriptEvaluateAsync(
                            Script,
                            [$"cairn:limits:{caller}:{@class}"],
                            [limit.Window.TotalSeconds, limit.Permits, cost]
                        )
                        .WaitAsync(Patience, _time)
                ?? throw new RedisException("The script of the limits gave no answer.");
            IsAnswering = true;
            double elapsed = double.Parse((string)answer[3]!, CultureInfo.InvariantCulture);
            return new SlidingWindow(
                limit.Window.TotalSeconds,
                limit.Permits,
                elapsed,
                (int)answer[1],
                (int)answer[2]
            ).Decide(cost, allowed: (int)answer[0] == 1);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            IsAnswering = false;
            Volatile.Write(
                ref _leaveUntil,
                _time.GetTimestamp() + (long)(Pause.TotalSeconds * _time.TimestampFrequency)
            );
            return null;
        }
    }

    public void Dispose()
    {
        if (_redis.IsValueCreated)
            _redis.Value.Dispose();
    }

    internal static ConfigurationOptions Parse(string address)
    {
        if (
            !Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("redis" or "rediss")
            || uri.Host.Length == 0
            || uri.Query.Length + uri.Fragment.Length > 0
        )
        {
            throw new FormatException("an address such as redis://user:password@host:6379/0");
        }

        var options = new ConfigurationOptions
        {
            EndPoints = { { uri.Host, uri.Port > 0 ? uri.Port : 6379 } },
            Ssl = uri.Scheme == "rediss",
            AbortOnConnectFail = false, // it may come later
            ConnectTimeout = 1000,
            SyncTimeout = 1000,
            // Its user may be allowed nothing but the keys of the limits: no key and no channel of the client's own.
            TieBreaker = "",
            ConfigurationChannel = "",
        };
        if (uri.UserInfo.Length > 0)
        {
            string[] parts = uri.UserInfo.Split(':', 2);
            if (parts is not [var user, { Length: > 0 } password])
                throw new FormatException("an address with a user's password, such as redis://user:password@host");
            options.User = user.Length > 0 ? Uri.UnescapeDataString(user) : null;
            options.Password = Uri.UnescapeDataString(password);
        }

        string database = uri.AbsolutePath.Trim('/');
        if (database.Length > 0)
        {
            options.DefaultDatabase = int.TryParse(
                database,
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out int number
            )
                ? number
                : throw new FormatException("a database that is a number, such as redis://host:6379/0");
        }

        return options;
    }
}
