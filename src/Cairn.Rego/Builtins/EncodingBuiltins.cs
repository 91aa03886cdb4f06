using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Values as text and back: base64, base64url, hex, URL queries, JSON, YAML.</summary>
internal static class EncodingBuiltins
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private static readonly RegoType StringOrStrings = RegoType.AnyOf(
        RegoType.String,
        RegoType.Array(RegoType.String),
        RegoType.Set(RegoType.String)
    );

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        Map("base64.encode", text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text))),
        Map("base64.decode", text => Decoded(DecodeBase64(text))),
        new(
            "base64.is_valid",
            [RegoType.Any],
            RegoType.Boolean,
            (_, args) => RegoBoolean.Of(args[0] is RegoString text && Base64.IsValid(text.Value))
        ),
        Map(
            "base64url.encode",
            text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).Replace('+', '-').Replace('/', '_')
        ),
        Map("base64url.encode_no_pad", text => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text))),
        Map("base64url.decode", text => Decoded(DecodeBase64Url(text))),
        Map("hex.encode", text => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text))),
        Map("hex.decode", text => Decoded(DecodeHex(text))),
        Map("urlquery.encode", Escape),
        Map("urlquery.decode", Unescape),
        new(
            "urlquery.encode_object",
            [RegoType.Object(RegoType.String, StringOrStrings)],
            RegoType.String,
            EncodeObject
        ),
        new(
            "urlquery.decode_object",
            [RegoType.String],
            RegoType.Object(RegoType.String, RegoType.Array(RegoType.String)),
            DecodeObject
        ),
        new("json.marshal", [RegoType.Any], RegoType.String, (_, args) => RegoString.Of(ToJson(args[0]))),
        new(
            "json.marshal_with_options",
            [
                RegoType.Any,
                RegoType.Object(
                    [("indent", RegoType.String), ("prefix", RegoType.String), ("pretty", RegoType.Boolean)],
                    RegoType.String,
                    RegoType.Any
                ),
            ],
            RegoType.String,
            MarshalWithOptions
        ),
        new(
            "json.unmarshal",
            [RegoType.String],
            RegoType.Any,
            (context, args) => Charged(context, args.Text(0), FromJson)
        ),
        new(
            "json.is_valid",
            [RegoType.Any],
            RegoType.Boolean,
            (context, args) => RegoBoolean.Of(args[0] is RegoString text && IsValid(context, text.Value, FromJson))
        ),
        new(
            "yaml.marshal",
            [RegoType.Any],
            RegoType.String,
            (context, args) => RegoString.Of(Yaml(context).Write(args[0]))
        ),
        new(
            "yaml.unmarshal",
            [RegoType.String],
            RegoType.Any,
            (context, args) => Charged(context, args.Text(0), text => FromYaml(context, text))
        ),
        new(
            "yaml.is_valid",
            [RegoType.Any],
            RegoType.Boolean,
            (context, args) =>
                RegoBoolean.Of(
                    args[0] is RegoString text && IsValid(context, text.Value, yaml => FromYaml(context, yaml))
                )
        ),
    ];

    /// <summary>The bytes of standard base64, line ends left out, as Go reads it.</summary>
    /// <exception cref="BuiltinException">It is none.</exception>
    public static byte[] DecodeBase64(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException e)
        {
            throw new BuiltinException(Illegal(text, "+/="), e);
        }
    }

    /// <summary>The bytes of base64url with or without padding.</summary>
    /// <exception cref="BuiltinException">It is none.</exception>
    public static byte[] DecodeBase64Url(string text)
    {
        try
        {
            return Base64Url.DecodeFromChars(WithoutUnusedBits(text.TrimEnd('=')));
        }
        catch (FormatException e)
        {
            throw new BuiltinException(Illegal(text, "-_"), e);
        }
    }

    // The last character may carry bits beyond the last byte; Go does not look at them, .NET wants them to be zero.
    private static string WithoutUnusedBits(string text)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int unused = (text.Length % 4) switch
        {
            2 => 15,
            3 => 3,
            _ => 0,
        };
        int last = unused == 0 ? -1 : Alphabet.IndexOf(text[^1], StringComparison.Ordinal);
        return last < 0 || (last & unused) == 0 ? text : text[..^1] + Alphabet[last & ~unused];
    }

    private static string Illegal(string text, string others)
    {
        int place = 0;
        while (
            place < text.Length
            && (char.IsAsciiLetterOrDigit(text[place]) || others.Contains(text[place], StringComparison.Ordinal))
        )
        {
            place++;
        }

        return $"illegal base64 data at input byte {place}";
    }

    private static byte[] DecodeHex(string text)
    {
        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException e)
        {
            throw new BuiltinException("encoding/hex: invalid byte or odd length hex string", e);
        }
    }

    // A Rego string is text: bytes that are none are replaced, as when Go writes them as JSON.
    private static string Decoded(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static BuiltinDefinition Map(string name, Func<string, string> change) =>
        new(
            name,
            [RegoType.String],
            RegoType.String,
            (context, args) =>
            {
                StringBuiltins.Charge(context, args.Text(0).Length * 3L);
                return RegoString.Of(change(args.Text(0)));
            }
        );

    private static string Escape(string text) =>
        Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private static string Unescape(string text)
    {
        for (int i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                throw new BuiltinException($"invalid URL escape \"{text[i..Math.Min(text.Length, i + 3)]}\"");
        }

        return WebUtility.UrlDecode(text);
    }

    private static RegoValue EncodeObject(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var pairs = new List<string>();
        foreach (var (key, value) in args.Members(0))
        {
            if (key is not RegoString name)
                throw BuiltinException.Operand(1, key, "string");
            if (value is RegoString text)
            {
                pairs.Add($"{Escape(name.Value)}={Escape(text.Value)}");
            }
            else if (value is RegoArray or RegoSet)
            {
                foreach (var item in Operands.Items(value))
                {
                    pairs.Add(
                        $"{Escape(name.Value)}={Escape((item as RegoString ?? throw BuiltinException.Operand(1, item, "string")).Value)}"
                    );
                }
            }
            else
            {
                throw BuiltinException.Operand(1, value, "string", "array", "set");
            }
        }

        string query = string.Join('&', pairs);
        StringBuiltins.Charge(context, query.Length);
        return RegoString.Of(query);
    }

    private static RegoValue DecodeObject(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        StringBuiltins.Charge(context, args.Text(0).Length * 4L);
        var values = new Dictionary<string, List<string>>();
        foreach (string pair in args.Text(0).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Contains(';', StringComparison.Ordinal))
                throw new BuiltinException("invalid semicolon separator in query");
            string[] parts = pair.Split('=', 2);
            string name = Unescape(parts[0]);
            if (!values.TryGetValue(name, out var list))
                values[name] = list = [];
            list.Add(parts.Length > 1 ? Unescape(parts[1]) : "");
        }

        var members = new RegoObjectBuilder(values.Count);
        foreach (var (name, list) in values)
            members.Set(name, Operands.ArrayOf(list));
        return members.Build();
    }

    private static string ToJson(RegoValue value)
    {
        var text = new StringBuilder();
        RegoJson.Append(text, value, escapeHtml: true);
        return text.ToString();
    }

    private static RegoValue MarshalWithOptions(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var options = args.Members(1);
        foreach (var key in options.Keys)
        {
            if (key is not RegoString { Value: "indent" or "prefix" or "pretty" })
                throw BuiltinException.Value(2, $"object contained unknown key {key}");
        }

        string? indent = Option<RegoString>(options, "indent")?.Value,
            prefix = Option<RegoString>(options, "prefix")?.Value;
        bool pretty = Option<RegoBoolean>(options, "pretty")?.Value ?? (indent is not null || prefix is not null);
        string json = ToJson(args[0]);
        if (!pretty)
            return RegoString.Of(json);
        var text = new StringBuilder(prefix);
        Indent(context, text, json, prefix ?? "", indent ?? "\t");
        return RegoString.Of(text.ToString());
    }

    private static T? Option<T>(RegoObject options, string name)
        where T : RegoValue =>
        options[name] switch
        {
            null => null,
            T value => value,
            var other => throw BuiltinException.Value(
                2,
                $"key {name} failed cast to {typeof(T).Name[4..].ToLowerInvariant()}: got {other.TypeName}"
            ),
        };

    // Go's json.Indent: a line a member, none for empty collections.
    private static void Indent(BuiltinContext context, StringBuilder text, string json, string prefix, string indent)
    {
        int depth = 0;
        bool quoted = false;
        for (int i = 0; i < json.Length; i++)
        {
            char c = json[i];
            if (quoted)
            {
                text.Append(c);
                if (c == '\\')
                    text.Append(json[++i]);
                quoted = c != '"';
                continue;
            }

            switch (c)
            {
                case '{' or '[' when json[i + 1] is '}' or ']':
                    text.Append(c).Append(json[++i]);
                    break;
                case '{' or '[':
                    text.Append(c);
                    NewLine(++depth);
                    break;
                case '}' or ']':
                    NewLine(--depth);
                    text.Append(c);
                    break;
                case ',':
                    text.Append(c);
                    NewLine(depth);
                    break;
                case ':':
                    text.Append(": ");
                    break;
                default:
                    quoted = c == '"';
                    text.Append(c);
                    break;
            }
        }

        void NewLine(int level)
        {
            StringBuiltins.Charge(context, 1 + prefix.Length + (indent.Length * (long)level));
            text.Append('\n').Append(prefix);
            for (int i = 0; i < level; i++)
                text.Append(indent);
        }
    }

    private static RegoValue Charged(BuiltinContext context, string text, Func<string, RegoValue> read)
    {
        context.ChargeSteps(1 + (text.Length / 8));
        context.ChargeMemory(text.Length * 8L);
        return read(text);
    }

    private static RegoValue FromJson(string text)
    {
        try
        {
            return RegoValue.ParseJson(StrictUtf8.GetBytes(text));
        }
        catch (Exception e) when (e is JsonException or InsufficientExecutionStackException)
        {
            throw new BuiltinException("invalid JSON: " + e.Message, e);
        }
    }

    private static IYamlConverter Yaml(BuiltinContext context) =>
        context.Yaml ?? throw new BuiltinException("YAML is not provided by the host");

    private static RegoValue FromYaml(BuiltinContext context, string text)
    {
        try
        {
            return Yaml(context).Read(text);
        }
        catch (FormatException e)
        {
            throw new BuiltinException(e.Message, e);
        }
    }

    private static bool IsValid(BuiltinContext context, string text, Func<string, RegoValue> read)
    {
        try
        {
            Charged(context, text, read);
            return true;
        }
        catch (BuiltinException)
        {
            return false;
        }
    }
}
