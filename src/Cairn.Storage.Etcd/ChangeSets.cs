using Cairn.Storage.Etcd.Wire;

namespace Cairn.Storage.Etcd;

/// <summary>etcd's events as change sets: all of one revision's together, without the head record.</summary>
internal static class ChangeSets
{
    /// <param name="keys">The store's keys.</param>
    /// <param name="events">Whole revisions, in order.</param>
    /// <param name="belongs">Which keys are wanted; null for all, and for revisions that changed nothing too (all of a
    /// batch was refused). The head record is never part of it.</param>
    public static IEnumerable<ChangeSet> From(
        KeySpace keys,
        IReadOnlyList<Event> events,
        Func<string, bool>? belongs = null
    )
    {
        int i = 0;
        while (i < events.Count)
        {
            long revision = events[i].Kv.ModRevision;
            var changes = new List<StoreChange>();
            for (; i < events.Count && events[i].Kv.ModRevision == revision; i++)
            {
                var kv = events[i].Kv;
                if (keys.IsHead(kv.Key))
                    continue;
                string key = keys.Key(kv.Key);
                if (belongs is null || belongs(key))
                {
                    changes.Add(
                        new StoreChange(key, events[i].Type == Event.Types.Type.Delete ? null : keys.Record(kv))
                    );
                }
            }
            if (changes.Count > 0 || belongs is null)
                yield return new ChangeSet(revision, changes);
        }
    }
}
