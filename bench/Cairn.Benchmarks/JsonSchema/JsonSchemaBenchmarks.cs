using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Cairn.JsonSchema;

namespace Cairn.Benchmarks.JsonSchema;

/// <summary>
/// Parse and validate a 1 KB configuration document: Cairn from UTF-8 bytes, and ajv's compiled validator after
/// JSON.parse in node. The two take turns, so that both see the same machine, and the medians are compared.
/// </summary>
public static class JsonSchemaBenchmarks
{
    private const int Rounds = 5;
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(1);

    /// <summary>Runs both and prints a table. Answers 1 when Cairn judges the sample wrongly.</summary>
    public static int Run(string[] args)
    {
        byte[] document = Encoding.UTF8.GetBytes(ConfigurationSample.Document);
        var validator = JsonSchemaValidator.Compile(Encoding.UTF8.GetBytes(ConfigurationSample.Schema));
        if (!validator.IsValid(document))
        {
            Console.Error.WriteLine("Cairn refuses the sample:");
            validator.Validate(document).Errors.ToList().ForEach(Console.Error.WriteLine);
            return 1;
        }

        using var parsed = JsonDocument.Parse(document);
        using var ajv = AjvPeer.Start(out string? whyNot);
        List<double> bytes = [],
            parse = [],
            element = [],
            peer = [];
        Measure(() => validator.IsValid(document)); // warm-up, so that the code is optimized
        for (int round = 0; round < Rounds; round++)
        {
            bytes.Add(Measure(() => validator.IsValid(document)));
            parse.Add(
                Measure(() =>
                {
                    using var json = JsonDocument.Parse(document);
                    return validator.IsValid(json.RootElement);
                })
            );
            element.Add(Measure(() => validator.IsValid(parsed.RootElement)));
            if (ajv is not null)
            {
                peer.Add(ajv.Measure(RoundTime));
            }
        }

        Print($"document of {document.Length} bytes", "µs each", "against ajv");
        Row("Cairn, UTF-8 bytes", bytes, peer);
        Row("Cairn, JsonDocument.Parse + IsValid", parse, peer);
        Row("Cairn, IsValid of a parsed JsonElement", element, []);
        if (ajv is not null)
        {
            Row($"ajv {ajv.Version}, JSON.parse + validate (node {ajv.NodeVersion})", peer, peer);
        }
        else
        {
            Console.WriteLine($"ajv did not run: {whyNot}");
        }

        return 0;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Row(string name, List<double> own, List<double> peer) =>
        Print(
            name,
            Median(own).ToString("F2", CultureInfo.InvariantCulture),
            peer.Count == 0 ? "" : (Median(own) / Median(peer)).ToString("F2", CultureInfo.InvariantCulture) + " ×"
        );

    private static void Print(string name, string time, string ratio) =>
        Console.WriteLine($"{name.PadRight(58)} {time.PadLeft(10)} {ratio.PadLeft(12)}");

    /// <summary>Microseconds of one call.</summary>
    private static double Measure(Func<bool> validate)
    {
        const int batch = 1_000;
        long calls = 0;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < RoundTime)
        {
            for (int i = 0; i < batch; i++)
            {
                if (!validate())
                {
                    throw new InvalidOperationException("The sample became invalid.");
                }
            }

            calls += batch;
        }

        return clock.Elapsed.TotalMicroseconds / calls;
    }
}
