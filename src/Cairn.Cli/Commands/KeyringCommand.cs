using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn keyring</c>.</summary>
internal static class KeyringCommand
{
    public static Command Create() => new("keyring", "Work with the keys that encrypt the store\n\nExamples:\n  cairn keyring status\n  cairn keyring rotate")
    {
        new ApiCommand("status", "Show the encryption keys, by name only\n\nExamples:\n  cairn keyring status", Status),
        new ApiCommand(
            "rotate", "Start to use new encryption keys\n\nReads and writes go on meanwhile. When the master key is kept in a file, that gets a new one too: back the file up.\n\nExamples:\n  cairn keyring rotate",
            Rotate),
    };

    private static async Task Status(Call call) => Print(call, await call.Api.GetAsync("api/v1/keyring", call.Ct));

    private static async Task Rotate(Call call)
    {
        var status = (await call.Api.SendAsync(
            HttpMethod.Post, "api/v1/keyring/rotate", new JsonObject(), call.Ct, ("Idempotency-Key", Guid.NewGuid().ToString())))!;
        Print(call, status);
        if (status.Flag("master_key_in_file"))
            Console.Error.WriteLine("The master key file has a new key: back it up.");
    }

    private static void Print(Call call, JsonNode status)
    {
        if (!call.Printer.IsTable)
        {
            call.Printer.One(status);
            return;
        }

        string others = status.Texts("master_keys").Skip(1).ToList() is { Count: > 0 } older ? string.Join(", ", older) : "-";
        Console.Out.WriteLine($"master key:  {status["master_key"]} ({(status.Flag("master_key_in_file") ? "in a file" : "in a setting")})");
        Console.Out.WriteLine($"older ones:  {others}");
        Console.Out.WriteLine();
        call.Printer.List(
            status.Items("data_keys"), Column.Of("data key", "id"), Column.Time("created", "created_at"),
            Column.Of("wrapped by", "master_key").Spared(1), new("in use", key => key.Flag("primary") ? "yes" : ""));
    }
}
