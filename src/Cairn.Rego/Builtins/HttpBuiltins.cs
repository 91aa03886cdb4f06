using System.Collections.Frozen;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary><c>http.send</c>: checks the request here, and leaves sending it to the host, which may not allow
/// it.</summary>
internal static class HttpBuiltins
{
    private static readonly RegoType Request = RegoType.Object(RegoType.String, RegoType.Any);
    private static readonly RegoType Response = RegoType.Object(RegoType.Any, RegoType.Any);

    private static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet([
        "method",
        "url",
        "body",
        "enable_redirect",
        "force_json_decode",
        "force_yaml_decode",
        "headers",
        "raw_body",
        "tls_use_system_certs",
        "tls_ca_cert",
        "tls_ca_cert_file",
        "tls_ca_cert_env_variable",
        "tls_client_cert",
        "tls_client_cert_file",
        "tls_client_cert_env_variable",
        "tls_client_key",
        "tls_client_key_file",
        "tls_client_key_env_variable",
        "tls_insecure_skip_verify",
        "tls_server_name",
        "timeout",
        "cache",
        "force_cache",
        "force_cache_duration_seconds",
        "raise_error",
        "caching_mode",
        "max_retry_attempts",
        "cache_ignored_headers",
    ]);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [new("http.send", [Request], Response, Send) { Traits = BuiltinTraits.Nondeterministic }];

    private static RegoValue Send(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var request = args.Members(0);
        foreach (var key in request.Keys)
        {
            if (key is not RegoString name || !Known.Contains(name.Value))
                throw BuiltinException.Value(1, $"invalid request parameters(s): {RegoSet.Of(key)}");
        }

        var missing = RegoSet.Of(
            new[] { "method", "url" }
                .Where(name => request[name] is null)
                .Select(name => (RegoValue)RegoString.Of(name))
        );
        if (missing.Count > 0)
            throw BuiltinException.Value(1, $"missing required request parameters(s): {missing}");
        if (context.HttpSend is not { } send)
            throw new BuiltinException("http.send is not allowed here");
        // The same request is sent once in an evaluation.
        return context.Once("http.send", request, () => send(request, context.CancellationToken));
    }
}
