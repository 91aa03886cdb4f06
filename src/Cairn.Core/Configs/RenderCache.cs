using System.Collections.Concurrent;

namespace Cairn.Core.Configs;

/// <summary>Bounds what is remembered of what configs were rendered to, over all of them: what has not been asked for
/// since the last time around goes first.</summary>
/// <remarks>A result is kept with the state it was made of, so that a read that finds it touches nothing
/// shared.</remarks>
/// <param name="maxBytes">Of results and what goes with them.</param>
internal sealed class RenderCache(long maxBytes)
{
    private const int Overhead = 256;

    private readonly ConcurrentQueue<(ConfigState State, RenderedConfig Rendered, long Bytes)> _kept = new();
    private long _bytes;

    /// <summary>What is remembered of a state in an environment; null when nothing is.</summary>
    public RenderedConfig? Find(ConfigState state, string environment)
    {
        var rendered = state.Rendered(environment);
        rendered?.Use();
        return rendered;
    }

    /// <summary>Remembers a result, and forgets others where there are too many.</summary>
    public void Keep(ConfigState state, RenderedConfig rendered)
    {
        // A document without templates and without an overlay is the stored one.
        long bytes = Overhead + (ReferenceEquals(rendered.Body, state.Base?.Document) ? 0 : rendered.Body.Length);
        state.Remember(rendered);
        _kept.Enqueue((state, rendered, bytes));
        if (Interlocked.Add(ref _bytes, bytes) > maxBytes)
            Shrink();
    }

    private void Shrink()
    {
        for (
            int chances = _kept.Count;
            Volatile.Read(ref _bytes) > maxBytes && _kept.TryDequeue(out var oldest);
            chances--
        )
        {
            if (
                chances > 0
                && oldest.Rendered.TakeUse()
                && oldest.State.Rendered(oldest.Rendered.Environment) == oldest.Rendered
            )
            {
                _kept.Enqueue(oldest);
                continue;
            }

            oldest.State.Forget(oldest.Rendered);
            Interlocked.Add(ref _bytes, -oldest.Bytes);
        }
    }
}
