namespace Cairn.Core;

/// <summary>How much one request may make of what it was given.</summary>
/// <param name="Time">From the start of the request, waiting included.</param>
/// <param name="Bytes">Of all documents, patches, results and differences made on the way, kept or not.</param>
/// <param name="Nodes">Values, members and lines looked at or made on the way.</param>
public sealed record WorkLimits(TimeSpan Time, long Bytes, long Nodes)
{
    /// <summary>10 seconds, 256 MiB, 20 million nodes.</summary>
    public static readonly WorkLimits Default = new(TimeSpan.FromSeconds(10), 256L << 20, 20_000_000);
}

/// <summary>
/// What one request may still use. Whatever makes more than it was given (readers of formats, patches, merges,
/// templates, differences, lists) charges here before it makes it, so that a small request stays a small piece of work.
/// </summary>
/// <remarks>For one thread at a time. A request has one budget for all it does, however many documents that
/// touches.</remarks>
public sealed class WorkBudget : IDisposable
{
    // Looking at the clock costs as much as making several nodes.
    private const int ChargesPerCheck = 256;

    private readonly CancellationToken _caller;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _end;
    private readonly long _start;
    private long _bytes;
    private long _nodes;
    private int _charges;

    /// <summary>Starts the clock.</summary>
    /// <param name="caller">Ends when the caller has gone.</param>
    /// <param name="limits"><see cref="WorkLimits.Default"/> unless told.</param>
    /// <param name="time">The system's clock unless told.</param>
    public WorkBudget(CancellationToken caller, WorkLimits? limits = null, TimeProvider? time = null)
    {
        _caller = caller;
        _time = time ?? TimeProvider.System;
        Limits = limits ?? WorkLimits.Default;
        _bytes = Limits.Bytes;
        _nodes = Limits.Nodes;
        _start = _time.GetTimestamp();
        _timer = new CancellationTokenSource(Limits.Time, _time);
        _end = CancellationTokenSource.CreateLinkedTokenSource(caller, _timer.Token);
        Token = _end.Token;
    }

    /// <summary>What there was at the start.</summary>
    public WorkLimits Limits { get; }

    /// <summary>Ends when the caller has gone or the time is up. Who catches its
    /// <see cref="OperationCanceledException"/> asks <see cref="Check"/> which of the two it was.</summary>
    public CancellationToken Token { get; }

    /// <summary>Whether there is nothing left, so that whoever gathers faults has to end instead.</summary>
    public bool IsSpent => _nodes < 0 || _bytes < 0 || Token.IsCancellationRequested;

    /// <summary>Uses some, before it is made.</summary>
    /// <param name="nodes">Values, members or lines.</param>
    /// <param name="bytes">Of UTF-8.</param>
    /// <exception cref="ProblemException">There is not so much left; it says which limit was reached.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public void Charge(long nodes, long bytes = 0)
    {
        // What is refused stays used: a request that went too far once does not go on with something smaller.
        if ((_nodes -= nodes) < 0)
        {
            throw new ProblemException(
                ProblemKind.TooLarge,
                $"The request takes more than {Limits.Nodes} steps over values, members and lines. Ask for less "
                    + "at once."
            );
        }

        if ((_bytes -= bytes) < 0)
        {
            throw new ProblemException(
                ProblemKind.TooLarge,
                $"The request makes more than {Limits.Bytes} bytes of documents and results. Ask for less at once."
            );
        }

        if (_charges++ % ChargesPerCheck == 0)
            Check();
    }

    /// <summary>Refuses to go on once the caller has gone or the time is up.</summary>
    /// <exception cref="ProblemException">The time is up.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public void Check()
    {
        _caller.ThrowIfCancellationRequested();
        if (_timer.IsCancellationRequested || _time.GetElapsedTime(_start) >= Limits.Time)
        {
            throw new ProblemException(
                ProblemKind.Unprocessable,
                $"The request takes longer than {Limits.Time.TotalSeconds:0.###} s. Ask for less at once."
            );
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Dispose();
        _timer.Dispose();
    }
}
