using Cairn.Storage.Conformance;

// The classes share the machine with their servers.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Cairn.Storage.Etcd.Tests;

public sealed class EtcdCommitTests(EtcdFixture fixture) : CommitContract(fixture), IClassFixture<EtcdFixture>;

public sealed class EtcdListTests(EtcdFixture fixture) : ListContract(fixture), IClassFixture<EtcdFixture>;

public sealed class EtcdWatchTests(EtcdFixture fixture) : WatchContract(fixture), IClassFixture<EtcdFixture>;

public sealed class EtcdCompactionTests(EtcdFixture fixture) : CompactionContract(fixture), IClassFixture<EtcdFixture>;

public sealed class EtcdModelTests(EtcdFixture fixture) : ModelContract(fixture), IClassFixture<EtcdFixture>;

public sealed class EtcdLeaseTests(EtcdFixture fixture) : LeaseContract(fixture), IClassFixture<EtcdFixture>;

public sealed class TightEtcdModelTests(TightEtcdFixture fixture)
    : ModelContract(fixture),
        IClassFixture<TightEtcdFixture>;

public sealed class EtcdContractTests
{
    [Fact]
    public void Every_contract_is_run() => StoreContract.NotRunBy(typeof(EtcdContractTests).Assembly).ShouldBeEmpty();
}
