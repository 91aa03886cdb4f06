using Cairn.Storage.Conformance;

namespace Cairn.Storage.Sqlite.Tests;

public sealed class SqliteCommitTests(SqliteFixture fixture) : CommitContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteContractTests
{
    [Fact]
    public void Every_contract_is_run() => StoreContract.NotRunBy(typeof(SqliteContractTests).Assembly).ShouldBeEmpty();
}
