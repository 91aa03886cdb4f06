using static Cairn.Cluster.Tests.Linearizability.OperationKind;

namespace Cairn.Cluster.Tests.Linearizability;

/// <summary>The checker itself: it takes what is right and rejects what is not.</summary>
public sealed class CheckerTests
{
    private const long Never = long.MaxValue;

    public static TheoryData<string, bool, Operation[]> Histories() =>
        new()
        {
            { "nothing", true, [] },
            { "a read of what was never written", true, [new(Read, 0, 0, 0, 1, 2)] },
            { "a read of a value from nowhere", false, [new(Read, 7, 0, 1, 1, 2)] },
            { "a write, then its value", true, [new(Write, 7, 0, 1, 1, 2), new(Read, 7, 0, 1, 3, 4)] },
            { "a read before the write it shows", false, [new(Read, 7, 0, 1, 1, 2), new(Write, 7, 0, 1, 3, 4)] },
            { "a stale read", false, [new(Write, 7, 0, 1, 1, 2), new(Write, 8, 0, 2, 3, 4), new(Read, 7, 0, 1, 5, 6)] },
            {
                "a read at the same time as the write, before it",
                true,
                [new(Write, 7, 0, 1, 1, 5), new(Read, 0, 0, 0, 2, 3)]
            },
            {
                "a read at the same time as the write, after it",
                true,
                [new(Write, 7, 0, 1, 1, 5), new(Read, 7, 0, 1, 2, 3)]
            },
            {
                "reads that go back, during the write",
                false,
                [new(Write, 7, 0, 1, 1, 9), new(Read, 7, 0, 1, 2, 3), new(Read, 0, 0, 0, 4, 5)]
            },
            { "a lost write", false, [new(Write, 7, 0, 1, 1, 2), new(Read, 0, 0, 0, 3, 4)] },
            { "two writes of one version", false, [new(Write, 7, 0, 1, 1, 2), new(Write, 8, 0, 1, 3, 4)] },
            {
                "two writes at once, one after the other",
                true,
                [new(Write, 7, 0, 2, 1, 9), new(Write, 8, 0, 1, 1, 9), new(Read, 7, 0, 2, 10, 11)]
            },
            { "an unanswered write that happened", true, [new(Write, 7, 0, 0, 1, Never), new(Read, 7, 0, 1, 3, 4)] },
            {
                "an unanswered write that did not happen",
                true,
                [new(Write, 7, 0, 0, 1, Never), new(Read, 0, 0, 0, 3, 4)]
            },
            {
                "an unanswered write that happened late",
                true,
                [new(Write, 7, 0, 0, 1, Never), new(Read, 0, 0, 0, 3, 4), new(Read, 7, 0, 1, 5, 6)]
            },
            {
                "an unanswered write that happened and was undone",
                false,
                [new(Write, 7, 0, 0, 1, Never), new(Read, 7, 0, 1, 3, 4), new(Read, 0, 0, 0, 5, 6)]
            },
            {
                "an unanswered write before it was asked",
                false,
                [new(Read, 7, 0, 1, 1, 2), new(Write, 7, 0, 0, 3, Never)]
            },
            {
                "a replacement of the right version",
                true,
                [new(Write, 7, 0, 1, 1, 2), new(Replace, 8, 1, 2, 3, 4), new(Read, 8, 0, 2, 5, 6)]
            },
            { "a replacement of another version", false, [new(Write, 7, 0, 1, 1, 2), new(Replace, 8, 0, 2, 3, 4)] },
            {
                "two replacements of one version",
                false,
                [new(Write, 7, 0, 1, 1, 2), new(Replace, 8, 1, 2, 3, 9), new(Replace, 9, 1, 2, 3, 9)]
            },
            {
                "one of two replacements is refused",
                true,
                [new(Write, 7, 0, 1, 1, 2), new(Replace, 8, 1, 2, 3, 9), new(Refused, 0, 1, 0, 3, 9)]
            },
            {
                "both are refused",
                false,
                [new(Write, 7, 0, 1, 1, 2), new(Refused, 0, 1, 0, 3, 9), new(Refused, 0, 1, 0, 3, 9)]
            },
        };

    [Theory]
    [MemberData(nameof(Histories))]
    public void A_history_is_taken_or_rejected(string name, bool linearizable, Operation[] history) =>
        Checker.IsLinearizable(history).ShouldBe(linearizable, name);

    [Fact]
    public void A_long_history_with_much_at_once_is_taken_and_any_false_answer_in_it_is_found()
    {
        // Five clients; each operation takes effect at a moment within it, which the checker is not told.
        var random = new Random(5);
        var register = default(Register);
        var history = new List<Operation>();
        for (long moment = 10; moment < 6000; moment += 10)
        {
            var (invoked, returned) = (moment - random.Next(40), moment + random.Next(1, 40));
            if (random.Next(2) == 0)
            {
                history.Add(new(Read, register.Value, 0, register.Version, invoked, returned));
                continue;
            }
            register = new(register.Version + 1, random.Next(1000));
            history.Add(
                new(Write, register.Value, 0, register.Version, invoked, random.Next(20) == 0 ? Never : returned)
            );
        }
        Checker.IsLinearizable(history).ShouldBeTrue();

        foreach (int wrong in Enumerable.Range(0, 20).Select(_ => random.Next(100, history.Count)))
        {
            var read = history[wrong] with { Kind = Read, Value = 5000, Returned = history[wrong].Invoked + 1 };
            Checker.IsLinearizable([.. history, read]).ShouldBeFalse();
            // A write that everybody saw the effect of is forgotten.
            var stale = new Operation(Read, 0, 0, 0, history[wrong].Invoked, history[wrong].Invoked + 1);
            Checker.IsLinearizable([.. history, stale]).ShouldBeFalse();
        }
    }
}
