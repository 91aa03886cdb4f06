namespace Cairn.Storage.Conformance;

/// <summary>Atomicity, conditions, revisions and limits of commits.</summary>
public abstract class CommitContract(StoreFixture fixture) : StoreContract(fixture)
{
    [Fact]
    public async Task A_committed_record_can_be_read_with_its_revisions()
    {
        long first = await CommitAsync(Put("a", "1"));
        long second = await CommitAsync(Put("a", "2"));

        var record = await Store.GetAsync("a", Ct);

        record.ShouldNotBeNull();
        (record.Key, Text(record), record.CreatedRevision, record.Revision).ShouldBe(("a", "2", first, second));
    }

    [Fact]
    public async Task A_key_that_was_never_written_or_is_deleted_has_no_record()
    {
        await CommitAsync(Put("a", "1"));
        await CommitAsync(Delete("a"));

        (await Store.GetAsync("a", Ct)).ShouldBeNull();
        (await Store.GetAsync("b", Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task A_key_made_again_after_its_deletion_has_a_new_created_revision()
    {
        await CommitAsync(Put("a", "1"));
        await CommitAsync(Delete("a"));
        long again = await CommitAsync(Put("a", "2"));

        (await Store.GetAsync("a", Ct))!.CreatedRevision.ShouldBe(again);
    }

    [Fact]
    public async Task Revisions_follow_each_other_without_a_gap_whatever_is_refused_in_between()
    {
        for (int i = 1; i <= 10; i++)
        {
            (await CommitAsync(Put("a", $"{i}"))).ShouldBe(Start + i);
            await Store.CommitAsync(If(new Condition.Absent("a"), Put("a", "never")), Ct);
        }
        (await Store.GetRevisionAsync(Ct)).ShouldBe(Start + 10);
    }

    [Fact]
    public async Task What_was_listed_is_unchanged_until_somebody_writes_there()
    {
        await CommitAsync(Put("a/1", "1"), Put("a/2", "1"), Put("ab", "1"));
        long listed = await Store.GetRevisionAsync(Ct);

        (
            await Store.CommitAsync(If(new Condition.Unchanged("a/", listed), Put("b", "1")), Ct)
        ).ShouldBeOfType<CommitResult.Committed>();
        await CommitAsync(Put("ab", "2"), Delete("a/2"), Put("c/a/", "1"));
        (
            await Store.CommitAsync(If(new Condition.Unchanged("a/", listed), Put("b", "2")), Ct)
        ).ShouldBeOfType<CommitResult.Committed>();
        (
            await Store.CommitAsync(If(new Condition.Unchanged("none/", listed), Put("b", "2")), Ct)
        ).ShouldBeOfType<CommitResult.Committed>();
        await CommitAsync(Put("a/3", "1"));
        (await Store.CommitAsync(If(new Condition.Unchanged("a/", listed), Put("b", "3")), Ct))
            .ShouldBeOfType<CommitResult.Refused>()
            .Condition.ShouldBe(0);
        await CommitAsync(Delete("a/3"));
        (
            await Store.CommitAsync(If(new Condition.Unchanged("a/", listed), Put("b", "4")), Ct)
        ).ShouldBeOfType<CommitResult.Committed>();
        await CommitAsync(Put("a/1", "2"));
        (
            await Store.CommitAsync(If(new Condition.Unchanged("a/", listed), Put("b", "5")), Ct)
        ).ShouldBeOfType<CommitResult.Refused>();
        (
            await Store.CommitAsync(
                If(new Condition.Unchanged("a/", await Store.GetRevisionAsync(Ct)), Put("a/1", "3")),
                Ct
            )
        ).ShouldBeOfType<CommitResult.Committed>();
    }

    [Fact]
    public async Task Of_many_who_add_to_a_list_that_none_of_them_saw_growing_one_is_first()
    {
        long listed = await Store.GetRevisionAsync(Ct);
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 24)
                .Select(i =>
                    Task.Run(async () =>
                        await Store.CommitAsync(If(new Condition.Unchanged("list/", listed), Put($"list/{i}", "1")), Ct)
                    )
                )
        );

        results.Count(result => result is CommitResult.Committed).ShouldBe(1);
        (await ListAsync("list/")).Count.ShouldBe(1);
    }

    public static TheoryData<string, string, bool> Conditions() =>
        new()
        {
            { "absent", "never written", true },
            { "absent", "deleted", true },
            { "absent", "there", false },
            { "exists", "never written", false },
            { "exists", "deleted", false },
            { "exists", "there", true },
            { "at its revision", "there", true },
            { "at its revision", "deleted", false },
            { "at an older revision", "there", false },
            { "at a newer revision", "there", false },
            { "at revision 0", "never written", false },
        };

    [Theory]
    [MemberData(nameof(Conditions))]
    public async Task A_condition_holds_or_refuses(string condition, string key, bool holds)
    {
        await CommitAsync(Put("deleted", "1"), Put("there", "1"));
        long revision = await CommitAsync(Delete("deleted"), Put("there", "2"));

        var result = await Store.CommitAsync(If(Make(), Put("other", "x")), Ct);

        if (holds)
            result.ShouldBe(new CommitResult.Committed(revision + 1));
        else
            result.ShouldBe(new CommitResult.Refused(0, revision));
        (await Store.GetAsync("other", Ct) is not null).ShouldBe(holds);

        Condition Make() =>
            condition switch
            {
                "absent" => new Condition.Absent(key),
                "exists" => new Condition.Exists(key),
                "at its revision" => new Condition.AtRevision(key, revision),
                "at an older revision" => new Condition.AtRevision(key, revision - 1),
                "at a newer revision" => new Condition.AtRevision(key, revision + 1),
                _ => new Condition.AtRevision(key, 0),
            };
    }

    [Fact]
    public async Task A_refused_transaction_names_the_first_condition_that_failed_and_changes_nothing()
    {
        long revision = await CommitAsync(Put("a", "1"), Put("b", "1"));
        var transaction = new Transaction(
            [new Condition.Exists("a"), new Condition.AtRevision("b", revision - 1), new Condition.Absent("a")],
            [Put("a", "2"), Delete("b"), Put("c", "1")]
        );

        var result = await Store.CommitAsync(transaction, Ct);

        result.ShouldBe(new CommitResult.Refused(1, revision));
        (await ListAsync("")).Select(r => (r.Key, Text(r))).ShouldBe([("a", "1"), ("b", "1")]);
        (await Store.GetRevisionAsync(Ct)).ShouldBe(revision);
    }

    [Fact]
    public async Task All_writes_of_a_transaction_share_its_revision()
    {
        await CommitAsync(Put("b", "1"));
        long revision = await CommitAsync(Put("a", "1"), Put("b", "2"), Put("c", "1"));

        (await ListAsync("")).ShouldAllBe(r => r.Revision == revision);
    }

    [Fact]
    public async Task Conditions_speak_of_the_state_before_the_transaction()
    {
        var result = await Store.CommitAsync(If(new Condition.Absent("a"), Put("a", "1")), Ct);
        result.ShouldBeOfType<CommitResult.Committed>();
    }

    [Fact]
    public async Task Deleting_what_is_not_there_takes_no_revision_and_no_part_in_the_changes()
    {
        long revision = await CommitAsync(Put("a", "1"));

        (await CommitAsync(Delete("b"))).ShouldBe(revision);
        (await CommitAsync(Delete("b"), Put("c", "1"))).ShouldBe(revision + 1);

        var sets = await WatchAsync("", revision, 1);
        sets[0].Changes.Select(c => c.Key).ShouldBe(["c"]);
    }

    [Fact]
    public async Task Values_may_be_empty_and_of_any_bytes()
    {
        byte[] all = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        await Store.CommitAsync(Transact(new Write.Put("empty", default), new Write.Put("all", all)), Ct);

        (await Store.GetAsync("empty", Ct))!.Value.Length.ShouldBe(0);
        (await Store.GetAsync("all", Ct))!.Value.ToArray().ShouldBe(all);
    }

    [Fact]
    public async Task A_value_of_one_mebibyte_comes_back_by_get_list_and_watch()
    {
        byte[] value = new byte[1 << 20];
        new Random(1).NextBytes(value);
        await Store.CommitAsync(Transact(new Write.Put("big", value)), Ct);

        (await Store.GetAsync("big", Ct))!.Value.Span.SequenceEqual(value).ShouldBeTrue();
        (await ListAsync("big")).Single().Value.Span.SequenceEqual(value).ShouldBeTrue();
        (await WatchAsync("big", Start, 1))[0].Changes[0].Record!.Value.Span.SequenceEqual(value).ShouldBeTrue();
    }

    [Fact]
    public async Task What_the_caller_does_to_its_buffer_after_the_commit_changes_nothing()
    {
        byte[] buffer = Bytes("before");
        await Store.CommitAsync(Transact(new Write.Put("a", buffer)), Ct);
        Bytes("later!").CopyTo(buffer, 0);

        Text(await Store.GetAsync("a", Ct)).ShouldBe("before");
        Text((await WatchAsync("", Start, 1))[0].Changes[0].Record).ShouldBe("before");
    }

    [Fact]
    public async Task A_cancelled_caller_gets_no_commit()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
            await Store.CommitAsync(Transact(Put("a", "1")), cancelled.Token)
        );

        (await Store.GetAsync("a", Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task What_exceeds_a_limit_is_refused_before_it_is_sent()
    {
        var limits = Store.Limits;
        await Refuses(Put(new string('k', limits.MaxKeyBytes + 1), ""));
        await Refuses(new Write.Put("a", new byte[limits.MaxValueBytes + 1]));
        await Refuses([.. Enumerable.Range(0, limits.MaxOperations + 1).Select(i => Put($"{i}", ""))]);
        int third = (limits.MaxTransactionBytes / 3) + 1;
        if (third <= limits.MaxValueBytes)
        {
            await Refuses(
                new Write.Put("a", new byte[third]),
                new Write.Put("b", new byte[third]),
                new Write.Put("c", new byte[third])
            );
        }

        (await Store.GetRevisionAsync(Ct)).ShouldBe(Start);

        async Task Refuses(params Write[] writes) =>
            await Should.ThrowAsync<TransactionTooLargeException>(async () =>
                await Store.CommitAsync(Transact(writes), Ct)
            );
    }

    [Fact]
    public async Task What_reaches_each_limit_is_taken()
    {
        var limits = Store.Limits;
        await CommitAsync(Put(new string('k', limits.MaxKeyBytes), ""));
        await CommitAsync([.. Enumerable.Range(0, limits.MaxOperations).Select(i => Put($"many/{i}", ""))]);
        (await ListAsync("many/")).Count.ShouldBe(limits.MaxOperations);
    }

    [Fact]
    public async Task A_transaction_that_breaks_the_contract_is_an_argument_error()
    {
        await Refuses();
        await Refuses(Put("a", "1"), Delete("a"));
        await Refuses(Put("", "1"));
        await Refuses(Put("lone \uD800 surrogate", "1"));

        async Task Refuses(params Write[] writes) =>
            await Should.ThrowAsync<ArgumentException>(async () => await Store.CommitAsync(Transact(writes), Ct));
    }
}
