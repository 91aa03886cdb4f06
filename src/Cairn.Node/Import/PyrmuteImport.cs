using System.Text;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Documents;
using Cairn.Core.Keys;
using Cairn.Core.Schemas;

namespace Cairn.Node.Import;

/// <summary>What an import did.</summary>
/// <param name="Schemas">Versions taken over.</param>
/// <param name="SchemasThere">Versions that were there already, with the same content.</param>
/// <param name="Keys">Keys taken over.</param>
/// <param name="KeysThere">Keys that were there already.</param>
/// <param name="Refused">What was not taken over, and why.</param>
public sealed record PyrmuteImportResult(
    int Schemas,
    int SchemasThere,
    int Keys,
    int KeysThere,
    IReadOnlyList<string> Refused
);

/// <summary>Takes the schemas and keys of a Pyrmute Registry over into a node's store. What is there already stays as
/// it is, so that an import can be repeated.</summary>
public sealed class PyrmuteImport(NodeServices node)
{
    // What one commit of any engine can take: etcd has 128 operations, of which a registration needs up to 7, and 1.5
    // MiB.
    private const int BatchSize = 12;
    private const int BatchBytes = 256 * 1024;
    private const string Reason = "Imported from Pyrmute Registry";

    private static readonly CommitContext Context = new(Principal.System, Origin.Internal);

    private readonly List<string> _refused = [];
    private int _schemas,
        _schemasThere,
        _keys,
        _keysThere;

    /// <summary>Imports.</summary>
    /// <param name="from">The original's database: <c>sqlite:PATH</c> or <c>postgres://…</c>.</param>
    /// <param name="dryRun">Whether only to say what would be done.</param>
    /// <param name="ct">Ends it; what was committed stays.</param>
    /// <exception cref="ProblemException">The database cannot be read.</exception>
    public async Task<PyrmuteImportResult> RunAsync(string from, bool dryRun, CancellationToken ct)
    {
        await using var database = await PyrmuteDatabase.OpenAsync(from, ct);
        await ImportSchemasAsync(database, dryRun, ct);
        await ImportKeysAsync(database, dryRun, ct);
        return new PyrmuteImportResult(_schemas, _schemasThere, _keys, _keysThere, _refused);
    }

    private async Task ImportSchemasAsync(PyrmuteDatabase database, bool dryRun, CancellationToken ct)
    {
        var operations = new List<(long Number, RegisterSchema Operation)>();
        await foreach (var row in database.ReadAsync("schemas", ct))
        {
            string name = $"{row.Text("namespace")}::{row.Text("model_name")}@{row.Text("version")}";
            try
            {
                var operation = Read(row);
                if (node.Schemas.Head(node.Catalogs.Current, operation.Path)?.State is not { } there)
                    operations.Add((row.Number("id") ?? 0, operation));
                else if (there.Content.SameAs(operation.Content))
                    _schemasThere++;
                else
                    _refused.Add($"{name}: registered here already, with other content");
            }
            catch (Exception e) when (e is ProblemException or FormatException)
            {
                _refused.Add($"{name}: {e.Message}");
            }
        }

        if (operations.Count > 0 && !dryRun)
            await node.Kinds.Schemas.Ids.SkipAsync(operations.Max(operation => operation.Number), ct);
        foreach (var batch in Batches(operations.Select(item => item.Operation)))
        {
            if (!dryRun)
                (await node.Changes.CommitAsync(Context, new ChangeRequest([.. batch], Reason), ct)).Require();
            _schemas += batch.Count;
        }
    }

    private static IEnumerable<List<RegisterSchema>> Batches(IEnumerable<RegisterSchema> operations)
    {
        var batch = new List<RegisterSchema>();
        int bytes = 0;
        foreach (var operation in operations)
        {
            int size = operation.Content.Text.Length + (operation.Avro?.Length ?? 0);
            if (batch.Count == BatchSize || (batch.Count > 0 && bytes + size > BatchBytes))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            batch.Add(operation);
            bytes += size;
        }

        if (batch.Count > 0)
            yield return batch;
    }

    private RegisterSchema Read(PyrmuteRow row)
    {
        string version = row.Text("version") ?? "";
        if (!SchemaVersion.TryParse(version, out var parsed, leadingZeros: true))
            throw new FormatException("not a version");
        var model = new ModelName(
            row.Text("namespace") is { } space ? ModelName.Check(space, "namespace") : null,
            ModelName.Check(row.Text("model_name") ?? "", "model")
        );
        long number = row.Number("id") ?? 0;
        bool taken = node.Kinds.Schemas.IsTaken(node.Catalogs.Current, number);
        var deprecation = row.Flag("deprecated")
            ? new SchemaDeprecation(
                row.Time("deprecated_at") ?? node.Options.Time.GetUtcNow(),
                row.Text("deprecation_message"),
                null
            )
            : null;
        return new RegisterSchema(
            new SchemaAddress(model, parsed),
            SchemaText.Read(
                SchemaType.JsonSchema,
                SchemaContent.JsonSchemaMediaType,
                Json(row.Text("json_schema")) ?? throw new FormatException("it has no json_schema")
            )
        )
        {
            Avro = Json(row.Text("avro_schema")),
            Meta = Json(row.Text("meta")),
            RegisteredBy = row.Text("registered_by") ?? "",
            RegisteredAt = row.Time("registered_at"),
            Backport = true,
            Lenient = true,
            Imported = (deprecation, taken ? 0 : number),
        };
    }

    private async Task ImportKeysAsync(PyrmuteDatabase database, bool dryRun, CancellationToken ct)
    {
        var numbers = new Dictionary<long, long>();
        var read = new List<(ApiKey Key, long Uses, DateTimeOffset? LastUsed)>();
        await foreach (var row in database.ReadAsync("api_keys", ct))
        {
            if (Read(row, numbers) is { } key)
                read.Add((key, row.Number("use_count") ?? 0, row.Time("last_used_at")));
        }

        if (numbers.Count > 0 && !dryRun)
            await node.Keys.Numbers.SkipAsync(numbers.Keys.Max(), ct);
        foreach (var (key, uses, lastUsed) in read)
        {
            _keys++;
            if (dryRun)
                continue;
            long number = key.Number > 0 ? key.Number : await node.Keys.Numbers.NextAsync(ct);
            var imported = key with { Id = node.Ids.New(), Number = number };
            if (!await node.Keys.StoreAsync(Context, "import", [imported], [imported.Name], ct))
                _refused.Add($"key '{key.Name}': somebody else made a key of this name meanwhile");
            else
                await node.KeyUsage.ImportAsync(imported.Id, uses, lastUsed, ct);
        }
    }

    private ApiKey? Read(PyrmuteRow row, Dictionary<long, long> numbers)
    {
        string name = row.Text("name") ?? "",
            hash = row.Text("key_hash") ?? "";
        long number = row.Number("id") ?? 0;
        var snapshot = node.Catalogs.Current;
        var createdAt = row.Time("created_at") ?? node.Options.Time.GetUtcNow();
        if (
            node
                .Credentials.List(snapshot, Principal.System)
                .Any(key => key.CreatedAt == createdAt && (key.Name == name || key.Name == name + "-imported"))
        )
        {
            _keysThere++;
            return null;
        }

        bool revoked = row.Flag("revoked");
        if (
            !Permission.TryParseLevel((row.Text("permission") ?? "").ToLowerInvariant(), out var level)
            || (!revoked && !BcryptHash.IsSupported(hash))
        )
        {
            _refused.Add($"key '{name}': its permission or its hash is of no known kind");
            return null;
        }

        numbers[number] = node.Credentials.Find(snapshot, number) is null ? number : 0;
        return new ApiKey
        {
            Id = "",
            Number = numbers[number],
            // The name of Cairn's first key, for one, may be the same.
            Name = node.Credentials.Find(snapshot, name) is null ? name : name + "-imported",
            Description = row.Text("description"),
            Permission = level,
            CreatedAt = createdAt,
            CreatedBy = row.Text("created_by") ?? "",
            ExpiresAt = row.Time("expires_at"),
            RevokedAt = revoked ? row.Time("revoked_at") ?? node.Options.Time.GetUtcNow() : null,
            RevokedBy = row.Text("revoked_by"),
            RotatedFrom = row.Number("rotated_from_id"),
            RotatedTo = row.Number("rotated_to_id"),
            RotationDue = row.Time("rotation_scheduled_at"),
            ForeignHash = revoked ? null : hash,
            Secrets = [],
        };
    }

    private static byte[]? Json(string? text) =>
        text is null or "null" ? null : JsonText.Normalize(Encoding.UTF8.GetBytes(text));
}
