using System.Collections.Concurrent;
using Cairn.Core.Access;

namespace Cairn.Node.Limits;

/// <summary>What a limiter says of one request.</summary>
/// <param name="Allowed">Whether it may go on.</param>
/// <param name="Remaining">How many more would be allowed at once.</param>
/// <param name="Reset">Seconds until at least one more is allowed, or until the window is empty when some
/// remain.</param>
public readonly record struct RateDecision(bool Allowed, int Remaining, int Reset);

/// <summary>
/// Sliding-window limits in memory: the count of the current window, and of the one before as far as it still overlaps
/// the last full length. Two numbers a caller, and never more than one window's permits in any window's time plus the
/// share the estimate is off by when requests were not spread evenly.
/// </summary>
/// <remarks>With <see cref="RedisWindows"/> the counts are those of all nodes; while Redis is away, each counts for
/// itself.</remarks>
public sealed class RateLimiter(TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<(string Caller, string Class), Window> _windows = new();

    /// <summary>Where the counts are shared; null for in this node's memory only.</summary>
    internal RedisWindows? Shared { get; init; }

    /// <inheritdoc cref="Take"/>
    public ValueTask<RateDecision> TakeAsync(string caller, string @class, RateLimit limit, int cost = 1)
    {
        return Shared is null ? ValueTask.FromResult(Take(caller, @class, limit, cost)) : TakeSharedAsync(Shared);

        async ValueTask<RateDecision> TakeSharedAsync(RedisWindows shared) =>
            await shared.TakeAsync(caller, @class, limit, cost) ?? Take(caller, @class, limit, cost);
    }

    /// <inheritdoc/>
    public void Dispose() => Shared?.Dispose();

    /// <summary>Counts a request and says whether it may go on. A refused one is not counted.</summary>
    /// <param name="caller">Whose limit.</param>
    /// <param name="class">Which of their limits: reads, writes, failures, …</param>
    /// <param name="limit">The limit.</param>
    /// <param name="cost">How many it counts for; 0 only asks.</param>
    public RateDecision Take(string caller, string @class, RateLimit limit, int cost = 1)
    {
        var window = _windows.GetOrAdd((caller, @class), static _ => new Window());
        return window.Take(
            time.GetTimestamp() / (double)time.TimestampFrequency,
            limit.Window.TotalSeconds,
            limit.Permits,
            cost
        );
    }

    /// <summary>Drops what has not been asked for in two days, or at once when there are very many.</summary>
    public void Forget()
    {
        double now = time.GetTimestamp() / (double)time.TimestampFrequency;
        double idle = _windows.Count > 100_000 ? 120 : 172_800;
        foreach (var (key, window) in _windows)
        {
            if (window.IdleSince(now) > idle)
                _windows.TryRemove(key, out _);
        }
    }

    private sealed class Window
    {
        private readonly Lock _lock = new();
        private long _index;
        private int _current;
        private int _previous;
        private double _lastSeen;

        public RateDecision Take(double now, double length, int permits, int cost)
        {
            lock (_lock)
            {
                long index = (long)(now / length);
                if (index != _index)
                {
                    _previous = index == _index + 1 ? _current : 0;
                    _current = 0;
                    _index = index;
                }

                _lastSeen = now;
                var window = new SlidingWindow(length, permits, now - index * length, _current, _previous);
                bool allowed = window.Allows(cost);
                if (allowed)
                    _current += cost;
                return window.Decide(cost, allowed);
            }
        }

        public double IdleSince(double now)
        {
            lock (_lock)
                return now - _lastSeen;
        }
    }
}
