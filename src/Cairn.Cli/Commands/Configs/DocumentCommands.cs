using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Editing;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Client;
using Cairn.Core.Documents;

namespace Cairn.Cli.Commands.Configs;

/// <summary><c>cairn config list|get|set|edit|delete|undelete</c>.</summary>
internal static class DocumentCommands
{
    private static readonly Option<long?> Version = Flags.Version("--version", "An older version", least: 1);
    private static readonly Option<bool> Raw = new("--raw")
    {
        Description = "The environment's overlay as it was written, not what the environment serves",
    };
    private static readonly Option<bool> Deleted = new("--deleted") { Description = "The deleted ones instead" };
    private static readonly Option<string?> ReadFormat = Format(
        "How to print the document: json, jsonc (indented), yaml, properties, dotenv or toml; json when left out"
    );
    private static readonly Option<string?> WriteFormat = Format(
        "The file's format: json, jsonc (with comments), yaml, toml, properties or dotenv; by the file's name "
            + "when left out"
    );
    private static readonly Option<string?> EditFormat = Format(
        "How to edit it: json or yaml; json when left out",
        "json",
        "yaml"
    );
    private static readonly Option<string?> File = new("--file", "-f")
    {
        HelpName = "file",
        Description = "The whole document; - for standard input",
    };

    private static readonly Option<string[]> Nulls = new("--null")
    {
        HelpName = "key",
        Description = "A member to set to null, which in an overlay hides the base's; may be repeated",
    };
    private static readonly Option<int?> Limit = Flags.Limit();
    private const int MaxAttempts = 10;

    private static readonly Argument<string[]> Assigned = new("assignments")
    {
        HelpName = "key=value",
        Description =
            "A member to change; dots lead into objects and arrays (hosts.0, hosts.- to add), \\. is a dot of "
            + "the name itself; a value is JSON when it is valid JSON, else text; null removes",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Argument<string?> Key = MakeKey();

    public static IEnumerable<Command> Create() =>
        [
            new ApiCommand(
                "list",
                "List configs\n\nExamples:\n  cairn config list payments/\n  cairn config list --env prod -o json",
                List,
                Flags.Prefix,
                Flags.Environment,
                Deleted,
                Limit
            ),
            new ApiCommand(
                "get",
                "Print a config: its base, or what an environment serves\n\nExamples:\n"
                    + "  cairn config get payments/database\n"
                    + "  cairn config get payments/database --env prod --format yaml\n"
                    + "  cairn config get payments/database pool.size --env prod\n"
                    + "  cairn config get payments/database --version 3",
                Get,
                Flags.Path,
                Key,
                Flags.Environment,
                Version,
                ReadFormat,
                Raw
            ),
            new ApiCommand(
                "set",
                "Write a config: all of it from a file, or some members\n\nExamples:\n"
                    + "  cairn config set payments/database -f database.yaml -m 'First version'\n"
                    + "  cairn config set payments/database --env prod pool.size=50 hosts='[\"db1\",\"db2\"]'\n"
                    + "  cairn config set payments/database hosts.0=db9 -s release=12e7 --null note --env prod\n"
                    + "  generate | cairn config set payments/database -f - --if-version 3",
                Set,
                Flags.Path,
                Assigned,
                Flags.Texts,
                Nulls,
                File,
                Flags.Environment,
                WriteFormat,
                Flags.Verbatim,
                Flags.IfVersion,
                Flags.Message
            ),
            new ApiCommand(
                "edit",
                "Edit a config in your editor\n\nThe editor is $VISUAL, $EDITOR or vi. When somebody else "
                    + "writes the config meanwhile, theirs stays and your text is kept in a file.\n\n"
                    + "Examples:\n  cairn config edit payments/database\n"
                    + "  cairn config edit payments/database --env prod --format yaml",
                call =>
                    new ConfigEditor(call.Api, call.Printer).EditAsync(
                        call.Get(Flags.Path),
                        call.Get(Flags.Environment),
                        call.Get(EditFormat) ?? "json",
                        call.MessageHeader,
                        call.Ct
                    ),
                Flags.Path,
                Flags.Environment,
                EditFormat,
                Flags.Message
            ),
            new ApiCommand(
                "delete",
                "Delete a config, keeping its versions; or an environment's overlay\n\nExamples:\n"
                    + "  cairn config delete payments/database\n"
                    + "  cairn config delete payments/database --env prod",
                Delete,
                Flags.Path,
                Flags.Environment,
                Flags.IfVersion,
                Flags.Message
            ),
            new ApiCommand(
                "undelete",
                "Bring a deleted config back\n\nExamples:\n  cairn config undelete payments/database",
                Undelete,
                Flags.Path,
                Flags.Message
            ),
        ];

    /// <summary>A precondition as a header.</summary>
    public static (string, string?) Precondition(Call call) =>
        call.Get(Flags.IfVersion) switch
        {
            null => ("If-Match", null),
            0 => ("If-None-Match", "*"),
            var version => ("If-Match", $"\"{version}\""),
        };

    /// <summary>Prints what a write answered.</summary>
    public static void PrintWritten(Printer printer, JsonNode written, string verb = "Wrote")
    {
        string environment = written["environment"] is { } name ? $" for {name}" : "";
        printer.One(written, $"{verb} {written.Text("path")}{environment}, version {written.Number("version")}.");
    }

    private static async Task List(Call call)
    {
        string path = CairnPath.Query(
            "api/v1/configs",
            ("prefix", call.Get(Flags.Prefix) is { Length: > 0 } prefix ? prefix : null),
            ("environment", call.Get(Flags.Environment)),
            ("deleted", call.Get(Deleted)),
            ("limit", Math.Clamp(call.Get(Limit) ?? 1000, 1, 1000))
        );
        call.Printer.List(
            await call.Api.ListAsync(path, call.Ct).Take(call.Get(Limit) ?? int.MaxValue).ToListAsync(call.Ct),
            Column.Of("path"),
            Column.Of("version"),
            Column.Of("overlays").Shortened(3),
            new Column(
                "kept at",
                item => string.Join(", ", item.Members("pins").Select(pin => $"{pin.Key}={pin.Value}"))
            ).Shortened(3),
            Column.Time("updated", "updated_at").Spared(1),
            Column.Of("by", "updated_by").Spared(4),
            Column.Of("message").Shortened(2)
        );
    }

    private static async Task Get(Call call)
    {
        if (call.Get(Raw) && call.Get(Flags.Environment) is null)
            throw new UsageException("--raw is about an environment's overlay: say which with --env.");
        var key = call.Get(Key) is { } typed ? DocumentKey.Parse(typed) : null;
        if (key is not null && call.Get(ReadFormat) is not null)
            throw new UsageException("--format is about whole documents: for one member choose -o json or yaml.");
        string format = key is not null ? "json" : call.Get(ReadFormat) ?? call.Printer.DocumentFormatName;
        var (document, _) = await call.Api.GetDocumentAsync(
            CairnPath.Query(
                ApiClient.Resource("configs", call.Get(Flags.Path)),
                ("environment", call.Get(Flags.Environment)),
                ("version", call.Get(Version)),
                ("format", format),
                ("raw", call.Get(Raw))
            ),
            call.Ct
        );
        if (key is not null)
            call.Printer.Value(Member(document, key, call.Get(Flags.Path)));
        else if (format == "json")
            call.Printer.Document(document);
        else
            Terminal.WriteDocument(document);
    }

    private static JsonNode Member(byte[] document, DocumentKey key, string path) =>
        DocumentKey.Follow(JsonNode.Parse(document), key.Steps)
        ?? throw new NothingThereException($"There is nothing at '{key.Text}' of {path}, or null.");

    private static async Task Set(Call call)
    {
        IReadOnlyList<DocumentEdit> edits =
        [
            .. call.Get(Assigned).Select(DocumentEdit.Of),
            .. (call.Get(Flags.Texts) ?? []).Select(DocumentEdit.OfText),
            .. (call.Get(Nulls) ?? []).Select(DocumentEdit.OfNull),
        ];
        string path = CairnPath.Query(
            ApiClient.Resource("configs", call.Get(Flags.Path)),
            ("environment", call.Get(Flags.Environment)),
            (
                "verbatim",
                call.Get(Flags.Verbatim) is { } verbatim
                    ? verbatim
                        ? "true"
                        : "false"
                    : null
            )
        );
        DocumentEdit.Check(edits);
        if (call.Get(File) is null == (edits.Count == 0))
        {
            throw new UsageException(
                "Say what to write: either -f FILE for the whole document, or KEY=VALUE for some members."
            );
        }

        if (call.Get(File) is { } file)
        {
            byte[] document = await DocumentFile.ReadAsync(file, call.Get(WriteFormat), call.Ct);
            var written = await call.Api.SendAsync(
                HttpMethod.Put,
                path,
                document,
                "application/json",
                call.Ct,
                Precondition(call),
                call.MessageHeader
            );
            PrintWritten(call.Printer, written);
            return;
        }

        PrintWritten(call.Printer, await EditAsync(call, path, edits));
    }

    /// <summary>Reads the document, changes it here, where arrays and what is in the way can be told, and writes it if
    /// nobody else has meanwhile; else does so again.</summary>
    private static async Task<JsonNode> EditAsync(Call call, string address, IReadOnlyList<DocumentEdit> edits)
    {
        var (path, environment) = (call.Get(Flags.Path), call.Get(Flags.Environment));
        for (int attempt = 1; ; attempt++)
        {
            var (document, unchanged) = call.Get(Flags.IfVersion) is 0
                ? new RawDocument(null, default)
                : await RawDocument.ReadAsync(call.Api, path, environment, call.Ct);
            byte[]? below =
                environment is not null && DocumentEdit.NeedBelow(document, edits)
                    ? await ServedAsync(call, path, environment)
                    : null;
            byte[] edited = DocumentEdit.Apply(document, edits, below);
            try
            {
                var condition = call.Get(Flags.IfVersion) is null ? unchanged : Precondition(call);
                return await call.Api.SendAsync(
                    HttpMethod.Put,
                    address,
                    edited,
                    "application/json",
                    call.Ct,
                    condition,
                    call.MessageHeader
                );
            }
            catch (ApiException e) when (e.Status == 412 && call.Get(Flags.IfVersion) is null && attempt < MaxAttempts)
            {
                // Somebody wrote it in between.
            }
        }
    }

    // An overlay's keys lead into what the base has, which an environment's own key may see in what is served only.
    private static async Task<byte[]?> ServedAsync(Call call, string path, string environment)
    {
        try
        {
            return (
                await call.Api.GetDocumentAsync(
                    CairnPath.Query(ApiClient.Resource("configs", path), ("environment", environment)),
                    call.Ct
                )
            ).Document;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private static async Task Delete(Call call)
    {
        string path = CairnPath.Query(
            ApiClient.Resource("configs", call.Get(Flags.Path)),
            ("environment", call.Get(Flags.Environment))
        );
        PrintWritten(
            call.Printer,
            (await call.Api.SendAsync(HttpMethod.Delete, path, null, call.Ct, Precondition(call), call.MessageHeader))!,
            "Deleted"
        );
    }

    private static async Task Undelete(Call call)
    {
        var written = await call.Api.SendAsync(
            HttpMethod.Post,
            ApiClient.Resource("config-rollbacks", call.Get(Flags.Path)),
            new JsonObject(),
            call.Ct,
            call.MessageHeader
        );
        PrintWritten(call.Printer, written, "Brought back");
    }

    private static Argument<string?> MakeKey()
    {
        var key = new Argument<string?>("key")
        {
            HelpName = "key",
            Description =
                "One member alone: dots lead into objects and arrays (hosts.0), \\. is a dot of the name itself",
            Arity = ArgumentArity.ZeroOrOne,
        };
        // An option that is not known would be taken for it.
        key.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', '-', ..] and var option }])
                result.AddError($"There is no option {option} here.");
        });
        return key;
    }

    private static Option<string?> Format(string description, params string[] formats)
    {
        var option = new Option<string?>("--format") { HelpName = "format", Description = description };
        option.AcceptOnlyFromAmong(
            formats.Length > 0 ? formats : [.. DocumentFormat.All.Select(format => format.Name)]
        );
        return option;
    }
}
