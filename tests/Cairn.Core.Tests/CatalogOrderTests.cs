using System.Globalization;
using System.Text;
using Cairn.Storage;
using Cairn.Storage.Catalogs;
using Cairn.Storage.Sqlite;

namespace Cairn.Core.Tests;

/// <summary>A catalog's second order, and numbers that are given once.</summary>
public sealed class CatalogOrderTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-test-").FullName;
    private IStore _store = null!;

    private sealed record Item(int Number);

    public async ValueTask InitializeAsync() =>
        _store = await SqliteStore.OpenAsync(
            new SqliteStoreOptions { Path = Path.Combine(_folder, "c.db") },
            CancellationToken.None
        );

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_order_is_that_of_its_keys_through_writes_deletions_and_a_fresh_load(int seed)
    {
        var random = new Random(seed);
        var (catalog, order) = Items();
        await using var set = new CatalogSet(_store, [catalog], TimeProvider.System);
        await set.StartAsync(CancellationToken.None);
        // Numbers are unique among what is there at one time, and move from key to key.
        var expected = new Dictionary<string, int>();
        for (int i = 0; i < 300; i++)
        {
            string key = "k" + random.Next(40).ToString(CultureInfo.InvariantCulture);
            int number = random.Next(1000);
            Write write =
                random.Next(3) == 0 || expected.ContainsValue(number)
                    ? new Write.Delete("items/" + key)
                    : new Write.Put(
                        "items/" + key,
                        Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture))
                    );
            if (write is Write.Put)
                expected[key] = number;
            else
                expected.Remove(key);
            await _store.CommitAsync(new Transaction([], [write]), CancellationToken.None);
        }

        Check(await set.ReadLatestAsync(CancellationToken.None), catalog, order, expected);
        var (fresh, freshOrder) = Items();
        await using var loaded = new CatalogSet(_store, [fresh], TimeProvider.System);
        await loaded.StartAsync(CancellationToken.None);
        Check(loaded.Current, fresh, freshOrder, expected);
    }

    [Fact]
    public async Task Numbers_are_given_once_however_many_ask_on_however_many_nodes()
    {
        var nodes = Enumerable.Range(0, 4).Select(_ => new IdSequence(_store, "things")).ToList();
        long[] given = await Task.WhenAll(
            Enumerable.Range(0, 400).Select(i => nodes[i % nodes.Count].NextAsync(CancellationToken.None).AsTask())
        );
        given.Distinct().Count().ShouldBe(400);
        given.Min().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Numbers_that_came_from_elsewhere_are_not_given_any_more()
    {
        var sequence = new IdSequence(_store, "things");
        (await sequence.NextAsync(CancellationToken.None)).ShouldBe(1);
        await sequence.SkipAsync(5000, CancellationToken.None);
        (await sequence.NextAsync(CancellationToken.None)).ShouldBe(5001);
        await sequence.SkipAsync(10, CancellationToken.None);
        (await sequence.NextAsync(CancellationToken.None)).ShouldBe(5002);
        (await new IdSequence(_store, "things").NextAsync(CancellationToken.None)).ShouldBeGreaterThan(5002);
    }

    private static (Catalog<Item> Catalog, CatalogOrder<Item, int> Order) Items()
    {
        var catalog = new Catalog<Item>(
            "items/",
            record => new Item(int.Parse(record.Value.Span, CultureInfo.InvariantCulture))
        );
        return (catalog, catalog.AddOrder<int>(item => [item.Number]));
    }

    private static void Check(
        CatalogSnapshot snapshot,
        Catalog<Item> catalog,
        CatalogOrder<Item, int> order,
        Dictionary<string, int> expected
    )
    {
        var view = snapshot.Of(catalog);
        var ascending = expected.Values.Order().ToList();
        view.Range(order, int.MinValue, int.MaxValue).Select(item => item.Number).ShouldBe(ascending);
        view.Range(order, int.MinValue, int.MaxValue, skip: 3).Select(item => item.Number).ShouldBe(ascending.Skip(3));
        view.CountRange(order, 200, 600).ShouldBe(ascending.Count(number => number is >= 200 and < 600));
        view.Range(order, 200, 600)
            .Select(item => item.Number)
            .ShouldBe(ascending.Where(number => number is >= 200 and < 600));
        view.CountRange(order, 600, 200).ShouldBe(0);
    }
}
