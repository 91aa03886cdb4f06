using System.Diagnostics;
using Cairn.Core;
using Cairn.Node.Import;
using Cairn.Server.Tests.Support;
using Cairn.Storage.Sqlite.Native;
using SQLitePCL;

namespace Cairn.Server.Tests.Compatibility;

/// <summary>An existing database of Pyrmute Registry taken over, from SQLite and from PostgreSQL.</summary>
public sealed class PyrmuteImportTests
{
    private const string ReadText = "v7x9K8mN3pL2qR5tY8wZ1aB4cD6eF0gH9iJ2kL5mN8p";
    private const string ReadHash = "$2b$06$N9qo8uLOickgx2ZMRZoMye1ndjbMpiH/B0Q0nrqvkFZfDo7kEuHSy";
    private const string OtherHash = "$2b$05$abcdefghijklmnopqrstuu0oImNDIy4flhldV9YqunRgBAePKmw7m";

    /// <summary>The tables as the original makes them; JSON, BOOLEAN and TIMESTAMP mean what the engine makes of
    /// them.</summary>
    private const string Script = $$"""
        CREATE TABLE schemas (id INTEGER PRIMARY KEY, namespace VARCHAR(255), model_name VARCHAR(255) NOT NULL, version VARCHAR(100) NOT NULL,
          json_schema JSON NOT NULL, avro_schema JSON, registered_at TIMESTAMP NOT NULL, registered_by VARCHAR(255) NOT NULL, meta JSON NOT NULL,
          deprecated BOOLEAN NOT NULL, deprecated_at TIMESTAMP, deprecation_message VARCHAR(500));
        INSERT INTO schemas VALUES (7, 'billing', 'Invoice', '1.0.0', '{"type": "object", "title": "Rechnung \u00fc", "x": 1.0}', NULL, '2025-03-04 09:15:42.118200', 'billing-api', '{"team": "money"}', TRUE, '2025-04-01 00:00:00', 'Use 1.1.0');
        INSERT INTO schemas VALUES (9, 'billing', 'Invoice', '1.1.0', '{"type": "object", "$ref": "#/nowhere"}', '{"type":"record","name":"I","fields":[{"name":"a","type":"int"}]}', '2025-04-01 00:00:00', 'billing-api', '{}', FALSE, NULL, NULL);
        INSERT INTO schemas VALUES (12, NULL, 'User', '1.0.0', '{}', NULL, '2025-03-05 00:00:00', 'users', '{}', FALSE, NULL, NULL);
        INSERT INTO schemas VALUES (13, '_', 'Odd', '1.0.0', '{}', NULL, '2025-03-05 00:00:00', 'users', '{}', FALSE, NULL, NULL);
        CREATE TABLE api_keys (id INTEGER PRIMARY KEY, name VARCHAR(255) NOT NULL, key_hash VARCHAR(255) NOT NULL, permission VARCHAR(20) NOT NULL,
          created_at TIMESTAMP NOT NULL, created_by VARCHAR(255), last_used_at TIMESTAMP, use_count INTEGER NOT NULL, expires_at TIMESTAMP,
          revoked BOOLEAN NOT NULL, revoked_at TIMESTAMP, revoked_by VARCHAR(255), description TEXT);
        INSERT INTO api_keys VALUES (21, 'reader', '{{ReadHash}}', 'read', '2025-03-01 00:00:00', 'cli', '2025-05-01 12:00:00', 41, NULL, FALSE, NULL, NULL, 'Reads');
        INSERT INTO api_keys VALUES (22, 'admin', '{{OtherHash}}', 'admin', '2025-03-01 00:00:01', 'cli', NULL, 0, NULL, FALSE, NULL, NULL, NULL);
        INSERT INTO api_keys VALUES (23, 'gone', '{{OtherHash}}', 'write', '2025-03-01 00:00:02', 'admin', NULL, 0, NULL, TRUE, '2025-03-02 00:00:00', 'admin', 'Revocation reason: Leaked');
        """;

    [Fact]
    public async Task A_SQLite_database_is_taken_over()
    {
        await using var server = await CairnServer.StartAsync();
        string path = Path.Combine(server.Folder.Path, "registry.db");
        Create(path);
        await TakesOverAsync(server, "sqlite:" + path);
        await TakesOverAsync(server, "sqlite:///" + path, again: true);
    }

    [Fact]
    public async Task A_PostgreSQL_database_is_taken_over()
    {
        using var postgres = TemporaryPostgres.Start();
        postgres.Run(Script);
        await using var server = await CairnServer.StartAsync();
        await TakesOverAsync(server, postgres.Address);
        await TakesOverAsync(
            server,
            postgres.Address.Replace("postgres://", "postgresql+psycopg2://", StringComparison.Ordinal),
            again: true
        );
    }

    [Fact]
    public async Task What_is_no_such_database_is_refused()
    {
        await using var server = await CairnServer.StartAsync();
        var import = new PyrmuteImport(server.Node);
        string other = Path.Combine(server.Folder.Path, "other.db");
        await File.WriteAllTextAsync(other, new string('x', 5000));
        foreach (
            string address in new[]
            {
                "sqlite:" + Path.Combine(server.Folder.Path, "none.db"),
                "sqlite:" + other,
                "mysql://x",
                "",
            }
        )
        {
            await Should.ThrowAsync<ProblemException>(() =>
                import.RunAsync(address, dryRun: false, CancellationToken.None)
            );
        }
    }

    [Fact]
    public async Task A_text_that_is_no_imported_key_is_tried_once_and_refused()
    {
        await using var server = await CairnServer.StartAsync();
        string path = Path.Combine(server.Folder.Path, "registry.db");
        Create(path);
        await new PyrmuteImport(server.Node).RunAsync("sqlite:" + path, dryRun: false, CancellationToken.None);
        string wrong = new('w', 43);
        var snapshot = server.Node.Catalogs.Current;
        server.Node.ImportedKeys.MayKnow(snapshot, wrong).ShouldBeTrue();
        await server.Client(wrong).RefusedAsync(401, "Invalid API key", "GET", "/schemas");
        server.Node.ImportedKeys.MayKnow(snapshot, wrong).ShouldBeFalse();
        // Neither Cairn's own keys nor what is too short to be one are tried at all.
        server.Node.ImportedKeys.MayKnow(snapshot, "short").ShouldBeFalse();
        server.Node.ImportedKeys.MayKnow(snapshot, Cairn.Core.Keys.ApiKeyText.Generate("cairn_live")).ShouldBeFalse();
        server.Node.ImportedKeys.MayKnow(snapshot, CairnServer.AdminKey).ShouldBeFalse();
    }

    private static async Task TakesOverAsync(CairnServer server, string address, bool again = false)
    {
        if (!again)
        {
            var planned = await new PyrmuteImport(server.Node).RunAsync(address, dryRun: true, CancellationToken.None);
            (planned.Schemas, planned.Keys).ShouldBe((3, 3));
            (await server.Admin.AskAsync(200, "GET", "/schemas"))["total_count"]!.GetValue<int>().ShouldBe(0);
        }

        var result = await new PyrmuteImport(server.Node).RunAsync(address, dryRun: false, CancellationToken.None);
        (result.Schemas, result.SchemasThere, result.Keys, result.KeysThere).ShouldBe(
            again ? (0, 3, 0, 3) : (3, 0, 3, 0)
        );
        result.Refused.ShouldHaveSingleItem().ShouldStartWith("_::Odd@1.0.0");
        if (again)
            return;

        var invoice = await server.Admin.AskAsync(200, "GET", "/schemas/billing/Invoice/versions/1.0.0");
        ((long)invoice["id"]!).ShouldBe(7);
        invoice["json_schema"]!["title"]!.ToString().ShouldBe("Rechnung ü");
        invoice["json_schema"]!["x"]!.ToJsonString().ShouldBe("1.0");
        ((string?)invoice["registered_at"]).ShouldBe("2025-03-04T09:15:42.118200Z");
        ((string?)invoice["deprecated_at"]).ShouldBe("2025-04-01T00:00:00Z");
        ((string?)invoice["deprecation_message"]).ShouldBe("Use 1.1.0");
        ((string?)invoice["meta"]!["team"]).ShouldBe("money");
        (await server.Admin.AskAsync(200, "GET", "/schemas/billing/Invoice/versions/1.1.0"))["avro_schema"]!["name"]!
            .ToString()
            .ShouldBe("I");
        ((long)(await server.Admin.RegisterAsync("User", "1.1.0"))["id"]!).ShouldBeGreaterThan(12);

        var reader = await server.Admin.AskAsync(200, "GET", "/api-keys/21");
        ((int)reader["use_count"]!).ShouldBe(41);
        ((string?)reader["last_used_at"]).ShouldBe("2025-05-01T12:00:00Z");
        ((string?)(await server.Admin.AskAsync(200, "GET", "/api-keys/22"))["name"]).ShouldBe("admin-imported");
        ((bool)(await server.Admin.AskAsync(200, "GET", "/api-keys/23"))["revoked"]!).ShouldBeTrue();
        await server.Client(new string('w', 43)).RefusedAsync(401, "Invalid API key", "GET", "/schemas");
        using var client = server.Client(ReadText);
        await client.AskAsync(200, "GET", "/schemas");
        server.Node.Credentials.Find(server.Node.Catalogs.Current, 21)!.ForeignHash.ShouldBeNull();
        await client.AskAsync(200, "GET", "/schemas");
        await client.RefusedAsync(403, "Insufficient permissions. Required: admin", "GET", "/api-keys");
        ((int)(await server.Admin.AskAsync(200, "GET", "/api-keys/21"))["use_count"]!).ShouldBe(44);
        (await server.Admin.GetJsonAsync("/api/v1/keys?limit=100"))["items"]!.AsArray().Count.ShouldBe(4);
    }

    private static void Create(string path)
    {
        _ = SqliteLibrary.Version;
        raw.sqlite3_open(path, out var database).ShouldBe(raw.SQLITE_OK);
        using (database)
            raw.sqlite3_exec(database, Script).ShouldBe(raw.SQLITE_OK, raw.sqlite3_errmsg(database).utf8_to_string());
    }
}

/// <summary>A PostgreSQL server of its own, on a free port in a temporary folder.</summary>
internal sealed class TemporaryPostgres : IDisposable
{
    private readonly TempFolder _folder;
    private readonly string _programs;
    private readonly int _port;

    private TemporaryPostgres(TempFolder folder, string programs, int port) =>
        (_folder, _programs, _port) = (folder, programs, port);

    public string Address => $"postgres://postgres@127.0.0.1:{_port}/postgres";

    public static TemporaryPostgres Start()
    {
        string? programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .Select(version => Path.Combine(version, "bin"))
                .FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            : null;
        if (programs is null)
            Assert.Skip("PostgreSQL is not installed here (/usr/lib/postgresql/*/bin/initdb).");
        var folder = new TempFolder();
        int port = FreePort.Next();
        var postgres = new TemporaryPostgres(folder, programs, port);
        string data = Path.Combine(folder.Path, "data");
        if (Environment.UserName == "root")
            Run("chown", ["postgres", folder.Path]);
        postgres.RunProgram("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]);
        postgres.RunProgram(
            "pg_ctl",
            [
                "-D",
                data,
                "-w",
                "-l",
                Path.Combine(folder.Path, "log"),
                "-o",
                $"-p {port} -k {folder.Path} -c listen_addresses=127.0.0.1 -c fsync=off",
                "start",
            ]
        );
        return postgres;
    }

    /// <summary>Runs SQL.</summary>
    public void Run(string script) =>
        RunProgram(
            "psql",
            ["-h", "127.0.0.1", "-p", $"{_port}", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-q", "-c", script]
        );

    public void Dispose()
    {
        RunProgram("pg_ctl", ["-D", Path.Combine(_folder.Path, "data"), "-m", "immediate", "stop"]);
        _folder.Dispose();
    }

    // The server refuses to run as root.
    private void RunProgram(string name, string[] arguments)
    {
        string program = Path.Combine(_programs, name);
        if (Environment.UserName == "root")
            Run("runuser", ["-u", "postgres", "--", program, .. arguments]);
        else
            Run(program, arguments);
    }

    private static void Run(string program, string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                WorkingDirectory = "/",
            }
        )!;
        // What pg_ctl starts keeps its output open, so it is not read to its end here.
        process.WaitForExit(60_000).ShouldBeTrue($"{program} does not end");
        process.ExitCode.ShouldBe(0, program);
    }
}
