using System.Globalization;
using Cairn.Core.Changes;
using Cairn.Core.Cryptography;
using Cairn.Core.Environments;
using Cairn.Core.Schemas;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Integrity;

/// <summary>Something in the store that Cairn did not leave there.</summary>
/// <param name="Key">The store key.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record IntegrityFinding(string Key, string Problem);

/// <summary>What came of looking at the whole store.</summary>
/// <param name="Records">How many records were looked at.</param>
/// <param name="Findings">What is wrong: at most <see cref="StoreIntegrity.MaxFindings"/>.</param>
public sealed record IntegrityReport(long Records, IReadOnlyList<IntegrityFinding> Findings);

/// <summary>
/// Looks for records that somebody else wrote, altered, put back or removed: stamps and seals, versions without a gap
/// up to the head, and for each version the change and the audit entry that were committed with it.
/// </summary>
/// <remarks>Whoever can write to the store can still put back an older copy of all of it, or remove the newest version
/// of something together with its change and its entry.</remarks>
public sealed class StoreIntegrity(IStore store, Keyring keyring, ResourceKinds kinds, CatalogSet catalogs)
{
    /// <summary>How many findings a report has at most.</summary>
    public const int MaxFindings = 100;

    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Refuses to go on with an environment, a set of variables or a rule that is older than its newest
    /// version: they say what everything else may be.</summary>
    /// <exception cref="StoreUnusableException">One is.</exception>
    public async Task RequireNewestAsync(CancellationToken ct)
    {
        foreach (var kind in new ResourceKind[] { kinds.Environments, kinds.Variables, kinds.Schemas.Rules })
        {
            if (await OlderAsync(kind, ct) is { } finding)
            {
                throw new StoreUnusableException(
                    $"The record '{finding.Key}' is not the newest: {finding.Problem} Somebody put back an "
                        + "older state. Write the newest version's record to it again, or restore a backup."
                );
            }
        }
    }

    /// <summary>The first head of a kind that is older than its newest version; null when none is.</summary>
    private async Task<IntegrityFinding?> OlderAsync(ResourceKind kind, CancellationToken ct)
    {
        foreach (var (path, version) in kind.Heads(catalogs.Current))
        {
            if (await store.GetAsync(kind.VersionKey(path, version + 1), ct) is not null)
            {
                return new IntegrityFinding(
                    kind.HeadKey(path),
                    $"it is version {version}, but there is a version {version + 1}."
                );
            }
        }

        return null;
    }

    /// <summary>Looks at every record that is stamped or sealed. One look at a time; it takes as long as reading the
    /// store.</summary>
    public async Task<IntegrityReport> CheckAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            var scan = new Scan();
            var snapshot = await catalogs.ReadLatestAsync(ct);
            long revision = snapshot.Revision;
            foreach (var (key, reason) in catalogs.Refused)
                scan.Find(key, reason);
            var changes = await StampedAsync(
                new Journal(store, keyring, "changes/").IdOf,
                "changes/",
                revision,
                scan,
                ct
            );
            var entries = await StampedAsync(new Journal(store, keyring, "audit/").IdOf, "audit/", revision, scan, ct);
            await StampedAsync(key => key["keys/".Length..], "keys/", revision, scan, ct);
            foreach (var kind in kinds.All)
                await VersionsAsync(kind, snapshot, changes, entries, scan, ct);
            return new IntegrityReport(scan.Records, scan.Findings);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Checks the stamps below a prefix.</summary>
    /// <returns>The identifiers that the keys have.</returns>
    private async Task<HashSet<Guid>> StampedAsync(
        Func<string, string> idOf,
        string prefix,
        long revision,
        Scan scan,
        CancellationToken ct
    )
    {
        var ids = new HashSet<Guid>();
        await foreach (var record in store.ListAsync(prefix, revision, ct))
        {
            scan.Records++;
            if (Guid.TryParseExact(idOf(record.Key), "N", out var id))
                ids.Add(id);
            try
            {
                keyring.CheckStamp(record.Value.Span, record.Key);
            }
            catch (TamperedException e)
            {
                scan.Find(record.Key, e.Message);
            }
        }

        return ids;
    }

    private async Task VersionsAsync(
        ResourceKind kind,
        CatalogSnapshot snapshot,
        HashSet<Guid> changes,
        HashSet<Guid> entries,
        Scan scan,
        CancellationToken ct
    )
    {
        var heads = kind.Heads(snapshot).ToDictionary(head => head.Path, head => head.Version, StringComparer.Ordinal);
        var newest = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var record in store.ListAsync(kind.VersionsPrefix, snapshot.Revision, ct))
        {
            scan.Records++;
            string path = record.Key[kind.VersionsPrefix.Length..record.Key.LastIndexOf('/')];
            var (version, change, fault) = kind.Inspect(record, path);
            if (fault is not null || record.Key != kind.VersionKey(path, version))
            {
                scan.Find(record.Key, fault ?? $"it is version {version.ToString(CultureInfo.InvariantCulture)}.");
                continue;
            }

            if (newest.TryGetValue(path, out long before) && version != before + 1)
                scan.Find(record.Key, $"versions {before + 1} to {version - 1} are missing before it.");
            newest[path] = version;
            if (!Guid.TryParseExact(change, "N", out var id) || !changes.Contains(id))
                scan.Find(record.Key, $"its change {change} is missing.");
            else if (!entries.Contains(id))
                scan.Find(record.Key, $"the audit entry {change} is missing.");
        }

        foreach (var (path, version) in newest)
        {
            if (!heads.TryGetValue(path, out long head) || head != version)
            {
                scan.Find(
                    kind.HeadKey(path),
                    $"its newest version is {version}, but it is {(head == 0 ? "not there" : $"at version {head}")}."
                );
            }
        }

        foreach (var (path, version) in heads)
        {
            if (!newest.ContainsKey(path))
                scan.Find(kind.HeadKey(path), $"it is at version {version}, of which there is no record.");
        }
    }

    private sealed class Scan
    {
        public List<IntegrityFinding> Findings { get; } = [];

        public long Records { get; set; }

        public void Find(string key, string problem)
        {
            if (Findings.Count < MaxFindings)
                Findings.Add(new IntegrityFinding(key, problem));
        }
    }
}
