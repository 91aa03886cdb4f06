using System.Reflection;
using System.Text;

namespace Cairn.Storage.Conformance;

/// <summary>What <see cref="IStore"/> promises, as tests. An engine's test project derives one class from each contract
/// and gives it the engine's fixture; <see cref="NotRunBy"/> finds the contracts it forgot.</summary>
public abstract class StoreContract(StoreFixture fixture) : IAsyncLifetime
{
    protected static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _deadline = new(Deadline);

    /// <summary>A fresh store for each test.</summary>
    protected IStore Store { get; private set; } = null!;

    /// <summary>The revision before the test's first commit.</summary>
    protected long Start { get; private set; }

    /// <summary>Ends whatever waits for ever.</summary>
    protected CancellationToken Ct => _deadline.Token;

    public static IEnumerable<string> NotRunBy(Assembly tests) =>
        typeof(StoreContract)
            .Assembly.GetTypes()
            .Where(t => t.IsAbstract && t.IsSubclassOf(typeof(StoreContract)))
            .Where(contract => !tests.GetTypes().Any(t => !t.IsAbstract && t.IsSubclassOf(contract)))
            .Select(contract => contract.Name);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(fixture.Missing is not null, fixture.Missing ?? "");
        Store = await fixture.OpenEmptyAsync();
        Start = await Store.GetRevisionAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (Store is not null)
            await Store.DisposeAsync();
        _deadline.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>One more store; the test disposes of it.</summary>
    protected ValueTask<IStore> OpenEmptyAsync() => fixture.OpenEmptyAsync();

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(StoreRecord? record) =>
        record is null ? "(none)" : Encoding.UTF8.GetString(record.Value.Span);

    protected static Write Put(string key, string value) => new Write.Put(key, Bytes(value));

    protected static Write Delete(string key) => new Write.Delete(key);

    protected static Transaction Transact(params Write[] writes) => new([], writes);

    protected static Transaction If(Condition condition, params Write[] writes) => new([condition], writes);

    /// <summary>Commits what has no condition, and returns its revision.</summary>
    protected async Task<long> CommitAsync(params Write[] writes) =>
        (await Store.CommitAsync(Transact(writes), Ct)).ShouldBeOfType<CommitResult.Committed>().Revision;

    protected Task<List<StoreRecord>> ListAsync(string prefix, long atRevision) =>
        ToListAsync(Store.ListAsync(prefix, atRevision, Ct));

    protected async Task<List<StoreRecord>> ListAsync(string prefix) =>
        await ListAsync(prefix, await Store.GetRevisionAsync(Ct));

    /// <summary>The next change sets of a watch.</summary>
    protected async Task<List<ChangeSet>> WatchAsync(string prefix, long afterRevision, int count)
    {
        var sets = new List<ChangeSet>();
        await foreach (var set in Store.WatchAsync(prefix, afterRevision, Ct))
        {
            sets.Add(set);
            if (sets.Count == count)
                break;
        }
        return sets;
    }

    protected static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> source)
    {
        var items = new List<T>();
        await foreach (var item in source)
            items.Add(item);
        return items;
    }
}
