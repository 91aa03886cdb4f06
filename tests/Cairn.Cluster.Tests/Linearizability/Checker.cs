using System.Collections;

namespace Cairn.Cluster.Tests.Linearizability;

/// <summary>Whether some order of a history's operations explains every answer, where an operation that returned before
/// another was invoked comes before it.</summary>
/// <remarks>Wing and Gong's search (1993) with Lowe's pruning (2017): a set of operations done with a state reached is
/// looked at once only. Operations that were not answered may take effect at any time after their invocation, or never;
/// but since every write counts, none can take a version that an answer says was another's.</remarks>
public static class Checker
{
    private const int MaxSteps = 20_000_000;

    /// <summary>Checks the history of one register that begins unwritten.</summary>
    /// <exception cref="InvalidOperationException">It took too many steps to tell.</exception>
    public static bool IsLinearizable(IReadOnlyList<Operation> history)
    {
        var first = Link(history);
        var done = new BitArray(history.Count);
        var seen = new HashSet<(string Done, Register Register)>();
        var path = new Stack<(Entry Entry, Register Before)>();
        var register = default(Register);
        int open = history.Count(operation => operation.IsKnown);
        var answers = new HashSet<Register>(
            history
                .Where(operation => operation.Version > 0)
                .Select(operation => new Register(operation.Version, operation.Value))
        );
        var versions = answers.Select(answer => answer.Version).ToHashSet();
        // Beyond what any answer speaks of, it makes no difference whether an unanswered write was done.
        long top = history
            .Select(operation => operation.Kind == OperationKind.Refused ? operation.Expected + 1 : operation.Version)
            .DefaultIfEmpty()
            .Max();
        int steps = 0;
        var entry = first.Next;
        while (open > 0)
        {
            if (++steps > MaxSteps)
            {
                throw new InvalidOperationException(
                    $"{MaxSteps} steps do not tell whether the history is linearizable."
                );
            }

            if (entry is { IsCall: true })
            {
                if (
                    entry.Operation.Apply(register) is { } after
                    && (
                        entry.Operation.IsKnown
                        || answers.Contains(after)
                        || (after.Version <= top && !versions.Contains(after.Version))
                    )
                )
                {
                    done[entry.Number] = true;
                    if (seen.Add((Text(done), after)))
                    {
                        path.Push((entry, register));
                        register = after;
                        if (entry.Operation.IsKnown)
                            open--;
                        entry.Lift();
                        entry = first.Next;
                        continue;
                    }
                    done[entry.Number] = false;
                }
                entry = entry.Next;
                continue;
            }

            // A return: nothing that was invoked before it can come next. Take back the last choice.
            if (path.Count == 0)
                return false;
            (entry, register) = path.Pop();
            done[entry.Number] = false;
            if (entry.Operation.IsKnown)
                open++;
            entry.Unlift();
            entry = entry.Next;
        }
        return true;
    }

    private static string Text(BitArray done)
    {
        byte[] words = new byte[(done.Length + 7) / 8];
        done.CopyTo(words, 0);
        return Convert.ToBase64String(words);
    }

    /// <summary>The invocations and returns in the order of time, behind an entry that is always there.</summary>
    private static Entry Link(IReadOnlyList<Operation> history)
    {
        var entries = new List<(long Time, bool IsCall, Entry Entry)>();
        for (int i = 0; i < history.Count; i++)
        {
            var call = new Entry(history[i], i, isCall: true);
            entries.Add((history[i].Invoked, true, call));
            if (!history[i].IsKnown)
                continue;
            call.Return = new Entry(history[i], i, isCall: false);
            entries.Add((history[i].Returned, false, call.Return));
        }
        // At the same instant an invocation goes first: then the two overlap, which allows more.
        var first = new Entry(null!, -1, isCall: false);
        var last = first;
        foreach (var (_, _, entry) in entries.OrderBy(item => item.Time).ThenBy(item => item.IsCall ? 0 : 1))
        {
            last.Next = entry;
            entry.Previous = last;
            last = entry;
        }
        return first;
    }

    private sealed class Entry(Operation operation, int number, bool isCall)
    {
        public Operation Operation { get; } = operation;
        public int Number { get; } = number;
        public bool IsCall { get; } = isCall;
        public Entry? Return { get; set; }
        public Entry? Next { get; set; }
        public Entry Previous { get; set; } = null!;

        /// <summary>Takes the invocation and its return out of the list.</summary>
        public void Lift()
        {
            Remove();
            Return?.Remove();
        }

        /// <summary>Puts them back where they were; what was lifted last goes back first.</summary>
        public void Unlift()
        {
            Return?.PutBack();
            PutBack();
        }

        private void Remove()
        {
            Previous.Next = Next;
            if (Next is not null)
                Next.Previous = Previous;
        }

        private void PutBack()
        {
            Previous.Next = this;
            if (Next is not null)
                Next.Previous = this;
        }
    }
}
