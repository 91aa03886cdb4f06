using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Editing;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Core.Documents;

namespace Cairn.Cli.Commands.Configs;

/// <summary><c>cairn config list|get|set|edit|delete|undelete</c>.</summary>
internal static class DocumentCommands
{
    private static readonly Option<long?> Version = new("--version") { HelpName = "n", Description = "An older version" };
    private static readonly Option<bool> Raw = new("--raw") { Description = "The environment's overlay as it was written, not what the environment serves" };
    private static readonly Option<bool> Deleted = new("--deleted") { Description = "The deleted ones instead" };
    private static readonly Option<string?> ReadFormat = Format("How to print the document: json, yaml, properties, dotenv or toml; json when left out", "json", "yaml", "properties", "dotenv", "toml");
    private static readonly Option<string?> WriteFormat = Format("The file's format: json, yaml, properties or dotenv; by the file's name when left out", "json", "yaml", "properties", "dotenv");
    private static readonly Option<string?> EditFormat = Format("How to edit it: json or yaml; json when left out", "json", "yaml");
    private static readonly Option<string?> File = new("--file", "-f") { HelpName = "file", Description = "The whole document; - for standard input" };

    private static readonly Argument<string[]> Assigned = new("assignments")
    {
        HelpName = "key=value",
        Description = "A member to change; dots lead into nested objects; a value is JSON when it is valid JSON, else text; null removes",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static IEnumerable<Command> Create() =>
    [
        new ApiCommand(
            "list", "List configs\n\nExamples:\n  cairn config list payments/\n  cairn config list --env prod -o json", List,
            Flags.Prefix, Flags.Environment, Deleted),
        new ApiCommand(
            "get", "Print a config: its base, or what an environment serves\n\nExamples:\n  cairn config get payments/database\n"
            + "  cairn config get payments/database --env prod --format yaml\n  cairn config get payments/database --version 3",
            Get, Flags.Path, Flags.Environment, Version, ReadFormat, Raw),
        new ApiCommand(
            "set", "Write a config: all of it from a file, or some members\n\nExamples:\n  cairn config set payments/database -f database.yaml -m 'First version'\n"
            + "  cairn config set payments/database --env prod pool.size=50 hosts='[\"db1\",\"db2\"]'\n  generate | cairn config set payments/database -f - --if-version 3",
            Set, Flags.Path, Assigned, File, Flags.Environment, WriteFormat, Flags.IfVersion, Flags.Message),
        new ApiCommand(
            "edit", "Edit a config in your editor\n\nThe editor is $VISUAL, $EDITOR or vi. When somebody else writes the config meanwhile, theirs stays and your text is kept in a file.\n\n"
            + "Examples:\n  cairn config edit payments/database\n  cairn config edit payments/database --env prod --format yaml",
            call => new ConfigEditor(call.Api, call.Printer).EditAsync(
                call.Get(Flags.Path), call.Get(Flags.Environment), call.Get(EditFormat) ?? "json", call.MessageHeader, call.Ct),
            Flags.Path, Flags.Environment, EditFormat, Flags.Message),
        new ApiCommand(
            "delete", "Delete a config, keeping its versions; or an environment's overlay\n\nExamples:\n  cairn config delete payments/database\n"
            + "  cairn config delete payments/database --env prod",
            Delete, Flags.Path, Flags.Environment, Flags.IfVersion, Flags.Message),
        new ApiCommand(
            "undelete", "Bring a deleted config back\n\nExamples:\n  cairn config undelete payments/database", Undelete, Flags.Path, Flags.Message),
    ];

    /// <summary>A precondition as a header.</summary>
    public static (string, string?) Precondition(Call call) => call.Get(Flags.IfVersion) switch
    {
        null => ("If-Match", null),
        0 => ("If-None-Match", "*"),
        var version => ("If-Match", $"\"{version}\""),
    };

    /// <summary>Prints what a write answered.</summary>
    public static void PrintWritten(Printer printer, JsonNode written, string verb = "Wrote")
    {
        string environment = written["environment"] is { } name ? $" for {name}" : "";
        printer.One(written, $"{verb} {written["path"]}{environment}, version {written["version"]}.");
    }

    private static async Task List(Call call)
    {
        string path = ApiClient.Query(
            "api/v1/configs", ("prefix", call.Get(Flags.Prefix) is { Length: > 0 } prefix ? prefix : null),
            ("environment", call.Get(Flags.Environment)), ("deleted", call.Get(Deleted)), ("limit", 1000));
        call.Printer.List(
            await call.Api.ListAsync(path, call.Ct).ToListAsync(call.Ct),
            Column.Of("path"), Column.Of("version"), Column.Of("overlays"),
            new("kept at", item => string.Join(", ", item["pins"]!.AsObject().Select(pin => $"{pin.Key}={pin.Value}"))),
            Column.Of("updated", "updated_at"), Column.Of("by", "updated_by"), Column.Of("message"));
    }

    private static async Task Get(Call call)
    {
        if (call.Get(Raw) && call.Get(Flags.Environment) is null)
            throw new UsageException("--raw is about an environment's overlay: say which with --env.");
        string format = call.Get(ReadFormat) ?? (call.Printer.IsTable ? "json" : call.Flags.GetValue(CairnCommand.OutputFormat)!);
        byte[] document = await call.Api.GetBytesAsync(
            ApiClient.Query(
                ApiClient.Resource("configs", call.Get(Flags.Path)), ("environment", call.Get(Flags.Environment)),
                ("version", call.Get(Version)), ("format", format), ("raw", call.Get(Raw))),
            call.Ct);
        string text = System.Text.Encoding.UTF8.GetString(format == "json" ? JsonText.Indent(document) : document);
        Console.Out.Write(text.EndsWith('\n') ? text : text + "\n");
    }

    private static async Task Set(Call call)
    {
        var assignments = call.Get(Assigned);
        string path = ApiClient.Query(ApiClient.Resource("configs", call.Get(Flags.Path)), ("environment", call.Get(Flags.Environment)));
        if (call.Get(File) is null == (assignments.Length == 0))
            throw new UsageException("Say what to write: either -f FILE for the whole document, or KEY=VALUE for some members.");
        if (call.Get(File) is { } file)
        {
            byte[] document = await DocumentFile.ReadAsync(file, call.Get(WriteFormat), call.Ct);
            var written = await call.Api.SendAsync(HttpMethod.Put, path, document, "application/json", call.Ct, Precondition(call), call.MessageHeader);
            PrintWritten(call.Printer, written!);
            return;
        }

        PrintWritten(call.Printer, await PatchOrCreateAsync(call, path, Assignments.Parse(assignments, dotted: true)));
    }

    private static async Task<JsonNode> PatchOrCreateAsync(Call call, string path, JsonObject patch)
    {
        var message = call.MessageHeader;
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(patch.ToJsonString());
        try
        {
            if (call.Get(Flags.IfVersion) is not 0)
                return (await call.Api.SendAsync(HttpMethod.Patch, path, bytes, "application/merge-patch+json", call.Ct, Precondition(call), message))!;
        }
        catch (ApiException e) when (e.Status == 404 && call.Get(Flags.IfVersion) is null)
        {
            // There is nothing to change yet, and there must not be when the write comes: below.
        }

        return (await call.Api.SendAsync(
            HttpMethod.Put, path, MergePatch.Apply(null, bytes), "application/json", call.Ct, ("If-None-Match", "*"), message))!;
    }

    private static async Task Delete(Call call)
    {
        string path = ApiClient.Query(ApiClient.Resource("configs", call.Get(Flags.Path)), ("environment", call.Get(Flags.Environment)));
        PrintWritten(
            call.Printer, (await call.Api.SendAsync(HttpMethod.Delete, path, null, call.Ct, Precondition(call), call.MessageHeader))!, "Deleted");
    }

    private static async Task Undelete(Call call)
    {
        var written = await call.Api.SendAsync(
            HttpMethod.Post, ApiClient.Resource("config-rollbacks", call.Get(Flags.Path)), new JsonObject(), call.Ct, call.MessageHeader);
        PrintWritten(call.Printer, written!, "Brought back");
    }

    private static Option<string?> Format(string description, params string[] formats)
    {
        var option = new Option<string?>("--format") { HelpName = "format", Description = description };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }
}
