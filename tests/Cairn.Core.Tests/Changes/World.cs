using System.Text;
using Cairn.Core.Access;
using Cairn.Core.Audit;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Core.Cryptography;
using Cairn.Core.Environments;
using Cairn.Core.Schemas;
using Cairn.Storage;
using Cairn.Storage.Catalogs;
using Cairn.Storage.Sqlite;

namespace Cairn.Core.Tests.Changes;

/// <summary>What changes are made of, on a real store, with a place to come in between planning and commit.</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly string _folder;
    private readonly SqliteStore _sqlite;

    private World(
        string folder,
        SqliteStore sqlite,
        InterruptedStore store,
        CatalogSet catalogs,
        ResourceKinds kinds,
        ChangeService changes,
        ConfigService configs
    ) =>
        (_folder, _sqlite, Store, Catalogs, Kinds, Changes, Configs) = (
            folder,
            sqlite,
            store,
            catalogs,
            kinds,
            changes,
            configs
        );

    public InterruptedStore Store { get; }
    public CatalogSet Catalogs { get; }
    public ResourceKinds Kinds { get; }
    public ChangeService Changes { get; }
    public ConfigService Configs { get; }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A store with the environments dev and prod.</summary>
    public static async Task<World> MakeAsync(int? maxOperations = null)
    {
        string folder = Directory.CreateTempSubdirectory("cairn-test-").FullName;
        var sqlite = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "c.db") }, Ct);
        var store = new InterruptedStore(sqlite, maxOperations);
        var (time, ids) = (TimeProvider.System, new TimedIds(TimeProvider.System));
        var keyring = await Keyring.OpenAsync(
            store,
            MasterKeys.FromSetting(Convert.ToBase64String(new byte[32])),
            time,
            Ct
        );
        var kinds = CoreKinds.Create(keyring, store, ids, time);
        var catalogs = new CatalogSet(store, [keyring.Catalog, .. kinds.Catalogs], time);
        await catalogs.StartAsync(Ct);
        var renderer = new ConfigRenderer();
        var committer = new Committer(store, catalogs, new AuditLog(store, keyring, time), time);
        var changes = new ChangeService(
            store,
            keyring,
            catalogs,
            committer,
            kinds,
            new ConfigRules(kinds, renderer),
            ids,
            time
        );
        var world = new World(
            folder,
            sqlite,
            store,
            catalogs,
            kinds,
            changes,
            new ConfigService(store, kinds, renderer)
        );
        await world.CommitAsync(
            new PutEnvironment("dev", new EnvironmentState(null, false)),
            new PutEnvironment("prod", new EnvironmentState(null, false))
        );
        return world;
    }

    public async Task<ChangeResult> CommitAsync(params Operation[] operations) =>
        (
            await Changes.CommitAsync(
                new CommitContext(Principal.System, Origin.Internal),
                new ChangeRequest(operations, null),
                Ct
            )
        ).Require();

    /// <summary>What an environment serves; null when nothing.</summary>
    public string? Serves(string path, string environment) =>
        Configs.Read(Catalogs.Current, Principal.System, path, environment, Ct) is { } rendered
            ? Encoding.UTF8.GetString(rendered.Body)
            : null;

    public static Operation Config(string path, string json, string? environment = null) =>
        new PutConfig(path, environment, Encoding.UTF8.GetBytes(json));

    public static Operation Bound(string path, string json, string schema) =>
        new PutConfig(path, null, Encoding.UTF8.GetBytes(json))
        {
            Schema = new SchemaBinding(Encoding.UTF8.GetBytes(schema)),
        };

    public static Operation Variables(string owner, string json) =>
        new PutVariables(owner, Encoding.UTF8.GetBytes(json), Merge: false);

    public static Operation Schema(string path, string json) =>
        new RegisterSchema(
            SchemaSelector.AddressFromPath(path),
            SchemaText.Read(SchemaType.JsonSchema, SchemaContent.JsonSchemaMediaType, Encoding.UTF8.GetBytes(json))
        );

    public static Operation Unregister(string path) =>
        new DeleteSchema(SchemaSelector.AddressFromPath(path), Force: false);

    public async ValueTask DisposeAsync()
    {
        await Catalogs.DisposeAsync();
        await _sqlite.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A store that lets something else happen just before a commit of a change, once, and counts such
/// commits.</summary>
internal sealed class InterruptedStore(IStore inner, int? maxOperations) : IStore
{
    private Func<Task>? _meanwhile;
    private int _commits;

    /// <summary>What is to happen before the next commit.</summary>
    public Func<Task>? Meanwhile
    {
        set => _meanwhile = value;
    }

    /// <summary>How many changes were tried.</summary>
    public int Commits => _commits;

    public StoreLimits Limits => maxOperations is { } most ? inner.Limits with { MaxOperations = most } : inner.Limits;

    public async ValueTask<CommitResult> CommitAsync(Transaction transaction, CancellationToken ct)
    {
        if (transaction.Writes.Any(write => write.Key.StartsWith("changes/", StringComparison.Ordinal)))
        {
            Interlocked.Increment(ref _commits);
            if (Interlocked.Exchange(ref _meanwhile, null) is { } meanwhile)
                await meanwhile();
        }

        TransactionRules.Check(transaction, Limits);
        return await inner.CommitAsync(transaction, ct);
    }

    public ValueTask<long> GetRevisionAsync(CancellationToken ct) => inner.GetRevisionAsync(ct);

    public ValueTask<StoreRecord?> GetAsync(string key, CancellationToken ct) => inner.GetAsync(key, ct);

    public IAsyncEnumerable<StoreRecord> ListAsync(
        string prefix,
        string? after,
        long atRevision,
        CancellationToken ct
    ) => inner.ListAsync(prefix, after, atRevision, ct);

    public IAsyncEnumerable<ChangeSet> WatchAsync(string prefix, long afterRevision, CancellationToken ct) =>
        inner.WatchAsync(prefix, afterRevision, ct);

    public ValueTask CompactAsync(long throughRevision, CancellationToken ct) =>
        inner.CompactAsync(throughRevision, ct);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
