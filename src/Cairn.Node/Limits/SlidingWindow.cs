namespace Cairn.Node.Limits;

/// <summary>The arithmetic of a sliding window made of two counts: this window's, and that of the one before as far as
/// it still overlaps the last full length.</summary>
/// <param name="Length">Of the window, in seconds.</param>
/// <param name="Permits">How many it allows.</param>
/// <param name="Elapsed">Seconds since the current window began.</param>
/// <param name="Current">Counted in it, this request not included.</param>
/// <param name="Previous">Counted in the one before.</param>
internal readonly record struct SlidingWindow(double Length, int Permits, double Elapsed, int Current, int Previous)
{
    private double Weight => 1 - Elapsed / Length;

    private double Used => Previous * Weight + Current;

    /// <summary>Whether a request may go on.</summary>
    public bool Allows(int cost) => Used + Math.Max(cost, 1) <= Permits;

    /// <summary>The answer for a request that <see cref="Allows"/> let pass or did not.</summary>
    public RateDecision Decide(int cost, bool allowed) =>
        allowed
            ? new RateDecision(true, (int)(Permits - Used - cost), (int)Math.Ceiling(Length - Elapsed))
            : new RateDecision(false, 0, Wait());

    // When the earlier window's share will have shrunk enough; else when the current one has begun to shrink.
    private int Wait()
    {
        double room = Permits - 1 - Current;
        if (room >= 0 && Previous > 0)
            return Math.Max(1, (int)Math.Ceiling((Weight - room / Previous) * Length));
        double intoNext = Current <= Permits - 1 ? 0 : (1 - (Permits - 1) / (double)Current) * Length;
        return Math.Max(1, (int)Math.Ceiling(Length - Elapsed + intoNext));
    }
}
