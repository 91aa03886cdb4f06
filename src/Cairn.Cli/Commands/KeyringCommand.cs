using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Output;
using Cairn.Client;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn keyring</c>.</summary>
internal static class KeyringCommand
{
    public static Command Create() =>
        new(
            "keyring",
            "Work with the keys that encrypt the store\n\nExamples:\n  cairn keyring status\n"
                + "  cairn keyring rotate\n  cairn keyring reseal"
        )
        {
            new ApiCommand(
                "status",
                "Show the encryption keys, by name only\n\nExamples:\n  cairn keyring status",
                Status
            ),
            new ApiCommand(
                "rotate",
                "Start to use new encryption keys\n\nReads and writes go on meanwhile. When the master key is "
                    + "kept in a file, that gets a new one too: back the file up.\n\nExamples:\n"
                    + "  cairn keyring rotate",
                Rotate
            ),
            new ApiCommand(
                "reseal",
                "Seal anew what older data keys sealed, and take those out of the store\n\n"
                    + "After a data key has leaked: first rotate, then reseal. Reads and writes go on meanwhile; it "
                    + "can be interrupted\n"
                    + "and run again. A data key that was replaced is taken out ten minutes later at the "
                    + "earliest, by another run.\n\nExamples:\n  cairn keyring rotate && cairn keyring reseal",
                Reseal
            ),
        };

    private static async Task Status(Call call) => Print(call, await call.Api.GetAsync("api/v1/keyring", call.Ct));

    private static async Task Rotate(Call call)
    {
        var status = (
            await call.Api.SendAsync(
                HttpMethod.Post,
                "api/v1/keyring/rotate",
                new JsonObject(),
                call.Ct,
                ("Idempotency-Key", Guid.NewGuid().ToString())
            )
        )!;
        Print(call, status);
        if (status.Flag("master_key_in_file"))
            Console.Error.WriteLine("The master key file has a new key: back it up.");
    }

    private static async Task Reseal(Call call)
    {
        long records = 0,
            resealed = 0;
        JsonNode step = new JsonObject();
        await new ProgressDisplay().RunAsync(
            "Sealing anew",
            null,
            async done =>
            {
                for (string? cursor = null; ; cursor = (string)step["next"]!)
                {
                    step = (
                        await call.Api.SendAsync(
                            HttpMethod.Post,
                            CairnPath.Query("api/v1/keyring/reseal", ("cursor", cursor)),
                            new JsonObject(),
                            call.Ct
                        )
                    )!;
                    records += step["records"]!.GetValue<long>();
                    resealed += step["resealed"]!.GetValue<long>();
                    done(step["records"]!.GetValue<int>());
                    if (step["next"] is null)
                        break;
                }
            },
            "records"
        );
        step["records"] = records;
        step["resealed"] = resealed;
        var (retired, kept) = (step.Texts("retired").ToList(), step.Texts("kept").ToList());
        call.Printer.One(
            step,
            $"Looked at {records:N0} records and sealed {resealed:N0} anew. "
                + (retired.Count > 0 ? $"Took out {string.Join(", ", retired)}. " : "")
                + (
                    kept.Count > 0
                        ? $"Kept {string.Join(", ", kept)}: what is needed or was replaced less than ten minutes "
                            + "ago stays; run this again."
                        : "Every record is under the newest data key."
                )
        );
    }

    private static void Print(Call call, JsonNode status)
    {
        if (!call.Printer.IsTable)
        {
            call.Printer.One(status);
            return;
        }

        string others = status.Texts("master_keys").Skip(1).ToList() is { Count: > 0 } older
            ? string.Join(", ", older)
            : "-";
        Console.Out.WriteLine(
            $"master key:  {status["master_key"]} "
                + $"({(status.Flag("master_key_in_file") ? "in a file" : "in a setting")})"
        );
        Console.Out.WriteLine($"older ones:  {others}");
        Console.Out.WriteLine();
        call.Printer.List(
            status.Items("data_keys"),
            Column.Of("data key", "id"),
            Column.Time("created", "created_at"),
            Column.Of("wrapped by", "master_key").Spared(1),
            new("in use", key => key.Flag("primary") ? "yes" : "")
        );
    }
}
