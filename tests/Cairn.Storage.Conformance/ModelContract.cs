using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Storage.Conformance;

/// <summary>Random transactions against <see cref="StoreModel"/>, one after the other and at the same time.</summary>
public abstract class ModelContract(StoreFixture fixture) : StoreContract(fixture)
{
    private static readonly string[] Keys = ["a", "a/", "a/1", "a/\uFF5E", "a/😀", "b"];

    /// <summary>A write by numbers, which shrink well.</summary>
    public sealed record WriteSpec(byte Key, byte Value, bool Deletes);

    /// <summary>A condition by numbers.</summary>
    public sealed record ConditionSpec(byte Key, byte Kind, byte Revision);

    /// <summary>A transaction by numbers; the first write is always there.</summary>
    public sealed record Step(WriteSpec First, WriteSpec[] Others, ConditionSpec[] Conditions);

    [Fact]
    public void Any_sequence_of_transactions_does_what_the_model_does() =>
        Prop.ForAll<Step[]>(steps => SequenceAsync(steps).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public async Task Concurrent_transactions_have_outcomes_that_one_order_explains()
    {
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        var random = new Random(writer);
                        var mine = new List<Outcome>();
                        for (int i = 0; i < 100; i++)
                        {
                            long before = await Store.GetRevisionAsync(Ct);
                            var transaction = Transaction(RandomStep(random), before);
                            var result = await Store.CommitAsync(transaction, Ct);
                            mine.Add(new Outcome(transaction, before, result, await Store.GetRevisionAsync(Ct)));
                        }
                        return mine;
                    })
                )
        );
        var all = outcomes.SelectMany(o => o).ToList();

        var model = new StoreModel(Start);
        foreach (
            var shared in all.Where(o => o.Result is CommitResult.Committed)
                .GroupBy(o => o.Revision)
                .OrderBy(group => group.Key)
        )
        {
            model.SkipTo(shared.Key - 1);
            model
                .Apply(Together([.. shared.Select(o => o.Transaction)]))
                .ShouldBe(new CommitResult.Committed(shared.Key));
        }
        model.SkipTo(await Store.GetRevisionAsync(Ct));
        foreach (var outcome in all)
        {
            outcome.Revision.ShouldBeInRange(outcome.Before, outcome.After);
            if (outcome.Result is CommitResult.Refused refused)
                model.FirstFailure(outcome.Transaction, refused.HeadRevision).ShouldBe(refused.Condition);
        }
        await AssertSameAsync(Store, model, Start);
    }

    [Fact]
    public async Task Callers_who_repeat_unknown_commits_with_the_same_conditions_count_exactly_once()
    {
        var faulty = new FaultyStore(Store, new Random(3)) { LostAnswers = 0.2, LostRequests = 0.2 };
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        for (int i = 0; i < 25; i++)
                            await IncrementAsync(faulty, $"{writer}-{i}");
                    })
                )
        );

        Text(await Store.GetAsync("counter", Ct)).ShouldBe("200");
        (await ListAsync("done/")).Count.ShouldBe(200);
        (await Store.GetRevisionAsync(Ct)).ShouldBe(Start + 200);
    }

    /// <summary>Transactions that share a revision as one; none may read or write what another one writes.</summary>
    private static Transaction Together(IReadOnlyList<Transaction> transactions)
    {
        foreach (var one in transactions)
        {
            foreach (var other in transactions.Where(other => other != one))
            {
                one.Writes.Select(write => write.Key)
                    .Intersect([
                        .. other.Conditions.Select(condition => condition.Key),
                        .. other.Writes.Select(write => write.Key),
                    ])
                    .ShouldBeEmpty();
            }
        }

        return new Transaction(
            [.. transactions.SelectMany(t => t.Conditions)],
            [.. transactions.SelectMany(t => t.Writes)]
        );
    }

    /// <summary>Adds one, once, however often it has to ask: the marker says whether it has been done.</summary>
    private async Task IncrementAsync(IStore store, string operation)
    {
        while (await store.GetAsync($"done/{operation}", Ct) is null)
        {
            var counter = await store.GetAsync("counter", Ct);
            int next = counter is null ? 1 : int.Parse(Text(counter)) + 1;
            await store.CommitAsync(
                new Transaction(
                    [
                        counter is null
                            ? new Condition.Absent("counter")
                            : new Condition.AtRevision("counter", counter.Revision),
                        new Condition.Absent($"done/{operation}"),
                    ],
                    [Put("counter", $"{next}"), Put($"done/{operation}", "")]
                ),
                Ct
            );
        }
    }

    private async Task SequenceAsync(Step[] steps)
    {
        await using var store = await OpenEmptyAsync();
        long start = await store.GetRevisionAsync(Ct);
        var model = new StoreModel(start);
        foreach (var step in steps)
        {
            var transaction = Transaction(step, model.Head);
            (await store.CommitAsync(transaction, Ct)).ShouldBe(model.Apply(transaction));
        }
        await AssertSameAsync(store, model, start);
    }

    private async Task AssertSameAsync(IStore store, StoreModel model, long start)
    {
        (await store.GetRevisionAsync(Ct)).ShouldBe(model.Head);
        foreach (string prefix in (string[])["", "a", "a/", "a/😀"])
        {
            for (long revision = start; revision <= model.Head; revision += 1 + ((model.Head - start) / 50))
            {
                (await ToListAsync(store.ListAsync(prefix, revision, Ct)))
                    .Select(StoreModel.Line)
                    .ShouldBe(model.List(prefix, revision));
            }

            foreach (string after in (string[])["", .. Keys, "a/\0", "zz"])
            {
                (await ToListAsync(store.ListAsync(prefix, after, model.Head, Ct)))
                    .Select(StoreModel.Line)
                    .ShouldBe(model.List(prefix, model.Head, after), $"below '{prefix}' after '{after}'");
            }
        }
        foreach (string key in Keys)
        {
            var record = await store.GetAsync(key, Ct);
            model
                .List(key, model.Head)
                .Where(l => l.StartsWith(key + "=", StringComparison.Ordinal))
                .ShouldBe(record is null ? [] : [StoreModel.Line(record)]);
        }
        var watched = new List<string>();
        await using var watch = store.WatchAsync("", start, Ct).GetAsyncEnumerator(Ct);
        while (watched.Count < model.ChangeSets.Count && await watch.MoveNextAsync())
        {
            if (watch.Current.Changes.Count > 0)
                watched.Add(StoreModel.Line(watch.Current));
        }

        watched.ShouldBe(model.ChangeSets);
    }

    private static Transaction Transaction(Step step, long head)
    {
        var writes = new List<Write>();
        foreach (var spec in (WriteSpec[])[step.First, .. step.Others])
        {
            string key = Keys[spec.Key % Keys.Length];
            if (writes.All(w => w.Key != key))
                writes.Add(spec.Deletes ? Delete(key) : Put(key, $"{spec.Value}"));
        }
        return new Transaction([.. step.Conditions.Select(Make)], writes);

        Condition Make(ConditionSpec spec) =>
            (spec.Kind % 4, Keys[spec.Key % Keys.Length]) switch
            {
                (3, var key) => new Condition.Unchanged(key, Math.Max(0, head - (spec.Revision % 8))),
                (0, var key) => new Condition.Absent(key),
                (1, var key) => new Condition.Exists(key),
                (_, var key) => new Condition.AtRevision(key, Math.Max(0, head - (spec.Revision % 8))),
            };
    }

    /// <summary>It begins with a put, so that each commit takes a revision of its own.</summary>
    private static Step RandomStep(Random random)
    {
        return new Step(
            RandomWrite() with
            {
                Deletes = false,
            },
            [.. Enumerable.Range(0, random.Next(3)).Select(_ => RandomWrite())],
            [.. Enumerable.Range(0, random.Next(3)).Select(_ => new ConditionSpec(Number(), Number(), Number()))]
        );

        WriteSpec RandomWrite() => new(Number(), Number(), random.Next(3) == 0);

        byte Number() => (byte)random.Next(256);
    }

    private sealed record Outcome(Transaction Transaction, long Before, CommitResult Result, long After)
    {
        public long Revision =>
            Result switch
            {
                CommitResult.Committed committed => committed.Revision,
                CommitResult.Refused refused => refused.HeadRevision,
                _ => throw new InvalidOperationException($"{Result}"),
            };
    }
}
