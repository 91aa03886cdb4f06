using Cairn.Cli.Apply;
using Cairn.Cli.Client;
using Cairn.Cli.Output;

namespace Cairn.Cli.Transfer;

/// <summary>Writes many documents to a server, as several changes at once.</summary>
/// <param name="api">The server.</param>
/// <param name="progress">Shows how far it is.</param>
/// <param name="verbatim">Whether what is written is served as it is; null to leave that as it is.</param>
internal sealed class Importer(ApiClient api, ProgressDisplay progress, bool? verbatim)
{
    private const int MaxOperations = 200;
    private const int MaxBytes = 4 << 20;
    private const int InFlight = 4;

    /// <summary>Writes all steps of a plan. What was written before a failure stays, and the next import goes on from
    /// there.</summary>
    /// <returns>How many changes they were committed as.</returns>
    /// <exception cref="ApiException">One was refused; its errors name the configs.</exception>
    public async Task<int> WriteAsync(IReadOnlyList<PlanStep> steps, string message, CancellationToken ct)
    {
        string run = Guid.NewGuid().ToString("N");
        int changes = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = ct };
        await progress.RunAsync(
            "Importing",
            steps.Count,
            advance =>
                Parallel.ForEachAsync(
                    Batches(steps).Index(),
                    options,
                    async (batch, stop) =>
                    {
                        int made = await CommitAsync(batch.Item, message, $"{run}-{batch.Index}", stop);
                        Interlocked.Add(ref changes, made);
                        advance(batch.Item.Count);
                    }
                )
        );
        return changes;
    }

    private async Task<int> CommitAsync(
        IReadOnlyList<PlanStep> steps,
        string message,
        string idempotencyKey,
        CancellationToken ct
    )
    {
        try
        {
            byte[] body = ChangeSet.Write(steps, message, guarded: false, verbatim: verbatim);
            await api.PersistAsync(
                () =>
                    api.SendAsync(
                        HttpMethod.Post,
                        "api/v1/changes",
                        body,
                        "application/json",
                        ct,
                        ("Idempotency-Key", idempotencyKey)
                    ),
                ct
            );
            return 1;
        }
        catch (ApiException e) when (e.Status == 413 && steps.Count > 1)
        {
            // This server takes less at once.
            int half = steps.Count / 2;
            return await CommitAsync([.. steps.Take(half)], message, idempotencyKey + "a", ct)
                + await CommitAsync([.. steps.Skip(half)], message, idempotencyKey + "b", ct);
        }
        catch (ApiException e)
        {
            throw ChangeSet.Explain(e, steps);
        }
    }

    // The documents of one config stay together where they can, so that batches in flight do not write the same config.
    private static IEnumerable<IReadOnlyList<PlanStep>> Batches(IReadOnlyList<PlanStep> steps)
    {
        var batch = new List<PlanStep>();
        int bytes = 0;
        foreach (var config in steps.GroupBy(step => step.Path))
        {
            var documents = config.ToList();
            int size = documents.Sum(step => (step.After?.Length ?? 0) + 2 * step.Path.Length);
            if (batch.Count > 0 && (batch.Count + documents.Count > MaxOperations || bytes + size > MaxBytes))
            {
                yield return batch;
                batch = [];
                bytes = 0;
            }

            batch.AddRange(documents);
            bytes += size;
        }

        if (batch.Count > 0)
            yield return batch;
    }
}
