using System.Collections.Frozen;
using Cairn.Rego.Builtins;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation.Types;

/// <summary>Built-ins as the type checker sees them, and the names OPA gives their operands and results in
/// messages.</summary>
internal static class BuiltinSignatures
{
    // These answer false for anything that is no string, but a call that can never pass one is a mistake.
    private static readonly FrozenSet<string> OfStrings = FrozenSet.ToFrozenSet([
        "base64.is_valid",
        "json.is_valid",
        "net.cidr_is_valid",
        "regex.is_valid",
        "uri.is_valid",
        "yaml.is_valid",
    ]);

    private static readonly Lazy<FrozenDictionary<string, string[]>> Names = new(() =>
        Table
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .SelectMany(line =>
                line.Split(": ") is [var functions, var names]
                    ? functions.Split(' ').Select(function => KeyValuePair.Create(function, names.Split(", ")))
                    : []
            )
            .ToFrozenDictionary()
    );

    // Functions: the names of their operands, then that of the result.
    private const string Table = """
        abs ceil floor round: x, y
        plus minus mul div rem bits.or bits.and bits.xor and or array.concat: x, y, z
        gt gte lt lte neq equal: x, y, result
        bits.negate: x, z
        bits.lsh bits.rsh: x, s, z
        intersection union: xs, y
        count sum product max min sort: collection, n
        array.slice: arr, start, stop, slice
        array.reverse: arr, rev
        to_number: x, num
        regex.match: pattern, value, result
        regex.is_valid: pattern, result
        regex.find_all_string_submatch_n regex.find_n: pattern, value, number, output
        regex.template_match: template, value, delimiter_start, delimiter_end, result
        regex.split: pattern, value, output
        regex.globs_match: glob1, glob2, result
        regex.replace: s, pattern, value, output
        strings.any_prefix_match strings.any_suffix_match startswith endswith: search, base, result
        concat: delimiter, collection, output
        format_int: number, base, output
        indexof indexof_n: haystack, needle, output
        contains: haystack, needle, result
        substring: value, offset, length, output
        strings.count: search, substring, output
        lower upper strings.reverse: x, y
        split: x, delimiter, ys
        strings.split_n: x, delimiter, count, ys
        uri.parse: uri, parts
        uri.is_valid: uri, result
        replace: x, old, new, y
        strings.replace_n: patterns, value, output
        trim trim_left trim_right: value, cutset, output
        trim_prefix: value, prefix, output
        trim_suffix: value, suffix, output
        trim_space: value, output
        sprintf: format, values, output
        strings.render_template: value, vars, result
        rand.intn: str, n, y
        numbers.range: a, b, range
        numbers.range_step: a, b, step, range
        units.parse units.parse_bytes: x, y
        uuid.rfc4122: k, output
        uuid.parse: uuid, result
        json.filter: object, paths, filtered
        json.remove: object, paths, output
        json.patch: object, patches, output
        object.subset: super, sub, result
        object.union: a, b, output
        object.union_n: objects, output
        object.remove: object, keys, output
        object.filter: object, keys, filtered
        object.get: object, key, default, value
        object.keys: object, value
        json.marshal json.unmarshal yaml.marshal yaml.unmarshal: x, y
        json.marshal_with_options: x, opts, y
        json.is_valid yaml.is_valid base64.is_valid: x, result
        base64.encode base64.decode base64url.encode base64url.encode_no_pad base64url.decode: x, y
        urlquery.encode urlquery.decode hex.encode hex.decode: x, y
        urlquery.encode_object: object, y
        urlquery.decode_object: x, object
        io.jwt.decode: jwt, output
        io.jwt.verify_rs256 io.jwt.verify_rs384 io.jwt.verify_rs512 io.jwt.verify_ps256 io.jwt.verify_ps384: jwt, certificate, result
        io.jwt.verify_ps512 io.jwt.verify_es256 io.jwt.verify_es384 io.jwt.verify_es512 io.jwt.verify_eddsa: jwt, certificate, result
        io.jwt.verify_hs256 io.jwt.verify_hs384 io.jwt.verify_hs512: jwt, secret, result
        io.jwt.decode_verify: jwt, constraints, output
        io.jwt.encode_sign_raw io.jwt.encode_sign: headers, payload, key, output
        time.now_ns: now
        time.parse_ns: layout, value, ns
        time.parse_rfc3339_ns: value, ns
        time.parse_duration_ns: duration, ns
        time.format: x, formatted timestamp
        time.date: x, date
        time.clock: x, output
        time.weekday: x, day
        time.add_date: ns, years, months, days, output
        time.diff: ns1, ns2, output
        crypto.x509.parse_certificates crypto.x509.parse_and_verify_certificates: certs, output
        crypto.x509.parse_and_verify_certificates_with_options: certs, options, output
        crypto.x509.parse_certificate_request: csr, output
        crypto.x509.parse_keypair: cert, pem, output
        crypto.x509.parse_rsa_private_key: pem, output
        crypto.parse_private_keys: keys, output
        crypto.md5 crypto.sha1 crypto.sha256: x, y
        crypto.hmac.md5 crypto.hmac.sha1 crypto.hmac.sha256 crypto.hmac.sha512: x, key, y
        crypto.hmac.equal: mac1, mac2, result
        walk: x, output
        graph.reachable graph.reachable_paths: graph, initial, output
        is_number is_string is_boolean is_array is_set is_object is_null: x, result
        type_name: x, type
        http.send: request, response
        graphql.parse graphql.parse_and_verify graphql.is_valid: query, schema, output
        graphql.parse_query: query, output
        graphql.parse_schema graphql.schema_is_valid json.verify_schema: schema, output
        json.match_schema: document, schema, output
        providers.aws.sign_req: request, aws_config, time_ns, signed_request
        rego.parse_module: filename, rego, output
        rego.metadata.chain: chain
        rego.metadata.rule opa.runtime: output
        trace: note, result
        glob.match: pattern, delimiters, match, result
        glob.quote_meta: pattern, output
        net.cidr_intersects: cidr1, cidr2, result
        net.cidr_expand: cidr, hosts
        net.cidr_contains: cidr, cidr_or_ip, result
        net.cidr_contains_matches: cidrs, cidrs_or_ips, output
        net.cidr_merge: addrs, output
        net.cidr_is_valid: cidr, result
        net.lookup_ip_addr: name, addrs
        semver.is_valid: vsn, result
        semver.compare: a, b, result
        """;

    /// <summary>The type of a built-in.</summary>
    public static RegoType TypeOf(BuiltinDefinition builtin) =>
        RegoType.Function(OfStrings.Contains(builtin.Name) ? [RegoType.String] : builtin.Arguments, builtin.Result);

    /// <summary>What a function takes, and its result, for the line <c>want:</c> of an error.</summary>
    public static IEnumerable<string> Describe(Term function, RegoType type, bool withResult)
    {
        string[] names = function is VarTerm builtin ? Names.Value.GetValueOrDefault(builtin.Name, []) : [];
        var types = withResult && type.Element is { IsUnknown: false } result ? type.Items.Append(result) : type.Items;
        return types.Select((each, i) => i < names.Length ? $"{names[i]}: {each}" : each.ToString());
    }
}
