using Cairn.Rego.Values;

namespace Cairn.Rego.Evaluation;

/// <summary>One key of a reference: known, or whatever there is.</summary>
internal readonly record struct PathElement(Operand? Key, Pattern? Each);

/// <summary>Walks a reference and goes on once for each value it leads to.</summary>
/// <param name="head">Where it begins; null for <c>data</c>.</param>
/// <param name="path">Its keys.</param>
/// <param name="target">What the value has to match.</param>
internal sealed class ReferenceStep(Operand? head, PathElement[] path, Pattern target) : Step
{
    public override bool Run(Frame frame)
    {
        if (head is null)
            return Walk(DocumentPlace.Root(frame.Evaluation, frame.Scope), 0, frame);
        return head.Get(frame) is { } value && Walk(value, 0, frame);
    }

    private bool Walk(DocumentPlace place, int at, Frame frame)
    {
        var (evaluation, scope) = (frame.Evaluation, frame.Scope);
        for (; at < path.Length; at++)
        {
            evaluation.Budget.Step();
            if (place.IsPlain)
                return place.Plain is { } value && Walk(value, at, frame);
            if (path[at].Key is not { } known)
            {
                foreach (var each in place.Keys(evaluation, scope))
                {
                    evaluation.Budget.Step();
                    if (path[at].Each!.Matches(each, frame) && Walk(place.Step(each, evaluation, scope), at + 1, frame))
                        return true;
                }

                return false;
            }

            if (known.Get(frame) is not { } key)
                return false;
            place = place.Step(key, evaluation, scope);
        }

        return place.Document(evaluation, scope) is { } document && target.Matches(document, frame) && Next.Run(frame);
    }

    private bool Walk(RegoValue value, int at, Frame frame)
    {
        var budget = frame.Evaluation.Budget;
        for (; at < path.Length; at++)
        {
            budget.Step();
            var element = path[at];
            if (element.Key is null)
                return WalkAll(value, element.Each!, at + 1, frame);
            if (element.Key.Get(frame) is not { } key || PathOperand.Look(value, key) is not { } inner)
                return false;
            value = inner;
        }

        return target.Matches(value, frame) && Next.Run(frame);
    }

    private bool WalkAll(RegoValue value, Pattern each, int next, Frame frame)
    {
        var budget = frame.Evaluation.Budget;
        switch (value)
        {
            case RegoArray array:
                for (int i = 0; i < array.Count; i++)
                {
                    budget.Step();
                    if (each.Matches(RegoNumber.Of(i), frame) && Walk(array[i], next, frame))
                        return true;
                }

                break;
            case RegoSet set:
                foreach (var item in set.AsSpan())
                {
                    budget.Step();
                    if (each.Matches(item, frame) && Walk(item, next, frame))
                        return true;
                }

                break;
            case RegoObject o:
                foreach (var (key, member) in o.AsSpan())
                {
                    budget.Step();
                    if (each.Matches(key, frame) && Walk(member, next, frame))
                        return true;
                }

                break;
        }

        return false;
    }
}
