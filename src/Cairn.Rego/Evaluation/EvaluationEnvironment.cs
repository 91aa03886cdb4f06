using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Rego.Evaluation;

/// <summary>What the host lends to an evaluation.</summary>
internal sealed record EvaluationEnvironment
{
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public int? Seed { get; init; }

    public RegoObject Runtime { get; init; } = RegoObject.Empty;

    public Func<RegoObject, CancellationToken, RegoValue>? HttpSend { get; init; }

    public IJsonSchemaValidator? JsonSchema { get; init; }

    public IYamlConverter? Yaml { get; init; }

    public IEd25519? Ed25519 { get; init; }

    /// <summary>Takes a place (<c>file:row</c>) and a text.</summary>
    public Action<string, string>? Print { get; init; }
}
