using System.Threading.Channels;
using Cairn.Core.Jobs;

namespace Cairn.Core.Tests;

public sealed class JobTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(1);

    private readonly Channel<JobStatus> _ended = Channel.CreateUnbounded<JobStatus>();
    private bool _leads = true;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private JobSupervisor Supervisor() =>
        new(TimeProvider.System, () => Volatile.Read(ref _leads)) { OnEnd = status => _ended.Writer.TryWrite(status) };

    public static TheoryData<Exception> Whatever() =>
        [
            new InvalidOperationException("unforeseen"),
            new NullReferenceException(),
            new OperationCanceledException("not asked for"),
            new IOException("the disk"),
            new OutOfMemoryException(),
        ];

    [Theory]
    [MemberData(nameof(Whatever))]
    public async Task A_job_goes_on_whatever_it_throws(Exception cause)
    {
        int runs = 0;
        await using var supervisor = Supervisor();

        supervisor.Start(new Job("shaky", Period, _ => ++runs == 1 ? throw cause : Task.CompletedTask));

        var failed = await _ended.Reader.ReadAsync(Ct);
        (failed.Name, failed.Failures, failed.Cause).ShouldBe(("shaky", 1, cause));
        (await _ended.Reader.ReadAsync(Ct)).Failures.ShouldBe(0);
        supervisor.Statuses.ShouldHaveSingleItem().Name.ShouldBe("shaky");
    }

    [Fact]
    public async Task One_that_goes_on_failing_is_counted_and_does_not_keep_the_others_from_running()
    {
        await using var supervisor = Supervisor();
        supervisor.Start(new Job("bad", Period, _ => throw new InvalidOperationException()));
        supervisor.Start(new Job("good", Period, _ => Task.CompletedTask));

        int failures = 0,
            good = 0;
        while (failures < 2)
        {
            if (await _ended.Reader.ReadAsync(Ct) is { Name: "bad" } status)
                failures = status.Failures;
            else
                good++;
        }

        good.ShouldBeGreaterThan(10, "the pause after a failure is a second");
    }

    [Fact]
    public async Task A_run_that_goes_on_until_it_is_cancelled_is_begun_again_when_it_ends()
    {
        int runs = 0;
        var goesOn = new TaskCompletionSource();
        var supervisor = Supervisor();
        supervisor.Start(
            new Job(
                "follow",
                TimeSpan.Zero,
                async ct =>
                {
                    if (++runs == 1)
                        throw new InvalidOperationException();
                    goesOn.SetResult();
                    await Task.Delay(Timeout.Infinite, ct);
                }
            )
            {
                AtStart = true,
            }
        );

        await goesOn.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct);
        await supervisor.DisposeAsync();
        runs.ShouldBe(2);
    }

    [Fact]
    public async Task Who_does_not_lead_runs_no_job_of_the_leader()
    {
        _leads = false;
        await using var supervisor = Supervisor();
        supervisor.Start(new Job("leads", Period, _ => Task.CompletedTask) { Scope = JobScope.Leader });
        supervisor.Start(new Job("each", Period, _ => Task.CompletedTask));
        for (int i = 0; i < 20; i++)
            (await _ended.Reader.ReadAsync(Ct)).Name.ShouldBe("each");

        Volatile.Write(ref _leads, true);
        while ((await _ended.Reader.ReadAsync(Ct)).Name != "leads") { }
    }

    [Fact]
    public async Task The_last_run_is_when_the_node_stops()
    {
        int runs = 0;
        var supervisor = Supervisor();
        supervisor.Start(
            new Job(
                "flush",
                TimeSpan.FromHours(1),
                _ =>
                {
                    runs++;
                    return Task.CompletedTask;
                }
            )
            {
                AtStop = true,
            }
        );
        supervisor.Start(
            new Job("other", TimeSpan.FromHours(1), _ => throw new InvalidOperationException("not at the end"))
        );

        await supervisor.DisposeAsync();

        runs.ShouldBe(1);
        supervisor.Statuses.ShouldAllBe(status => status.Failures == 0);
    }
}
