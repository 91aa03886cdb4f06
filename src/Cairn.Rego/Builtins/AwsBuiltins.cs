using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Signs requests to AWS (Signature Version 4).</summary>
internal static class AwsBuiltins
{
    private static readonly RegoType Settings = RegoType.Object(RegoType.String, RegoType.Any);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new(
            "providers.aws.sign_req",
            [Settings, Settings, RegoType.Number],
            RegoType.Object(RegoType.Any, RegoType.Any),
            Sign
        ),
    ];

    private static RegoValue Sign(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var (request, config) = (args.Members(0), args.Members(1));
        Require(request, 1, "request parameters(s)", "method", "url");
        Require(
            config,
            2,
            "AWS config parameters(s)",
            "aws_access_key",
            "aws_region",
            "aws_secret_access_key",
            "aws_service"
        );
        if (!args.Number(2).TryToLong(out long nanoseconds) || nanoseconds < 0)
            throw BuiltinException.Value(3, "could not convert time_ns value into a unix timestamp");
        if (!Uri.TryCreate(Text(request, "url"), UriKind.Absolute, out var url))
            throw BuiltinException.Value(1, "url is not an absolute URL");

        string date = DateTime
            .UnixEpoch.AddTicks(nanoseconds / 100)
            .ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        bool unsigned = config["disable_payload_signing"] is RegoBoolean { Value: true };
        string payloadHash = unsigned ? "UNSIGNED-PAYLOAD" : Hash(Body(request));
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in request["headers"] as RegoObject ?? RegoObject.Empty)
        {
            if (key is RegoString name)
                headers[name.Value.ToLowerInvariant()] = value is RegoString text ? text.Value : value.ToString();
        }

        headers["host"] = url.Authority;
        headers["x-amz-content-sha256"] = payloadHash;
        headers["x-amz-date"] = date;
        if (config["aws_session_token"] is RegoString token)
            headers["x-amz-security-token"] = token.Value;

        string signedHeaders = string.Join(';', headers.Keys);
        string canonical = string.Join(
            '\n',
            Text(request, "method"),
            PathOf(Text(request, "url"), url),
            Query(url),
            string.Concat(headers.Select(header => $"{header.Key}:{header.Value.Trim()}\n")),
            signedHeaders,
            payloadHash
        );
        string scope = $"{date[..8]}/{Text(config, "aws_region")}/{Text(config, "aws_service")}/aws4_request";
        string toSign = $"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        byte[] key4 = Encoding.UTF8.GetBytes("AWS4" + Text(config, "aws_secret_access_key"));
        foreach (string part in scope.Split('/').Append(toSign))
            key4 = HMACSHA256.HashData(key4, Encoding.UTF8.GetBytes(part));

        var signed = new RegoObjectBuilder();
        if (request["headers"] is RegoObject given)
            signed.SetAll(given);
        foreach (var (name, value) in headers)
        {
            if (name is "host" || name.StartsWith("x-amz-", StringComparison.Ordinal))
                signed.Set(name, value);
        }

        signed.Set(
            "Authorization",
            "AWS4-HMAC-SHA256 "
                + $"Credential={Text(config, "aws_access_key")}/{scope},SignedHeaders={signedHeaders},Signature={Convert.ToHexStringLower(key4)}"
        );
        var result = new RegoObjectBuilder();
        result.SetAll(request);
        result.Set("headers", signed.Build());
        return result.Build();
    }

    private static void Require(RegoObject members, int operand, string what, params string[] names)
    {
        string List(IEnumerable<string> some) =>
            RegoSet.Of(some.Select(name => (RegoValue)RegoString.Of(name))).ToString();
        var missing = names.Where(name => members[name] is null).ToList();
        if (missing.Count > 0)
            throw BuiltinException.Value(operand, $"missing required {what}: {List(missing)}");
        var wrong = names.Where(name => members[name] is not RegoString).ToList();
        if (wrong.Count > 0)
            throw BuiltinException.Value(operand, $"invalid values for required {what}: {List(wrong)}");
    }

    private static string Text(RegoObject members, string name) => ((RegoString)members[name]!).Value;

    private static byte[] Body(RegoObject request) =>
        request["raw_body"] is RegoString raw ? Encoding.UTF8.GetBytes(raw.Value)
        : request["body"] is { } body ? Encoding.UTF8.GetBytes(body.ToJson())
        : [];

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    // As it was written: Uri would add the slash of an empty path.
    private static string PathOf(string text, Uri url) =>
        url.AbsolutePath == "/" && !text.Contains(url.Authority + "/", StringComparison.Ordinal)
            ? ""
            : url.AbsolutePath;

    private static string Query(Uri url) =>
        string.Join(
            '&',
            url.Query.TrimStart('?')
                .Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('=', 2))
                .Select(pair => (Name: Escape(pair[0]), Value: Escape(pair.Length > 1 ? pair[1] : "")))
                .OrderBy(pair => pair.Name, StringComparer.Ordinal)
                .ThenBy(pair => pair.Value, StringComparer.Ordinal)
                .Select(pair => $"{pair.Name}={pair.Value}")
        );

    private static string Escape(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text));
}
