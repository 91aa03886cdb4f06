using Cairn.Storage.Conformance;

// The classes share the machine with their servers.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Cairn.Storage.Postgres.Tests;

public sealed class PostgresCommitTests(PostgresFixture fixture)
    : CommitContract(fixture),
        IClassFixture<PostgresFixture>;

public sealed class PostgresListTests(PostgresFixture fixture) : ListContract(fixture), IClassFixture<PostgresFixture>;

public sealed class PostgresWatchTests(PostgresFixture fixture)
    : WatchContract(fixture),
        IClassFixture<PostgresFixture>;

public sealed class PostgresCompactionTests(PostgresFixture fixture)
    : CompactionContract(fixture),
        IClassFixture<PostgresFixture>;

public sealed class PostgresModelTests(PostgresFixture fixture)
    : ModelContract(fixture),
        IClassFixture<PostgresFixture>;

public sealed class PostgresLeaseTests(PostgresFixture fixture)
    : LeaseContract(fixture),
        IClassFixture<PostgresFixture>;

public sealed class TightPostgresModelTests(TightPostgresFixture fixture)
    : ModelContract(fixture),
        IClassFixture<TightPostgresFixture>;

public sealed class PostgresContractTests
{
    [Fact]
    public void Every_contract_is_run() =>
        StoreContract.NotRunBy(typeof(PostgresContractTests).Assembly).ShouldBeEmpty();
}
