using Cairn.Core;

namespace Cairn.Server.Limits;

/// <summary>How many watches and long polls are open, and how many may be.</summary>
public sealed class WatcherPlaces(int limit)
{
    private int _taken;

    /// <summary>How many are open.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes a place until it is disposed.</summary>
    /// <exception cref="ProblemException">There is none left.</exception>
    public IDisposable Enter()
    {
        if (Interlocked.Increment(ref _taken) > limit)
        {
            Interlocked.Decrement(ref _taken);
            throw new ProblemException(ProblemKind.Unavailable, $"All {limit} places for watchers are taken.");
        }

        return new Place(this);
    }

    private sealed class Place(WatcherPlaces places) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref places._taken);
    }
}
