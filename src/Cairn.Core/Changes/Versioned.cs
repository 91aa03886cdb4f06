using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Cairn.Core.Cryptography;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Changes;

/// <summary>One version of a resource.</summary>
/// <param name="Path">Which resource of its kind.</param>
/// <param name="Version">Counts from 1, without a gap, through deletions too.</param>
/// <param name="State">What it is in this version; null when this version deleted it.</param>
/// <param name="CreatedAt">When it was written.</param>
/// <param name="CreatedBy">By whom.</param>
/// <param name="Message">Why, as its author put it.</param>
/// <param name="ChangeId">The change it is part of.</param>
/// <param name="Revision">The store revision it was written in.</param>
/// <param name="CreatedById">The author's <see cref="Access.Principal.Id"/>; null in versions of before it was
/// kept.</param>
public sealed record Versioned<TState>(
    string Path,
    long Version,
    TState? State,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    string? Message,
    string ChangeId,
    long Revision,
    string? CreatedById = null
)
    where TState : class
{
    /// <summary>Tells this version from another of the same number, as there is when a store was restored and written
    /// to again: the random end of the change's identifier.</summary>
    public string Mark => ChangeId.Length > 8 ? ChangeId[^8..] : ChangeId;
}

/// <summary>A version as it is stored: what the list of versions shows in clear, its content encrypted.</summary>
/// <param name="Sealed">The content, bound to all the others; of a deletion the seal of nothing. Null for deletions in
/// stores whose records were not stamped yet.</param>
/// <param name="Deleted">Whether this version deleted the resource.</param>
/// <param name="Bound">Whether <paramref name="Sealed"/> is bound to more than the version's address.</param>
internal sealed record StoredVersion(
    long Version,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    string? Message,
    string Change,
    string? Sealed,
    bool Deleted = false,
    bool Bound = false,
    string? CreatedById = null
);

/// <summary>
/// A kind of resource every state of which is kept. The newest version is at <c>configs/payments/database</c>, each
/// version at <c>config-versions/payments/database/0000000012</c>, both with the same bytes.
/// </summary>
public abstract class ResourceKind(string name, string versionsName)
{
    /// <summary>As in the API's paths and in permissions.</summary>
    public string Name { get; } = name;

    /// <summary>The key of the newest version.</summary>
    public string HeadKey(string path) => $"{Name}/{path}";

    /// <summary>The path of a resource of this kind whose newest version is at a key; null when it is another
    /// key.</summary>
    public string? PathOf(string headKey) =>
        headKey.Length > Name.Length + 1
        && headKey.StartsWith(Name, StringComparison.Ordinal)
        && headKey[Name.Length] == '/'
            ? headKey[(Name.Length + 1)..]
            : null;

    /// <summary>What the keys of all versions start with.</summary>
    public string VersionsPrefix { get; } = versionsName + "/";

    /// <summary>Makes the operation that brings a resource back to an older version; to version 0 by deleting
    /// it.</summary>
    public required Func<string, long, Operation> Restore { get; init; }

    /// <summary>What can be done to a resource, by the name that a form calls it by.</summary>
    public IReadOnlyDictionary<string, Func<OperationForm, Operation>> Operations { get; init; } =
        new Dictionary<string, Func<OperationForm, Operation>>();

    /// <summary>The version a resource is at; 0 when there never was one.</summary>
    public abstract long VersionOf(CatalogSnapshot snapshot, string path);

    /// <summary>The version at the head of each resource, deleted ones too, by path.</summary>
    public abstract IEnumerable<(string Path, long Version)> Heads(CatalogSnapshot snapshot);

    /// <summary>Reads what a version's record says of itself, and why it is not one that Cairn wrote there; null when
    /// it is.</summary>
    public abstract (long Version, string Change, string? Fault) Inspect(StoreRecord record, string path);

    /// <summary>The record of a head that is a deletion without a seal, with one; null for any other record.</summary>
    internal abstract byte[]? SealDeletion(StoreRecord head);

    /// <summary>The record of a version under the newest data key; null when it is already.</summary>
    /// <exception cref="RecordRefusedException">It is not what was sealed for its place.</exception>
    internal abstract byte[]? Reseal(StoreRecord record, string path);

    /// <summary>The key of one version.</summary>
    public string VersionKey(string path, long version) => $"{VersionsPrefix}{path}/{version:D10}";
}

/// <inheritdoc/>
public sealed class ResourceKind<TState> : ResourceKind
    where TState : class
{
    private static readonly byte[] Mark = "{}"u8.ToArray();

    private readonly Keyring _keyring;
    private readonly TimedIds _ids;
    private readonly List<ResourceIndex<TState>> _indexes = [];
    private readonly Func<TState, byte[]> _encode;
    private readonly Func<byte[], TState> _decode;

    /// <summary>Describes a kind.</summary>
    /// <param name="name">Plural, such as <c>configs</c>.</param>
    /// <param name="versionsName">Where its versions are, such as <c>config-versions</c>.</param>
    /// <param name="keyring">Seals the states.</param>
    /// <param name="ids">Learns which changes there are.</param>
    /// <param name="encode">A state as bytes.</param>
    /// <param name="decode">The state those bytes were made of.</param>
    public ResourceKind(
        string name,
        string versionsName,
        Keyring keyring,
        TimedIds ids,
        Func<TState, byte[]> encode,
        Func<byte[], TState> decode
    )
        : base(name, versionsName)
    {
        (_keyring, _ids, _encode, _decode) = (keyring, ids, encode, decode);
        Catalog = new Catalog<Versioned<TState>>(
            name + "/",
            Decode,
            (before, after) =>
                after.Version > before.Version || IsResealed(before, after)
                    ? null
                    : $"it is version {after.Version}, and version {before.Version} is known."
        );
    }

    /// <summary>Whether a record is the one before it under another data key, and nothing happened.</summary>
    internal static bool IsResealed(Versioned<TState> before, Versioned<TState> after) =>
        after.Version == before.Version && after.ChangeId == before.ChangeId;

    /// <summary>The key of a record that every write to a resource renews; null when there is none.</summary>
    public Func<string, string>? Renews { get; init; }

    /// <summary>Adds an index.</summary>
    /// <param name="name">What its marks in the store start with.</param>
    /// <param name="keys">What a state is found under.</param>
    /// <param name="text">An index key as part of a store key.</param>
    /// <param name="inMemory">Whether it is kept in memory, too; else a look-up looks at every resource.</param>
    public ResourceIndex<TState, TKey> AddIndex<TKey>(
        string name,
        Func<TState, IEnumerable<TKey>> keys,
        Func<TKey, string> text,
        bool inMemory = true
    )
        where TKey : notnull
    {
        var index = new ResourceIndex<TState, TKey>(this, name, keys, text, inMemory);
        _indexes.Add(index);
        return index;
    }

    /// <summary>The writes that keep what is told about a resource beside its versions.</summary>
    internal IEnumerable<Write> Marks(string path, TState? before, TState? after)
    {
        if (Renews is { } key)
            yield return new Write.Put(key(path), Mark);
        foreach (var index in _indexes)
        {
            var (left, reached) = (
                index.PrefixesOf(before).ToHashSet(StringComparer.Ordinal),
                index.PrefixesOf(after).ToHashSet(StringComparer.Ordinal)
            );
            foreach (string prefix in reached)
            {
                if (!left.Remove(prefix))
                    yield return new Write.Put(prefix + path, Mark);
            }

            foreach (string prefix in left)
                yield return new Write.Delete(prefix + path);
        }
    }

    /// <summary>The newest versions, of deleted resources too.</summary>
    public Catalog<Versioned<TState>> Catalog { get; }

    /// <summary>Reads a version from the store.</summary>
    /// <returns>Null when there is no such version, or it is no longer kept.</returns>
    /// <exception cref="ProblemException">Its record is not as Cairn wrote it.</exception>
    public async ValueTask<Versioned<TState>?> ReadVersionAsync(
        IStore store,
        string path,
        long version,
        CancellationToken ct
    )
    {
        if (version <= 0 || await store.GetAsync(VersionKey(path, version), ct) is not { } record)
            return null;
        try
        {
            // A record of another version is sealed rightly, but not for this place.
            return Decode(record, path) is var read && read.Version == version ? read : throw Damaged(path, version);
        }
        catch (Exception e) when (e is RecordRefusedException or JsonException or CryptographicException)
        {
            throw Damaged(path, version);
        }
    }

    private ProblemException Damaged(string path, long version) =>
        new(
            ProblemKind.Damaged,
            $"Version {version} of {HeadKey(path)} cannot be read: its record is not as Cairn wrote it. "
                + "Somebody altered it in the store; GET /api/v1/integrity names all such records."
        );

    /// <summary>Reads the record of a newest version.</summary>
    public Versioned<TState> Decode(StoreRecord head) => Decode(head, head.Key[(Name.Length + 1)..]);

    /// <inheritdoc/>
    public override long VersionOf(CatalogSnapshot snapshot, string path) =>
        snapshot.Of(Catalog).Get(path)?.Version ?? 0;

    /// <inheritdoc/>
    public override IEnumerable<(string Path, long Version)> Heads(CatalogSnapshot snapshot) =>
        snapshot.Of(Catalog).Range("").Select(pair => (pair.Key, pair.Value.Version));

    /// <inheritdoc/>
    public override (long Version, string Change, string? Fault) Inspect(StoreRecord record, string path)
    {
        try
        {
            var version = Decode(record, path);
            return (version.Version, version.ChangeId, null);
        }
        catch (Exception e) when (e is RecordRefusedException or JsonException or CryptographicException)
        {
            return (
                0,
                "",
                e is RecordRefusedException or CryptographicException ? e.Message : "it is not the record of a version."
            );
        }
    }

    internal override byte[]? SealDeletion(StoreRecord head) =>
        JsonSerializer.Deserialize(head.Value.Span, StoredJson.Default.StoredVersion) is { Sealed: null }
            ? Encode(Decode(head))
            : null;

    internal override byte[]? Reseal(StoreRecord record, string path) =>
        JsonSerializer.Deserialize(record.Value.Span, StoredJson.Default.StoredVersion)?.Sealed is { } text
        && _keyring.IsNewest(text)
            ? null
            : Encode(Decode(record, path));

    internal byte[] Encode(Versioned<TState> version)
    {
        var stored = new StoredVersion(
            version.Version,
            version.CreatedAt,
            version.CreatedBy,
            version.Message,
            version.ChangeId,
            null,
            version.State is null,
            Bound: true,
            version.CreatedById
        );
        string sealedState = _keyring.Seal(
            version.State is { } state ? _encode(state) : [],
            Address(version.Path, stored)
        );
        return JsonSerializer.SerializeToUtf8Bytes(
            stored with
            {
                Sealed = sealedState,
            },
            StoredJson.Default.StoredVersion
        );
    }

    private Versioned<TState> Decode(StoreRecord record, string path)
    {
        var stored =
            JsonSerializer.Deserialize(record.Value.Span, StoredJson.Default.StoredVersion)
            ?? throw new JsonException("null is not a version.");
        var state = Open(path, stored) is { } content ? _decode(content) : null;
        _ids.See(stored.Change);
        return new Versioned<TState>(
            path,
            stored.Version,
            state,
            stored.CreatedAt,
            string.Intern(stored.CreatedBy),
            stored.Message,
            stored.Change,
            record.Revision,
            stored.CreatedById is { } id ? string.Intern(id) : null
        );
    }

    private byte[]? Open(string path, StoredVersion stored)
    {
        try
        {
            if (stored.Sealed is not { } text)
                return _keyring.Stamps ? throw new TamperedException("it is a deletion without a seal.") : null;
            byte[] content = _keyring.Open(text, Address(path, stored));
            return stored.Deleted ? null : content;
        }
        catch (TamperedException e)
        {
            throw new RecordRefusedException(e.Message, mayBeLeftOut: false);
        }
    }

    // What is sealed for one version of one resource opens nowhere else, and with no other author, time or message.
    private string Address(string path, StoredVersion stored) =>
        stored.Bound
            ? JsonSerializer.Serialize(
                [
                    $"{Name}/{path}@{stored.Version}",
                    stored.CreatedAt.ToString("O", CultureInfo.InvariantCulture),
                    stored.CreatedBy,
                    stored.Message ?? "",
                    stored.Change,
                    stored.Deleted ? "deleted" : "",
                    .. stored.CreatedById is { } id ? [id] : Array.Empty<string>(),
                ],
                StoredJson.Default.StringArray
            )
            : $"{Name}/{path}@{stored.Version}";

    internal static string Digest(ReadOnlySpan<byte> stored) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(stored));
}
