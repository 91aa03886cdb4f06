using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>What a built-in may know of the evaluation that calls it. One evaluation has one, used by one
/// thread.</summary>
public sealed class BuiltinContext
{
    private readonly Dictionary<(string Name, RegoValue Key), object?> _answers = [];
    private readonly Evaluation.Evaluation _evaluation;
    private readonly EvaluationEnvironment _environment;
    private long? _now;
    private Random? _random;

    internal BuiltinContext(EvaluationEnvironment environment, Evaluation.Evaluation evaluation) =>
        (_environment, _evaluation) = (environment, evaluation);

    /// <summary>Stops work whose result nobody waits for.</summary>
    public CancellationToken CancellationToken => _evaluation.Budget.CancellationToken;

    /// <summary>The time of this evaluation in nanoseconds since 1970 (UTC); the same in all of its calls.</summary>
    public long NowNanoseconds => _now ??= (_environment.Clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>The source of chance; repeatable when the host gave a seed.</summary>
    public Random Random => _random ??= _environment.Seed is { } seed ? new Random(seed) : new Random();

    /// <summary>What <c>opa.runtime()</c> tells.</summary>
    public RegoObject Runtime => _environment.Runtime;

    /// <summary>Sends the request of <c>http.send</c> and gives its response; null where the host does not allow
    /// it.</summary>
    public Func<RegoObject, CancellationToken, RegoValue>? HttpSend => _environment.HttpSend;

    /// <summary>Validates JSON Schemas; null where the host provides none.</summary>
    public IJsonSchemaValidator? JsonSchema => _environment.JsonSchema;

    /// <summary>Reads and writes YAML; null where the host provides none.</summary>
    public IYamlConverter? Yaml => _environment.Yaml;

    /// <summary>Signs and verifies with Ed25519; null where the host provides none.</summary>
    public IEd25519? Ed25519 => _environment.Ed25519;

    /// <summary>Where the call stands, as <c>file:row</c>.</summary>
    public string Location { get; internal set; } = "";

    /// <summary>Takes what <c>trace</c> notes; null where nobody asked for an explanation.</summary>
    internal RegoTrace? Trace => _evaluation.Trace;

    internal EvaluationBudget Budget => _evaluation.Budget;

    /// <summary>Takes what <c>print</c> shows; null where nobody looks.</summary>
    internal Action<string, string>? PrintSink => _environment.Print;

    /// <summary>
    /// Counts work against the evaluation's limit of steps; call it in proportion to the size of what is walked.
    /// </summary>
    /// <exception cref="RegoEvaluationException">The limit is reached, the time is over, or nobody waits any
    /// more.</exception>
    public void ChargeSteps(long steps) => _evaluation.Budget.ChargeSteps(steps);

    /// <summary>Counts an estimate of allocated bytes against the evaluation's limit, before they are
    /// allocated.</summary>
    /// <exception cref="RegoEvaluationException">The limit is reached.</exception>
    public void ChargeMemory(long bytes) => _evaluation.Budget.ChargeMemory(bytes);

    /// <summary>The answer this evaluation gave before to the same question, or a new one.</summary>
    public T Once<T>(string name, RegoValue key, Func<T> answer)
    {
        if (_answers.TryGetValue((name, key), out object? known))
            return (T)known!;
        var made = answer();
        _answers.Add((name, key), made);
        return made;
    }
}
