namespace Cairn.Rego.Evaluation;

/// <summary>An evaluation ended in an error.</summary>
public sealed class RegoEvaluationException : Exception
{
    /// <summary>The code of a reached limit.</summary>
    public const string BudgetCode = "eval_budget_error";

    /// <summary>The code of a cancelled evaluation.</summary>
    public const string CancelCode = "eval_cancel_error";

    internal RegoEvaluationException(string code, string detail, string location = "", Exception? cause = null)
        : base(location.Length == 0 ? $"{code}: {detail}" : $"{location}: {code}: {detail}", cause) =>
        (Code, Detail, Location) = (code, detail, location);

    /// <summary>
    /// OPA's code: <c>eval_conflict_error</c>, <c>eval_type_error</c>, <c>eval_builtin_error</c>,
    /// <c>eval_cancel_error</c>; or <see cref="BudgetCode"/>.
    /// </summary>
    public string Code { get; }

    /// <summary>The message without place and code.</summary>
    public string Detail { get; }

    /// <summary><c>file:row</c>, or empty.</summary>
    public string Location { get; }
}
