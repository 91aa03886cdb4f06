using System.Collections.Frozen;
using Cairn.Rego.Builtins;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Testing;
using Cairn.Rego.Values;

namespace Cairn.Rego;

/// <summary>How modules are compiled.</summary>
public sealed record CompileOptions
{
    /// <summary>Nothing special: Rego v1, all built-ins.</summary>
    public static CompileOptions Default { get; } = new();

    /// <summary>The language of modules that do not say it themselves.</summary>
    public RegoVersion Version { get; init; }

    /// <summary>Whether unused imports, arguments and variables are mistakes; in version 0 repeated imports and
    /// deprecated built-ins too.</summary>
    public bool Strict { get; init; }

    /// <summary>The functions policies may call.</summary>
    public BuiltinTable Builtins { get; init; } = BuiltinTable.Default;

    /// <summary>Built-ins whose calls are mistakes though there are such functions, for example
    /// <c>http.send</c>.</summary>
    public IReadOnlySet<string> UnsafeBuiltins { get; init; } = FrozenSet<string>.Empty;

    /// <summary>
    /// JSON Schemas by their path below <c>schema</c>, with slashes, for metadata to refer to; the one of the empty
    /// path describes <c>input</c> itself. Null ignores such references.
    /// </summary>
    public IReadOnlyDictionary<string, RegoValue>? Schemas { get; init; }

    /// <summary>Reads the metadata in comments; null leaves metadata out.</summary>
    public IYamlConverter? Yaml { get; init; }

    /// <summary>Whether evaluations can be traced and their coverage measured; costs speed.</summary>
    public bool Instrument { get; init; }

    /// <summary>Whether tests of one name are rules of their own, the second as <c>test_x#01</c>: else one that holds
    /// hides the others.</summary>
    internal bool SeparatesTests { get; init; }

    /// <summary>Whether types are checked. What partial evaluation leaves was checked as it was written: with values in
    /// the place of variables it may compare what can never be equal, which is no mistake but false.</summary>
    internal bool ChecksTypes { get; init; } = true;
}

/// <summary>What one evaluation may do and use.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The system's clock, chance without a seed, no network,
    /// <see cref="EvaluationLimits.Default"/>.</summary>
    public static EvaluationOptions Default { get; } = new();

    /// <summary>How much the evaluation may use.</summary>
    public EvaluationLimits Limits { get; init; } = EvaluationLimits.Default;

    /// <summary>Whether a failing built-in ends the evaluation; else its expression is undefined.</summary>
    public bool StrictBuiltinErrors { get; init; }

    /// <summary>What <c>time.now_ns</c> reads.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Makes random built-ins repeatable.</summary>
    public int? Seed { get; init; }

    /// <summary>What <c>opa.runtime</c> gives.</summary>
    public RegoObject Runtime { get; init; } = RegoObject.Empty;

    /// <summary>Sends the requests of <c>http.send</c>; null refuses them.</summary>
    public Func<RegoObject, CancellationToken, RegoValue>? HttpSend { get; init; }

    /// <summary>Validates for <c>json.match_schema</c>; null refuses it.</summary>
    public IJsonSchemaValidator? JsonSchema { get; init; }

    /// <summary>Reads and writes YAML for <c>yaml.unmarshal</c> and its like; null refuses them.</summary>
    public IYamlConverter? Yaml { get; init; }

    /// <summary>Signs and verifies with Ed25519 for JSON Web Tokens; null refuses it.</summary>
    public IEd25519? Ed25519 { get; init; }

    /// <summary>Takes the texts of <c>print</c>, with <c>file:row</c> in front; null drops them.</summary>
    public Action<string, string>? Print { get; init; }

    /// <summary>Takes what expressions are reached, of policies compiled with
    /// <see cref="CompileOptions.Instrument"/>.</summary>
    public RegoCoverage? Coverage { get; init; }

    /// <summary>Takes what happens, of policies compiled with <see cref="CompileOptions.Instrument"/>; the notes of
    /// <c>trace</c> of any.</summary>
    public RegoTrace? Trace { get; init; }

    internal EvaluationEnvironment Environment =>
        new()
        {
            Clock = Clock,
            Seed = Seed,
            Runtime = Runtime,
            HttpSend = HttpSend,
            JsonSchema = JsonSchema,
            Yaml = Yaml,
            Ed25519 = Ed25519,
            Print = Print,
        };
}
