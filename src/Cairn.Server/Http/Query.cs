using System.Globalization;
using System.Text;
using Cairn.Core;
using Cairn.Node.Settings;

namespace Cairn.Server.Http;

/// <summary>Reads query parameters; what is there but makes no sense is refused, not ignored.</summary>
internal static class Query
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 1000;

    /// <summary>The environment asked for, and whether nothing else was. The query of nearly every read is
    /// <c>?environment=NAME</c>, which needs no collection to be made of it.</summary>
    public static string? Environment(HttpRequest request, out bool alone)
    {
        const string Start = "?environment=";
        string? query = request.QueryString.Value;
        alone = true;
        if (string.IsNullOrEmpty(query))
            return null;
        if (
            query.Length > Start.Length
            && query.StartsWith(Start, StringComparison.Ordinal)
            && query.AsSpan(Start.Length).IndexOfAny("&%+") < 0
        )
        {
            return query[Start.Length..];
        }
        // Named twice it is the name "a,b", which no environment has.
        string environment = request.Query["environment"].ToString();
        alone = request.Query is { Count: 1 } only && only.First() is { Key: "environment", Value: [{ Length: > 0 }] };
        return environment;
    }

    /// <summary>Refuses what the endpoint does not take. Were a misspelt parameter ignored, a write meant for one
    /// environment would be to all of them.</summary>
    /// <param name="request">The request.</param>
    /// <param name="rule">The endpoint's.</param>
    /// <param name="environmentAlone">What <see cref="Environment"/> said.</param>
    /// <exception cref="ProblemException">A parameter is not known, there twice, or empty though that means something
    /// else.</exception>
    public static void Check(HttpRequest request, EndpointRule rule, bool environmentAlone)
    {
        if (
            rule.Parameters is not { } known
            || !request.QueryString.HasValue
            || (environmentAlone && known.ContainsKey("environment"))
        )
        {
            return;
        }

        foreach (var (name, values) in request.Query)
        {
            if (!known.TryGetValue(name, out var parameter))
            {
                throw new ProblemException(
                    ProblemKind.Invalid,
                    Unknown(name, known.Keys.Order(StringComparer.Ordinal))
                );
            }

            if (values.Count > 1)
            {
                throw new ProblemException(
                    ProblemKind.Invalid,
                    $"The parameter '{name}' is there {values.Count} times: once is right."
                );
            }

            if (!parameter.MayBeEmpty && string.IsNullOrEmpty(values[0]))
            {
                throw new ProblemException(
                    ProblemKind.Invalid,
                    $"The parameter '{name}' is empty: give it a value, or leave it out."
                );
            }
        }
    }

    private static string Unknown(string name, IEnumerable<string> known)
    {
        string shown = $"There is no parameter '{(name.Length > 60 ? name[..60] + "…" : name)}'.";
        string all = string.Join(", ", known);
        return Nearest.To(name, known) is { } nearest ? $"{shown} Did you mean {nearest}?"
            : all.Length > 0 ? $"{shown} These are known here: {all}."
            : $"{shown} None is known here.";
    }

    /// <summary>A parameter's value; null when there is none.</summary>
    /// <exception cref="InvalidOperationException">The endpoint reads what it does not declare.</exception>
    public static string? Text(HttpRequest request, string name)
    {
        if (
            request.HttpContext.Features.Get<CairnRequest>()?.Rule is { Parameters: { } known } rule
            && !known.ContainsKey(name)
        )
        {
            throw new InvalidOperationException($"{rule.Name} does not describe the parameter '{name}'.");
        }

        return request.Query.TryGetValue(name, out var value) && value.Count > 0 && value[0]!.Length > 0
            ? value[0]
            : null;
    }

    public static bool Flag(HttpRequest request, string name) =>
        Text(request, name) switch
        {
            null or "false" or "0" => false,
            "true" or "1" => true,
            var other => throw Bad(name, other, "true or false"),
        };

    public static long? Number(HttpRequest request, string name, long lowest = 0) =>
        Text(request, name) switch
        {
            null => null,
            var text
                when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                    && number >= lowest => number,
            var text => throw Bad(name, text, $"a whole number of at least {lowest}"),
        };

    public static int Limit(HttpRequest request) =>
        (int)(
            Number(request, "limit", 1) is { } limit
                ? limit <= MaxLimit
                    ? limit
                    : throw Bad("limit", limit.ToString(CultureInfo.InvariantCulture), $"at most {MaxLimit}")
                : DefaultLimit
        );

    public static DateTimeOffset? Time(HttpRequest request, string name) =>
        Text(request, name) switch
        {
            null => null,
            var text
                when DateTimeOffset.TryParse(
                    text,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var time
                ) => time,
            var text => throw Bad(name, text, "a time such as 2026-11-21T08:00:00Z"),
        };

    /// <summary>A time to wait, such as <c>30s</c>, <c>500ms</c> or <c>2m</c>.</summary>
    public static TimeSpan? Duration(HttpRequest request, string name, TimeSpan longest)
    {
        if (Text(request, name) is not { } text)
            return null;
        string unit = text.TrimStart("0123456789.".ToCharArray());
        double? factor = unit switch
        {
            "ms" => 0.001,
            "s" or "" => 1,
            "m" => 60,
            "h" => 3600,
            _ => null,
        };
        if (
            factor is null
            || !double.TryParse(
                text.AsSpan(0, text.Length - unit.Length),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out double number
            )
            || number * factor > longest.TotalSeconds
        )
        {
            throw Bad(name, text, $"a time such as 30s, at most {longest.TotalSeconds:0}s");
        }

        return TimeSpan.FromSeconds(number * factor.Value);
    }

    /// <summary>Where the page before stopped.</summary>
    public static string? Cursor(HttpRequest request)
    {
        if (Text(request, "cursor") is not { } text)
            return null;
        try
        {
            return Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(text));
        }
        catch (FormatException)
        {
            throw Bad("cursor", text, "the next_cursor of the page before");
        }
    }

    public static string MakeCursor(string last) =>
        System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));

    private static ProblemException Bad(string name, string value, string right) =>
        new(
            ProblemKind.Invalid,
            $"{name}={(value.Length > 60 ? value[..60] + "…" : value)} is not acceptable: it should be {right}."
        );
}
