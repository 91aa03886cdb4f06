using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Client;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn key</c>.</summary>
internal static class KeyCommand
{
    private static readonly Argument<string> Name = new("name")
    {
        Description = "What the key is for, such as payments-service",
    };
    private static readonly Argument<string> Id = new("key")
    {
        Description = "The key's name, its identifier as 'cairn key list' shows it, or the beginning of that",
    };
    private static readonly Argument<string?> Whose = new("key")
    {
        Description = "Of which key, as for 'cairn key show'; of all when left out",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private static readonly Option<int?> Limit = Flags.Limit();
    private static readonly Option<string> Permission = MakePermission();
    private static readonly Option<string[]> Scopes = Many(
        "--scope",
        "kind:level:path",
        "Limits it to some resources: configs:write:payments/**; may be repeated"
    );
    private static readonly Option<string[]> Environments = Flags.WithEnvironments(
        Many("--env", "environment", "Limits it to some environments; may be repeated")
    );
    private static readonly Option<string[]> AllowedIps = Many(
        "--allow-ip",
        "network",
        "Limits it to some networks: 10.0.0.0/8; may be repeated"
    );
    private static readonly Option<int?> ExpiresInDays = new("--expires-in-days")
    {
        HelpName = "n",
        Description = "When it ends by itself; never when left out",
    };
    private static readonly Option<string?> RateLimit = new("--rate-limit")
    {
        HelpName = "limit",
        Description = "How much it may ask: 200/minute; the server's limits when left out",
    };
    private static readonly Option<string?> Description = new("--description")
    {
        HelpName = "text",
        Description = "More about it",
    };
    private static readonly Option<string?> Overlap = new("--overlap")
    {
        HelpName = "duration",
        Description = "How long the old secret still works: 1h; not at all when left out",
    };
    private static readonly Option<string> Reason = new("--reason")
    {
        HelpName = "text",
        Description = "Why, for the audit",
        Required = true,
    };

    static KeyCommand()
    {
        Id.CompletionSources.Add(context => Suggestions.Keys(context));
        Whose.CompletionSources.Add(context => Suggestions.Keys(context));
    }

    public static Command Create() =>
        new(
            "key",
            "Work with API keys\n\nExamples:\n  cairn key create payments-service --scope "
                + "'configs:read:payments/**' --env prod\n  cairn key list"
        )
        {
            new ApiCommand(
                "create",
                "Make an API key and show its text, this once\n\nExamples:\n"
                    + "  cairn key create payments-service --scope 'configs:read:payments/**' --env prod\n"
                    + "  cairn key create deploy --permission write --allow-ip 10.0.0.0/8 --expires-in-days 90",
                Make,
                Name,
                Permission,
                Scopes,
                Environments,
                AllowedIps,
                ExpiresInDays,
                RateLimit,
                Description
            ),
            new ApiCommand(
                "list",
                "List the keys\n\nExamples:\n  cairn key list\n  cairn key list -n 20 -o json",
                List,
                Limit
            ),
            new ApiCommand(
                "show",
                "Show a key, without its text\n\nExamples:\n  cairn key show payments-service\n"
                    + "  cairn key show 0193b1f2",
                Show,
                Id
            ),
            new ApiCommand(
                "rotate",
                "Give a key a new text, and show that this once\n\nExamples:\n"
                    + "  cairn key rotate payments-service --overlap 24h",
                Rotate,
                Id,
                Overlap
            ),
            new ApiCommand(
                "revoke",
                "End a key for good\n\nExamples:\n  cairn key revoke 0193b1f2c3d4e5f6 --reason 'Leaked in a log'",
                Revoke,
                Id,
                Reason
            ),
            new ApiCommand(
                "usage",
                "Show how a key has been used\n\nExamples:\n  cairn key usage 0193b1f2c3d4e5f6",
                Usage,
                Id
            ),
            new ApiCommand(
                "forget-requests",
                "Forget what requests with an Idempotency-Key were answered, so that the same would take "
                    + "effect again\n\nExamples:\n"
                    + "  cairn key forget-requests 0193b1f2c3d4e5f6\n  cairn key forget-requests",
                ForgetRequests,
                Whose
            ),
        };

    private static async Task Make(Call call)
    {
        var creation = new JsonObject
        {
            ["name"] = call.Get(Name),
            ["permission"] = call.Get(Permission),
            ["scopes"] = Texts(call.Get(Scopes)),
            ["environments"] = Texts(call.Get(Environments)),
            ["allowed_ips"] = Texts(call.Get(AllowedIps)),
        };
        if (call.Get(ExpiresInDays) is { } days)
            creation["expires_in_days"] = days;
        if (call.Get(RateLimit) is { } limit)
            creation["rate_limit"] = limit;
        if (call.Get(Description) is { } description)
            creation["description"] = description;
        PrintSecret(call, await call.Api.SendAsync(HttpMethod.Post, "api/v1/keys", creation, call.Ct, RunOnce()));
    }

    private static async Task List(Call call)
    {
        int limit = call.Get(Limit) ?? int.MaxValue;
        var keys = await call
            .Api.ListAsync($"api/v1/keys?limit={Math.Clamp(limit, 1, 1000)}", call.Ct)
            .Take(limit)
            .ToListAsync(call.Ct);
        call.Printer.List(
            keys,
            Column.Of("id"),
            Column.Of("name"),
            Column.Of("permission").Spared(1),
            Column.Of("status").Spared(1),
            Column.Of("scopes").Shortened(3),
            Column.Of("environments").Shortened(3),
            Column.Time("expires", "expires_at").Spared(5),
            Column.Time("last used", "last_used_at").Spared(4)
        );
    }

    private static async Task Show(Call call) =>
        call.Printer.One(await call.Api.GetAsync(await AddressAsync(call), call.Ct));

    private static async Task Rotate(Call call)
    {
        long overlap = call.Get(Overlap) is { } text ? (long)Times.Duration(text).TotalSeconds : 0;
        PrintSecret(
            call,
            await call.Api.SendAsync(
                HttpMethod.Post,
                await AddressAsync(call) + "/rotate",
                new JsonObject { ["overlap_seconds"] = overlap },
                call.Ct,
                RunOnce()
            )
        );
    }

    private static async Task Revoke(Call call)
    {
        var key = await call.Api.SendAsync(
            HttpMethod.Post,
            await AddressAsync(call) + "/revoke",
            new JsonObject { ["reason"] = call.Get(Reason) },
            call.Ct,
            RunOnce()
        );
        call.Printer.One(key, $"Revoked {key.Text("name")} ({key.Text("id")}).");
    }

    private static async Task Usage(Call call)
    {
        var usage = await call.Api.GetAsync(await AddressAsync(call) + "/usage", call.Ct);
        call.Printer.One(usage);
    }

    private static async Task ForgetRequests(Call call)
    {
        string? caller = call.Get(Whose) is { } typed
            ? "key:" + await Identifiers.OfKeyAsync(call.Api, typed, call.Ct)
            : null;
        var forgotten = await call.Api.SendAsync(
            HttpMethod.Delete,
            CairnPath.Query("api/v1/idempotency-keys", ("caller", caller)),
            null,
            call.Ct
        );
        call.Printer.One(forgotten, $"Forgot {forgotten.Number("forgotten")} requests.");
    }

    private static async Task<string> AddressAsync(Call call) =>
        ApiClient.Resource("keys", await Identifiers.OfKeyAsync(call.Api, call.Get(Id), call.Ct));

    private static (string, string?) RunOnce() => ("Idempotency-Key", Guid.NewGuid().ToString());

    // The key alone goes to standard output, so that KEY=$(cairn key create …) works.
    private static void PrintSecret(Call call, JsonNode key)
    {
        if (call.Printer.IsTable)
        {
            Console.Error.WriteLine(
                $"{key.Text("name")} ({key.Text("id")}), {key.Text("permission")}. Its key, shown this once:"
            );
            Console.Out.WriteLine(key.Text("key"));
            if (key["overlap_until"] is { } until)
                Console.Error.WriteLine($"The old one works until {until}.");
        }
        else
        {
            call.Printer.One(key);
        }
    }

    private static JsonArray Texts(string[]? texts) => new([.. (texts ?? []).Select(text => (JsonNode)text)]);

    private static Option<string[]> Many(string name, string helpName, string description) =>
        new(name)
        {
            HelpName = helpName,
            Description = description,
            Arity = ArgumentArity.ZeroOrMore,
        };

    private static Option<string> MakePermission()
    {
        var option = new Option<string>("--permission")
        {
            HelpName = "level",
            Description = "The highest level on anything: read, write, delete or admin; read when left out",
            DefaultValueFactory = _ => "read",
        };
        option.AcceptOnlyFromAmong("read", "write", "delete", "admin");
        return option;
    }
}
