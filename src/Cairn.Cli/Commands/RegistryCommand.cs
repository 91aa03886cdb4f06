using System.CommandLine;
using System.Globalization;
using Cairn.Cli.Output;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Keys;
using Cairn.Node;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn registry</c>: what <c>pyrmute-registry</c> has commands for and Cairn would not need
/// them.</summary>
internal static class RegistryCommand
{
    private static readonly Option<string> Name = new("--name", "-n")
    {
        HelpName = "name",
        Description = "The key's name, unique among all keys",
        Required = true,
    };
    private static readonly Option<string> Permission = new("--permission", "-p")
    {
        HelpName = "level",
        Description = "read, write, delete or admin; admin when left out",
        DefaultValueFactory = _ => "admin",
    };
    private static readonly Option<string?> Description = new("--description", "-d")
    {
        HelpName = "text",
        Description = "More about it",
    };
    private static readonly Option<int?> ExpiresInDays = new("--expires-in-days", "-e")
    {
        HelpName = "n",
        Description = "When it ends by itself; never when left out",
    };
    private static readonly Option<string> Output = new("--file")
    {
        HelpName = "file",
        Description = "Where to write; .env.example when left out",
        DefaultValueFactory = _ => ".env.example",
    };
    private static readonly Option<bool> Force = new("--force", "-f")
    {
        Description = "Also over a file that is there",
    };

    public static Command Create()
    {
        var init = new Command(
            "init-db",
            "Make the store, its keys and environments, without serving\n\n"
                + "Not needed before 'cairn serve', which does the same.\n\nExamples:\n"
                + "  cairn registry init-db --data /var/lib/cairn"
        );
        ServeCommand.AddSettings(init);
        init.SetAction(
            (result, ct) =>
                LocalNode.RunAsync(
                    result,
                    _ =>
                    {
                        Console.Out.WriteLine("✓ Database initialized successfully!");
                        return Task.FromResult(ExitCodes.Success);
                    },
                    ct
                )
        );
        var create = new Command(
            "create-admin-key",
            "Make an API key in the store of this machine, while no server has it open\n\n"
                + "Beside a running server: cairn key create NAME --permission admin\n\nExamples:\n"
                + "  cairn registry create-admin-key --name deploy --expires-in-days 90"
        )
        {
            Name,
            Permission,
            Description,
            ExpiresInDays,
        };
        ServeCommand.AddSettings(create);
        create.SetAction((result, ct) => LocalNode.RunAsync(result, node => CreateKeyAsync(result, node, ct), ct));
        var generate = new Command(
            "generate-env",
            "Write a commented example of a .env file\n\nExamples:\n  cairn registry generate-env --file .env.example"
        )
        {
            Output,
            Force,
        };
        generate.SetAction(Generate);
        return new Command(
            "registry",
            "Do what the commands of pyrmute-registry do\n\nThe others are: serve → cairn serve, config → "
                + "cairn settings, list-keys and revoke-key → cairn key, check-health → cairn doctor.\n\nExamples:\n"
                + "  cairn registry create-admin-key --name deploy"
        )
        {
            init,
            create,
            generate,
        };
    }

    private static async Task<int> CreateKeyAsync(ParseResult result, NodeServices node, CancellationToken ct)
    {
        string name = result.GetRequiredValue(Name),
            permission = (result.GetValue(Permission) ?? "admin").ToLowerInvariant();
        if (!Core.Access.Permission.TryParseLevel(permission, out var level))
            throw new UsageException($"'{permission}' is not a level: read, write, delete or admin.");
        if (node.Credentials.Find(node.Catalogs.Current, name) is not null)
            throw new UsageException($"There is a key '{name}' already.");
        var context = new CommitContext(Principal.System with { Name = "cli" }, Origin.Internal);
        var (key, text) = await node.Keys.CreateAsync(
            context,
            new ApiKeyRequest
            {
                Name = name,
                Permission = level,
                Description =
                    result.GetValue(Description)
                    ?? "Created via CLI on "
                        + $"{node.Options.Time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}",
                ExpiresInDays = result.GetValue(ExpiresInDays),
            },
            ct
        );
        Console.Out.WriteLine(
            $"✓ {char.ToUpperInvariant(permission[0])}{permission[1..]} API key created successfully!\n"
        );
        Console.Out.WriteLine(
            $"Name: {key.Name}\nPermission: {permission}\nExpires: "
                + $"{key.ExpiresAt?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "Never"}"
        );
        // Some look for the label, others for the key alone on its line.
        Console.Out.WriteLine($"API Key: {text}\n\n{text}\n");
        Console.Out.WriteLine("⚠️  SAVE THIS KEY NOW - It will never be shown again!");
        return ExitCodes.Success;
    }

    private static int Generate(ParseResult result)
    {
        string file = result.GetValue(Output)!;
        if (File.Exists(file) && !result.GetValue(Force))
        {
            Console.Error.WriteLine($"cairn: {file} already exists. Use --force to overwrite it.");
            return ExitCodes.Failure;
        }

        File.WriteAllText(file, Template);
        Console.Out.WriteLine($"✓ Generated {file}");
        return ExitCodes.Success;
    }

    private const string Template = """
        # Settings of Cairn under the names of Pyrmute Registry. Cairn's own names (CAIRN_*, see: cairn settings) go before them.

        # Where the data is: sqlite:///PATH, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE
        # PYRMUTE_REGISTRY_DATABASE_URL=sqlite:///./cairn-data/cairn.db

        # Whether /schemas and /api-keys ask for a key. Off lets everybody who reaches the port do everything there.
        PYRMUTE_REGISTRY_ENABLE_AUTH=true

        # Origins that browsers may call from, separated by commas. Any is for development only.
        # PYRMUTE_REGISTRY_CORS_ORIGINS=https://app.example.com
        # PYRMUTE_REGISTRY_CORS_ALLOW_CREDENTIALS=true
        # PYRMUTE_REGISTRY_CORS_ALLOW_METHODS=*
        # PYRMUTE_REGISTRY_CORS_ALLOW_HEADERS=*

        # Where to listen
        PYRMUTE_REGISTRY_HOST=127.0.0.1
        PYRMUTE_REGISTRY_PORT=8000

        # development, production or test
        PYRMUTE_REGISTRY_ENVIRONMENT=production
        # PYRMUTE_REGISTRY_APP_NAME=Pyrmute Schema Registry
        # PYRMUTE_REGISTRY_APP_VERSION=1.0.0

        # DEBUG, INFO, WARNING, ERROR or CRITICAL
        PYRMUTE_REGISTRY_LOG_LEVEL=INFO

        # Requests a caller may make
        # PYRMUTE_REGISTRY_RATE_LIMIT_ENABLED=true
        # PYRMUTE_REGISTRY_RATE_LIMIT_PER_MINUTE=60

        """;
}
