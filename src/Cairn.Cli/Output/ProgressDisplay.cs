using Spectre.Console;

namespace Cairn.Cli.Output;

/// <summary>Shows on standard error how far a long piece of work is: a bar on a terminal, a line every few seconds
/// elsewhere.</summary>
internal sealed class ProgressDisplay
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    /// <summary>Does the work.</summary>
    /// <param name="title">What it is.</param>
    /// <param name="total">How many there are; null when that is not known.</param>
    /// <param name="work">Calls its argument with how many more are done, from any thread.</param>
    /// <param name="what">Of what, in the plural.</param>
    public Task RunAsync(string title, int? total, Func<Action<int>, Task> work, string what = "documents") =>
        Console.IsErrorRedirected || !Terminal.IsColoured
            ? WithLinesAsync(title, total, work, what)
            : WithBarAsync(title, total, work);

    private static async Task WithLinesAsync(string title, int? total, Func<Action<int>, Task> work, string what)
    {
        int done = 0;
        var running = work(count => Interlocked.Add(ref done, count));
        while (await Task.WhenAny(running, Task.Delay(Period)) != running)
        {
            await Console.Error.WriteLineAsync(
                $"{title}: {Volatile.Read(ref done):N0}{(total is null ? "" : $" of {total:N0}")} {what}"
            );
        }

        await running;
    }

    private static Task WithBarAsync(string title, int? total, Func<Action<int>, Task> work)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Terminal.ErrorForProgress) }
        );
        ProgressColumn[] columns = total is null
            ? [new SpinnerColumn(), new TaskDescriptionColumn(), new ElapsedTimeColumn()]
            : [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()];
        return console
            .Progress()
            .AutoClear(true)
            .Columns(columns)
            .StartAsync(async context =>
            {
                var task = context.AddTask(title, maxValue: total ?? double.MaxValue);
                int done = 0;
                await work(count =>
                {
                    int now = Interlocked.Add(ref done, count);
                    task.Value = now;
                    task.Description = $"{title} {now:N0}{(total is null ? "" : $" of {total:N0}")}";
                });
            });
    }
}
