using Cairn.Storage.Leases;

namespace Cairn.Storage.Conformance;

/// <summary>Leases, which need nothing but the store's contract.</summary>
public abstract class LeaseContract(StoreFixture fixture) : StoreContract(fixture)
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(15);

    private readonly ManualTime _time = new();

    private LeaseService Service(string holder, IStore? store = null, TimeProvider? time = null) =>
        new(store ?? Store, holder, time ?? _time);

    [Fact]
    public async Task One_of_many_contenders_gets_the_lease()
    {
        var leases = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => Service($"n{i}").TryAcquireAsync("leader", Ttl, Ct))
        );

        var lease = leases.Single(l => l is not null)!;
        (await Service("x").FindAsync("leader", Ct))!.Holder.ShouldBe($"n{Array.IndexOf(leases, lease)}");
        lease.Lost.IsCancellationRequested.ShouldBeFalse();
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_is_kept_as_long_as_it_is_renewed()
    {
        await using var lease = await Service("a").AcquireAsync("leader", Ttl, Ct);
        var other = Service("b");
        for (int i = 0; i < 9; i++)
        {
            (await other.TryAcquireAsync("leader", Ttl, Ct)).ShouldBeNull();
            var renewed = WatchAsync("leases/", await Store.GetRevisionAsync(Ct), 1);
            _time.Advance(Ttl / 3);
            await renewed;
        }
        lease.Lost.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task A_holder_cut_off_from_the_store_learns_of_its_loss_and_another_takes_over_with_a_greater_fence()
    {
        var broken = new FaultyStore(Store, new Random(1));
        await using var lease = await Service("a", broken).AcquireAsync("leader", Ttl, Ct);
        var other = Service("b");
        (await other.TryAcquireAsync("leader", Ttl, Ct)).ShouldBeNull();
        broken.Down = true;

        _time.Advance(Ttl - TimeSpan.FromTicks(1));
        lease.Lost.IsCancellationRequested.ShouldBeFalse();
        (await other.TryAcquireAsync("leader", Ttl, Ct)).ShouldBeNull();

        _time.Advance(TimeSpan.FromTicks(1));
        lease.Lost.IsCancellationRequested.ShouldBeTrue();
        await using var next = await other.TryAcquireAsync("leader", Ttl, Ct);
        next.ShouldNotBeNull().Fence.ShouldBeGreaterThan(lease.Fence);
        broken.Down = false;
    }

    [Fact]
    public async Task A_contender_whose_clock_is_ahead_does_not_take_a_lease_that_is_alive()
    {
        var ahead = new ManualTime();
        ahead.Advance(Ttl + LeaseService.ClockTolerance - TimeSpan.FromTicks(1));
        await using var lease = await Service("a").AcquireAsync("leader", Ttl, Ct);

        (await Service("b", time: ahead).TryAcquireAsync("leader", Ttl, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task A_lease_that_expired_long_ago_is_free_at_first_sight()
    {
        var broken = new FaultyStore(Store, new Random(1));
        await using var lease = await Service("a", broken).AcquireAsync("leader", Ttl, Ct);
        broken.Down = true;
        var later = new ManualTime();
        later.Advance(Ttl + LeaseService.ClockTolerance);

        await using var next = await Service("b", time: later).TryAcquireAsync("leader", Ttl, Ct);
        next.ShouldNotBeNull();
    }

    [Fact]
    public async Task Who_waits_gets_the_lease_when_it_is_released()
    {
        var lease = await Service("a").AcquireAsync("leader", Ttl, Ct);
        var waiting = Service("b").AcquireAsync("leader", Ttl, Ct);
        waiting.IsCompleted.ShouldBeFalse();

        await lease.DisposeAsync();

        lease.Lost.IsCancellationRequested.ShouldBeTrue();
        await using var next = await waiting;
        (await Service("x").FindAsync("leader", Ct))!.Holder.ShouldBe("b");
    }

    [Fact]
    public async Task Who_waits_can_give_up()
    {
        await using var lease = await Service("a").AcquireAsync("leader", Ttl, Ct);
        using var cancellation = new CancellationTokenSource();
        var waiting = Service("b").AcquireAsync("leader", Ttl, cancellation.Token);
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_lease_taken_away_is_noticed_at_the_next_renewal()
    {
        await using var lease = await Service("a").AcquireAsync("leader", Ttl, Ct);
        await CommitAsync(Delete("leases/leader"));

        (await lease.RenewAsync(Ct)).ShouldBeFalse();
        lease.Lost.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task Releasing_does_not_remove_the_next_holders_lease()
    {
        var lease = await Service("a").AcquireAsync("leader", Ttl, Ct);
        await CommitAsync(Delete("leases/leader"));
        await using var next = await Service("b").AcquireAsync("leader", Ttl, Ct);

        await lease.DisposeAsync();

        (await Service("x").FindAsync("leader", Ct))!.Holder.ShouldBe("b");
    }

    [Fact]
    public async Task Lost_answers_neither_lose_nor_double_a_lease()
    {
        var faulty = new FaultyStore(Store, new Random(1)) { LostAnswers = 1 };
        await using var lease = await Service("a", faulty).AcquireAsync("leader", Ttl, Ct);
        await Should.ThrowAsync<StoreUnavailableException>(() => lease.RenewAsync(Ct));
        faulty.LostAnswers = 0;

        (await lease.RenewAsync(Ct)).ShouldBeTrue();
        lease.Lost.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task Something_else_in_the_leases_place_is_an_error_that_names_it()
    {
        await CommitAsync(Put("leases/leader", "not JSON"));
        (
            await Should.ThrowAsync<StoreException>(() => Service("a").TryAcquireAsync("leader", Ttl, Ct))
        ).Message.ShouldContain("leases/leader");
    }
}
