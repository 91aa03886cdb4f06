using Cairn.Core.Access;

namespace Cairn.Core.Schemas;

/// <summary>Who may refer to a registered schema or bind a config to it: whoever may read it, and for a global model
/// everybody, for that is what being global is for.</summary>
internal static class SchemaUse
{
    /// <summary>Whether <paramref name="caller"/> may.</summary>
    public static bool Allows(Principal caller, SchemaAddress address) =>
        address.Model.Namespace is null || Authorizer.Allows(caller, SchemaService.ReadPermission, address.Path, null);

    /// <summary>What to say of a schema that is not there or may not be used: the same of both, so that nobody learns
    /// which.</summary>
    public static string Missing(string name, Principal caller) =>
        Authorizer.AllowsAll(caller, SchemaService.ReadPermission)
            ? $"there is no schema {name}"
            : $"there is no schema {name} that this credential may read";
}
