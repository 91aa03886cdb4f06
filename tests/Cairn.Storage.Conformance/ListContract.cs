namespace Cairn.Storage.Conformance;

/// <summary>Listing: order, prefixes, revisions, size.</summary>
public abstract class ListContract(StoreFixture fixture) : StoreContract(fixture)
{
    /// <summary>In UTF-8 order, which is not UTF-16's: the emoji (U+1F600) comes after U+FF5E and U+E000.</summary>
    private static readonly string[] Unicode =
    [
        "A",
        "a",
        "a\u0001",
        "a b",
        "a/",
        "ab",
        "z",
        "é",
        "ß",
        "日本",
        "\uE000",
        "\uFF5E",
        "😀",
        "😀a",
        "😁",
        "\U0010FFFF",
    ];

    [Fact]
    public async Task Keys_are_ordered_by_their_utf8_bytes()
    {
        await CommitAsync([.. Unicode.Reverse().Select(k => Put(k, k))]);

        (await ListAsync("")).Select(r => r.Key).ShouldBe(Unicode.Order(KeyOrder.Instance));
        Unicode.Order(KeyOrder.Instance).ShouldNotBe(Unicode.Order(StringComparer.Ordinal));
        Unicode
            .Order(KeyOrder.Instance)
            .Select(Bytes)
            .Select(Convert.ToHexString)
            .ShouldBe(Unicode.Select(Bytes).Select(Convert.ToHexString).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_listing_goes_on_behind_any_key_there_or_not()
    {
        await CommitAsync([.. Unicode.Select(k => Put(k, k))]);
        long head = await Store.GetRevisionAsync(Ct);
        string[] ordered = [.. Unicode.Order(KeyOrder.Instance)];

        foreach (string after in (string[])["", "\0", .. Unicode, "a/zzz", "\U0010FFFF\U0010FFFF"])
        {
            (await ToListAsync(Store.ListAsync("", after, head, Ct)))
                .Select(r => r.Key)
                .ShouldBe(ordered.Where(key => KeyOrder.Instance.Compare(key, after) > 0), after);
        }

        (await ToListAsync(Store.ListAsync("a", "a b", head, Ct))).Select(r => r.Key).ShouldBe(["a/", "ab"]);
        (await ToListAsync(Store.ListAsync("a", "A", head, Ct))).Count.ShouldBe(5);
        (await ToListAsync(Store.ListAsync("a", "b", head, Ct))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Unicode_keys_come_back_by_get()
    {
        await CommitAsync([.. Unicode.Select(k => Put(k, k))]);
        foreach (string key in Unicode)
            Text(await Store.GetAsync(key, Ct)).ShouldBe(key);
    }

    [Theory]
    [InlineData("", "a|a/1|a/2|a0|b|😀|😀/1")]
    [InlineData("a", "a|a/1|a/2|a0")]
    [InlineData("a/", "a/1|a/2")]
    [InlineData("a/2", "a/2")]
    [InlineData("a/3", "")]
    [InlineData("😀", "😀|😀/1")]
    [InlineData("c", "")]
    public async Task A_prefix_selects_what_starts_with_it(string prefix, string expected)
    {
        await CommitAsync([.. "a|a/1|a/2|a0|b|😀|😀/1".Split('|').Select(k => Put(k, k))]);
        string.Join('|', (await ListAsync(prefix)).Select(r => r.Key)).ShouldBe(expected);
    }

    [Fact]
    public async Task Each_revision_is_listed_as_it_was()
    {
        await CommitAsync(Put("a", "1"));
        await CommitAsync(Put("b", "1"), Put("c", "1"));
        await CommitAsync(Put("a", "2"), Delete("b"));
        await CommitAsync(Delete("a"));
        await CommitAsync(Put("a", "3"));

        string[] expected = ["", "a=1", "a=1 b=1 c=1", "a=2 c=1", "c=1", "a=3 c=1"];
        for (int i = 0; i < expected.Length; i++)
        {
            var records = await ListAsync("", Start + i);
            string.Join(' ', records.Select(r => $"{r.Key}={Text(r)}")).ShouldBe(expected[i]);
        }
        (await ListAsync("", Start + 5))
            .Select(r => (r.Key, r.CreatedRevision - Start, r.Revision - Start))
            .ShouldBe([("a", 5, 5), ("c", 2, 2)]);
    }

    [Fact]
    public async Task A_future_revision_is_refused() =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => ListAsync("", Start + 1));

    [Fact]
    public async Task A_listing_does_not_see_what_is_committed_while_it_runs()
    {
        const int count = 3000;
        for (int i = 0; i < count; i += 100)
            await CommitAsync([.. Enumerable.Range(i, 100).Select(n => Put($"k{n:D5}", "old"))]);
        long revision = await Store.GetRevisionAsync(Ct);

        var seen = new List<StoreRecord>();
        await foreach (var record in Store.ListAsync("", revision, Ct))
        {
            seen.Add(record);
            if (seen.Count == 1)
            {
                await CommitAsync([
                    .. Enumerable.Range(count - 50, 50).Select(n => Put($"k{n:D5}", "new")),
                    Delete("k01500"),
                    Put("zzz", "new"),
                ]);
            }
        }

        seen.Count.ShouldBe(count);
        seen.ShouldAllBe(r => Text(r) == "old");
    }

    [Fact]
    public async Task Many_listings_left_unfinished_hold_up_nobody()
    {
        await CommitAsync([.. Enumerable.Range(0, 100).Select(n => Put($"k{n:D5}", "1"))]);
        var open = new List<IAsyncEnumerator<StoreRecord>>();
        for (int i = 0; i < 50; i++)
        {
            var listing = Store.ListAsync("", Start + 1, Ct).GetAsyncEnumerator(Ct);
            (await listing.MoveNextAsync()).ShouldBeTrue();
            open.Add(listing);
        }

        await CommitAsync(Put("a", "1"));
        (await ListAsync("")).Count.ShouldBe(101);

        foreach (var listing in open)
            await listing.DisposeAsync();
    }

    [Fact]
    public async Task A_hundred_thousand_keys_are_listed_whole_and_in_order()
    {
        const int count = 100_000;
        int batch = Math.Min(1000, Store.Limits.MaxOperations);
        int[] order = Enumerable.Range(0, count).ToArray();
        new Random(7).Shuffle(order);
        await Parallel.ForEachAsync(
            order.Chunk(batch),
            Ct,
            async (numbers, ct) =>
                await Store.CommitAsync(Transact([.. numbers.Select(n => Put($"k/{n:D6}", $"{n}"))]), ct)
        );

        int next = 0;
        await foreach (var record in Store.ListAsync("k/", await Store.GetRevisionAsync(Ct), Ct))
        {
            if (record.Key != $"k/{next:D6}" || Text(record) != $"{next}")
                throw new ShouldAssertException($"Record {next} is {record.Key} = {Text(record)}.");
            next++;
        }
        next.ShouldBe(count);
        (await ListAsync("k/09999")).Count.ShouldBe(10);
    }
}
