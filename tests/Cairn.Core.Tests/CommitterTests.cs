using System.Text;
using Cairn.Core.Access;
using Cairn.Core.Audit;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Core.Cryptography;
using Cairn.Core.Environments;
using Cairn.Storage;
using Cairn.Storage.Catalogs;
using Cairn.Storage.Conformance;
using Cairn.Storage.Sqlite;

namespace Cairn.Core.Tests;

/// <summary>Changes on a store that loses answers: each takes effect exactly once, and its writer learns which version
/// it made.</summary>
public sealed class CommitterTests
{
    [Fact]
    public async Task Changes_whose_answers_are_lost_happen_exactly_once()
    {
        string folder = Directory.CreateTempSubdirectory("cairn-test-").FullName;
        await using var sqlite = await SqliteStore.OpenAsync(
            new SqliteStoreOptions { Path = Path.Combine(folder, "c.db") },
            CancellationToken.None
        );
        var keyring = await Keyring.OpenAsync(
            sqlite,
            MasterKeys.FromSetting(Convert.ToBase64String(new byte[32])),
            TimeProvider.System,
            CancellationToken.None
        );
        IStore store = new FaultyStore(sqlite, new Random(7))
        {
            LostAnswers = 0.2,
            LostRequests = 0.1,
            MostOfOne = 5,
        };
        var ids = new TimedIds(TimeProvider.System);
        var kinds = CoreKinds.Create(keyring, store, ids, TimeProvider.System);
        await using var catalogs = new CatalogSet(store, [keyring.Catalog, .. kinds.Catalogs], TimeProvider.System);
        await catalogs.StartAsync(CancellationToken.None);
        var audit = new AuditLog(store, keyring, TimeProvider.System);
        var committer = new Committer(store, catalogs, audit, TimeProvider.System);
        var renderer = new ConfigRenderer();
        var changes = new ChangeService(
            store,
            keyring,
            catalogs,
            committer,
            kinds,
            new ConfigRules(kinds, renderer),
            ids,
            TimeProvider.System
        );
        var context = new CommitContext(Principal.System, Origin.Internal);
        await changes.CommitAsync(
            context,
            new ChangeRequest([new PutEnvironment("dev", new EnvironmentState(null, false))], null),
            CancellationToken.None
        );

        var versions = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async writer =>
                {
                    var made = new List<(long Version, string Text)>();
                    for (int i = 0; i < 25; i++)
                    {
                        string text = $$"""{"writer":{{writer}},"i":{{i}}}""";
                        var outcome = await changes.CommitAsync(
                            context,
                            new ChangeRequest([new PutConfig("a/b", null, Encoding.UTF8.GetBytes(text))], null),
                            CancellationToken.None
                        );
                        made.Add((outcome.Require().Resources[0].NextVersion, text));
                    }

                    return made;
                })
        );

        versions
            .SelectMany(made => made)
            .Select(made => made.Version)
            .Order()
            .ShouldBe(Enumerable.Range(1, 200).Select(i => (long)i));
        foreach (var (version, text) in versions.SelectMany(made => made))
        {
            Encoding
                .UTF8.GetString(
                    (await kinds.Configs.ReadVersionAsync(sqlite, "a/b", version, CancellationToken.None))!
                        .State!
                        .Base!
                        .Document!
                )
                .ShouldBe(text);
        }

        (
            await audit.QueryAsync(
                new AuditQuery { Resource = "configs/a/b" },
                _ => true,
                null,
                1000,
                CancellationToken.None
            )
        ).Items.Count.ShouldBe(200);
    }
}
