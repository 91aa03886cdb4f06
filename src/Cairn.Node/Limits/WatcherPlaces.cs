using System.Collections.Concurrent;
using Cairn.Core;

namespace Cairn.Node.Limits;

/// <summary>How many watches and long polls are open, of all callers and of each, and how many may be.</summary>
/// <param name="limit">Of all callers.</param>
/// <param name="limitPerCaller">Of one caller, so that it cannot take the others' places.</param>
public sealed class WatcherPlaces(int limit, int limitPerCaller)
{
    private readonly ConcurrentDictionary<string, int> _byCaller = new();
    private int _taken;

    /// <summary>How many are open.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes a place until it is disposed.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <exception cref="ProblemException">There is none left, or none for this caller.</exception>
    public IDisposable Enter(string caller)
    {
        var place = new Place(this, caller);
        if (Interlocked.Increment(ref _taken) > limit)
        {
            Interlocked.Decrement(ref _taken);
            throw new ProblemException(ProblemKind.Unavailable, $"All {limit} places for watchers are taken.");
        }

        if (_byCaller.AddOrUpdate(caller, 1, static (_, taken) => taken + 1) <= limitPerCaller)
            return place;
        place.Dispose();
        throw new ProblemException(
            ProblemKind.TooMany,
            $"This credential has {limitPerCaller} watches and long polls open, as many as one may: "
                + "max-watchers-per-caller."
        );
    }

    private void Leave(string caller)
    {
        Interlocked.Decrement(ref _taken);
        // Whoever has none is not remembered, unless somebody of the same name has just come.
        if (_byCaller.AddOrUpdate(caller, 0, static (_, taken) => taken - 1) == 0)
            _byCaller.TryRemove(KeyValuePair.Create(caller, 0));
    }

    private sealed class Place(WatcherPlaces places, string caller) : IDisposable
    {
        public void Dispose() => places.Leave(caller);
    }
}
