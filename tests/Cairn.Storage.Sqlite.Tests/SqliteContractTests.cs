using Cairn.Storage.Conformance;

namespace Cairn.Storage.Sqlite.Tests;

public sealed class SqliteCommitTests(SqliteFixture fixture) : CommitContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteListTests(SqliteFixture fixture) : ListContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteWatchTests(SqliteFixture fixture) : WatchContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteCompactionTests(SqliteFixture fixture)
    : CompactionContract(fixture),
        IClassFixture<SqliteFixture>;

public sealed class SqliteModelTests(SqliteFixture fixture) : ModelContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteLeaseTests(SqliteFixture fixture) : LeaseContract(fixture), IClassFixture<SqliteFixture>;

public sealed class TightSqliteWatchTests(TightSqliteFixture fixture)
    : WatchContract(fixture),
        IClassFixture<TightSqliteFixture>;

public sealed class TightSqliteModelTests(TightSqliteFixture fixture)
    : ModelContract(fixture),
        IClassFixture<TightSqliteFixture>;

public sealed class SqliteContractTests
{
    [Fact]
    public void Every_contract_is_run() => StoreContract.NotRunBy(typeof(SqliteContractTests).Assembly).ShouldBeEmpty();
}
