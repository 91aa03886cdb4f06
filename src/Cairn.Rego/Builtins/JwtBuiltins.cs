using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cairn.Rego.Crypto;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>JSON Web Tokens (RFC 7519) with JSON Web Signatures (RFC 7515): decoding, verifying, signing.</summary>
internal static class JwtBuiltins
{
    private const int MaxNesting = 10;
    private const int StepsOfSignature = 100;

    private static readonly RegoType AnyObject = RegoType.Object(RegoType.Any, RegoType.Any);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new("io.jwt.decode", [RegoType.String], RegoType.Tuple(AnyObject, AnyObject, RegoType.String), Decode),
        new(
            "io.jwt.decode_verify",
            [RegoType.String, AnyObject],
            RegoType.Tuple(RegoType.Boolean, AnyObject, AnyObject),
            DecodeVerify
        ),
        .. JwsAlgorithm.Known.Select(Verify),
        new(
            "io.jwt.encode_sign",
            [AnyObject, AnyObject, AnyObject],
            RegoType.String,
            (context, args) => Sign(context, args[0].ToJson(), args[1].ToJson(), args.Members(2))
        )
        {
            Traits = BuiltinTraits.Nondeterministic,
        },
        new(
            "io.jwt.encode_sign_raw",
            [RegoType.String, RegoType.String, RegoType.String],
            RegoType.String,
            (context, args) =>
                Sign(
                    context,
                    args.Text(0),
                    args.Text(1),
                    Json(args.Text(2), "key") as RegoObject ?? throw new BuiltinException("the key is no JSON object")
                )
        )
        {
            Traits = BuiltinTraits.Nondeterministic,
        },
    ];

    /// <summary>A token's parts as they were written, and what they say.</summary>
    private sealed record Token(string SignedText, RegoObject Header, byte[] Payload, byte[] Signature)
    {
        public string? Text(string name) => (Header[name] as RegoString)?.Value;

        /// <summary>The token that this one carries; null where the payload is claims.</summary>
        public string? Inner =>
            Text("cty") is not { } type || !type.Equals("JWT", StringComparison.OrdinalIgnoreCase)
                ? null
                : Encoding.UTF8.GetString(Payload).Trim('"');
    }

    private static Token Read(BuiltinContext context, string token)
    {
        context.ChargeSteps(1 + (token.Length / 8));
        string[] parts = token.Split('.');
        if (parts.Length == 1)
            throw new BuiltinException("encoded JWT had no period separators");
        if (parts.Length != 3)
            throw new BuiltinException($"encoded JWT must have 3 sections, found {parts.Length}");
        var header =
            Json(Encoding.UTF8.GetString(Part(parts[0], "header")), "header") as RegoObject
            ?? throw new BuiltinException("JWT header is no JSON object");
        if (header["enc"] is not null)
            throw new BuiltinException("JWT is a JWE object, which is not supported");
        return new Token($"{parts[0]}.{parts[1]}", header, Part(parts[1], "payload"), Part(parts[2], "signature"));
    }

    private static byte[] Part(string text, string what)
    {
        try
        {
            return EncodingBuiltins.DecodeBase64Url(text);
        }
        catch (BuiltinException e)
        {
            throw new BuiltinException($"JWT {what} had invalid encoding: {e.Message}", e);
        }
    }

    private static RegoValue Json(string text, string what)
    {
        try
        {
            return RegoValue.ParseJson(text);
        }
        catch (JsonException e)
        {
            throw new BuiltinException($"JWT {what} is not JSON", e);
        }
    }

    private static RegoValue Decode(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var token = Read(context, args.Text(0));
        for (int depth = 0; token.Inner is { } inner; depth++)
            token = depth < MaxNesting ? Read(context, inner) : throw new BuiltinException("JWT is nested too deeply");
        var claims = Json(Encoding.UTF8.GetString(token.Payload), "payload");
        return RegoArray.Of(token.Header, claims, RegoString.Of(Convert.ToHexStringLower(token.Signature)));
    }

    private static BuiltinDefinition Verify(JwsAlgorithm algorithm) =>
        new(
            $"io.jwt.verify_{algorithm.Name.ToLowerInvariant()}",
            [RegoType.String, RegoType.String],
            RegoType.Boolean,
            (context, args) =>
            {
                var token = Read(context, args.Text(0));
                return RegoBoolean.Of(
                    algorithm.IsSymmetric
                        ? IsSignedWith(algorithm, Encoding.UTF8.GetBytes(args.Text(1)), token)
                        : IsSignedWith(context, algorithm, args.Text(1), token)
                );
            }
        );

    private static bool IsSignedWith(JwsAlgorithm algorithm, byte[] secret, Token token) =>
        CryptographicOperations.FixedTimeEquals(
            algorithm.Mac(secret, Encoding.UTF8.GetBytes(token.SignedText)),
            token.Signature
        );

    // Of several keys, the one the token names; without a name each is tried.
    private static bool IsSignedWith(BuiltinContext context, JwsAlgorithm algorithm, string keys, Token token)
    {
        var all = JsonWebKeys.PublicKeys(keys);
        try
        {
            byte[] text = Encoding.UTF8.GetBytes(token.SignedText);
            var named = token.Text("kid") is { } id ? all.Where(key => key.KeyId == id).ToList() : [];
            return (named.Count > 0 ? named : all)
                .Where(key => key.Algorithm is null || key.Algorithm == algorithm.Name)
                .Any(key =>
                {
                    context.ChargeSteps(StepsOfSignature + (text.Length / 8));
                    return algorithm.Verify(key.Key, text, token.Signature, context.Ed25519);
                });
        }
        finally
        {
            foreach (var (_, _, key) in all)
                key.Dispose();
        }
    }

    private static RegoValue DecodeVerify(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var refused = RegoArray.Of(RegoBoolean.False, RegoObject.Empty, RegoObject.Empty);
        var constraints = args.Members(1);
        Check(constraints);
        var token = Read(context, args.Text(0));
        for (int depth = 0; ; depth++)
        {
            if (
                token.Header["crit"] is not null
                || token.Text("alg") is not { } name
                || JwsAlgorithm.Find(name) is not { } algorithm
                || (constraints["alg"] is RegoString wanted && wanted.Value != name)
            )
            {
                return refused;
            }

            bool verified = constraints["secret"] is RegoString secret
                ? algorithm.IsSymmetric && IsSignedWith(algorithm, Encoding.UTF8.GetBytes(secret.Value), token)
                : !algorithm.IsSymmetric
                    && IsSignedWith(context, algorithm, ((RegoString)constraints["cert"]!).Value, token);
            if (!verified)
                return refused;
            if (token.Inner is not { } inner)
                break;
            token = depth < MaxNesting ? Read(context, inner) : throw new BuiltinException("JWT is nested too deeply");
        }

        return
            Json(Encoding.UTF8.GetString(token.Payload), "payload") is RegoObject claims
            && Hold(context, constraints, claims)
            ? RegoArray.Of(RegoBoolean.True, token.Header, claims)
            : refused;
    }

    private static void Check(RegoObject constraints)
    {
        foreach (var (key, value) in constraints)
        {
            bool known =
                key is RegoString { Value: var name }
                && (
                    name switch
                    {
                        "cert" or "secret" or "alg" or "iss" or "aud" => value is RegoString,
                        "time" => value is RegoNumber,
                        _ => throw new BuiltinException($"unknown token validation constraint: {name}"),
                    }
                );
            if (!known)
                throw new BuiltinException($"token validation constraint {key}: wrong type, {value.TypeName}");
        }

        if ((constraints["cert"] is null) == (constraints["secret"] is null))
            throw new BuiltinException(constraints["cert"] is null ? "no key constraint" : "duplicate key constraints");
    }

    private static bool Hold(BuiltinContext context, RegoObject constraints, RegoObject claims)
    {
        if (constraints["iss"] is { } issuer && !issuer.Equals(claims["iss"]))
            return false;
        if (constraints["aud"] is null != claims["aud"] is null)
            return false;
        if (
            constraints["aud"] is { } audience
            && !(claims["aud"] is RegoArray many ? many.Contains(audience) : audience.Equals(claims["aud"]))
        )
        {
            return false;
        }
        // The constraint is in nanoseconds, the claims are in seconds.
        var nanoseconds = constraints["time"] as RegoNumber ?? RegoNumber.Of(context.NowNanoseconds);
        var now = RegoArithmetic.Divide(nanoseconds, RegoNumber.Of(1_000_000_000));
        if (claims["exp"] is { } expiry && now.CompareTo(Seconds(expiry, "exp")) >= 0)
            return false;
        return claims["nbf"] is not { } start || now.CompareTo(Seconds(start, "nbf")) >= 0;
    }

    private static RegoNumber Seconds(RegoValue value, string name) =>
        value as RegoNumber ?? throw new BuiltinException($"{name} value must be a number");

    private static RegoValue Sign(BuiltinContext context, string header, string payload, RegoObject key)
    {
        StringBuiltins.Charge(context, (header.Length + payload.Length) * 2L);
        var algorithm = Algorithm(header, out bool isJwt);
        if (isJwt && !IsJson(payload))
            throw new BuiltinException("type is JWT but payload is not JSON");
        string text =
            $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return RegoString.Of(
            $"{text}.{Base64Url.EncodeToString(algorithm.Sign(key, Encoding.ASCII.GetBytes(text), context.Ed25519))}"
        );
    }

    private static JwsAlgorithm Algorithm(string header, out bool isJwt)
    {
        const string Fault = "missing or invalid 'alg' header: ";
        if (header.StartsWith('{') && !IsJson(header))
            throw new BuiltinException(Fault + "cannot parse JSON");
        if (
            !IsJson(header)
            || RegoValue.ParseJson(header) is not RegoObject members
            || members["alg"] is not RegoString { Value: var name }
        )
        {
            throw new BuiltinException(Fault + "jwsbb: header \"alg\" not found");
        }

        isJwt = members["typ"] is null or RegoString { Value: "JWT" };
        return JwsAlgorithm.Find(name) ?? throw new BuiltinException($"unknown signature algorithm {name}");
    }

    private static bool IsJson(string text)
    {
        try
        {
            RegoValue.ParseJson(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
