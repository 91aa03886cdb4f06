using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cairn.Core;
using Cairn.Core.Documents;
using Cairn.Server.Http;

namespace Cairn.Server.Compatibility.PyrmuteRegistry;

/// <summary>
/// Reads a request's query and body as the original does, and gathers all that is wrong with them: path first, then
/// query, then body. <see cref="ThrowIfWrong"/> ends the request when anything is.
/// </summary>
internal sealed partial class PyrmuteInput(HttpContext http)
{
    private readonly List<Action<Utf8JsonWriter>> _errors = [];
    private JsonElement? _body;
    private bool _hasBody;

    /// <summary>A query parameter; its last value where it is repeated. Null when there is none.</summary>
    public string? Query(string name) =>
        http.Request.Query.TryGetValue(name, out var values) && values.Count > 0 ? values[^1] ?? "" : null;

    /// <summary>A query parameter that has to be there.</summary>
    public string RequiredQuery(string name)
    {
        if (Query(name) is { } value)
            return value;
        Add("missing", ["query", name], "Field required", null);
        return "";
    }

    public bool QueryFlag(string name)
    {
        if (Query(name) is not { } text)
            return false;
        switch (text.ToLowerInvariant())
        {
            case "true" or "1" or "yes" or "on" or "t" or "y":
                return true;
            case "false" or "0" or "no" or "off" or "f" or "n":
                return false;
            default:
                Add(
                    "bool_parsing",
                    ["query", name],
                    "Input should be a valid boolean, unable to interpret input",
                    text
                );
                return false;
        }
    }

    public int QueryNumber(string name, int usual, int least, int most)
    {
        if (Query(name) is not { } text)
            return usual;
        if (!IsWhole(text, out var number))
        {
            Add(
                "int_parsing",
                ["query", name],
                "Input should be a valid integer, unable to parse string as an integer",
                text
            );
        }
        else if (CheckLimits(["query", name], number, least, most, null, text))
        {
            return (int)BigInteger.Min(number, int.MaxValue);
        }

        return usual;
    }

    public string? QueryOneOf(string name, string[] values)
    {
        if (Query(name) is not { } text || values.Contains(text))
            return Query(name);
        AddEnum(["query", name], values, text);
        return null;
    }

    /// <summary>A number in the path.</summary>
    public long PathNumber(string route, string name)
    {
        string text = http.Request.RouteValues[route] as string ?? "";
        if (!IsWhole(text, out var number))
        {
            Add(
                "int_parsing",
                ["path", name],
                "Input should be a valid integer, unable to parse string as an integer",
                text
            );
        }

        return number >= long.MinValue && number <= long.MaxValue ? (long)number : -1;
    }

    /// <summary>Reads the body, which has to be a JSON object.</summary>
    public async Task ReadBodyAsync()
    {
        byte[] bytes = await Bodies.ReadAsync(http, CairnRequest.Of(http).Node.Options.MaxBodyBytes);
        if (bytes.Length == 0)
        {
            Add("missing", ["body"], "Field required", null);
            return;
        }

        string media = (http.Request.ContentType ?? "").Split(';')[0].Trim();
        bool json =
            media.Length == 0
            || media.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (
                media.StartsWith("application/", StringComparison.OrdinalIgnoreCase)
                && media.EndsWith("+json", StringComparison.OrdinalIgnoreCase)
            );
        try
        {
            if (!json)
                throw new ProblemException(ProblemKind.Invalid, "Not JSON.");
            var element = JsonText.Element(JsonText.Normalize(bytes));
            if (element.ValueKind != JsonValueKind.Object)
                Add("dict_type", ["body"], "Input should be a valid dictionary", null);
            else
                (_body, _hasBody) = (element, true);
        }
        catch (ProblemException e)
        {
            Add("json_invalid", ["body"], "JSON decode error: " + e.Message, null);
        }
    }

    /// <summary>A string of the body; null when it is null or missing, and may be.</summary>
    public string? Text(
        string name,
        bool required,
        int least = 0,
        int most = int.MaxValue,
        Regex? pattern = null,
        string? patternText = null,
        bool nullable = false
    )
    {
        if (!TryMember(name, required, out var member) || (nullable && member.ValueKind == JsonValueKind.Null))
            return null;
        if (member.ValueKind != JsonValueKind.String)
        {
            Add("string_type", ["body", name], "Input should be a valid string", member);
            return null;
        }

        string text = member.GetString()!;
        int length = text.EnumerateRunes().Count();
        if (length < least)
        {
            Add(
                "string_too_short",
                ["body", name],
                $"String should have at least {Characters(least)}",
                member,
                ("min_length", json => json.WriteNumberValue(least))
            );
        }
        else if (length > most)
        {
            Add(
                "string_too_long",
                ["body", name],
                $"String should have at most {Characters(most)}",
                member,
                ("max_length", json => json.WriteNumberValue(most))
            );
        }
        else if (pattern?.IsMatch(text) == false)
        {
            Add(
                "string_pattern_mismatch",
                ["body", name],
                $"String should match pattern '{patternText}'",
                member,
                ("pattern", json => json.WriteStringValue(patternText))
            );
        }

        return text;
    }

    /// <summary>An object of the body; null when it is null or missing, and may be.</summary>
    public byte[]? Dictionary(string name, bool required, bool nullable = false)
    {
        if (!TryMember(name, required, out var member) || (nullable && member.ValueKind == JsonValueKind.Null))
            return null;
        if (member.ValueKind == JsonValueKind.Object)
            return JsonText.Normalize(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(member).ToArray());
        Add("dict_type", ["body", name], "Input should be a valid dictionary", member);
        return null;
    }

    /// <summary>A whole number of the body; null when it is null or missing, and may be.</summary>
    public int? Number(string name, int least, int most, int? above = null, bool nullable = false)
    {
        if (!TryMember(name, required: false, out var member) || (nullable && member.ValueKind == JsonValueKind.Null))
            return null;
        BigInteger number;
        switch (member.ValueKind)
        {
            case JsonValueKind.String when IsWhole(member.GetString()!, out number):
            case JsonValueKind.Number when IsWhole(member.GetRawText(), out number):
                break;
            case JsonValueKind.String:
                Add(
                    "int_parsing",
                    ["body", name],
                    "Input should be a valid integer, unable to parse string as an integer",
                    member
                );
                return null;
            case JsonValueKind.Number
                when member.TryGetDouble(out double value) && Math.Abs(value) < 1e15 && Math.Floor(value) == value:
                number = new BigInteger(value);
                break;
            case JsonValueKind.Number:
                Add(
                    "int_from_float",
                    ["body", name],
                    "Input should be a valid integer, got a number with a fractional part",
                    member
                );
                return null;
            case JsonValueKind.True or JsonValueKind.False:
                number = member.ValueKind == JsonValueKind.True ? 1 : 0;
                break;
            default:
                Add("int_type", ["body", name], "Input should be a valid integer", member);
                return null;
        }

        return CheckLimits(["body", name], number, least, most, above, member) ? (int)number : null;
    }

    /// <summary>One of several words of the body; null when it is missing.</summary>
    public string? OneOf(string name, string[] values)
    {
        if (!TryMember(name, required: false, out var member))
            return null;
        if (member.ValueKind == JsonValueKind.String && values.Contains(member.GetString()))
            return member.GetString();
        AddEnum(["body", name], values, member);
        return null;
    }

    /// <summary>An ISO 8601 time of the body, in UTC where it names no offset; null when it is missing.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name, required: false) is not { } text)
            return null;
        if (
            IsoTime().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        )
        {
            return time;
        }

        Add(
            "datetime_parsing",
            ["body", name],
            "Input should be a valid datetime in ISO 8601",
            TryMember(name, false, out var member) ? member : null
        );
        return null;
    }

    /// <summary>Ends the request when anything is wrong.</summary>
    public void ThrowIfWrong()
    {
        if (_errors.Count > 0)
        {
            throw new PyrmuteInvalid(
                JsonText.Write(json =>
                {
                    json.WriteStartObject();
                    json.WriteStartArray("detail");
                    foreach (var error in _errors)
                        error(json);
                    json.WriteEndArray();
                    json.WritePropertyName("body");
                    if (_body is { } body)
                        body.WriteTo(json);
                    else
                        json.WriteNullValue();
                    json.WriteEndObject();
                })
            );
        }
    }

    private bool TryMember(string name, bool required, [NotNullWhen(true)] out JsonElement member)
    {
        member = default;
        if (!_hasBody)
            return false;
        if (_body!.Value.TryGetProperty(name, out member))
            return true;
        if (required)
            Add("missing", ["body", name], "Field required", _body);
        return false;
    }

    private bool CheckLimits(string[] place, BigInteger number, int least, int most, int? above, object input)
    {
        if (number <= above)
        {
            Add(
                "greater_than",
                place,
                $"Input should be greater than {above}",
                input,
                ("gt", json => json.WriteNumberValue(above.Value))
            );
        }
        else if (number < least)
        {
            Add(
                "greater_than_equal",
                place,
                $"Input should be greater than or equal to {least}",
                input,
                ("ge", json => json.WriteNumberValue(least))
            );
        }
        else if (number > most)
        {
            Add(
                "less_than_equal",
                place,
                $"Input should be less than or equal to {most}",
                input,
                ("le", json => json.WriteNumberValue(most))
            );
        }
        else
        {
            return true;
        }

        return false;
    }

    private void AddEnum(string[] place, string[] values, object input)
    {
        string expected = string.Join(", ", values[..^1].Select(value => $"'{value}'")) + $" or '{values[^1]}'";
        Add("enum", place, "Input should be " + expected, input, ("expected", json => json.WriteStringValue(expected)));
    }

    private void Add(
        string type,
        string[] place,
        string message,
        object? input,
        (string Name, Action<Utf8JsonWriter> Write)? context = null
    ) =>
        _errors.Add(json =>
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteStrings("loc", place);
            json.WriteString("msg", message);
            json.WritePropertyName("input");
            if (input is JsonElement element)
                element.WriteTo(json);
            else
                json.WriteStringValue(input as string);
            if (context is var (name, write))
            {
                json.WriteStartObject("ctx");
                json.WritePropertyName(name);
                write(json);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });

    private static string Characters(int count) => count == 1 ? "1 character" : $"{count} characters";

    private static bool IsWhole(string text, out BigInteger number)
    {
        number = default;
        return text.Length <= 4300
            && BigInteger.TryParse(
                text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture,
                out number
            );
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}([T ]\d{2}(:?\d{2}(:?\d{2}([.,]\d{1,6})?)?)?(Z|z|[+-]\d{2}(:?\d{2})?)?)?\z")]
    private static partial Regex IsoTime();
}

/// <summary>What was asked does not have the shape it should have.</summary>
/// <param name="answer">The errors, as they are answered.</param>
internal sealed class PyrmuteInvalid(byte[] answer) : Exception
{
    public byte[] Answer { get; } = answer;
}
