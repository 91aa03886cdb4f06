using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Core.Cryptography;
using Cairn.Core.Environments;
using Cairn.Core.Schemas;
using Cairn.Storage;

namespace Cairn.Core;

/// <summary>Which capabilities keep versions: the one place that knows all of them.</summary>
public static class CoreKinds
{
    /// <summary>Their kinds of resource.</summary>
    public static ResourceKinds Create(Keyring keyring, IStore store, TimedIds ids, TimeProvider time)
    {
        var schemas = new SchemaResources(keyring, store, ids, time);
        return new ResourceKinds(
            new EnvironmentResources(keyring, ids),
            schemas,
            new ConfigResources(keyring, ids, schemas)
        );
    }
}
