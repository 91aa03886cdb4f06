using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Storage;

namespace Cairn.Core;

/// <summary>Numbers for people and programs that want a short integer to call a thing by. Each is given once, by
/// whichever node; a node takes a block of them from the store at a time, so there are gaps, and between nodes no
/// order.</summary>
/// <param name="store">Where the next block begins is kept, at <c>sequences/{name}</c>.</param>
/// <param name="name">What is numbered.</param>
public sealed class IdSequence(IStore store, string name)
{
    private const int BlockSize = 64;

    // So that nodes that start together do not keep refusing each other.
    private const int MaxPauseMs = 20;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly string _key = "sequences/" + name;
    private long _next = 1;
    private long _last;

    /// <summary>The next number, at least 1.</summary>
    public async ValueTask<long> NextAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (_next > _last)
                (_next, _last) = await AdvanceAsync(last => last + BlockSize, ct);
            return _next++;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes sure that no number up to <paramref name="id"/> is given any more: it came from
    /// elsewhere.</summary>
    public async ValueTask SkipAsync(long id, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            await AdvanceAsync(last => Math.Max(last, id), ct);
            if (_next <= id)
                _last = 0;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask<(long Next, long Last)> AdvanceAsync(Func<long, long> advance, CancellationToken ct)
    {
        while (true)
        {
            var record = await store.GetAsync(_key, ct);
            long last = record is null
                ? 0
                : JsonSerializer.Deserialize(record.Value.Span, SequenceJson.Default.SequenceState)!.Last;
            long reserved = advance(last);
            Condition condition = record is null
                ? new Condition.Absent(_key)
                : new Condition.AtRevision(_key, record.Revision);
            var write = new Write.Put(
                _key,
                JsonSerializer.SerializeToUtf8Bytes(new SequenceState(reserved), SequenceJson.Default.SequenceState)
            );
            // Of a commit that was not answered the block is lost, which is no harm.
            if (await store.CommitAsync(new Transaction([condition], [write]), ct) is CommitResult.Committed)
                return (last + 1, reserved);
            await Task.Delay(Random.Shared.Next(1, MaxPauseMs), ct);
        }
    }
}

/// <summary>As it is stored.</summary>
/// <param name="Last">The last number that was given to a node.</param>
internal sealed record SequenceState(long Last);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SequenceState))]
internal sealed partial class SequenceJson : JsonSerializerContext;
