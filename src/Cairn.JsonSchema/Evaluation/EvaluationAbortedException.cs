namespace Cairn.JsonSchema;

/// <summary>
/// A budget ran out or the instance cannot be judged. It must not become a mere <c>false</c>, which an enclosing
/// <c>not</c> would turn into "valid"; it travels to the entry point, which answers "invalid" and says why.
/// </summary>
internal sealed class EvaluationAbortedException(string reason) : Exception(reason);
