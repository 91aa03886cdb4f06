using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cairn.Core.Documents;

/// <summary>YAML 1.2 with the core schema, as far as JSON can hold it. Aliases and <c>&lt;&lt;</c> merges are expanded
/// within a size limit.</summary>
public static partial class YamlFormat
{
    /// <summary>Reads one document.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="budget">Charged for what is read and made.</param>
    /// <param name="warnings">Takes what other versions of YAML read otherwise; null when nobody wants to know.</param>
    /// <exception cref="ProblemException">It is malformed, there is not exactly one document, JSON cannot hold it, or
    /// it is too large or too deep.</exception>
    public static byte[] ToJson(ReadOnlyMemory<byte> utf8, WorkBudget budget, List<DocumentWarning>? warnings = null) =>
        Read(
            utf8,
            budget,
            warnings,
            reader =>
            {
                if (reader.AtEnd)
                {
                    throw new ProblemException(
                        ProblemKind.Invalid,
                        "There is no YAML document here, only white space or comments."
                    );
                }

                byte[] json = reader.Next();
                return reader.AtEnd
                    ? json
                    : throw new ProblemException(
                        ProblemKind.Invalid,
                        "There are several YAML documents, with --- between them; here goes one."
                    );
            }
        );

    /// <summary>Reads all documents of a stream; none when there is only white space.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="budget">Charged for what is read and made.</param>
    /// <param name="warnings">Takes what other versions of YAML read otherwise; null when nobody wants to know.</param>
    /// <exception cref="ProblemException">It is malformed, JSON cannot hold it, or it is too large or too
    /// deep.</exception>
    public static IReadOnlyList<byte[]> ToJsonDocuments(
        ReadOnlyMemory<byte> utf8,
        WorkBudget budget,
        List<DocumentWarning>? warnings = null
    ) =>
        Read(
            utf8,
            budget,
            warnings,
            reader =>
            {
                var documents = new List<byte[]>();
                while (!reader.AtEnd)
                    documents.Add(reader.Next());
                return documents;
            }
        );

    private static T Read<T>(
        ReadOnlyMemory<byte> utf8,
        WorkBudget budget,
        List<DocumentWarning>? warnings,
        Func<YamlReader, T> read
    )
    {
        try
        {
            return read(new YamlReader(DocumentFormat.Decode(utf8), budget, warnings));
        }
        catch (YamlException e)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                $"The document is not valid YAML: {e.Message} At line {e.Start.Line}, column {e.Start.Column}."
            );
        }
        catch (Exception e)
            when (e
                    is InvalidOperationException
                        or ArgumentException
                        or IndexOutOfRangeException
                        or OverflowException
                        or FormatException
            )
        {
            // The parser has other ways, too, of saying that some texts make no sense to it.
            throw new ProblemException(ProblemKind.Invalid, "The document is not valid YAML.");
        }
    }

    /// <summary>Writes a document.</summary>
    internal static void Write(JsonElement root, LimitedText text)
    {
        text.NewLine = "\n";
        var emitter = new Emitter(text, new EmitterSettings(2, int.MaxValue, false, 1024, skipAnchorName: true));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, root);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Emit(Emitter emitter, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                emitter.Emit(
                    new MappingStart(
                        null,
                        null,
                        true,
                        element.EnumerateObject().Any() ? MappingStyle.Block : MappingStyle.Flow
                    )
                );
                foreach (var member in element.EnumerateObject())
                {
                    EmitText(emitter, member.Name);
                    Emit(emitter, member.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                emitter.Emit(
                    new SequenceStart(
                        null,
                        null,
                        true,
                        element.GetArrayLength() > 0 ? SequenceStyle.Block : SequenceStyle.Flow
                    )
                );
                foreach (var item in element.EnumerateArray())
                    Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                EmitText(emitter, element.GetString()!);
                break;
            case JsonValueKind.Number:
                emitter.Emit(new Scalar(null, null, NumberText(element.GetRawText()), ScalarStyle.Plain, true, false));
                break;
            default:
                emitter.Emit(new Scalar(null, null, element.GetRawText(), ScalarStyle.Plain, true, false));
                break;
        }
    }

    // Readers of YAML 1.1 take an exponent for one only after a fraction, and with its sign.
    private static string NumberText(string json)
    {
        int exponent = json.AsSpan().IndexOfAny('e', 'E');
        if (exponent < 0)
            return json;
        string fraction = json.AsSpan(0, exponent).Contains('.') ? "" : ".0";
        string sign = json[exponent + 1] is '+' or '-' ? "" : "+";
        return $"{json[..exponent]}{fraction}e{sign}{json[(exponent + 1)..]}";
    }

    // Plain only where no YAML reader, of 1.1 either, could take it for something else than text.
    private static void EmitText(Emitter emitter, string text)
    {
        bool plain = PlainText().IsMatch(text) && !Reserved().IsMatch(text);
        emitter.Emit(new Scalar(null, null, text, plain ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted, plain, !plain));
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*([./ -][A-Za-z0-9_]+)*\z")]
    private static partial Regex PlainText();

    [GeneratedRegex(@"^(y|n|yes|no|on|off|true|false|null)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Reserved();
}
